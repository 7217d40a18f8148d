//! Product exports, imported into both databases.

use std::sync::Mutex;

use crate::support::{Shop, export, on_both};
use onhand_catalog::{FileError, ImportError, Options, Report, import_catalog, report};
use onhand_domain::{
    FacilityScope, Limits, MovementId, MovementKind, Origin, PrincipalId, SkuId,
    plan::{
        command::{Authority, Body, Command, Fact, Mandate},
        outcome::Outcome,
    },
};
use onhand_store::{
    By,
    catalog::{ImportMode, ProductQuery},
};

const HEAD: &str = "Handle,Title,Vendor,Type,Option1 Name,Option1 Value,Variant SKU,Variant \
                    Inventory Tracker,Variant Inventory Qty,Variant Price,Variant Barcode,Cost per \
                    item\n";

fn skus(created: u64, updated: u64, unchanged: u64, untracked: u64) -> report::Skus {
    report::Skus { created, updated, unchanged, untracked }
}

fn products(created: u64, updated: u64, unchanged: u64) -> report::Products {
    report::Products { created, updated, unchanged }
}

/// Takes units off a SKU, as a till does.
async fn sell(shop: &Shop, handle: &str, quantity: i64) {
    let known = shop.store.known_products(&[handle], None).await.expect("an answer");
    let fact = Fact {
        id: MovementId(shop.store.ids().next()),
        facility: shop.main,
        sku: SkuId(known[handle].skus[0].sku.id),
        kind: MovementKind::Sale,
        quantity,
        effective_at: None,
        origin_key: None,
        note: None,
        order_line: None,
        unit_cost: None,
    };
    let authority = Authority {
        actor: PrincipalId::SYSTEM,
        mandate: Mandate::Post(Limits::NONE),
        rule: "test".to_owned(),
        day: String::new(),
        origin: Origin::Pos,
        device: None,
    };
    let command = Command { authority, body: Body::Record(vec![fact]) };
    let outcomes = shop.store.post(vec![command]).await.expect("an answer");
    assert!(matches!(outcomes.as_slice(), [Outcome::Posted(_)]), "{outcomes:?}");
}

