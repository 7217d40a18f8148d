//! `GET /counts/counters`

use axum::{Json, extract::State};
use onhand_domain::{FacilityId, Permission};
use onhand_store::counts::CounterCursor;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use crate::{
    Problem,
    api::{Actor, ApiResult},
    caller::Caller,
    extract::ApiQuery,
    state::AppState,
    wire::{Cursor, Limit, Page, start_after},
};

/// Which people.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListCounters {
    /// Where they are to count.
    facility_id: Uuid,
    /// Only those whose name has this in it.
    #[param(example = "ann")]
    q: Option<String>,
    /// The `next_cursor` of the page before.
    cursor: Option<Cursor>,
    /// Entries of the page.
    #[serde(default)]
    #[param(required = false)]
    limit: Limit,
}

/// Who may count at a facility, by name: whom `assignee_ids` of a count there may name. People who
/// were locked out, and programs, are not among them.
#[utoipa::path(
    get,
    path = "/counts/counters",
    operation_id = "list_counters",
    tag = "counts",
    params(ListCounters),
    responses((status = 200, description = "A page of people", body = Page<Actor>,
        example = json!({"items": [{
            "id": "01900000-0000-7000-8000-00000000000c", "name": "Ann", "kind": "user",
        }], "next_cursor": null}))),
    extensions(("x-permission" = json!("count.manage"))),
)]
pub(crate) async fn list_counters(
    State(state): State<AppState>,
    caller: Caller,
    ApiQuery(query): ApiQuery<ListCounters>,
) -> ApiResult<Json<Page<Actor>>> {
    let facility = FacilityId(query.facility_id);
    caller.authorise(Permission::CountManage, Some(facility)).await?;
    if state.store.facility(facility).await?.is_none() {
        return Err(Problem::unknown("facility"));
    }
    let after: Option<CounterCursor> = start_after(query.cursor.as_ref())?;
    let (q, rows) = (query.q.as_deref(), query.limit.rows());
    let found = state.store.list_counters(facility, q, after.as_ref(), rows).await?;
    Ok(Json(Page::new(found, query.limit, CounterCursor::after, Actor::from)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use onhand_domain::{FacilityId, GroupId, PrincipalId, Scope};
    use onhand_store::{
        By,
        facilities::{FacilityChange, Group},
        people::{NewGrant, NewUser, UserChange},
    };
    use serde_json::{Value, json};

    use crate::{
        stocked::Stocked,
        testing::{TestState, Who},
    };

    /// Somebody with a name, who holds one role.
    async fn add(state: &TestState, name: &str, role: &str, scope: Scope) -> PrincipalId {
        let id = PrincipalId(state.id());
        let new = NewUser {
            id,
            email: format!("{}@example.com", id.0.simple()),
            name: name.to_owned(),
            password_hash: String::new(),
            grants: vec![NewGrant { role: role.to_owned(), scope }],
        };
        state.app.store.create_user(&By::command_line("test"), new).await.expect("added");
        id
    }

    async fn page(shop: &Stocked, who: &Who, at: FacilityId, query: &str) -> Value {
        let path = format!("/counts/counters?facility_id={at}{query}");
        shop.state.as_(who).get(&path).await.ok()
    }

    fn names(page: &Value) -> Vec<&str> {
        let items = page["items"].as_array().expect("items").iter();
        items.map(|item| item["name"].as_str().expect("a name")).collect()
    }

    async fn whom_a_manager_can_send(shop: Stocked) {
        let (main, harbour) = (Scope::Facility(shop.main), Scope::Facility(shop.harbour));
        let by = By::command_line("test");
        let state = &shop.state;
        let group = GroupId(state.id());
        let north = Group { id: group.0, code: "north".to_owned(), name: "North".to_owned() };
        state.app.store.create_group(&by, north).await.expect("made");
        let joins = FacilityChange { group_ids: Some([group.0].into()), ..Default::default() };
        state.app.store.update_facility(&by, shop.main, joins).await.expect("joined");
        let ann = add(state, "Ann", "associate", main.clone()).await;
        add(state, "Cleo", "inventory_controller", Scope::All).await;
        add(state, "Bea", "associate", Scope::Group(group)).await;
        add(state, "Äsa", "facility_manager", main.clone()).await;
        add(state, "Dora elsewhere", "associate", harbour).await;
        add(state, "Eve who only looks", "auditor", Scope::All).await;
        let gone = add(state, "Finn who left", "associate", main.clone()).await;
        let locked = UserChange { active: Some(false), ..Default::default() };
        state.app.store.update_user(&by, gone, locked).await.expect("locked out");
        state.key("inventory_controller", Scope::All).await;
        let manager = shop.at_main("facility_manager").await;

        let all = page(&shop, &manager, shop.main, "").await;
        let found: BTreeSet<&str> = names(&all).into_iter().collect();
        assert_eq!(found, ["Ann", "Bea", "Cleo", "Test Person", "Äsa"].into());
        assert_eq!(all["items"].as_array().map(Vec::len), Some(5));
        let first = &all["items"][0];
        assert_eq!(first, &json!({"id": ann.0, "name": "Ann", "kind": "user"}));
        for (q, expected) in [("an", vec!["Ann"]), ("%25", vec![]), ("EA", vec!["Bea"])] {
            let found = page(&shop, &manager, shop.main, &format!("&q={q}")).await;
            assert_eq!(names(&found), expected, "{q}");
        }
        // Page by page it is the same.
        let (mut paged, mut cursor) = (Vec::new(), String::new());
        for _ in 0..3 {
            let next = page(&shop, &manager, shop.main, &format!("&limit=2{cursor}")).await;
            paged.extend(next["items"].as_array().expect("items").clone());
            let Some(text) = next["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={text}");
        }
        assert_eq!(json!(paged), all["items"]);
        // Each of them can be named.
        let everybody: Vec<&Value> = paged.iter().map(|person| &person["id"]).collect();
        let count = json!({
            "id": state.id(), "facility_id": shop.main.0, "name": "Shoes", "kind": "area",
            "assignee_ids": everybody,
        });
        state.as_(&manager).post("/counts", &count).await.created();
    }

    #[tokio::test]
    async fn whom_a_manager_can_send_to_the_shelf() {
        whom_a_manager_can_send(Stocked::new().await).await;
    }

    #[tokio::test]
    async fn the_same_on_postgres() {
        whom_a_manager_can_send(Stocked::on(TestState::postgres().await).await).await;
    }

    #[tokio::test]
    async fn names_are_for_those_who_send_people() {
        let shop = Stocked::new().await;
        let path = |at: FacilityId| format!("/counts/counters?facility_id={at}");
        let associate = shop.at_main("associate").await;
        let refused = shop.state.as_(&associate).get(&path(shop.main)).await;
        refused.problem(403, "not-permitted");
        let manager = shop.at_main("facility_manager").await;
        let elsewhere = shop.state.as_(&manager).get(&path(shop.harbour)).await;
        elsewhere.problem(404, "unknown-facility");
        let everywhere = shop.state.user("inventory_controller", Scope::All).await;
        let nowhere = FacilityId(shop.state.id());
        let unknown = shop.state.as_(&everywhere).get(&path(nowhere)).await;
        unknown.problem(404, "unknown-facility");
    }
}
