//! The record of imports.

use onhand_domain::{FacilityScope, PrincipalId};
use onhand_store::{
    By,
    catalog::{ImportKind, ImportMode, NewImport},
};

use crate::support::{Shop, on_both};

on_both! {
    /// An import is recorded from its start to its end, and seen by those whose store it is.
    async fn an_import_is_recorded(shop: Shop) {
        let by = By::command_line("create_import");
        let id = shop.store.ids().next();
        let new = NewImport {
            id,
            kind: ImportKind::Catalog,
            facility: Some(shop.main),
            mode: ImportMode::GoodRows,
            file_name: "caps.csv".to_owned(),
        };
        shop.store.start_import(&by, new).await.expect("started");
        shop.store.advance_import(id, 500, 1399).await.expect("advanced");
        let own = FacilityScope::Only([shop.main].into());
        let nobody = PrincipalId(shop.store.ids().next());
        let seen = shop.store.import(&own, nobody, id).await.expect("an answer").expect("seen");
        assert_eq!((seen.status.as_str(), seen.rows_done, seen.rows_total), ("running", 500, Some(1399)));
        let foreign = FacilityScope::Only([shop.north].into());
        assert!(shop.store.import(&foreign, nobody, id).await.expect("an answer").is_none());
        // Whoever started it sees it wherever they may look.
        let list = shop.store.list_imports(&foreign, by.actor, None, 10).await.expect("a list");
        assert_eq!(list.len(), 1);
        shop.store.finish_import(id, Some("{}".to_owned()), None).await.expect("finished");
        let seen = shop.store.import(&own, nobody, id).await.expect("an answer").expect("seen");
        assert_eq!((seen.status.as_str(), seen.report.as_deref()), ("done", Some("{}")));
        assert!(seen.finished_at.is_some());
        assert_eq!(shop.store.fail_interrupted_imports().await.expect("an answer"), 0);
    }
}

#[tokio::test]
async fn what_a_server_left_running_has_failed_when_it_starts_again() {
    let shop = Shop::on_sqlite().await;
    let id = shop.store.ids().next();
    let new = NewImport {
        id,
        kind: ImportKind::Stock,
        facility: None,
        mode: ImportMode::DryRun,
        file_name: "stock.csv".to_owned(),
    };
    shop.store.start_import(&By::command_line("create_import"), new).await.expect("started");
    assert_eq!(shop.store.fail_interrupted_imports().await.expect("an answer"), 1);
    let all = FacilityScope::All;
    let seen = shop.store.import(&all, PrincipalId::SYSTEM, id).await.expect("an answer");
    let seen = seen.expect("seen");
    assert_eq!(seen.status, "failed");
    assert!(seen.failure.is_some_and(|text| text.contains("import the file again")));
}
