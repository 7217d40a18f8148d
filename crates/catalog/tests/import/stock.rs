//! Inventory exports.

use crate::support::{Shop, on_both};
use onhand_catalog::report;
use onhand_store::catalog::ImportMode;

const CATALOG: &str = "Handle,Title,Option1 Name,Option1 Value,Variant Inventory Tracker,Price\n\
                       cap,Cap,Color,Red,shopify,1\ncap,,,Blue,shopify,1\nbag,Bag,,,,1\n";
const HEAD: &str = "Handle,Title,Option1 Name,Option1 Value,SKU,HS Code,COO,Location,Bin name,\
                    Incoming (not editable),Unavailable (not editable),Committed (not editable),\
                    Available (not editable),On hand (current),On hand (new)\n";

async fn with_catalog(shop: &Shop) {
    let path = shop.file(CATALOG);
    let report = shop.try_catalog(&path, ImportMode::GoodRows, None).await.expect("a report");
    assert_eq!(report.skus.created, 3);
}

on_both! {
    /// One row for each SKU and location; what is committed or unavailable does not open.
    async fn a_long_file_opens_each_facility(shop: Shop) {
        with_catalog(&shop).await;
        let path = shop.file(format!(
            "{HEAD}cap,Cap,Color,Red,C-R,,,main street,,0,1,2,5,8,\n\
             cap,Cap,Color,Red,C-R,,,Warehouse,,0,0,0,-2,-2,\n\
             cap,Cap,Color,Blue,C-B,,,S1,,0,0,0,not stocked,not stocked,\n\
             cap,Cap,Color,Blue,C-B,,,North,,0,0,0,0,0,\n\
             bag,Bag,Title,Default Title,,,,S1,,0,0,0,4,4,\n"
        ));
        let trial = shop.stock(&path, ImportMode::DryRun).await;
        assert_eq!(shop.available("cap", shop.main).await, [None, None]);
        let report = shop.stock(&path, ImportMode::GoodRows).await;
        assert_eq!(trial, report);
        assert_eq!(report.errors, []);
        assert_eq!(report.opening, report::Opening { posted: 2, units: 3, negative: 1 });
        let skus = report::Skus { unchanged: 3, untracked: 1, ..report::Skus::default() };
        assert_eq!(report.skus, skus);
        assert_eq!(shop.available("cap", shop.main).await, [Some(5), None]);
        assert_eq!(shop.available("cap", shop.north).await, [Some(-2), None]);
        assert_eq!(shop.available("bag", shop.main).await, [None], "untracked");

        let again = shop.stock(&path, ImportMode::GoodRows).await;
        assert_eq!((again.opening.posted, again.differences_total), (0, 0));
        let changed = shop.file(format!("{HEAD}cap,Cap,Color,Red,C-R,,,S1,,0,0,0,9,9,\n"));
        let changed = shop.stock(&changed, ImportMode::GoodRows).await;
        assert_eq!((changed.differences[0].file, changed.differences[0].record), (9, 5));
        assert_eq!(shop.available("cap", shop.main).await, [Some(5), None]);
    }

    /// The older export has a column for each location.
    async fn a_wide_file_opens_each_facility(shop: Shop) {
        with_catalog(&shop).await;
        let path = shop.file(
            "Handle,Title,Option1 Name,Option1 Value,SKU,HS Code,COO,Main Street,Warehouse,Moon\n\
             cap,Cap,Color,Red,,,,5,6,not stocked\ncap,,,Blue,,,,1,not stocked,3\n\
             cap,,,Green,,,,1,,\nbag,,,,,,,x,1,1\n"
        );
        let report = shop.stock(&path, ImportMode::GoodRows).await;
        assert_eq!(report.opening, report::Opening { posted: 3, units: 12, negative: 0 });
        let errors: Vec<String> = report.errors.iter().map(ToString::to_string).collect();
        assert_eq!(errors.len(), 3, "{errors:?}");
        assert!(errors[0].contains("line 3, Location \"Moon\": is the name or code of no facility"));
        assert!(errors[0].contains("--location \"Moon=CODE\""));
        assert!(errors[1].contains("line 4, Handle \"cap\": has no variant Green"));
        assert!(errors[2].contains("line 5, Main Street \"x\": is not a whole number"));
        assert_eq!(shop.available("cap", shop.north).await, [Some(6), None]);
    }

    async fn all_or_nothing_posts_nothing_where_a_row_is_refused(shop: Shop) {
        with_catalog(&shop).await;
        let bad = shop.file(format!(
            "{HEAD}cap,Cap,Color,Red,C-R,,,S1,,0,0,0,5,5,\ncap,Cap,Color,Red,C-R,,,Mars,,0,0,0,5,5,\n\
             cap,Cap,Color,Blue,,,,Mars,,0,0,0,5,5,\n"
        ));
        let report = shop.stock(&bad, ImportMode::AllOrNothing).await;
        // A location is named once, and counted for each row.
        assert_eq!((report.errors.len(), report.errors_total, report.opening.posted), (1, 2, 0));
        assert_eq!(shop.available("cap", shop.main).await, [None, None]);
        let good = shop.file(format!("{HEAD}cap,Cap,Color,Red,C-R,,,S1,,0,0,0,5,5,\n"));
        let report = shop.stock(&good, ImportMode::AllOrNothing).await;
        assert_eq!(report.opening.posted, 1);
        assert_eq!(shop.available("cap", shop.main).await, [Some(5), None]);
    }
}

#[tokio::test]
async fn a_location_twice_and_files_of_the_other_kind_are_refused() {
    let shop = Shop::on_sqlite().await;
    with_catalog(&shop).await;
    let twice = shop.file(format!(
        "{HEAD}cap,Cap,Color,Red,C-R,,,S1,,0,0,0,5,5,\ncap,Cap,Color,Red,C-R,,,S1,,0,0,0,6,6,\n"
    ));
    let report = shop.stock(&twice, ImportMode::GoodRows).await;
    assert!(report.errors[0].to_string().contains("stands in line 2 already"), "{report:?}");
    assert_eq!(shop.available("cap", shop.main).await, [Some(5), None]);

    let error = |path: &std::path::Path| {
        onhand_catalog::check_stock(path).expect_err("another file").to_string()
    };
    assert!(error(&shop.file(CATALOG)).contains("import it as catalogue"));
    assert!(error(&shop.file("Handle,SKU\n")).contains("no column \"Location\""));
    let error = onhand_catalog::check_catalog(&shop.file(HEAD)).expect_err("another file");
    assert!(error.to_string().contains("this file as stock"), "{error}");
}
