//! `GET /variances/summary`

use axum::{Json, extract::State};
use onhand_domain::{Money, Permission};
use onhand_store::stock::ReasonTotal;
use serde::Serialize;
use utoipa::ToSchema;

use super::filter::variance_query;
use crate::{api::ApiResult, caller::Caller, extract::ApiQuery, state::AppState, wire::ApiMoney};

variance_query! {
    /// Which variances.
    SummarizeVariances {}
}

/// What variances come to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct VarianceSummary {
    /// By reason, the most value lost first.
    items: Vec<ReasonSum>,
    /// All of them.
    total: Sum,
}

/// What the variances with one reason come to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ReasonSum {
    /// The reason's code.
    #[schema(example = "damaged")]
    reason: String,
    /// What people read for it.
    #[schema(example = "Damaged")]
    label: String,
    /// What they come to.
    #[serde(flatten)]
    sum: Sum,
}

/// What variances come to. What was undone counts back, in the time of the undo: a month that is
/// closed does not change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Sum {
    /// Variances, less those undone.
    #[schema(example = 3)]
    count: i64,
    /// Good units that became fewer.
    #[schema(example = 4)]
    units_lost: i64,
    /// Good units that became more.
    #[schema(example = 0)]
    units_gained: i64,
    /// What the lost ones were worth; units of unknown worth count as nothing.
    value_lost: ApiMoney,
    /// What the gained ones are worth.
    value_gained: ApiMoney,
}

impl From<&ReasonTotal> for Sum {
    fn from(total: &ReasonTotal) -> Self {
        Self {
            count: total.count,
            units_lost: total.units_lost,
            units_gained: total.units_gained,
            value_lost: ApiMoney(total.value_lost),
            value_gained: ApiMoney(total.value_gained),
        }
    }
}

impl Sum {
    fn and(self, other: Self) -> Self {
        let add = |a: ApiMoney, b: ApiMoney| ApiMoney(a.0.saturating_add(b.0));
        Self {
            count: self.count.saturating_add(other.count),
            units_lost: self.units_lost.saturating_add(other.units_lost),
            units_gained: self.units_gained.saturating_add(other.units_gained),
            value_lost: add(self.value_lost, other.value_lost),
            value_gained: add(self.value_gained, other.value_gained),
        }
    }

    const NOTHING: Self = Self {
        count: 0,
        units_lost: 0,
        units_gained: 0,
        value_lost: ApiMoney(Money(0)),
        value_gained: ApiMoney(Money(0)),
    };
}

/// What variances come to in units and value, by reason.
#[utoipa::path(
    get,
    path = "/variances/summary",
    operation_id = "summarize_variances",
    tag = "variances",
    params(SummarizeVariances),
    responses((status = 200, description = "The sums", body = VarianceSummary, example = json!({
        "items": [{"reason": "damaged", "label": "Damaged", "count": 3, "units_lost": 4,
            "units_gained": 0, "value_lost": "159.60", "value_gained": "0.00"}],
        "total": {"count": 3, "units_lost": 4, "units_gained": 0, "value_lost": "159.60",
            "value_gained": "0.00"},
    }))),
    extensions(("x-permission" = json!("stock.view"))),
)]
pub(crate) async fn summarize_variances(
    State(state): State<AppState>,
    caller: Caller,
    ApiQuery(query): ApiQuery<SummarizeVariances>,
) -> ApiResult<Json<VarianceSummary>> {
    let scope = query.scope(&caller, Permission::StockView).await?;
    let totals = state.store.variance_totals(&scope, &query.filter()).await?;
    let total = totals.iter().map(Sum::from).fold(Sum::NOTHING, Sum::and);
    let item = |t: ReasonTotal| ReasonSum { sum: (&t).into(), reason: t.reason, label: t.label };
    Ok(Json(VarianceSummary { items: totals.into_iter().map(item).collect(), total }))
}
