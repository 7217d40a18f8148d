//! `POST /channels/{id}/pushes/{push}/skip`

use axum::{Json, extract::State};
use uuid::Uuid;

use super::{DecidePush, Push, example, known, pushes};
use crate::{
    Problem,
    api::{ApiResult, channels::manager},
    caller::Caller,
    extract::{ApiJson, ApiPath},
    state::AppState,
};

/// Gives a push up: somebody has settled it in another way. The level goes on as if the shop had
/// it.
#[utoipa::path(
    post,
    path = "/channels/{id}/pushes/{push}/skip",
    operation_id = "skip_push",
    tag = "channels",
    params(
        ("id" = Uuid, Path, description = "The channel"),
        ("push" = Uuid, Path, description = "The push"),
    ),
    request_body(content = DecidePush, example = json!({})),
    responses((status = 200, description = "The push", body = Push, example = json!(example()))),
    extensions(("x-permission" = json!("channels.manage"))),
)]
pub(crate) async fn skip_push(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath((id, push)): ApiPath<(Uuid, Uuid)>,
    ApiJson(DecidePush {}): ApiJson<DecidePush>,
) -> ApiResult<Json<Push>> {
    let by = manager(&caller).await?.by;
    let channel = known(&state, id, push).await?;
    let decided = state.store.skip_push(&by, push).await?;
    let shown = pushes(&state, channel, true, vec![decided]).await?.pop();
    shown.map(Json).ok_or_else(Problem::internal)
}
