//! `POST /session`

use axum::{
    Json,
    extract::State,
    http::{Extensions, HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use onhand_domain::{Micros, PrincipalId};
use onhand_store::{audit, throttle::Attempt};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{client_address, get_me::Me, session_cookie};
use crate::{
    api::ApiResult, caller::session_of, extract::ApiJson, problem::Problem, secret::new_token,
    state::AppState,
};

/// Who wants in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignIn {
    /// The address, in any case.
    email: String,
    /// The password.
    password: String,
}

/// Signs a person in: the answer sets the cookie of a new session. Too many failures of an
/// account or an address have to wait (429). The answer to an address that nobody has is the
/// same as to a wrong password, and takes as long.
#[utoipa::path(
    post,
    path = "/session",
    operation_id = "sign_in",
    tag = "session",
    request_body(content = SignIn, example = json!({
        "email": "ann@example.com", "password": "a sentence that is long",
    })),
    responses((status = 200, description = "Whoever signed in", body = Me, example = json!({
        "id": "01900000-0000-7000-8000-00000000000c", "name": "Ann", "kind": "user",
        "email": "ann@example.com", "currency": "EUR", "everywhere": [], "facilities": [],
        "roles": [], "limits": {"variance_units_max": null, "variance_value_max": null,
            "day_value_max": null},
    }))),
    extensions(("x-permission" = json!("public"))),
)]
pub(crate) async fn sign_in(
    State(state): State<AppState>,
    headers: HeaderMap,
    extensions: Extensions,
    ApiJson(body): ApiJson<SignIn>,
) -> ApiResult<Response> {
    let client = client_address(&state, &headers, &extensions);
    if let Attempt::Blocked(until) = state.store.sign_in_attempt(&body.email, &client).await? {
        return Err(too_many(until, state.store.clock().now()));
    }
    let (id, hash) = state.store.password_of(&body.email).await?.unzip();
    let matches = state.passwords.matches(&body.password, hash).await?;
    record(&state, id, matches).await?;
    let Some(id) = id.filter(|_| matches) else { return Err(wrong_credentials()) };
    state.store.sign_in_succeeded(&body.email, &client).await?;
    // A new id for each sign-in: one that was planted in the browser before opens nothing.
    if let Some(old) = session_of(&headers) {
        state.store.end_session(&old).await?;
    }
    let token = new_token();
    let agent = headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok());
    state.store.begin_session(id, &token, agent).await?;
    let signed = state.store.directory().await?.signed_by_session(&token).await?;
    let signed = signed.ok_or_else(wrong_credentials)?;
    let mut response = Json(Me::of(&state, &signed).await?).into_response();
    let cookie = session_cookie(&token).ok_or_else(Problem::internal)?;
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    Ok(response)
}

fn wrong_credentials() -> Problem {
    let title = "The e-mail address or the password is wrong";
    Problem::new(StatusCode::UNAUTHORIZED, "wrong-credentials", title)
}

/// Waiting, in whole seconds, rounded up.
pub(super) fn too_many(until: Micros, now: Micros) -> Problem {
    let wait = until.0.saturating_sub(now.0).max(0);
    let seconds = u64::try_from(wait).unwrap_or(0).div_ceil(1_000_000).max(1);
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many-attempts", "Too many attempts")
        .detail(format!("try again in {seconds} seconds"))
        .retry_after(seconds)
}

async fn record(state: &AppState, id: Option<PrincipalId>, allowed: bool) -> ApiResult<()> {
    let rule = if allowed { "the password matched" } else { "wrong credentials" };
    let entry = audit::Entry {
        actor: id,
        action: "sign_in".to_owned(),
        facility: None,
        allowed,
        rule: rule.to_owned(),
        subject: None,
    };
    Ok(state.store.record_decision(entry).await?)
}

#[cfg(test)]
mod tests {
    use axum::http::header;
    use onhand_domain::{Micros, Scope};
    use onhand_store::{
        sessions::{AGE_MICROS_MAX, IDLE_MICROS_MAX},
        throttle::{ACCOUNT_FAILURES_MAX, BLOCK_MICROS_MIN},
    };
    use serde_json::{Value, json};

    use crate::testing::{PASSWORD, Reply, TestState, cookie};

