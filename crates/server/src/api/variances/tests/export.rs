//! Variances as files.

use axum::http::header;
use calamine::{Data, Reader as _, Xlsx};
use serde_json::json;

use crate::stocked::Stocked;

const FORMULA: &str = "=HYPERLINK(\"http://evil\"),x";

async fn shop_with_a_formula() -> (Stocked, crate::testing::Who) {
    let shop = Stocked::new().await;
    let manager = shop.at_main("facility_manager").await;
    let mut body = shop.variance(-2, "damaged");
    body["note"] = json!(FORMULA);
    shop.state.as_(&manager).post("/variances", &body).await.ok();
    (shop, manager)
}

#[tokio::test]
async fn a_csv_file_has_no_formulas() {
    let (shop, manager) = shop_with_a_formula().await;
    let reply = shop.state.as_(&manager).get("/variances/export?format=csv").await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(reply.headers[header::CONTENT_TYPE], "text/csv; charset=utf-8");
    let disposition = &reply.headers[header::CONTENT_DISPOSITION];
    assert_eq!(disposition, "attachment; filename=\"variances.csv\"");
    let mut rows = csv::Reader::from_reader(reply.bytes.as_slice());
    let names = rows.headers().expect("names").clone();
    let row = rows.records().next().expect("a row").expect("reads");
    let cell = |name: &str| {
        let column = names.iter().position(|n| n == name).expect(name);
        row.get(column).expect(name)
    };
    assert_eq!(cell("note"), format!("'{FORMULA}"));
    assert_eq!(cell("available_change"), "-2", "a number is no formula");
    assert_eq!((cell("value"), cell("unit_cost")), ("-40.00", "20.00"));
    assert_eq!((cell("day"), cell("facility_code")), ("2026-01-15", "S1"));
    assert_eq!(rows.records().count(), 0);
}

#[tokio::test]
async fn a_spreadsheet_has_numbers_as_numbers() {
    let (shop, manager) = shop_with_a_formula().await;
    let reply = shop.state.as_(&manager).get("/variances/export?format=xlsx").await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let mut book: Xlsx<_> =
        calamine::open_workbook_from_rs(std::io::Cursor::new(reply.bytes)).expect("opens");
    let sheet = book.worksheet_range("Variances").expect("a sheet");
    let formulas = book.worksheet_formula("Variances").expect("reads");
    assert!(formulas.used_cells().all(|(_, _, formula)| formula.is_empty()));
    let column = |name: &str| {
        let names = sheet.rows().next().expect("names");
        names.iter().position(|n| n == &Data::String(name.to_owned())).expect(name)
    };
    let row = sheet.rows().nth(1).expect("a row");
    assert_eq!(row[column("note")], Data::String(format!("'{FORMULA}")));
    assert_eq!(row[column("available_change")], Data::Float(-2.0));
    assert_eq!(row[column("value")], Data::Float(-40.0));
    assert_eq!(sheet.rows().count(), 2);
}

#[tokio::test]
async fn pages_of_an_export_follow_each_other_without_gap_or_double() {
    let shop = Stocked::new().await;
    let manager = shop.at_main("facility_manager").await;
    for _ in 0..3 {
        // 250 pairs are the day's limit; the rest would be requests.
        let many: Vec<_> =
            (0..125).flat_map(|_| [shop.variance(1, "found"), shop.variance(-1, "lost")]).collect();
        for who in [&manager, &shop.at_main("facility_manager").await] {
            let many: Vec<_> = many
                .iter()
                .map(|body| {
                    let mut body = body.clone();
                    body["id"] = json!(shop.state.id());
                    body
                })
                .collect();
            shop.state.as_(who).post("/variances/bulk", &json!({"variances": many})).await.ok();
        }
    }
    // One manager posts 250 on their day, three others 250 each: a page is 1,000.
    let more = shop.at_main("facility_manager").await;
    shop.state.as_(&more).post("/variances", &shop.variance(-1, "lost")).await.ok();
    let reply = shop.state.as_(&manager).get("/variances/export?format=csv").await;
    let mut rows = csv::Reader::from_reader(reply.bytes.as_slice());
    let column = rows.headers().expect("names").iter().position(|n| n == "id").expect("id");
    let ids: Vec<String> =
        rows.records().map(|row| row.expect("reads").get(column).expect("id").to_owned()).collect();
    let distinct: std::collections::BTreeSet<&String> = ids.iter().collect();
    assert_eq!((ids.len(), distinct.len()), (1_001, 1_001));
}

#[tokio::test]
async fn a_file_needs_its_own_permission() {
    let shop = Stocked::new().await;
    let associate = shop.at_main("associate").await;
    let client = shop.state.as_(&associate);
    let denied = client.get("/variances/export?format=csv").await;
    assert_eq!(denied.problem(403, "not-permitted")["permission"], "export.read");
    let manager = shop.at_main("facility_manager").await;
    let client = shop.state.as_(&manager);
    client.get("/variances/export").await.problem(400, "invalid-query");
    client.get("/variances/export?format=pdf").await.problem(400, "invalid-query");
    let there = format!("/variances/export?format=csv&facility_id={}", shop.harbour);
    client.get(&there).await.problem(404, "unknown-facility");
    let empty = client.get("/variances/export?format=csv").await;
    assert_eq!(empty.text().lines().count(), 1, "the names of the columns alone");
}
