//! `GET /skus/{sku_id}/counts`

use axum::{Json, extract::State};
use onhand_domain::{FacilityId, Permission, SkuId};
use onhand_store::counts::LAST_COUNTS_MAX;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::review::SkuCount;
use crate::{
    Problem,
    api::ApiResult,
    caller::Caller,
    extract::{ApiPath, ApiQuery},
    state::AppState,
};

/// Where the SKU was counted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListSkuCounts {
    /// At this facility.
    facility_id: Uuid,
}

/// The last counts of a SKU: at most 20.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SkuCounts {
    /// The newest first.
    items: Vec<SkuCount>,
}

/// The last closed counts of a SKU at a facility, with what was found.
#[utoipa::path(
    get,
    path = "/skus/{sku_id}/counts",
    operation_id = "list_sku_counts",
    tag = "counts",
    params(("sku_id" = Uuid, Path, description = "The SKU"), ListSkuCounts),
    responses((status = 200, description = "The counts", body = SkuCounts,
        example = json!({"items": [{
            "count_id": "01900000-0000-7000-8000-000000000001", "name": "Back room",
            "at": "2026-03-01T09:30:00Z", "counted": 11, "variance": -1, "undone": false,
            "closed_at": "2026-03-01T10:00:00Z",
        }]}))),
    extensions(("x-permission" = json!("stock.view"))),
)]
pub(crate) async fn list_sku_counts(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(sku): ApiPath<Uuid>,
    ApiQuery(query): ApiQuery<ListSkuCounts>,
) -> ApiResult<Json<SkuCounts>> {
    let (facility, sku) = (FacilityId(query.facility_id), SkuId(sku));
    caller.authorise(Permission::StockView, Some(facility)).await?;
    if state.store.sku_refs(&[sku]).await?.is_empty() {
        return Err(Problem::unknown("sku"));
    }
    let counts = state.store.past_counts(facility, sku, LAST_COUNTS_MAX).await?;
    Ok(Json(SkuCounts { items: counts.into_iter().map(SkuCount::from).collect() }))
}

#[cfg(test)]
mod tests {
    use onhand_domain::{Micros, Scope};
    use serde_json::{Value, json};

    use crate::{
        stocked::Stocked,
        testing::{NOW, Who},
        wire::ApiTime,
    };

    /// A count of shoes by the associate, opened by the manager; its path.
    async fn begun(shop: &Stocked, manager: &Who) -> String {
        let id = shop.state.id();
        let count = json!({
            "id": id, "facility_id": shop.main.0, "name": "Shoes", "kind": "spot",
            "sku_ids": [shop.shoe.0],
        });
        let manager = shop.state.as_(manager);
        manager.post("/counts", &count).await.created();
        manager.post(&format!("/counts/{id}/open"), &json!({})).await.ok();
        format!("/counts/{id}")
    }

    /// The associate finds so many shoes.
    async fn find(shop: &Stocked, associate: &Who, count: &str, shoes: i64) {
        let own = shop.state.as_(associate);
        let session = shop.state.id();
        own.post(&format!("{count}/sessions"), &json!({"id": session})).await.created();
        shop.state.clock.advance(Micros::SECOND);
        let at = serde_json::to_value(ApiTime(NOW)).expect("a time");
        let scan = json!({
            "id": shop.state.id(), "sku_id": shop.shoe.0, "quantity": shoes, "how": "typed",
            "scanned_at": at,
        });
        let session = format!("/count-sessions/{session}");
        own.post(&format!("{session}/scans"), &json!({"scans": [scan]})).await.ok();
        let path = path(shop);
        // The variance of the last count beside the number that was counted would be the book.
        own.get(&path).await.problem(403, "counting-blind");
        own.post(&format!("{session}/submit"), &json!({})).await.ok();
        own.get(&path).await.ok();
    }

    fn path(shop: &Stocked) -> String {
        format!("/skus/{}/counts?facility_id={}", shop.shoe, shop.main)
    }

    async fn shown(shop: &Stocked, who: &Who) -> Vec<Value> {
        let shown = shop.state.as_(who).get(&path(shop)).await.ok();
        shown["items"].as_array().expect("a list").clone()
    }

    #[tokio::test]
    async fn a_count_is_among_the_last_ones_once_it_is_closed() {
        let shop = Stocked::new().await;
        let manager = shop.at_main("facility_manager").await;
        let associate = shop.at_main("associate").await;
        let count = begun(&shop, &manager).await;
        find(&shop, &associate, &count, 11).await;
        assert!(shown(&shop, &manager).await.is_empty(), "it is not decided yet");

        let own = shop.state.as_(&manager);
        own.post(&format!("{count}/submit"), &json!({})).await.ok();
        let decision = json!({"sku_id": shop.shoe.0, "decision": "accept"});
        own.post(&format!("{count}/decisions"), &json!({"decisions": [decision]})).await.ok();
        own.post(&format!("{count}/close"), &json!({})).await.ok();
        let items = shown(&shop, &associate).await;
        assert_eq!(items.len(), 1, "{items:?}");
        assert_eq!((&items[0]["name"], &items[0]["counted"]), (&json!("Shoes"), &json!(11)));
        assert_eq!((&items[0]["variance"], &items[0]["undone"]), (&json!(-1), &json!(false)));

        let elsewhere = format!("/skus/{}/counts?facility_id={}", shop.shoe, shop.harbour);
        own.get(&elsewhere).await.problem(404, "unknown-facility");
        let nobody = format!("/skus/{}/counts?facility_id={}", shop.state.id(), shop.main);
        own.get(&nobody).await.problem(404, "unknown-sku");
        let all = shop.state.user("inventory_controller", Scope::All).await;
        let there = shop.state.as_(&all).get(&elsewhere).await.ok();
        assert_eq!(there, json!({"items": []}));
    }
}
