//! How many units, by state.

use onhand_domain::place;
use onhand_store::stock;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::wire::ApiTime;

/// The units of one SKU at one facility, by state. A negative number is evidence of a wrong
/// record, and is shown as such.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Quantities {
    /// All that is on the premises: the sum of the six states.
    #[schema(example = 12)]
    pub(crate) on_hand: i64,
    /// Can be promised to a customer.
    #[schema(example = 3)]
    pub(crate) available: i64,
    /// Promised to orders.
    #[schema(example = 9)]
    pub(crate) committed: i64,
    /// Held back for a draft order or a transfer.
    #[schema(example = 0)]
    pub(crate) reserved: i64,
    /// On the premises, but not saleable.
    #[schema(example = 0)]
    pub(crate) damaged: i64,
    /// Under inspection.
    #[schema(example = 0)]
    pub(crate) quality_control: i64,
    /// A buffer.
    #[schema(example = 0)]
    pub(crate) safety_stock: i64,
}

impl From<place::Quantities> for Quantities {
    fn from(q: place::Quantities) -> Self {
        Self {
            on_hand: q.on_hand(),
            available: q.available,
            committed: q.committed,
            reserved: q.reserved,
            damaged: q.damaged,
            quality_control: q.quality_control,
            safety_stock: q.safety_stock,
        }
    }
}

/// The quantities of one SKU at one facility, and when they last changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Level {
    /// Where.
    pub(crate) facility_id: Uuid,
    /// What.
    pub(crate) sku_id: Uuid,
    /// How many.
    #[serde(flatten)]
    pub(crate) quantities: Quantities,
    /// When somebody last counted it.
    pub(crate) last_counted_at: Option<ApiTime>,
    /// When a movement was last recorded; null where there never was one.
    pub(crate) last_movement_at: Option<ApiTime>,
    /// The number of that movement in the facility's ledger; 0 where there never was one.
    pub(crate) seq: i64,
}

impl From<stock::Level> for Level {
    fn from(level: stock::Level) -> Self {
        Self {
            facility_id: level.facility.0,
            sku_id: level.sku.0,
            quantities: level.quantities.into(),
            last_counted_at: level.last_counted_at.map(ApiTime),
            last_movement_at: level.last_movement_at.map(ApiTime),
            seq: level.seq,
        }
    }
}
