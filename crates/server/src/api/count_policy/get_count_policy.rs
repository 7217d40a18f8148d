//! `GET /count-policy`

use axum::{Json, extract::State};
use onhand_domain::{GroupId, Permission};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::shape::{CountPolicy, example};
use crate::{api::ApiResult, caller::Caller, extract::ApiQuery, state::AppState};

/// Whose policy.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct WhichPolicy {
    /// Of this facility group; the one for all where absent.
    facility_group_id: Option<Uuid>,
}

/// What decides about count lines by itself: the group's own policy, else the one for all, else
/// what was shipped.
///
/// Whoever writes it (`settings.manage`) may see it, too.
#[utoipa::path(
    get,
    path = "/count-policy",
    operation_id = "get_count_policy",
    tag = "counts",
    params(WhichPolicy),
    responses((status = 200, description = "The policy", body = CountPolicy,
        example = json!(example(0)))),
    extensions(("x-permission" = json!("count.review or settings.manage"))),
)]
pub(crate) async fn get_count_policy(
    State(state): State<AppState>,
    caller: Caller,
    ApiQuery(query): ApiQuery<WhichPolicy>,
) -> ApiResult<Json<CountPolicy>> {
    if !caller.access().decide(Permission::SettingsManage, None).allowed {
        caller.scope(Permission::CountReview).await?;
    }
    let group = query.facility_group_id.map(GroupId);
    let policy = state.store.count_policy(group).await?;
    CountPolicy::of(&state, policy).await.map(Json)
}

#[cfg(test)]
mod tests {
    use onhand_domain::Scope;

    use crate::testing::TestState;

    #[tokio::test]
    async fn whoever_reviews_or_writes_it_may_see_it() {
        let state = TestState::new().await;
        let here = Scope::Facility(state.facility("S1").await);
        for (role, scope, status) in [
            ("admin", Scope::All, 200),
            ("facility_manager", here.clone(), 200),
            ("associate", here.clone(), 403),
            // The policy is everybody's: who runs one store does not write it.
            ("admin", here, 403),
        ] {
            let one = state.user(role, scope.clone()).await;
            let reply = state.as_(&one).get("/count-policy").await;
            assert_eq!(reply.status, status, "{role} {scope:?}: {}", reply.text());
        }
    }
}
