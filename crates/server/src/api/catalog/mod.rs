//! Products, SKUs, the codes on them, pictures.

mod get_image;
mod get_product;
mod list_products;
mod list_skus_by_identifier;

use onhand_store::catalog;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::shapes::{SkuRef, codes, image_url};
use crate::{state::AppState, wire::ApiMoney};

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list_products::list_products))
        .routes(routes!(get_product::get_product))
        .routes(routes!(list_skus_by_identifier::list_skus_by_identifier))
        .routes(routes!(get_image::get_image))
}

/// A code by which a SKU is found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Identifier {
    /// `barcode`, `gtin`, `vendor`, `erp`, or `code` for the SKU code on the label.
    #[schema(value_type = codes::IdentifierKind, example = "barcode")]
    pub(crate) kind: String,
    /// The code.
    #[schema(example = "036000291452")]
    pub(crate) value: String,
}

/// The value of one option.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct SkuOption {
    /// The option.
    #[schema(example = "Size")]
    pub(crate) name: String,
    /// Its value.
    #[schema(example = "10")]
    pub(crate) value: String,
}

/// An option of a product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ProductOption {
    /// The option.
    #[schema(example = "Size")]
    pub(crate) name: String,
    /// The values that its SKUs have, in the shop's order.
    pub(crate) values: Vec<String>,
}

/// A variant that is stocked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Sku {
    /// Id.
    pub(crate) id: Uuid,
    /// Its product.
    pub(crate) product_id: Uuid,
    /// The SKU code on the label: not unique, may be missing.
    #[schema(example = "TR-204")]
    pub(crate) code: Option<String>,
    /// The options joined; empty for a product without options.
    #[schema(example = "10 / black")]
    pub(crate) title: String,
    /// The options.
    pub(crate) options: Vec<SkuOption>,
    /// The codes by which it is found.
    pub(crate) identifiers: Vec<Identifier>,
    /// Cost of one unit.
    pub(crate) cost: Option<ApiMoney>,
    /// Price of one unit.
    pub(crate) price: Option<ApiMoney>,
    /// Whether stock is kept.
    pub(crate) tracked: bool,
    /// Its own picture or else the product's.
    pub(crate) image_url: Option<String>,
}

/// A product as a line of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ProductSummary {
    /// Id.
    pub(crate) id: Uuid,
    /// The shop's name for it.
    #[schema(example = "trail-runner")]
    pub(crate) handle: String,
    /// Title.
    #[schema(example = "Trail Runner")]
    pub(crate) title: String,
    /// Who makes it.
    #[schema(example = "Acme")]
    pub(crate) vendor: Option<String>,
    /// Kind of product.
    #[schema(example = "Shoes")]
    pub(crate) category: Option<String>,
    /// Its picture.
    pub(crate) image_url: Option<String>,
    /// How many SKUs it has.
    #[schema(example = 12)]
    pub(crate) sku_count: i64,
    /// The SKU that the query points to.
    pub(crate) matched_sku: Option<SkuRef>,
    /// Units on hand at the facility, of `matched_sku`, else of all SKUs; null without a facility.
    #[schema(example = 40)]
    pub(crate) on_hand: Option<i64>,
    /// Units available there, of the same; null without a facility.
    #[schema(example = 31)]
    pub(crate) available: Option<i64>,
}

impl From<catalog::Identifier> for Identifier {
    fn from(identifier: catalog::Identifier) -> Self {
        Self { kind: identifier.kind, value: identifier.value }
    }
}

impl From<catalog::SkuDetail> for Sku {
    fn from(sku: catalog::SkuDetail) -> Self {
        let option = |(name, value)| SkuOption { name, value };
        Self {
            id: sku.id.0,
            product_id: sku.product_id.0,
            code: sku.code,
            title: sku.title,
            options: sku.options.into_iter().map(option).collect(),
            identifiers: sku.identifiers.into_iter().map(Identifier::from).collect(),
            cost: sku.cost.map(ApiMoney),
            price: sku.price.map(ApiMoney),
            tracked: sku.tracked,
            image_url: sku.image_id.map(image_url),
        }
    }
}

impl From<catalog::ProductSummary> for ProductSummary {
    fn from(summary: catalog::ProductSummary) -> Self {
        let product = summary.product;
        Self {
            id: product.id.0,
            handle: summary.handle,
            title: product.title,
            vendor: product.vendor,
            category: product.category,
            image_url: product.image_id.map(image_url),
            sku_count: summary.sku_count,
            matched_sku: summary.matched_sku.map(SkuRef::from),
            on_hand: summary.on_hand,
            available: summary.available,
        }
    }
}
