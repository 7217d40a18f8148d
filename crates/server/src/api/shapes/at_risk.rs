//! Orders that can't be filled any more.

use onhand_store::stock;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::ChannelNames;
use crate::{api::ApiResult, state::AppState, wire::ApiTime};

/// An order line that can't be filled from where it was promised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct OrderAtRisk {
    /// The order.
    pub(crate) order_id: Uuid,
    /// Its line.
    pub(crate) order_line_id: Uuid,
    /// What the shop calls the order.
    #[schema(example = "#1042")]
    pub(crate) name: String,
    /// Where it came from: the shop's name where that is a connected one.
    #[schema(example = "web")]
    pub(crate) channel: String,
    /// When it must be filled.
    pub(crate) due_at: Option<ApiTime>,
    /// When the customer ordered.
    pub(crate) placed_at: ApiTime,
    /// Units that the line still has promised.
    #[schema(example = 2)]
    pub(crate) quantity: i64,
    /// How many of them are missing.
    #[schema(example = 1)]
    pub(crate) short: i64,
    /// Facilities that have enough for the whole line, those with the most units first; at most
    /// 10, and only such as the caller may see.
    pub(crate) alternatives: Vec<Alternative>,
}

/// A facility that could fill the line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Alternative {
    /// Which.
    pub(crate) facility_id: Uuid,
    /// Its code.
    #[schema(example = "S2")]
    pub(crate) code: String,
    /// Its name.
    #[schema(example = "Harbour")]
    pub(crate) name: String,
    /// Units that it can promise.
    #[schema(example = 4)]
    pub(crate) available: i64,
}

/// Orders at risk with the names of the shops that they came from.
pub(crate) async fn named_orders(
    state: &AppState,
    all: Vec<Vec<stock::OrderAtRisk>>,
) -> ApiResult<Vec<Vec<OrderAtRisk>>> {
    let channels = all.iter().flatten().map(|at_risk| at_risk.channel.as_str());
    let names = ChannelNames::of(state, channels).await?;
    let orders = |some: Vec<stock::OrderAtRisk>| {
        some.into_iter().map(|at_risk| OrderAtRisk::of(at_risk, &names)).collect()
    };
    Ok(all.into_iter().map(orders).collect())
}

impl OrderAtRisk {
    fn of(at_risk: stock::OrderAtRisk, names: &ChannelNames) -> Self {
        let alternative = |a: stock::Alternative| Alternative {
            facility_id: a.facility.0,
            code: a.code,
            name: a.name,
            available: a.available,
        };
        Self {
            order_id: at_risk.order.0,
            order_line_id: at_risk.line.0,
            name: at_risk.name,
            channel: names.name(at_risk.channel).0,
            due_at: at_risk.due_at.map(ApiTime),
            placed_at: at_risk.placed_at.into(),
            quantity: at_risk.quantity,
            short: at_risk.short,
            alternatives: at_risk.alternatives.into_iter().map(alternative).collect(),
        }
    }
}
