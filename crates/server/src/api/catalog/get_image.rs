//! `GET /images/{id}`

use axum::{extract::State, http::HeaderMap, response::Response};
use onhand_domain::Permission;
use uuid::Uuid;

use crate::{
    Problem,
    api::{ApiResult, immutable},
    caller::Caller,
    extract::ApiPath,
    state::AppState,
};

/// A picture. It never changes; keep it.
#[utoipa::path(
    get,
    path = "/images/{id}",
    operation_id = "get_image",
    tag = "catalogue",
    params(("id" = Uuid, Path, description = "The picture")),
    responses(
        (status = 200, description = "The picture", content(
            (Vec<u8> = "image/png"), (Vec<u8> = "image/jpeg"), (Vec<u8> = "image/gif"),
            (Vec<u8> = "image/webp"), (Vec<u8> = "image/avif"), (Vec<u8> = "image/svg+xml"),
        )),
        (status = 304, description = "The caller has it already"),
    ),
    extensions(("x-permission" = json!("stock.view"))),
)]
pub(crate) async fn get_image(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    caller.scope(Permission::StockView).await?;
    let image = state.store.image(id).await?.ok_or_else(|| Problem::unknown("image"))?;
    // The id follows from the bytes.
    immutable::answer(&headers, &id.to_string(), &image.content_type, image.bytes)
}

#[cfg(test)]
mod tests {
    use axum::http::header;
    use onhand_domain::Scope;

    use crate::testing::TestState;

    #[tokio::test]
    async fn a_picture_is_kept_once_and_for_ever() {
        let state = TestState::new().await;
        let store = &state.app.store;
        let id = store.put_image("image/png", b"\x89PNG").await.expect("kept");
        assert_eq!(store.put_image("image/png", b"\x89PNG").await.expect("kept"), id);
        assert!(store.put_image("text/html", b"<p>").await.is_err());
        let home = state.facility("S1").await;
        let associate = state.user("associate", Scope::Facility(home)).await;
        let reply = state.as_(&associate).get(&format!("/images/{id}")).await;
        assert_eq!(reply.bytes, b"\x89PNG");
        assert_eq!(reply.headers[header::CONTENT_TYPE], "image/png");
        assert!(reply.headers[header::CACHE_CONTROL].to_str().expect("text").contains("immutable"));
        let path = format!("/images/{}", state.id());
        state.as_(&associate).get(&path).await.problem(404, "unknown-image");
    }
}
