//! What came of a variance.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Because, Movement, OrderAtRisk, Quantities, VarianceRequest};
use crate::wire::ApiMoney;

/// What came of a variance, or would.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum VarianceStatus {
    /// It is in the ledger.
    Posted,
    /// It waits for somebody who may post it.
    Requested,
    /// A preview: it would be posted.
    WouldPost,
    /// A preview: it would become a request.
    WouldRequest,
}

/// What came of a variance, of its approval or of its undoing. A retry gets the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct VarianceAnswer {
    /// The id that the client made; for an approval the request's.
    pub(crate) id: Uuid,
    /// What came of it.
    pub(crate) status: VarianceStatus,
    /// The movement; null for a request and for a preview.
    pub(crate) movement: Option<Movement>,
    /// Why it was not posted at once; empty where it was.
    pub(crate) request_because: Vec<Because>,
    /// The request; null where there is none, and for a preview.
    pub(crate) request: Option<VarianceRequest>,
    /// The level before it; for a request the level as of now.
    pub(crate) level_before: Quantities,
    /// The level after it; for a request what approval would give.
    pub(crate) level_after: Quantities,
    /// What the units are worth, always positive; null where neither cost nor price is known.
    pub(crate) value: Option<ApiMoney>,
    /// Orders that can't be filled any more at `level_after`, the newest first; at most 100.
    pub(crate) orders_at_risk: Vec<OrderAtRisk>,
}
