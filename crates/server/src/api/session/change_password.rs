//! `PUT /me/password`

use axum::{
    extract::State,
    http::{Extensions, HeaderMap, StatusCode},
};
use onhand_store::throttle::Attempt;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{client_address, sign_in::too_many};
use crate::{
    api::{ApiResult, users::hash_chosen},
    caller::{Caller, Credential},
    extract::ApiJson,
    problem::Problem,
    state::AppState,
};

/// The old password and the new one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChangePassword {
    /// The password until now: a browser that was left open must not be enough.
    current_password: String,
    /// 12 to 128 characters of any kind.
    new_password: String,
}

/// Changes the caller's own password, and ends their other sessions at once.
#[utoipa::path(
    put,
    path = "/me/password",
    operation_id = "change_password",
    tag = "session",
    request_body(content = ChangePassword, example = json!({
        "current_password": "a sentence that is long", "new_password": "another long sentence",
    })),
    responses((status = 204, description = "Changed")),
    extensions(("x-permission" = json!("own"))),
)]
pub(crate) async fn change_password(
    State(state): State<AppState>,
    caller: Caller,
    headers: HeaderMap,
    extensions: Extensions,
    ApiJson(body): ApiJson<ChangePassword>,
) -> ApiResult<StatusCode> {
    let (Credential::Session(token), Some(email)) = (&caller.credential, &caller.signed.email)
    else {
        return Err(Problem::new(StatusCode::FORBIDDEN, "not-a-person", "A key has no password"));
    };
    let client = client_address(&state, &headers, &extensions);
    if let Attempt::Blocked(until) = state.store.sign_in_attempt(email, &client).await? {
        return Err(too_many(until, state.store.clock().now()));
    }
    let hash = state.store.password_of_user(caller.id()).await?;
    if !state.passwords.matches(&body.current_password, hash).await? {
        return Err(Problem::invalid("/current_password", "is not the password"));
    }
    state.store.sign_in_succeeded(email, &client).await?;
    let hash = hash_chosen(&state, "/new_password", &body.new_password).await?;
    state.store.change_own_password(&caller.own().by, hash, Some(token)).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use onhand_domain::Scope;
    use serde_json::json;

    use crate::testing::{PASSWORD, TestState};

    #[tokio::test]
    async fn a_new_password_ends_the_other_sessions_alone() {
        let state = TestState::new().await;
        let ann = state.user("auditor", Scope::All).await;
        let new = "another long sentence";
        let session = json!({"email": ann.email, "password": PASSWORD});
        let elsewhere = state.with(axum::http::HeaderMap::new()).post("/session", &session).await;
        let cookie = elsewhere.headers["set-cookie"].to_str().expect("text");
        let elsewhere = crate::testing::cookie(cookie.split(';').next().expect("a pair"));
        state.with(elsewhere.clone()).get("/me").await.ok();
        let body = json!({"current_password": PASSWORD, "new_password": new});
        state.as_(&ann).put("/me/password", &body).await.expect(204);
        state.as_(&ann).get("/me").await.ok();
        state.with(elsewhere).get("/me").await.problem(401, "signed-out");
        let again = json!({"email": ann.email, "password": new});
        state.with(axum::http::HeaderMap::new()).post("/session", &again).await.ok();
    }

    #[tokio::test]
    async fn both_passwords_are_looked_at() {
        let state = TestState::new().await;
        let ann = state.user("auditor", Scope::All).await;
        for (current, new, pointer) in [
            ("wrong", "another long sentence", "/current_password"),
            (PASSWORD, "short", "/new_password"),
        ] {
            let body = json!({"current_password": current, "new_password": new});
            let answer = state.as_(&ann).put("/me/password", &body).await;
            let problem = answer.problem(422, "invalid-request");
            assert_eq!(problem["errors"][0]["pointer"], pointer);
        }
        let key = state.key("auditor", Scope::All).await;
        let body = json!({"current_password": PASSWORD, "new_password": "another long sentence"});
        state.as_(&key).put("/me/password", &body).await.problem(403, "not-a-person");
    }
}
