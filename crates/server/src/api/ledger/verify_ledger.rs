//! `GET /ledger/verification`

use std::collections::BTreeMap;

use axum::{Json, extract::State};
use onhand_domain::{FacilityId, Permission};
use onhand_store::{
    StoreError,
    verify::{Checked, Difference, Report},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    Problem, api::ApiResult, caller::Caller, extract::ApiQuery, state::AppState, wire::ApiTime,
};

/// Which ledgers.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct VerifyLedger {
    /// Of this facility; of all where the caller may verify where absent.
    facility_id: Option<Uuid>,
}

/// The ledgers recomputed from their movements, and compared.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Verification {
    /// When the snapshot was taken.
    checked_at: ApiTime,
    /// Whether everything is as the movements say.
    clean: bool,
    /// The facilities that were checked.
    facilities: Vec<VerifiedFacility>,
    /// The first differences, at most 200.
    differences: Vec<VerificationDifference>,
    /// How many there are in all.
    #[schema(example = 0)]
    differences_total: u64,
}

/// A facility's ledger, as its movements say.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VerifiedFacility {
    /// Which.
    facility_id: Uuid,
    /// How many movements it has.
    #[schema(example = 4711)]
    movements: u64,
    /// Number of the last one.
    #[schema(example = 4711)]
    seq: i64,
    /// Units by place, over all SKUs; together they are 0.
    #[schema(value_type = std::collections::HashMap<String, i64>,
        example = json!({"available": 12, "supplier": -12}))]
    units: BTreeMap<&'static str, i128>,
}

/// Something that is not as the movements say.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VerificationDifference {
    /// Where.
    facility_id: Uuid,
    /// Of which SKU, where it is about one.
    sku_id: Option<Uuid>,
    /// At which movement, where it is about one.
    seq: Option<i64>,
    /// What is checked: `facility`, `row`, `sequence`, `hash`, `running_quantities`, `quantity`,
    /// `recorded_at`, `effective_at`, `reversal`, `level`, `head`, `order_line` or `anchor`.
    #[schema(example = "level")]
    what: &'static str,
    /// What follows from the movements.
    #[schema(example = "available 6")]
    expected: String,
    /// What the database says.
    #[schema(example = "available 7")]
    found: String,
}

impl From<Report> for Verification {
    fn from(report: Report) -> Self {
        let facility = |checked: Checked| VerifiedFacility {
            facility_id: checked.facility.0,
            movements: checked.movements,
            seq: checked.seq,
            units: checked.units.into_iter().map(|(place, n)| (place.code(), n)).collect(),
        };
        let difference = |found: Difference| VerificationDifference {
            facility_id: found.facility.0,
            sku_id: found.sku.map(|sku| sku.0),
            seq: found.seq,
            what: found.what.code(),
            expected: found.expected,
            found: found.found,
        };
        Self {
            checked_at: report.checked_at.into(),
            clean: report.is_clean(),
            differences_total: report.differences_total,
            facilities: report.facilities.into_iter().map(facility).collect(),
            differences: report.differences.into_iter().map(difference).collect(),
        }
    }
}

/// Recomputes levels, running quantities, sequence and hash chain from the movements, and names
/// each difference. One at a time; a large ledger is better verified with `onhand verify`, which
/// may take its time.
#[utoipa::path(
    get,
    path = "/ledger/verification",
    operation_id = "verify_ledger",
    tag = "ledger",
    params(VerifyLedger),
    responses((status = 200, description = "What was found", body = Verification,
        example = json!({
            "checked_at": "2026-03-01T09:30:00Z", "clean": true,
            "facilities": [{"facility_id": "01900000-0000-7000-8000-00000000000a",
                "movements": 1, "seq": 1, "units": {"available": 12, "supplier": -12}}],
            "differences": [], "differences_total": 0,
        }))),
    extensions(("x-permission" = json!("ledger.verify"))),
)]
pub(crate) async fn verify_ledger(
    State(state): State<AppState>,
    caller: Caller,
    ApiQuery(query): ApiQuery<VerifyLedger>,
) -> ApiResult<Json<Verification>> {
    let facility = query.facility_id.map(FacilityId);
    let scope = caller.scope_at(Permission::LedgerVerify, facility).await?;
    match state.store.verify(&scope).await {
        Ok(report) => Ok(Json(report.into())),
        Err(StoreError::Busy) => Err(Problem::busy("a verification is running; ask again soon")),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use onhand_domain::Scope;

    use crate::stocked::Stocked;

    #[tokio::test]
    async fn each_sees_their_own_ledgers() {
        let stocked = Stocked::new().await;
        let manager = stocked.at_main("facility_manager").await;
        let own = stocked.state.as_(&manager).get("/ledger/verification").await.ok();
        assert_eq!(own["clean"], true);
        assert_eq!(own["facilities"].as_array().map(Vec::len), Some(1));
        assert_eq!(own["facilities"][0]["units"]["available"], 12);
        let auditor = stocked.state.user("auditor", Scope::All).await;
        let all = stocked.state.as_(&auditor).get("/ledger/verification").await.ok();
        assert_eq!(all["facilities"].as_array().map(Vec::len), Some(2));
        let foreign = format!("/ledger/verification?facility_id={}", stocked.harbour);
        stocked.state.as_(&manager).get(&foreign).await.problem(404, "unknown-facility");
        let associate = stocked.at_main("associate").await;
        let denied = stocked.state.as_(&associate).get("/ledger/verification").await;
        assert_eq!(denied.problem(403, "not-permitted")["permission"], "ledger.verify");
    }
}