on_both! {
    /// The figures of a real shop's export, twice.
    async fn bicycles_come_in_once(shop: Shop) {
        let Some(path) = export("bicycles.csv") else { return };
        let first = shop.catalog(&path).await;
        assert_eq!(first.errors, []);
        assert_eq!(first.products, products(284, 0, 0));
        assert_eq!(first.skus, skus(1121, 0, 0, 30));
        // 18 of the 23 are untracked: nothing is posted of them.
        assert_eq!(first.opening, report::Opening { posted: 806, units: 48_960, negative: 23 });
        assert_eq!(first.differences_total, 0);
        assert_eq!(shop.products().await, 284);

        let second = shop.catalog(&path).await;
        let nothing_new = Report {
            products: products(0, 0, 284),
            skus: skus(0, 0, 1121, 30),
            ..Report::default()
        };
        assert_eq!(second, nothing_new);
    }

    async fn apparel_comes_in(shop: Shop) {
        let Some(path) = export("apparel.csv") else { return };
        let report = shop.catalog(&path).await;
        assert_eq!(report.products, products(25, 0, 0));
        assert_eq!(report.skus, skus(96, 0, 0, 1));
        assert_eq!(report.opening, report::Opening { posted: 60, units: 457, negative: 0 });
        let scarf = shop.product("ayers-chambray").await;
        assert_eq!(scarf.options[0].0, "Size");
        assert!(scarf.description.is_some_and(|text| !text.contains('<')));
    }

    /// What changed is taken; stock that has lived since is reported and left alone.
    async fn a_changed_file_updates_and_reports(shop: Shop) {
        let row = |title: &str, price: &str, quantity: i64, barcode: &str| {
            shop.file(format!(
                "{HEAD}cap,{title},Acme,Hats,Color,Red,C-R,shopify,{quantity},{price},{barcode},4.5\n"
            ))
        };
        let first = shop.catalog(&row("Cap", "10.00", 5, "111")).await;
        assert_eq!(first.opening.posted, 1);
        sell(&shop, "cap", 2).await;

        let second = shop.catalog(&row("Fine cap", "12.00", 5, "222")).await;
        assert_eq!(second.products, products(0, 1, 0));
        assert_eq!(second.skus, skus(0, 1, 0, 0));
        assert_eq!((second.opening.posted, second.differences_total), (0, 1));
        let difference = &second.differences[0];
        assert_eq!((difference.line, difference.file, difference.record), (2, 5, 3));
        assert_eq!(difference.sku.title, "Red");
        assert_eq!(difference.sku.product_title, "Fine cap");
        assert_eq!(shop.available("cap", shop.main).await, [Some(3)]);

        let cap = shop.product("cap").await;
        assert_eq!(cap.product.title, "Fine cap");
        assert_eq!(cap.skus[0].price.map(|p| p.to_string()), Some("12.00".to_owned()));
        assert_eq!(cap.skus[0].cost.map(|c| c.to_string()), Some("4.50".to_owned()));
        let hits = shop.store.skus_by_code("222").await.expect("an answer");
        assert_eq!(hits.len(), 1);
        assert!(shop.store.skus_by_code("111").await.expect("an answer").is_empty());
        assert_eq!(shop.find("fine").await.items.len(), 1);

        // Once the record agrees, there is nothing to report.
        let third = shop.catalog(&row("Fine cap", "12.00", 3, "222")).await;
        assert_eq!((third.skus, third.differences_total), (skus(0, 0, 1, 0), 0));
    }

    /// A missing column says nothing; an empty field empties.
    async fn columns_that_are_missing_leave_values_alone(shop: Shop) {
        shop.catalog(&shop.file(format!(
            "{HEAD}cap,Cap,Acme,Hats,Color,Red,C-R,shopify,5,10.00,111,4.5\n"
        ))).await;
        let report = shop.catalog(&shop.file(
            "Handle,Title,Option1 value,Price,Vendor\ncap,Cap,Red,11,\n"
        )).await;
        assert_eq!((report.products, report.skus), (products(0, 1, 0), skus(0, 1, 0, 0)));
        let cap = shop.product("cap").await;
        assert_eq!((cap.product.vendor, cap.product.category), (None, Some("Hats".to_owned())));
        assert_eq!(cap.skus[0].code.as_deref(), Some("C-R"));
        assert_eq!(cap.skus[0].identifiers.len(), 1);
        assert!(cap.skus[0].tracked);
        assert_eq!(cap.skus[0].cost.map(|c| c.to_string()), Some("4.50".to_owned()));
    }

    async fn a_dry_run_writes_nothing(shop: Shop) {
        let Some(path) = export("apparel.csv") else { return };
        let trial = shop.try_catalog(&path, ImportMode::DryRun, Some(shop.main)).await;
        let trial = trial.expect("a report");
        assert_eq!(shop.products().await, 0);
        assert_eq!(shop.available("ayers-chambray", shop.main).await, []);
        assert_eq!(shop.catalog(&path).await, trial, "the trial promised what then happened");
    }

    async fn all_or_nothing_writes_nothing_where_a_row_is_refused(shop: Shop) {
        let rows = |last: &str| {
            let good: Vec<String> = (0..1200)
                .map(|n| format!("p{n},Product {n},,,,,S{n},shopify,2,1.00,,\n"))
                .collect();
            let good = good.concat();
            shop.file(format!("{HEAD}{good}{last}"))
        };
        let bad = rows("last,Last,,,,,L,shopify,many,1.00,,\n");
        let report = shop.try_catalog(&bad, ImportMode::AllOrNothing, Some(shop.main)).await;
        let report = report.expect("a report");
        assert_eq!((report.errors_total, report.errors[0].line), (1, 1202));
        assert_eq!(report.skus, skus(0, 0, 0, 0), "nothing was done");
        assert_eq!(shop.products().await, 0);

        // The good rows of the same file, where they are wanted.
        let report = shop.catalog(&bad).await;
        assert_eq!((report.errors_total, report.skus.created), (1, 1200));
        assert_eq!(shop.available("p7", shop.main).await, [Some(2)]);
    }

    async fn all_or_nothing_takes_a_good_file(shop: Shop) {
        let Some(path) = export("bicycles.csv") else { return };
        let report = shop.try_catalog(&path, ImportMode::AllOrNothing, Some(shop.main)).await;
        let report = report.expect("a report");
        assert_eq!((report.skus.created, report.opening.posted), (1121, 806));
        assert_eq!(shop.products().await, 284);
        let again = shop.catalog(&path).await;
        assert_eq!((again.skus, again.opening.posted), (skus(0, 0, 1121, 30), 0));
    }

    /// An import that ended between catalogue and stock is completed by the next.
    async fn stock_that_was_not_posted_is_posted_next_time(shop: Shop) {
        let Some(path) = export("apparel.csv") else { return };
        shop.try_catalog(&path, ImportMode::GoodRows, None).await.expect("a report");
        let report = shop.catalog(&path).await;
        assert_eq!((report.skus, report.opening.posted), (skus(0, 0, 96, 1), 60));
    }

    /// Stock opens at each facility by itself.
    async fn each_facility_has_its_own_opening(shop: Shop) {
        let Some(path) = export("apparel.csv") else { return };
        let first = shop.catalog(&path).await;
        let north = shop.try_catalog(&path, ImportMode::GoodRows, Some(shop.north)).await;
        let north = north.expect("a report");
        assert_eq!(north.opening, first.opening);
        assert_eq!(north.skus, skus(0, 0, 96, 1));
    }

    async fn negative_untracked_and_empty_quantities(shop: Shop) {
        let path = shop.file(format!(
            "{HEAD}a,A,,,,,,shopify,-4,1,,\nb,B,,,,,,,7,1,,\nc,C,,,,,,shopify,0,1,,\nd,D,,,,,,shopify,,1,,\n"
        ));
        let report = shop.catalog(&path).await;
        assert_eq!(report.opening, report::Opening { posted: 1, units: -4, negative: 1 });
        assert_eq!(report.skus, skus(4, 0, 0, 1));
        assert_eq!(shop.available("a", shop.main).await, [Some(-4)]);
        assert_eq!(shop.available("b", shop.main).await, [None], "untracked");
        assert_eq!(shop.available("c", shop.main).await, [None]);
        let page = shop.find("c").await;
        assert_eq!((page.items[0].on_hand, page.items[0].available), (Some(0), Some(0)));
    }

    /// Rows of one product may stand anywhere, its title last.
    async fn rows_may_be_sorted_in_any_way(shop: Shop) {
        let mut rows: Vec<String> = vec!["cap,,,,,Blue,C-B,shopify,1,1,,\n".to_owned()];
        rows.extend((0..900).map(|n| format!("p{n},P {n},,,,,,shopify,1,1,,\n")));
        rows.push("cap,Cap,Acme,,Color,Red,C-R,shopify,1,1,,\n".to_owned());
        rows.push("cap,,,,,Green,C-G,shopify,1,1,,\n".to_owned());
        let path = shop.file(format!("{HEAD}{}", rows.concat()));
        let trial = shop.try_catalog(&path, ImportMode::DryRun, Some(shop.main)).await;
        let report = shop.catalog(&path).await;
        assert_eq!(report.errors, []);
        assert_eq!((report.products, report.skus), (products(901, 0, 0), skus(903, 0, 0, 0)));
        assert_eq!(trial.expect("a report"), report);
        let cap = shop.product("cap").await;
        assert_eq!(cap.product.title, "Cap");
        assert_eq!(cap.options, [("Color".to_owned(), ["Blue", "Red", "Green"].map(String::from).to_vec())]);
        let again = shop.catalog(&path).await;
        assert_eq!((again.products, again.skus), (products(0, 0, 901), skus(0, 0, 903, 0)));
    }

    async fn a_variant_without_a_product_is_refused(shop: Shop) {
        let path = shop.file(format!("{HEAD}cap,,,,,Red,C-R,shopify,1,1,,\ncap,,,,,Blue,,shopify,1,1,,\n"));
        let report = shop.catalog(&path).await;
        assert_eq!((report.errors_total, report.skus.created), (2, 0));
        assert!(report.errors[0].to_string().contains("no good row of this file has its title"));
        let report = shop.try_catalog(&path, ImportMode::AllOrNothing, None).await;
        assert_eq!(report.expect("a report").errors_total, 2);
        assert_eq!(shop.products().await, 0);
    }

    /// The words of a product that was renamed no longer find it.
    async fn search_finds_as_one_types(shop: Shop) {
        let Some(path) = export("bicycles.csv") else { return };
        shop.catalog(&path).await;
        let titles = |page: onhand_store::catalog::ProductPage| -> Vec<String> {
            page.items.into_iter().map(|item| item.product.title).collect()
        };
        assert_eq!(titles(shop.find("ball y-wre").await), ["4mm 5mm 6mm Balldriver Y-Wrench"]);
        assert_eq!(titles(shop.find("ADJUST ste").await), ["Adjustable Stem"]);
        // A whole SKU code with blanks in it.
        let page = shop.find("Tool - Ice 15mm Wrench").await;
        assert_eq!(page.items[0].product.title, "15mm Combo Wrench");
        assert!(page.items[0].matched_sku.is_some());
        assert_eq!(page.items[0].available, Some(1));
        // A barcode that three SKUs share, and one without its zero.
        let hits = shop.store.skus_by_code("741360637481").await.expect("an answer");
        assert_eq!(hits.len(), 2);
        let hits = shop.store.skus_by_code("30955168517").await.expect("an answer");
        assert!(!hits.is_empty() && hits.iter().all(|h| h.identifier.value == "030955168517"));
        assert!(shop.find("nothing of the kind").await.items.is_empty());
        // Pages follow each other without a gap or an overlap.
        let (mut all, mut after) = (Vec::new(), None);
        loop {
            let query = ProductQuery {
                text: "bl",
                category: None,
                facility: None,
                scope: &FacilityScope::All,
                after,
                limit: 7,
            };
            let page = shop.store.list_products(&query).await.expect("a page");
            all.extend(page.items.into_iter().map(|item| item.handle));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let whole: Vec<String> = shop.find("bl").await.items.into_iter().map(|i| i.handle).collect();
        assert!(whole.len() > 20);
        assert_eq!(all[..whole.len().min(50)], whole);
    }

    /// Stock of a facility that the caller may not see is not shown.
    async fn hidden_stock_stays_hidden(shop: Shop) {
        let Some(path) = export("apparel.csv") else { return };
        shop.catalog(&path).await;
        let own = FacilityScope::Only([shop.north].into());
        let query = |facility| ProductQuery {
            text: "chambray",
            category: None,
            facility: Some(facility),
            scope: &own,
            after: None,
            limit: 10,
        };
        let page = shop.store.list_products(&query(shop.main)).await.expect("a page");
        assert!(!page.items.is_empty() && page.items.iter().all(|i| i.available.is_none()));
        let page = shop.store.list_products(&query(shop.north)).await.expect("a page");
        assert!(page.items.iter().all(|i| i.available == Some(0)));
    }
}

#[tokio::test]
async fn a_picture_is_refused_as_one() {
    let shop = Shop::on_sqlite().await;
    let path = shop.file(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
    let error = shop.try_catalog(&path, ImportMode::GoodRows, None).await.expect_err("a picture");
    assert!(error.to_string().starts_with("this is a PNG picture, not a CSV"), "{error}");
    let ImportError::File(error) = error else { panic!("{error:?}") };
    let row = Report::of_file(&error).errors.remove(0);
    assert_eq!((row.line, row.problem.as_str()), (1, "this is a PNG picture, not a CSV"));
}

#[tokio::test]
async fn an_open_quote_ends_the_import_before_anything_is_written() {
    let shop = Shop::on_sqlite().await;
    let path = shop.file(format!("{HEAD}a,A,,,,,,,1,1,,\nb,\"B,,,,,,,1,1,,\n"));
    let error = shop.try_catalog(&path, ImportMode::GoodRows, None).await.expect_err("a quote");
    assert!(matches!(error, ImportError::File(FileError::OpenQuote { line: 3 })), "{error}");
    assert_eq!(shop.products().await, 0);
}

#[tokio::test]
async fn progress_reaches_the_end() {
    let shop = Shop::on_sqlite().await;
    let seen = Mutex::new(Vec::new());
    let options = Options {
        by: By::command_line("import_catalog"),
        mode: ImportMode::GoodRows,
        facility: None,
    };
    let progress = |done, total| seen.lock().expect("not poisoned").push((done, total));
    let Some(path) = export("bicycles.csv") else { return };
    import_catalog(&shop.store, &path, &options, &progress).await.expect("a report");
    let seen = seen.into_inner().expect("not poisoned");
    assert!(seen.len() >= 3 && seen.is_sorted(), "{seen:?}");
    assert_eq!(seen.last(), Some(&(1399, 1399)));
}

#[tokio::test]
async fn two_imports_at_once_make_one_catalogue() {
    let shop = Shop::on_sqlite().await;
    let Some(path) = export("bicycles.csv") else { return };
    let (a, b) = tokio::join!(
        shop.try_catalog(&path, ImportMode::GoodRows, Some(shop.main)),
        shop.try_catalog(&path, ImportMode::GoodRows, Some(shop.main)),
    );
    let (a, b) = (a.expect("a report"), b.expect("a report"));
    assert_eq!(a.skus.created + b.skus.created, 1121);
    assert_eq!(shop.products().await, 284);
}
