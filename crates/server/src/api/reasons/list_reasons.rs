//! `GET /reasons`

use axum::{Json, extract::State};
use onhand_domain::{FacilityId, Permission};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::Reason;
use crate::{
    api::ApiResult,
    caller::Caller,
    extract::ApiQuery,
    state::AppState,
    wire::{Cursor, Limit, Page, start_after},
};

/// Which reasons.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListReasons {
    /// True: those that a person may choose now. False: the others.
    selectable: Option<bool>,
    /// The most used ones of this facility first.
    facility_id: Option<Uuid>,
    /// The `next_cursor` of the page before.
    cursor: Option<Cursor>,
    /// Entries of the page.
    #[serde(default)]
    #[param(required = false)]
    limit: Limit,
}

/// The reasons in the retailer's order; with a facility, the most used there first.
#[utoipa::path(
    get,
    path = "/reasons",
    operation_id = "list_reasons",
    tag = "variances",
    params(ListReasons),
    responses((status = 200, description = "A page of reasons", body = Page<Reason>,
        example = json!({"items": [{
            "code": "damaged", "label": "Damaged", "direction": "loss",
            "effect": {"kind": "state", "place": "damaged"}, "gl_account": "1450",
            "note_required": false, "selectable": true, "active": true, "position": 1, "uses": 12,
        }], "next_cursor": null}))),
    extensions(("x-permission" = json!("stock.view"))),
)]
pub(crate) async fn list_reasons(
    State(state): State<AppState>,
    caller: Caller,
    ApiQuery(query): ApiQuery<ListReasons>,
) -> ApiResult<Json<Page<Reason>>> {
    let facility = query.facility_id.map(FacilityId);
    match facility {
        Some(id) => caller.known_at(id).await?,
        None => caller.scope(Permission::StockView).await?,
    };
    let mut reasons: Vec<Reason> =
        state.store.list_reasons(query.selectable).await?.into_iter().map(Reason::from).collect();
    if let Some(facility) = facility {
        let uses = state.store.reason_uses(facility).await?;
        for reason in &mut reasons {
            reason.uses = Some(uses.get(&reason.code).copied().unwrap_or(0));
        }
    }
    // There are few (the store has a limit), so that they can be sorted and paged here.
    let key = |r: &Reason| (-r.uses.unwrap_or(0), r.position, r.code.clone());
    reasons.sort_by_key(key);
    if let Some(after) = start_after::<(i64, i64, String)>(query.cursor.as_ref())? {
        reasons.retain(|r| key(r) > after);
    }
    Ok(Json(Page::new(reasons, query.limit, key, |r| r)))
}

#[cfg(test)]
mod tests {
    use onhand_domain::Scope;

    use crate::testing::TestState;

    #[tokio::test]
    async fn system_reasons_can_not_be_chosen() {
        let state = TestState::new().await;
        let store = state.facility("S1").await;
        let associate = state.user("associate", Scope::Facility(store)).await;
        let all = state.as_(&associate).get("/reasons").await.ok();
        let path = format!("/reasons?selectable=true&facility_id={store}");
        let chosen = state.as_(&associate).get(&path).await.ok();
        let codes = |page: &serde_json::Value| -> Vec<String> {
            let items = page["items"].as_array().expect("a list").iter();
            items.filter_map(|r| Some(r["code"].as_str()?.to_owned())).collect()
        };
        assert_eq!((codes(&all).len(), codes(&chosen).len()), (15, 13));
        assert!(!codes(&chosen).contains(&"opening".to_owned()));
        assert_eq!(codes(&chosen)[0], "damaged");
        let page = state.as_(&associate).get("/reasons?limit=14").await.ok();
        let cursor = page["next_cursor"].as_str().expect("more");
        let rest = state.as_(&associate).get(&format!("/reasons?cursor={cursor}")).await.ok();
        assert_eq!(codes(&rest), ["count"]);
    }
}
