//! The shapes that several areas answer with (`docs/API-DESIGN.md`, "Shapes").

mod answer;
mod at_risk;
mod channel_names;
pub(crate) mod codes;
pub(crate) mod examples;
mod movement;
mod on_its_way;
mod quantities;
mod request;

use onhand_store::{catalog, stock};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

pub(crate) use super::Actor;
pub(crate) use answer::{VarianceAnswer, VarianceStatus};
pub(crate) use at_risk::{OrderAtRisk, named_orders};
pub(crate) use channel_names::ChannelNames;
pub(crate) use movement::{Movement, movements_seen};
pub(crate) use on_its_way::{OnItsWay, Ways};
pub(crate) use quantities::{Level, Quantities};
pub(crate) use request::{Because, RequestStatus, VarianceRequest, requests_for};

impl From<stock::Actor> for Actor {
    fn from(actor: stock::Actor) -> Self {
        Self { id: actor.id.0, name: actor.name, kind: actor.kind.code().to_owned() }
    }
}

/// As much of a SKU as a line of a list shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct SkuRef {
    /// Id.
    pub(crate) id: Uuid,
    /// The SKU code on the label: not unique, may be missing.
    #[schema(example = "TR-204")]
    pub(crate) code: Option<String>,
    /// The options joined; empty for a product without options.
    #[schema(example = "10 / black")]
    pub(crate) title: String,
    /// Its product.
    pub(crate) product_id: Uuid,
    /// The product's title.
    #[schema(example = "Trail Runner")]
    pub(crate) product_title: String,
    /// Its own picture or else the product's.
    pub(crate) image_url: Option<String>,
}

impl From<catalog::SkuRef> for SkuRef {
    fn from(sku: catalog::SkuRef) -> Self {
        Self {
            id: sku.id.0,
            code: sku.code,
            title: sku.title,
            product_id: sku.product_id.0,
            product_title: sku.product_title,
            image_url: sku.image_id.map(image_url),
        }
    }
}

/// Where a picture is.
pub(crate) fn image_url(id: Uuid) -> String {
    format!("{}/images/{id}", super::BASE)
}
