//! The lists find what they need by an index, however long the ledger.

use std::sync::Arc;

use onhand_domain::{FacilityId, FacilityScope, Micros, ProductId, SkuId};
use sea_orm::{ConnectionTrait as _, DbBackend, EntityTrait as _, QueryTrait as _};
use uuid::Uuid;

use super::movements::{MovementCursor, MovementFilter, query};
use crate::{Store, clock::System, entities::movements};

async fn plan(
    store: &Store,
    scope: &FacilityScope,
    filter: &MovementFilter,
    after: Option<MovementCursor>,
) -> String {
    let mut statement = query(scope, filter, after).build(DbBackend::Sqlite);
    statement.sql.insert_str(0, "EXPLAIN QUERY PLAN ");
    let rows = store.reader().query_all_raw(statement).await.expect("explains");
    let lines = rows.iter().map(|row| row.try_get::<String>("", "detail").expect("a detail"));
    lines.collect::<Vec<_>>().join("; ")
}

#[tokio::test]
async fn no_list_reads_the_whole_ledger() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = format!("sqlite://{}", folder.path().join("ledger.db").display());
    let store = Store::open(&url, Arc::new(System), Arc::new(System)).await.expect("opens");
    assert!(movements::Entity::find().one(&store.reader()).await.expect("reads").is_none());

    let one = FacilityScope::Only([FacilityId(Uuid::from_u128(1))].into());
    let two = FacilityScope::Only([1, 2].map(|n| FacilityId(Uuid::from_u128(n))).into());
    let sku = Some(SkuId(Uuid::from_u128(2)));
    let variances = MovementFilter { variances: true, ..MovementFilter::default() };
    let today = MovementFilter { from: Some(Micros(1)), ..variances.clone() };
    let of_sku = MovementFilter { sku, ..MovementFilter::default() };
    let product = Some(ProductId(Uuid::from_u128(3)));
    let of_product = MovementFilter { product, ..MovementFilter::default() };
    let recent = MovementFilter { from: Some(Micros(1)), ..MovementFilter::default() };
    let any = MovementFilter::default();
    let last = Some(MovementCursor::at(Micros(1), 1, FacilityId(Uuid::from_u128(1))));
    let of_some = |f: &MovementFilter| f.sku.is_some() || f.product.is_some();
    for (scope, filter, index) in [
        (&one, &variances, "movements_variances (facility_id=?)"),
        (&one, &today, "movements_variances (facility_id=? AND recorded_at>?)"),
        (&FacilityScope::All, &variances, "movements_variances_recorded_at"),
        (&FacilityScope::All, &today, "movements_variances_recorded_at (recorded_at>?)"),
        (&one, &of_sku, "(facility_id=? AND sku_id=?)"),
        (&FacilityScope::All, &of_sku, "(facility_id=? AND sku_id=?)"),
        (&one, &of_product, "(facility_id=? AND sku_id=?)"),
        (&FacilityScope::All, &of_product, "(facility_id=? AND sku_id=?)"),
        (&one, &any, "(facility_id=?)"),
        (&two, &any, "movements_recorded_at"),
        (&two, &recent, "movements_recorded_at (recorded_at>?)"),
        (&FacilityScope::All, &any, "movements_recorded_at"),
        (&FacilityScope::All, &recent, "movements_recorded_at (recorded_at>?)"),
    ] {
        let first = plan(&store, scope, filter, None).await;
        assert!(first.contains(index), "{filter:?}: {first}");
        // The page after a row starts at that row instead of reading up to it.
        let next = plan(&store, scope, filter, last).await;
        assert!(!next.contains("SCAN movements;") && next.contains("INDEX"), "{next}");
        assert!(!first.contains("TEMP B-TREE FOR ORDER BY") || of_some(filter), "{first}");
    }
}
