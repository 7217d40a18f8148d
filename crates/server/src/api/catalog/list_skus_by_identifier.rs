//! `GET /identifiers/{code}`

use axum::{Json, extract::State};
use onhand_domain::Permission;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Identifier, Sku};
use crate::{
    Problem,
    api::{ApiResult, shapes::image_url},
    caller::Caller,
    extract::ApiPath,
    state::AppState,
    wire::Page,
};

/// A SKU that a code points to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct IdentifierHit {
    /// The code as it is recorded.
    identifier: Identifier,
    /// The SKU.
    sku: Sku,
    /// Its product.
    product: ProductRef,
}

/// As much of a product as a choice between SKUs shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ProductRef {
    /// Id.
    id: Uuid,
    /// Title.
    #[schema(example = "Trail Runner")]
    title: String,
    /// Who makes it.
    #[schema(example = "Acme")]
    vendor: Option<String>,
    /// Kind of product.
    #[schema(example = "Shoes")]
    category: Option<String>,
    /// Its picture.
    image_url: Option<String>,
}

/// The SKUs that a barcode or another code points to; the person chooses where there are several.
/// Leading zeros of a GTIN and the case of letters don't matter.
#[utoipa::path(
    get,
    path = "/identifiers/{code}",
    operation_id = "list_skus_by_identifier",
    tag = "catalogue",
    params(("code" = String, Path, description = "The code, as it was scanned or typed",
        example = "036000291452")),
    responses((status = 200, description = "All SKUs with this code, in one page",
        body = Page<IdentifierHit>, example = json!({"items": [{
            "identifier": {"kind": "barcode", "value": "036000291452"},
            "sku": {
                "id": "01900000-0000-7000-8000-000000000002",
                "product_id": "01900000-0000-7000-8000-000000000001", "code": "TR-204",
                "title": "10", "options": [{"name": "Size", "value": "10"}],
                "identifiers": [{"kind": "barcode", "value": "036000291452"}],
                "cost": "41.50", "price": "119.00", "tracked": true, "image_url": null,
            },
            "product": {
                "id": "01900000-0000-7000-8000-000000000001", "title": "Trail Runner",
                "vendor": "Acme", "category": "Shoes", "image_url": null,
            },
        }], "next_cursor": null}))),
    extensions(("x-permission" = json!("stock.view"))),
)]
pub(crate) async fn list_skus_by_identifier(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(code): ApiPath<String>,
) -> ApiResult<Json<Page<IdentifierHit>>> {
    caller.scope(Permission::StockView).await?;
    let hits = state.store.skus_by_code(&code).await?;
    if hits.is_empty() {
        return Err(Problem::unknown("identifier"));
    }
    let items = hits
        .into_iter()
        .map(|hit| IdentifierHit {
            identifier: hit.identifier.into(),
            sku: hit.sku.into(),
            product: ProductRef {
                id: hit.product.id.0,
                title: hit.product.title,
                vendor: hit.product.vendor,
                category: hit.product.category,
                image_url: hit.product.image_id.map(image_url),
            },
        })
        .collect();
    Ok(Json(Page { items, next_cursor: None }))
}

#[cfg(test)]
mod tests {
    use onhand_domain::Scope;

    use crate::{api::imports::testing::import_cap, testing::TestState};

    #[tokio::test]
    async fn a_code_brings_up_every_sku_that_has_it() {
        let state = TestState::new().await;
        let home = state.facility("S1").await;
        import_cap(&state, home).await;
        let associate = state.user("associate", Scope::Facility(home)).await;
        let body = state.as_(&associate).get("/identifiers/04006381333931").await.ok();
        assert_eq!(body["items"][0]["sku"]["title"], "Red");
        assert_eq!(body["items"][0]["identifier"]["value"], "4006381333931");
        assert_eq!(body["items"][0]["product"]["title"], "Cap");
        // The code of the bag and of the blue cap; it has a slash and a blank in it.
        let body = state.as_(&associate).get("/identifiers/c%2Fb%201").await.ok();
        assert_eq!(body["items"].as_array().map(Vec::len), Some(2));
        assert_eq!(body["items"][0]["identifier"]["kind"], "code");
        let nothing = state.as_(&associate).get("/identifiers/4711").await;
        nothing.problem(404, "unknown-identifier");
    }
}
