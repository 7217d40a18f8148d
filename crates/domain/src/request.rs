//! A variance that waits for somebody who may post it.

use serde::{Deserialize, Serialize};

use crate::{
    encode::Hash,
    ids::{FacilityId, MovementId, PrincipalId, SkuId},
    money::Money,
    time::Micros,
};

/// Why a variance could not be posted at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Because {
    /// The reporter may report, but not post.
    NoPermission,
    /// More units than the reporter's limit.
    Units,
    /// More value than the reporter's limit.
    Value,
    /// More value that day than the reporter's limit.
    DayValue,
}

impl Because {
    /// The word for it in the database and the API.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoPermission => "no_permission",
            Self::Units => "units",
            Self::Value => "value",
            Self::DayValue => "day_value",
        }
    }

    /// The cause with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::NoPermission, Self::Units, Self::Value, Self::DayValue]
            .into_iter()
            .find(|b| b.code() == code)
    }
}

/// How a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestStatus {
    /// Waits for a decision.
    Pending,
    /// Posted, with the request's id as the movement's.
    Approved,
    /// Not posted.
    Declined,
}

impl RequestStatus {
    /// The word for it in the database and the API.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Declined => "declined",
        }
    }

    /// The status with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Pending, Self::Approved, Self::Declined].into_iter().find(|s| s.code() == code)
    }
}

/// A variance as it was reported, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The variance's id; the movement has the same one after approval.
    pub id: MovementId,
    /// Where.
    pub facility: FacilityId,
    /// What.
    pub sku: SkuId,
    /// How many, signed.
    pub quantity: i64,
    /// Why.
    pub reason: String,
    /// What the reporter wrote.
    pub note: Option<String>,
    /// When the loss was seen.
    pub effective_at: Micros,
    /// Who reported it.
    pub reported_by: PrincipalId,
    /// When.
    pub reported_at: Micros,
    /// The device, as it names itself.
    pub device: Option<String>,
    /// Why it could not be posted at once.
    pub because: Vec<Because>,
    /// What it is worth, where the SKU's cost or price is known.
    pub value: Option<Money>,
    /// What the client asked for, hashed.
    pub fingerprint: Hash,
    /// How it stands.
    pub status: RequestStatus,
    /// Who decided.
    pub decided_by: Option<PrincipalId>,
    /// When.
    pub decided_at: Option<Micros>,
    /// What they wrote.
    pub decision_note: Option<String>,
}
