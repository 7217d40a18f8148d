//! Typed ids: a facility's id can't be handed where a SKU's is expected.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    };
}

id!(
    /// A store or warehouse.
    FacilityId
);
id!(
    /// A region or district: a set of facilities.
    GroupId
);
id!(
    /// A product, that is a style; its variants are SKUs.
    ProductId
);
id!(
    /// A variant that is stocked. The SKU *code* on its label is not unique and may be missing.
    SkuId
);
id!(
    /// An entry of the ledger. Made by the client, so that a retry is recognised for ever.
    ///
    /// A variance that had to be requested first keeps its id when it is approved.
    MovementId
);
id!(
    /// Whoever acts: a person, an API key or the system itself.
    PrincipalId
);
id!(
    /// A cycle count: the order to look at the shelf. Made by the client.
    CountId
);
id!(
    /// One person's share of a count, on one device.
    CountSessionId
);
id!(
    /// Somebody saw units of something: an observation that never changes. Made by the device.
    ScanId
);
id!(
    /// A customer's order.
    OrderId
);
id!(
    /// A line of an order: so many units of one SKU from one facility.
    OrderLineId
);
id!(
    /// A shop that is kept equal to the ledger.
    ChannelId
);
id!(
    /// An approved count line: at its time there were so many units.
    AnchorId
);

impl PrincipalId {
    /// The system itself: openings, corrections, imports without a person behind them.
    pub const SYSTEM: Self = Self(Uuid::nil());
}

impl MovementId {
    /// The id of a movement that follows from another thing: its `n`-th consequence for `role`.
    ///
    /// Derived (UUID version 8) rather than drawn, because `plan` is pure and because a retry
    /// must produce the very same rows.
    pub fn derived(parent: Uuid, role: &str, n: impl Into<i64>) -> Self {
        let mut bytes = crate::encode::Encoder::new("onhand.derived-id")
            .bytes(parent.as_bytes())
            .text(role)
            .int(n.into())
            .hash();
        bytes[6] = (bytes[6] & 0x0f) | 0x80;
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        let mut id = [0_u8; 16];
        id.copy_from_slice(&bytes[..16]);
        Self(Uuid::from_bytes(id))
    }
}
