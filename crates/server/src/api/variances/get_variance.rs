//! `GET /variances/{id}`

use axum::{Json, extract::State};
use onhand_domain::{MovementId, MovementKind, Permission};
use uuid::Uuid;

use crate::{
    Problem,
    api::{
        ApiResult,
        shapes::{Movement, examples, movements_seen},
    },
    caller::Caller,
    extract::ApiPath,
    state::AppState,
};

/// A variance or its reversal as the ledger has it, and how far it is on its way to the shops.
#[utoipa::path(
    get,
    path = "/variances/{id}",
    operation_id = "get_variance",
    tag = "variances",
    params(("id" = Uuid, Path, description = "The variance")),
    responses((status = 200, description = "The movement", body = Movement,
        example = json!(examples::movement_on_its_way()))),
    extensions(("x-permission" = json!("stock.view"))),
)]
pub(crate) async fn get_variance(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
) -> ApiResult<Json<Movement>> {
    let known = caller.known_facilities().await?;
    let unknown = || Problem::unknown("variance");
    let found = state.store.movement(MovementId(id)).await?;
    let found = found.filter(|movement| known.contains(movement.facility)).ok_or_else(unknown)?;
    caller.authorise(Permission::StockView, Some(found.facility)).await?;
    // As in the list: of reversals, those of variances.
    let is_variance = match (found.kind, found.reverses) {
        (MovementKind::Variance, _) => true,
        (MovementKind::Reversal, Some(undone)) => {
            let undone = state.store.movement(undone).await?;
            undone.is_some_and(|undone| undone.kind == MovementKind::Variance)
        }
        _ => false,
    };
    if !is_variance {
        return Err(unknown());
    }
    let details = state.store.describe_movements(vec![found]).await?;
    let seen = movements_seen(&state, caller.access(), details).await?.pop();
    seen.map(Json).ok_or_else(unknown)
}
