//! `DELETE /session`

use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};

use super::no_cookie;
use crate::{api::ApiResult, caller::session_of, problem::Problem, state::AppState};

/// Signs out: the session ends, and the browser forgets it. Again is no error.
#[utoipa::path(
    delete,
    path = "/session",
    operation_id = "sign_out",
    tag = "session",
    responses((status = 204, description = "Signed out")),
    extensions(("x-permission" = json!("own"))),
)]
pub(crate) async fn sign_out(
    State(state): State<AppState>,
    headers: HeaderMap,
) -> ApiResult<Response> {
    let token = session_of(&headers).ok_or_else(Problem::signed_out)?;
    state.store.end_session(&token).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    let cookie = no_cookie().ok_or_else(Problem::internal)?;
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use onhand_domain::Scope;

    use crate::testing::TestState;

    #[tokio::test]
    async fn signing_out_twice_is_no_error() {
        let state = TestState::new().await;
        let ann = state.user("admin", Scope::All).await;
        state.as_(&ann).delete("/session").await.expect(204);
        let again = state.as_(&ann).delete("/session").await;
        again.expect(204);
        let cookie = again.headers["set-cookie"].to_str().expect("text");
        assert!(cookie.starts_with("__Host-onhand=; Max-Age=0"), "{cookie}");
        state.as_(&ann).get("/me").await.problem(401, "signed-out");
    }
}
