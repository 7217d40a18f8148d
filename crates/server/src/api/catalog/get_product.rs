//! `GET /products/{id}`

use axum::{Json, extract::State};
use onhand_domain::{Permission, ProductId};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{ProductOption, Sku};
use crate::{
    Problem,
    api::{ApiResult, shapes::image_url},
    caller::Caller,
    extract::ApiPath,
    state::AppState,
};

/// A product with its SKUs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Product {
    /// Id.
    id: Uuid,
    /// The shop's name for it.
    #[schema(example = "trail-runner")]
    handle: String,
    /// Title.
    #[schema(example = "Trail Runner")]
    title: String,
    /// Who makes it.
    #[schema(example = "Acme")]
    vendor: Option<String>,
    /// Kind of product.
    #[schema(example = "Shoes")]
    category: Option<String>,
    /// Plain text, with line breaks.
    description: Option<String>,
    /// Its picture.
    image_url: Option<String>,
    /// Its options with their values.
    options: Vec<ProductOption>,
    /// Its SKUs in the shop's order.
    skus: Vec<Sku>,
}

/// A product with its SKUs. Their stock is at `/levels`.
#[utoipa::path(
    get,
    path = "/products/{id}",
    operation_id = "get_product",
    tag = "catalogue",
    params(("id" = Uuid, Path, description = "The product")),
    responses((status = 200, description = "The product", body = Product, example = json!({
        "id": "01900000-0000-7000-8000-000000000001", "handle": "trail-runner",
        "title": "Trail Runner", "vendor": "Acme", "category": "Shoes",
        "description": "For mud and scree.", "image_url": null,
        "options": [{"name": "Size", "values": ["10"]}],
        "skus": [{
            "id": "01900000-0000-7000-8000-000000000002",
            "product_id": "01900000-0000-7000-8000-000000000001", "code": "TR-204",
            "title": "10", "options": [{"name": "Size", "value": "10"}],
            "identifiers": [{"kind": "barcode", "value": "036000291452"}],
            "cost": "41.50", "price": "119.00", "tracked": true, "image_url": null,
        }],
    }))),
    extensions(("x-permission" = json!("stock.view"))),
)]
pub(crate) async fn get_product(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
) -> ApiResult<Json<Product>> {
    caller.scope(Permission::StockView).await?;
    let found = state.store.product(ProductId(id)).await?;
    let found = found.ok_or_else(|| Problem::unknown("product"))?;
    let product = found.product;
    let option = |(name, values)| ProductOption { name, values };
    Ok(Json(Product {
        id: product.id.0,
        handle: found.handle,
        title: product.title,
        vendor: product.vendor,
        category: product.category,
        description: found.description,
        image_url: product.image_id.map(image_url),
        options: found.options.into_iter().map(option).collect(),
        skus: found.skus.into_iter().map(Sku::from).collect(),
    }))
}

#[cfg(test)]
mod tests {
    use onhand_domain::Scope;
    use serde_json::json;

    use crate::{api::imports::testing::import_cap, testing::TestState};

    #[tokio::test]
    async fn a_product_has_its_options_and_skus() {
        let state = TestState::new().await;
        let home = state.facility("S1").await;
        import_cap(&state, home).await;
        let associate = state.user("associate", Scope::Facility(home)).await;
        let list = state.as_(&associate).get("/products?q=cap").await.ok();
        let id = list["items"][0]["id"].as_str().expect("an id");
        let cap = state.as_(&associate).get(&format!("/products/{id}")).await.ok();
        assert_eq!(cap["options"], json!([{"name": "Color", "values": ["Red", "Blue"]}]));
        assert_eq!(cap["description"], "Warm.\nReally.");
        let red = &cap["skus"][0];
        assert_eq!((&red["price"], &red["cost"]), (&json!("10.50"), &json!("4.00")));
        assert_eq!(red["identifiers"], json!([{"kind": "barcode", "value": "4006381333931"}]));
        assert_eq!(red["options"], json!([{"name": "Color", "value": "Red"}]));
    }

    #[tokio::test]
    async fn an_unknown_product_is_unknown() {
        let state = TestState::new().await;
        let admin = state.user("admin", Scope::All).await;
        let path = format!("/products/{}", state.id());
        state.as_(&admin).get(&path).await.problem(404, "unknown-product");
        state.as_(&admin).get("/products/x").await.problem(400, "invalid-path");
        let nobody = state.nobody().await;
        state.as_(&nobody).get(&path).await.problem(403, "not-permitted");
    }
}
