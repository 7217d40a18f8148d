//! `GET /me`

use axum::{Json, extract::State};
use onhand_domain::{Access, Limits, Permission};
use onhand_store::people::Signed;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    api::{
        ApiResult,
        people::{GrantView, LimitsView},
        shapes::codes,
    },
    caller::Caller,
    state::AppState,
};

/// Most facilities that are named; more are found by `GET /facilities`.
const FACILITIES_MAX: u64 = 5_000;

/// Whoever is signed in, and what they may do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Me {
    /// Id.
    id: Uuid,
    /// Name.
    name: String,
    /// A person or a key.
    #[schema(value_type = codes::ActorKind, example = "user")]
    kind: &'static str,
    /// A person's address.
    email: Option<String>,
    /// The currency of all amounts, ISO 4217.
    currency: String,
    /// What they may do for the retailer as a whole, as in settings and people.
    #[schema(value_type = Vec<codes::Permission>)]
    everywhere: Vec<&'static str>,
    /// The facilities that they may see.
    facilities: Vec<MyFacility>,
    /// What they hold, and where.
    roles: Vec<GrantView>,
    /// The widest limits of their roles that post variances; null is none.
    limits: LimitsView,
}

/// A facility that the caller may see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct MyFacility {
    /// Id.
    id: Uuid,
    /// Short code.
    code: String,
    /// Name.
    name: String,
    /// IANA time zone.
    time_zone: String,
    /// What they may do there.
    #[schema(value_type = Vec<codes::Permission>)]
    permissions: Vec<&'static str>,
}

impl Me {
    /// Somebody as they see themselves.
    pub(crate) async fn of(state: &AppState, signed: &Signed) -> ApiResult<Self> {
        let access = &signed.access;
        let scope = access.scope(Permission::StockView);
        let seen = state.store.list_facilities(&scope, None, FACILITIES_MAX).await?;
        let facility = |f: onhand_store::facilities::Facility| MyFacility {
            permissions: held(|p| !p.is_global() && access.may(p, f.id)),
            id: f.id.0,
            code: f.code,
            name: f.name,
            time_zone: f.time_zone,
        };
        Ok(Self {
            id: signed.id.0,
            name: signed.name.clone(),
            kind: signed.kind.code(),
            email: signed.email.clone(),
            currency: state.store.currency().await?,
            everywhere: held(|p| access.decide(p, None).allowed),
            facilities: seen.into_iter().filter(|f| f.active).map(facility).collect(),
            roles: state
                .store
                .held_roles(signed.id)
                .await?
                .into_iter()
                .map(GrantView::from)
                .collect(),
            limits: widest(access).into(),
        })
    }
}

fn held(may: impl Fn(Permission) -> bool) -> Vec<&'static str> {
    Permission::ALL.iter().copied().filter(|p| may(*p)).map(Permission::code).collect()
}

fn widest(access: &Access) -> Limits {
    let posting = access.grants.iter().map(|g| &g.role);
    let posting = posting.filter(|role| role.permissions.contains(&Permission::VariancePost));
    posting.map(|role| role.limits).reduce(Limits::or).unwrap_or(Limits::NONE)
}

/// Whoever is signed in, and what they may do.
#[utoipa::path(
    get,
    path = "/me",
    operation_id = "get_me",
    tag = "session",
    responses((status = 200, description = "The caller", body = Me, example = json!({
        "id": "01900000-0000-7000-8000-00000000000c", "name": "Ann", "kind": "user",
        "email": "ann@example.com", "currency": "EUR", "everywhere": [],
        "facilities": [{
            "id": "01900000-0000-7000-8000-00000000000a", "code": "S1", "name": "Main Street",
            "time_zone": "Europe/Berlin", "permissions": ["stock.view", "variance.post"],
        }],
        "roles": [{"role": "facility_manager", "label": "Facility manager", "scope": {
            "kind": "facility", "id": "01900000-0000-7000-8000-00000000000a", "name": "Main Street",
        }}],
        "limits": {"variance_units_max": 50, "variance_value_max": "1000.00",
            "day_value_max": "5000.00"},
    }))),
    extensions(("x-permission" = json!("own"))),
)]
pub(crate) async fn get_me(State(state): State<AppState>, caller: Caller) -> ApiResult<Json<Me>> {
    Ok(Json(Me::of(&state, &caller.signed).await?))
}

#[cfg(test)]
mod tests {
    use onhand_domain::Scope;
    use serde_json::json;

    use crate::testing::TestState;

    #[tokio::test]
    async fn a_manager_sees_their_store_with_what_they_may_do_there() {
        let state = TestState::new().await;
        let mine = state.facility("S1").await;
        state.facility("S2").await;
        let manager = state.user("facility_manager", Scope::Facility(mine)).await;
        let me = state.as_(&manager).get("/me").await.ok();
        assert_eq!(me["everywhere"], json!([]));
        assert_eq!(me["facilities"].as_array().map(Vec::len), Some(1));
        let permissions = me["facilities"][0]["permissions"].as_array().expect("a list");
        assert!(permissions.contains(&json!("variance.post")));
        assert!(!permissions.contains(&json!("settings.manage")));
        assert_eq!(me["roles"][0]["scope"]["name"], "Store S1");
        assert_eq!(me["limits"]["variance_units_max"], 50);
        let admin = state.user("admin", Scope::All).await;
        let me = state.as_(&admin).get("/me").await.ok();
        assert!(me["everywhere"].as_array().expect("a list").contains(&json!("users.manage")));
        assert_eq!(me["facilities"].as_array().map(Vec::len), Some(2));
    }
}
