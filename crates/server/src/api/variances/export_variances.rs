//! `GET /variances/export`

use std::{collections::BTreeSet, io::Seek as _};

use axum::{
    body::{Body, Bytes},
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use onhand_domain::{FacilityScope, Permission};
use onhand_store::stock::{DESCRIBED_MAX, MovementCursor, MovementFilter};
use serde::Deserialize;
use tokio::sync::{Semaphore, mpsc};
use utoipa::ToSchema;

use super::{
    filter::variance_query,
    sheet::{COLUMNS, Cell, csv, row, write_row},
};
use crate::{Problem, api::ApiResult, caller::Caller, extract::ApiQuery, state::AppState};

/// Most rows of one file: what a spreadsheet still opens at once.
const EXPORT_ROWS_MAX: u64 = 100_000;
/// Spreadsheets that are written at the same time: each takes a core while it is compressed.
const SPREADSHEETS_AT_ONCE_MAX: usize = 2;
/// Pages that may wait for the writer of a spreadsheet.
const PAGES_WAITING_MAX: usize = 2;

static SPREADSHEETS: Semaphore = Semaphore::const_new(SPREADSHEETS_AT_ONCE_MAX);

/// The kind of file.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ExportFormat {
    /// Comma-separated values, UTF-8.
    Csv,
    /// A spreadsheet.
    Xlsx,
}

variance_query! {
    /// Which variances, as what.
    ExportVariances {
        /// The kind of file.
        #[param(inline)]
        format: ExportFormat,
    }
}

/// Variances and their reversals as a file, newest first; at most 100,000. No cell can be taken
/// for a formula: a text that begins like one has a quote before it.
#[utoipa::path(
    get,
    path = "/variances/export",
    operation_id = "export_variances",
    tag = "variances",
    params(ExportVariances),
    responses((status = 200, description = "The file", content(
        (String = "text/csv", example = json!("day,recorded_at,effective_at\r\n")),
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ))),
    extensions(("x-permission" = json!("export.read"))),
)]
pub(crate) async fn export_variances(
    State(state): State<AppState>,
    caller: Caller,
    ApiQuery(query): ApiQuery<ExportVariances>,
) -> ApiResult<Response> {
    let scope = query.scope(&caller, Permission::ExportRead).await?;
    let filter = query.filter();
    let rows = state.store.count_variances(&scope, &filter).await?;
    check_rows(rows)?;
    let pages = Pages { state, scope, filter, after: None, first: true, done: false };
    match query.format {
        ExportFormat::Csv => {
            Ok(file_named("text/csv; charset=utf-8", "variances.csv", stream_csv(pages)))
        }
        ExportFormat::Xlsx => {
            let slot = SPREADSHEETS.try_acquire();
            let _slot = slot.map_err(|_| Problem::busy("other exports are being written"))?;
            let body = spreadsheet(pages).await?;
            let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
            Ok(file_named(kind, "variances.xlsx", body))
        }
    }
}

fn check_rows(rows: u64) -> Result<(), Problem> {
    if rows <= EXPORT_ROWS_MAX {
        return Ok(());
    }
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    Err(Problem::new(status, "too-many-rows", "These are too many rows for one file")
        .detail(format!(
            "These are {rows} rows; a file has at most {EXPORT_ROWS_MAX}. Choose a shorter time \
             or one facility."
        ))
        .at("?from", "choose a later time")
        .with("rows", rows)
        .with("max", EXPORT_ROWS_MAX))
}

/// A file to be saved under a name.
pub(crate) fn file_named(kind: &'static str, name: &str, body: Body) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    let disposition = format!("attachment; filename=\"{name}\"");
    if let Ok(value) = HeaderValue::from_str(&disposition) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

/// Reads the rows page by page: an export holds one page in memory, whatever its size.
struct Pages {
    state: AppState,
    scope: FacilityScope,
    filter: MovementFilter,
    after: Option<MovementCursor>,
    first: bool,
    done: bool,
}

impl Pages {
    /// The next rows; none at the end. The first page comes even where it is empty, for its
    /// header.
    async fn next(&mut self) -> ApiResult<Option<Vec<Vec<Cell>>>> {
        if self.done {
            return Ok(None);
        }
        let store = &self.state.store;
        let limit = DESCRIBED_MAX as u64;
        let page = store.list_movements(&self.scope, &self.filter, self.after, limit).await?;
        self.done = page.len() < DESCRIBED_MAX;
        self.after = page.last().map(|last| MovementCursor::after(&last.movement));
        let facilities: BTreeSet<_> = page.iter().map(|d| d.movement.facility).collect();
        let sites = store.sites(&facilities).await?;
        Ok(Some(page.into_iter().map(|detail| row(detail, &sites)).collect()))
    }
}

fn stream_csv(pages: Pages) -> Body {
    let chunk = |mut pages: Pages| async move {
        let first = std::mem::replace(&mut pages.first, false);
        let rows = pages.next().await.map_err(|_| broken())?;
        let Some(rows) = rows else { return Ok(None) };
        let bytes = csv(first, rows).map_err(std::io::Error::other)?;
        Ok::<_, std::io::Error>(Some((Bytes::from(bytes), pages)))
    };
    Body::from_stream(futures::stream::try_unfold(pages, chunk))
}

/// Ends an answer that has begun in a way that no reader takes for its regular end.
fn broken() -> std::io::Error {
    std::io::Error::other("the rows could not be read to their end")
}

async fn spreadsheet(mut pages: Pages) -> ApiResult<Body> {
    let (sender, receiver) = mpsc::channel(PAGES_WAITING_MAX);
    let writer = tokio::task::spawn_blocking(move || write_spreadsheet(receiver));
    while let Some(rows) = pages.next().await? {
        // A writer that is gone has failed; its error comes below.
        if sender.send(rows).await.is_err() {
            break;
        }
    }
    drop(sender);
    let failed = |error: &dyn std::error::Error| {
        tracing::error!(error = %crate::problem::chain(error), "export.failed");
        Problem::internal()
    };
    let written = writer.await.map_err(|error| failed(&error))?;
    let file = tokio::fs::File::from_std(written.map_err(|error| failed(&error))?);
    Ok(Body::from_stream(tokio_util::io::ReaderStream::new(file)))
}

fn write_spreadsheet(
    mut pages: mpsc::Receiver<Vec<Vec<Cell>>>,
) -> Result<std::fs::File, rust_xlsxwriter::XlsxError> {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet_with_constant_memory()?;
    sheet.set_name("Variances")?;
    write_row(sheet, 0, COLUMNS.iter().map(|name| Cell::Text((*name).to_owned())))?;
    let mut n = 0;
    while let Some(rows) = pages.blocking_recv() {
        for row in rows {
            n += 1;
            write_row(sheet, n, row)?;
        }
    }
    let mut file = tempfile::tempfile()?;
    workbook.save_to_writer(&file)?;
    file.rewind()?;
    Ok(file)
}
