//! What Shopify calls the states of stock, and which reasons it takes.

use serde::{Deserialize, Serialize};

/// A state that is kept for each item at each location. `on_hand` is the sum of the first six.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    Available,
    Committed,
    Reserved,
    Damaged,
    SafetyStock,
    QualityControl,
    Incoming,
}

pub(crate) const ON_HAND: &str = "on_hand";

impl State {
    pub(crate) const ALL: [Self; 7] = [
        Self::Available,
        Self::Committed,
        Self::Reserved,
        Self::Damaged,
        Self::SafetyStock,
        Self::QualityControl,
        Self::Incoming,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Committed => "committed",
            Self::Reserved => "reserved",
            Self::Damaged => "damaged",
            Self::SafetyStock => "safety_stock",
            Self::QualityControl => "quality_control",
            Self::Incoming => "incoming",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether an app may adjust or move it: what is committed belongs to the orders.
    pub(crate) fn parse_adjustable(name: &str) -> Option<Self> {
        Self::parse(name).filter(|state| *state != Self::Committed)
    }

    pub(crate) const fn is_on_hand(self) -> bool {
        !matches!(self, Self::Incoming)
    }
}

/// The reasons that a live shop listed in its refusal of another one (2026-05-07).
pub(crate) const REASONS: [&str; 17] = [
    "correction",
    "cycle_count_available",
    "damaged",
    "movement_canceled",
    "movement_created",
    "movement_received",
    "movement_updated",
    "other",
    "promotion",
    "quality_control",
    "received",
    "reservation_created",
    "reservation_deleted",
    "reservation_updated",
    "restock",
    "safety_stock",
    "shrinkage",
];

/// Whether a text names a document: `gid://app/Entity/id`, or any other scheme and a rest.
pub(crate) fn is_document(uri: &str) -> bool {
    let Some((scheme, rest)) = uri.split_once("://") else { return false };
    let mut letters = scheme.chars();
    let is_scheme = letters.next().is_some_and(|first| first.is_ascii_alphabetic())
        && letters.all(|letter| letter.is_ascii_alphanumeric() || "+-.".contains(letter));
    let is_rest = !rest.is_empty() && !rest.contains(char::is_whitespace);
    let is_gid = scheme != "gid" || {
        let parts: Vec<&str> = rest.split('/').collect();
        parts.len() == 3 && parts.iter().all(|part| !part.is_empty())
    };
    is_scheme && is_rest && is_gid
}

/// Whether a document is one of Shopify's own.
pub(crate) fn is_internal(uri: &str) -> bool {
    uri.starts_with("gid://shopify/")
}
