//! `GET /audit`

use axum::{Json, extract::State};
use onhand_domain::{FacilityId, Micros, Permission};
use onhand_store::audit::{Filter, Recorded};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    api::{Actor, ApiResult},
    caller::Caller,
    extract::ApiQuery,
    state::AppState,
    wire::{ApiTime, Cursor, Limit, Page, start_after},
};

/// Which decisions.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListAudit {
    /// By whom.
    actor_id: Option<Uuid>,
    /// Where.
    facility_id: Option<Uuid>,
    /// Which operation.
    action: Option<String>,
    /// The `next_cursor` of the page before.
    cursor: Option<Cursor>,
    /// Entries of the page.
    #[serde(default)]
    #[param(required = false)]
    limit: Limit,
}

/// A decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct AuditEntry {
    /// Id.
    id: Uuid,
    /// When.
    at: ApiTime,
    /// Who; null where nobody was signed in.
    actor: Option<Actor>,
    /// The operation.
    action: String,
    /// Where; null for the whole retailer.
    facility_id: Option<Uuid>,
    /// How it was decided.
    allowed: bool,
    /// By which rule.
    rule: String,
    /// What it was about.
    subject: Option<String>,
}

impl From<Recorded> for AuditEntry {
    fn from(recorded: Recorded) -> Self {
        let entry = recorded.entry;
        Self {
            id: recorded.id,
            at: recorded.at.into(),
            actor: recorded.actor.map(|(id, name, kind)| Actor { id, name, kind }),
            action: entry.action,
            facility_id: entry.facility.map(|f| f.0),
            allowed: entry.allowed,
            rule: entry.rule,
            subject: entry.subject,
        }
    }
}

/// Decisions, newest first: what was changed in settings and among people, and what was refused.
/// Whoever may see the audit of some facilities sees what was decided there.
#[utoipa::path(
    get,
    path = "/audit",
    operation_id = "list_audit",
    tag = "audit",
    params(ListAudit),
    responses((status = 200, description = "A page of decisions", body = Page<AuditEntry>,
        example = json!({"items": [{
            "id": "01900000-0000-7000-8000-00000000000e", "at": "2026-01-15T12:00:00Z",
            "actor": {"id": "01900000-0000-7000-8000-00000000000c", "name": "Ann", "kind": "user"},
            "action": "update_role", "facility_id": null, "allowed": true,
            "rule": "role admin has users.manage", "subject": "role auditor: …",
        }], "next_cursor": null}))),
    extensions(("x-permission" = json!("audit.view"))),
)]
pub(crate) async fn list_audit(
    State(state): State<AppState>,
    caller: Caller,
    ApiQuery(query): ApiQuery<ListAudit>,
) -> ApiResult<Json<Page<AuditEntry>>> {
    let facility = query.facility_id.map(FacilityId);
    let scope = caller.scope_at(Permission::AuditView, facility).await?;
    let after: Option<(Micros, Uuid)> = start_after(query.cursor.as_ref())?;
    let filter = Filter { actor: query.actor_id, facility, action: query.action, after };
    let rows = state.store.list_audit(&scope, &filter, query.limit.rows()).await?;
    Ok(Json(Page::new(rows, query.limit, |r| (r.at, r.id), AuditEntry::from)))
}

#[cfg(test)]
mod tests {
    use onhand_domain::Scope;
    use serde_json::json;

    use crate::testing::TestState;

    #[tokio::test]
    async fn changes_and_denials_are_recorded_with_their_rule() {
        let state = TestState::new().await;
        let (mine, other) = (state.facility("S1").await, state.facility("S2").await);
        let admin = state.user("admin", Scope::All).await;
        let manager = state.user("facility_manager", Scope::Facility(mine)).await;
        let path = format!("/facilities/{other}");
        state.as_(&admin).patch(&path, &json!({"name": "New"})).await.ok();
        state
            .as_(&manager)
            .patch(&path, &json!({"name": "Mine"}))
            .await
            .problem(403, "not-permitted");
        let list = state.as_(&admin).get("/audit?action=update_facility").await.ok();
        let items = list["items"].as_array().expect("a list");
        assert_eq!(items.len(), 2, "{list}");
        assert_eq!(
            (&items[0]["allowed"], &items[0]["rule"]),
            (&json!(false), &json!("no role has settings.manage"))
        );
        assert_eq!(
            (&items[1]["allowed"], &items[1]["actor"]["id"]),
            (&json!(true), &json!(admin.id.0))
        );
        assert_eq!(items[1]["rule"], "role admin has settings.manage");
        // The manager sees what was decided at home, not elsewhere.
        let own = state.as_(&manager).get("/audit").await.ok();
        assert!(
            own["items"]
                .as_array()
                .expect("a list")
                .iter()
                .all(|e| e["facility_id"] == json!(mine.0))
        );
        let elsewhere = format!("/audit?facility_id={other}");
        state.as_(&manager).get(&elsewhere).await.problem(404, "unknown-facility");
    }
}