    fn signed_out(state: &TestState) -> crate::testing::Client<'_> {
        state.with(axum::http::HeaderMap::new())
    }

    fn cookie_of(reply: &Reply) -> axum::http::HeaderMap {
        let set = reply.headers[header::SET_COOKIE].to_str().expect("text");
        cookie(set.split(';').next().expect("a pair"))
    }

    fn credentials(email: &str, password: &str) -> Value {
        json!({"email": email, "password": password})
    }

    #[tokio::test]
    async fn the_cookie_opens_and_is_hard_to_steal() {
        let state = TestState::new().await;
        let ann = state.user("admin", Scope::All).await;
        let body = credentials(&ann.email.to_uppercase(), PASSWORD);
        let reply = signed_out(&state).post("/session", &body).await;
        assert_eq!(reply.ok()["id"], ann.id.to_string());
        let set = reply.headers[header::SET_COOKIE].to_str().expect("text").to_owned();
        assert!(set.starts_with("__Host-onhand="), "{set}");
        for attribute in ["HttpOnly", "Secure", "SameSite=Lax", "Path=/", "Max-Age=604800"] {
            assert!(set.contains(attribute), "{set}");
        }
        state.with(cookie_of(&reply)).get("/me").await.ok();
        state.with(cookie_of(&reply)).delete("/session").await.expect(204);
        state.with(cookie_of(&reply)).get("/me").await.problem(401, "signed-out");
    }

    #[tokio::test]
    async fn signing_in_again_ends_the_session_that_was_sent_along() {
        let state = TestState::new().await;
        let ann = state.user("admin", Scope::All).await;
        let body = credentials(&ann.email, PASSWORD);
        let first = signed_out(&state).post("/session", &body).await;
        let second = state.with(cookie_of(&first)).post("/session", &body).await;
        state.with(cookie_of(&first)).get("/me").await.problem(401, "signed-out");
        state.with(cookie_of(&second)).get("/me").await.ok();
    }

    #[tokio::test]
    async fn nobody_learns_who_has_an_account() {
        let state = TestState::new().await;
        let ann = state.user("admin", Scope::All).await;
        let wrong = signed_out(&state).post("/session", &credentials(&ann.email, "wrong")).await;
        let nobody =
            signed_out(&state).post("/session", &credentials("x@example.com", "wrong")).await;
        assert_eq!(
            wrong.problem(401, "wrong-credentials"),
            nobody.problem(401, "wrong-credentials")
        );
    }

    #[tokio::test]
    async fn guessing_has_to_wait_longer_and_longer() {
        guess(TestState::new().await).await;
    }

    #[tokio::test]
    async fn and_so_on_postgres() {
        guess(TestState::postgres().await).await;
    }

    async fn guess(state: TestState) {
        let ann = state.user("admin", Scope::All).await;
        for email in [ann.email.as_str(), "nobody@example.com"] {
            let body = credentials(email, "wrong");
            for _ in 0..ACCOUNT_FAILURES_MAX {
                signed_out(&state).post("/session", &body).await.problem(401, "wrong-credentials");
            }
            let reply = signed_out(&state).post("/session", &body).await;
            reply.problem(429, "too-many-attempts");
            assert_eq!(reply.headers[header::RETRY_AFTER], "60");
        }
        // The right password waits, too; then it clears the count.
        let right = credentials(&ann.email, PASSWORD);
        signed_out(&state).post("/session", &right).await.problem(429, "too-many-attempts");
        state.clock.advance(BLOCK_MICROS_MIN);
        signed_out(&state).post("/session", &credentials(&ann.email, "wrong")).await.expect(401);
        let reply = signed_out(&state).post("/session", &right).await;
        assert_eq!(reply.headers[header::RETRY_AFTER], "120");
        state.clock.advance(2 * BLOCK_MICROS_MIN);
        signed_out(&state).post("/session", &right).await.ok();
        signed_out(&state).post("/session", &credentials(&ann.email, "wrong")).await.expect(401);
        signed_out(&state).post("/session", &right).await.ok();
    }

    #[tokio::test]
    async fn a_session_ends_when_idle_and_when_old() {
        let state = TestState::new().await;
        let ann = state.user("admin", Scope::All).await;
        let body = credentials(&ann.email, PASSWORD);
        let reply = signed_out(&state).post("/session", &body).await;
        let mut age = 0;
        while age + IDLE_MICROS_MAX - 1 < AGE_MICROS_MAX {
            state.with(cookie_of(&reply)).get("/me").await.ok();
            state.clock.advance(IDLE_MICROS_MAX - 1);
            age += IDLE_MICROS_MAX - 1;
        }
        state.with(cookie_of(&reply)).get("/me").await.ok();
        state.clock.advance(Micros::SECOND * 60);
        state.with(cookie_of(&reply)).get("/me").await.problem(401, "signed-out");
        let reply = signed_out(&state).post("/session", &body).await;
        state.clock.advance(IDLE_MICROS_MAX);
        state.with(cookie_of(&reply)).get("/me").await.problem(401, "signed-out");
    }
}
