//! `GET /products`

use axum::{Json, extract::State};
use onhand_domain::{FacilityId, Permission};
use onhand_store::catalog::{ProductCursor, ProductQuery};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::ProductSummary;
use crate::{
    api::ApiResult,
    caller::Caller,
    extract::ApiQuery,
    state::AppState,
    wire::{Cursor, Limit, Page, start_after},
};

/// Which products.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListProducts {
    /// Words of the title, vendor, category, options or codes, all of which must fit; the last
    /// letters of each may be missing. Or a whole code, whose products come first.
    #[param(example = "trail 10")]
    q: Option<String>,
    /// The facility whose stock is shown.
    facility_id: Option<Uuid>,
    /// Only products of this category.
    category: Option<String>,
    /// The `next_cursor` of the page before.
    cursor: Option<Cursor>,
    /// Entries of the page.
    #[serde(default)]
    #[param(required = false)]
    limit: Limit,
}

/// The catalogue by handle, or what fits a search, the nearest first.
#[utoipa::path(
    get,
    path = "/products",
    operation_id = "list_products",
    tag = "catalogue",
    params(ListProducts),
    responses((status = 200, description = "A page of products", body = Page<ProductSummary>,
        example = json!({"items": [{
            "id": "01900000-0000-7000-8000-000000000001", "handle": "trail-runner",
            "title": "Trail Runner", "vendor": "Acme", "category": "Shoes", "image_url": null,
            "sku_count": 12, "matched_sku": {
                "id": "01900000-0000-7000-8000-000000000002", "code": "TR-204",
                "title": "10 / black", "product_id": "01900000-0000-7000-8000-000000000001",
                "product_title": "Trail Runner", "image_url": null,
            }, "on_hand": 40, "available": 31,
        }], "next_cursor": null}))),
    extensions(("x-permission" = json!("stock.view"))),
)]
pub(crate) async fn list_products(
    State(state): State<AppState>,
    caller: Caller,
    ApiQuery(query): ApiQuery<ListProducts>,
) -> ApiResult<Json<Page<ProductSummary>>> {
    let facility = query.facility_id.map(FacilityId);
    // Whoever counts blind there goes on finding products, without quantities.
    let blind = |id: &FacilityId| caller.access().counts_blind(Permission::StockView, *id);
    let (facility, scope) = match facility.filter(blind) {
        Some(id) => (None, caller.known_at(id).await?),
        None => (facility, caller.scope_at(Permission::StockView, facility).await?),
    };
    let after: Option<ProductCursor> = start_after(query.cursor.as_ref())?;
    let page = state
        .store
        .list_products(&ProductQuery {
            text: query.q.as_deref().unwrap_or_default(),
            category: query.category.as_deref(),
            facility,
            scope: &scope,
            after,
            limit: query.limit.rows() - 1,
        })
        .await?;
    Ok(Json(Page {
        items: page.items.into_iter().map(ProductSummary::from).collect(),
        next_cursor: page.next.map(|next| Cursor::after(&next).into_text()),
    }))
}

#[cfg(test)]
mod tests {
    use onhand_domain::Scope;

    use crate::{api::imports::testing::import_cap, testing::TestState};

    #[tokio::test]
    async fn a_code_points_to_its_sku() {
        let state = TestState::new().await;
        let home = state.facility("S1").await;
        import_cap(&state, home).await;
        let manager = state.user("facility_manager", Scope::Facility(home)).await;
        let path = format!("/products?q=4006381333931&facility_id={home}");
        let body = state.as_(&manager).get(&path).await.ok();
        let cap = &body["items"][0];
        assert_eq!((&cap["handle"], &cap["sku_count"]), (&"cap".into(), &2.into()));
        assert_eq!((&cap["on_hand"], &cap["available"]), (&7.into(), &7.into()));
        assert_eq!(cap["matched_sku"]["title"], "Red");
        // The quantities are those of the SKU that is named beside them.
        let blue = format!("/products?q=cap+blue&facility_id={home}");
        let body = state.as_(&manager).get(&blue).await.ok();
        assert_eq!(body["items"][0]["matched_sku"]["title"], "Blue");
        assert_eq!(body["items"][0]["on_hand"], 0);
        let body = state.as_(&manager).get("/products?q=CA").await.ok();
        assert!(body["items"][0]["on_hand"].is_null(), "no facility, no stock");
        let body = state.as_(&manager).get("/products?q=cap+green").await.ok();
        assert_eq!(body["items"], serde_json::json!([]));
    }

    #[tokio::test]
    async fn stock_of_a_foreign_store_is_not_shown() {
        let state = TestState::new().await;
        let (home, other) = (state.facility("S1").await, state.facility("S2").await);
        import_cap(&state, other).await;
        let manager = state.user("facility_manager", Scope::Facility(home)).await;
        let path = format!("/products?facility_id={other}");
        state.as_(&manager).get(&path).await.problem(404, "unknown-facility");
        let path = format!("/products?facility_id={home}");
        let body = state.as_(&manager).get(&path).await.ok();
        assert_eq!(body["items"][0]["on_hand"], 0);
    }

    #[tokio::test]
    async fn pages_follow_each_other() {
        let state = TestState::new().await;
        let home = state.facility("S1").await;
        import_cap(&state, home).await;
        let admin = state.user("admin", Scope::All).await;
        let first = state.as_(&admin).get("/products?limit=1").await.ok();
        assert_eq!(first["items"][0]["handle"], "bag");
        let cursor = first["next_cursor"].as_str().expect("more");
        let rest = state.as_(&admin).get(&format!("/products?limit=1&cursor={cursor}")).await.ok();
        assert_eq!(rest["items"][0]["handle"], "cap");
        assert!(rest["next_cursor"].is_null());
    }
}
