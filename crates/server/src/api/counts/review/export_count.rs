//! `GET /counts/{id}/export`

use axum::{body::Body, extract::State, response::Response};
use onhand_domain::{Micros, Permission, PrincipalId};
use onhand_store::counts::{CountLines, LineFacts, LineNames};
use serde::Deserialize;
use tokio::sync::Semaphore;
use utoipa::IntoParams;
use uuid::Uuid;

use super::{list_count_lines::lines_of, viewer::Viewer};
use crate::{
    Problem,
    api::{
        ApiResult,
        counts::authorised,
        variances::{Cell, ExportFormat, csv_of, file_named, write_row},
    },
    caller::Caller,
    extract::{ApiPath, ApiQuery},
    state::AppState,
};

/// Spreadsheets that are written at the same time: each takes a core while it is compressed.
const SPREADSHEETS_AT_ONCE_MAX: usize = 2;

static SPREADSHEETS: Semaphore = Semaphore::const_new(SPREADSHEETS_AT_ONCE_MAX);

/// The columns, named as in the API.
const COLUMNS: &[&str] = &[
    "sku_code",
    "product_title",
    "sku_title",
    "status",
    "counted",
    "expected",
    "variance",
    "variance_low",
    "variance_high",
    "unit_value",
    "value",
    "first_scanned_at",
    "last_scanned_at",
    "scans",
    "round",
    "how",
    "counters",
    "areas",
    "decision",
    "decided_by",
    "second_by",
    "decided_at",
    "reason",
    "rule",
    "undone_by",
    "undone_at",
    "line_id",
    "sku_id",
];

/// As what.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExportCount {
    /// The kind of file.
    #[param(inline)]
    format: ExportFormat,
}

/// All lines of a count as a file, by what is at stake. No cell can be taken for a formula.
#[utoipa::path(
    get,
    path = "/counts/{id}/export",
    operation_id = "export_count",
    tag = "counts",
    params(("id" = Uuid, Path, description = "The count"), ExportCount),
    responses((status = 200, description = "The file", content(
        (String = "text/csv", example = json!("sku_code,product_title,sku_title,status\r\n")),
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ))),
    extensions(("x-permission" = json!("export.read"))),
)]
pub(crate) async fn export_count(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
    ApiQuery(query): ApiQuery<ExportCount>,
) -> ApiResult<Response> {
    let (count, _) = authorised(&state, &caller, Permission::ExportRead, id).await?;
    Viewer::of(&caller, count.facility).require_sight()?;
    let all = lines_of(&state, &count).await?;
    let names = state.store.line_names(&all.lines).await?;
    let rows = rows(&all, &names);
    match query.format {
        ExportFormat::Csv => {
            let bytes = csv_of(COLUMNS, rows).map_err(|error| failed(&error))?;
            Ok(file_named("text/csv; charset=utf-8", "count.csv", Body::from(bytes)))
        }
        ExportFormat::Xlsx => {
            let slot = SPREADSHEETS.try_acquire();
            let _slot = slot.map_err(|_| Problem::busy("other exports are being written"))?;
            let written = tokio::task::spawn_blocking(move || spreadsheet(rows)).await;
            let written = written.map_err(|error| failed(&error))?;
            let bytes = written.map_err(|error| failed(&error))?;
            let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
            Ok(file_named(kind, "count.xlsx", Body::from(bytes)))
        }
    }
}

fn failed(error: &dyn std::error::Error) -> Problem {
    tracing::error!(error = %crate::problem::chain(error), "export.failed");
    Problem::internal()
}

fn spreadsheet(rows: Vec<Vec<Cell>>) -> Result<Vec<u8>, rust_xlsxwriter::XlsxError> {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet_with_constant_memory()?;
    sheet.set_name("Count")?;
    write_row(sheet, 0, COLUMNS.iter().map(|name| Cell::Text((*name).to_owned())))?;
    for (n, row) in (1..).zip(rows) {
        write_row(sheet, n, row)?;
    }
    workbook.save_to_buffer()
}

fn rows(all: &CountLines, names: &LineNames) -> Vec<Vec<Cell>> {
    let mut lines: Vec<&LineFacts> = all.lines.iter().collect();
    lines.sort_by_key(|facts| (std::cmp::Reverse(facts.at_stake()), facts.sku));
    lines.into_iter().map(|facts| row(facts, names)).collect()
}

fn row(facts: &LineFacts, names: &LineNames) -> Vec<Cell> {
    let (seen, reading) = (facts.line.seen.as_ref(), facts.reading());
    let (sku, row) = (names.sku(facts.sku), facts.row.as_ref());
    let person = |id: Option<Uuid>| {
        text(id.and_then(|id| names.actor(PrincipalId(id))).map(|actor| actor.name.clone()))
    };
    let joined = |all: Vec<String>| Cell::Text(all.join(", "));
    let counters = facts.counters.iter().filter_map(|id| names.actor(*id));
    vec![
        text(facts.code.clone()),
        text(sku.map(|sku| sku.product_title.clone())),
        text(sku.map(|sku| sku.title.clone())),
        text(Some(facts.status().code().to_owned())),
        number(seen.map(|seen| seen.counted)),
        number(Some(facts.line.expected.at_last)),
        number(reading.map(|reading| reading.variance())),
        number(reading.map(|reading| reading.variance_low())),
        number(reading.map(|reading| reading.variance_high())),
        facts.unit_value.map_or(Cell::Empty, Cell::Amount),
        facts.value().map_or(Cell::Empty, Cell::Amount),
        time(seen.map(|seen| seen.first_at)),
        time(seen.map(|seen| seen.last_at)),
        number(seen.map(|seen| seen.scans)),
        number(seen.map(|seen| seen.round)),
        joined(seen.iter().flat_map(|s| &s.how).map(|how| how.code().to_owned()).collect()),
        joined(counters.map(|actor| actor.name.clone()).collect()),
        joined(facts.areas.iter().cloned().collect()),
        text(row.and_then(|row| row.decision.clone())),
        person(row.and_then(|row| row.decided_by)),
        person(row.and_then(|row| row.second_by)),
        time(row.and_then(|row| row.decided_at).map(Micros)),
        text(row.and_then(|row| row.reason.clone())),
        text(row.map(|row| row.rule.clone())),
        person(row.and_then(|row| row.undone_by)),
        time(row.and_then(|row| row.undone_at).map(Micros)),
        text(row.map(|row| row.line_id.to_string())),
        Cell::Text(facts.sku.to_string()),
    ]
}

fn text(text: Option<String>) -> Cell {
    text.map_or(Cell::Empty, Cell::Text)
}

fn number(number: Option<i64>) -> Cell {
    number.map_or(Cell::Empty, Cell::Number)
}

fn time(at: Option<Micros>) -> Cell {
    let at = at.and_then(Micros::to_timestamp);
    at.map_or(Cell::Empty, |at| Cell::Text(at.to_string()))
}
