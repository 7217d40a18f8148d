//! `POST /counts/imports`

use axum::{
    Json,
    extract::{FromRequest as _, Multipart, Request, State},
    http::{StatusCode, header},
};
use onhand_catalog::{
    RowError,
    counts::{CountImportError, CountOptions, CountReport, ImportedCount, import_counts as import},
};
use onhand_domain::{FacilityId, FacilityScope, Permission};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::{
    Problem,
    api::{ApiResult, imports::ImportMode},
    caller::Caller,
    extract::{ApiQuery, read_body},
    state::AppState,
};

/// Bytes of a sheet: as many rows as it may have, each with long names.
pub(super) const SHEET_BYTES_MAX: usize = 8 * 1024 * 1024;

/// How to import.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ImportCounts {
    /// Where rows count that name no facility; rows of other facilities are refused.
    facility_id: Option<Uuid>,
    /// What is written.
    #[serde(default)]
    #[param(inline, required = false)]
    mode: ImportMode,
}

/// A form with the sheet.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the form, which is read as a stream")]
pub(crate) struct CountSheetForm {
    /// The CSV.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// What an import did, or would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct CountImport {
    /// The counts of the file, as far as they are good.
    counts: Vec<CountOfImport>,
    /// Rows that said what a row before them had said.
    merged: u64,
    /// What was refused, at most 200.
    errors: Vec<CountImportFault>,
    /// All of it.
    errors_total: u64,
}

/// A count of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct CountOfImport {
    /// Follows from what is asked for: the same rows give the same id.
    id: Uuid,
    /// What it is called.
    name: String,
    /// Where.
    facility_id: Uuid,
    /// How many SKUs; 0 for an area.
    items: usize,
    /// Whether this import made it: false in a dry run, and where it was there before.
    made: bool,
}

/// A row that was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct CountImportFault {
    /// The line of the file in which the row starts, as an editor counts.
    line: u64,
    /// The column; null where it is about the row as a whole.
    column: Option<String>,
    /// What stands there, shortened.
    value: Option<String>,
    /// What is wrong with it.
    problem: String,
    /// What to do about it.
    remedy: String,
}

impl From<ImportedCount> for CountOfImport {
    fn from(count: ImportedCount) -> Self {
        Self {
            id: count.id.0,
            name: count.name,
            facility_id: count.facility.0,
            items: count.items,
            made: count.made,
        }
    }
}

impl From<RowError> for CountImportFault {
    fn from(error: RowError) -> Self {
        Self {
            line: error.line,
            column: error.column,
            value: error.value,
            problem: error.problem,
            remedy: error.remedy,
        }
    }
}

impl From<CountReport> for CountImport {
    fn from(report: CountReport) -> Self {
        Self {
            counts: report.counts.into_iter().map(Into::into).collect(),
            merged: report.merged,
            errors: report.errors.into_iter().map(Into::into).collect(),
            errors_total: report.errors_total,
        }
    }
}

impl From<CountImportError> for Problem {
    fn from(error: CountImportError) -> Self {
        let impossible = StatusCode::UNPROCESSABLE_ENTITY;
        let words = error.to_string();
        match error {
            CountImportError::File(_) => {
                Self::new(impossible, "unreadable-file", "The file can't be imported")
                    .at("/file", &words)
                    .detail(words)
            }
            CountImportError::TooMany { max, .. } => {
                Self::new(impossible, "too-many", "That is too much for once")
                    .at("/file", &words)
                    .detail(words)
                    .with("max", max)
            }
            CountImportError::Count(error) => error.into(),
        }
    }
}

/// Makes counts of a sheet: `count, sku or barcode, facility, area, start, due, kind`, a row for
/// each SKU of a count or for each area. Rows of one name are one count; duplicates are merged;
/// times without an offset are the facility's. The same file again makes nothing twice.
#[utoipa::path(
    post,
    path = "/counts/imports",
    operation_id = "import_counts",
    tag = "counts",
    params(ImportCounts),
    request_body(content(
        (CountSheetForm = "multipart/form-data"),
        (String = "text/csv", example = "count,sku,area,due,kind\nBack room,,Back room,,area\n"),
    ), description = "The sheet, at most 8 MiB and 50,000 rows"),
    responses((status = 200, description = "What it did, or would do", body = CountImport,
        example = json!({
            "counts": [{
                "id": "01900000-0000-8000-8000-000000000001", "name": "Back room",
                "facility_id": "01900000-0000-7000-8000-00000000000a", "items": 0, "made": true,
            }],
            "merged": 0, "errors": [], "errors_total": 0,
        }))),
    extensions(("x-permission" = json!("count.manage"))),
)]
pub(crate) async fn import_counts(
    State(state): State<AppState>,
    caller: Caller,
    ApiQuery(query): ApiQuery<ImportCounts>,
    request: Request,
) -> ApiResult<Json<CountImport>> {
    let facility = query.facility_id.map(FacilityId);
    let scope = caller.scope_at(Permission::CountManage, facility).await?;
    if let Some(id) = facility
        && state.store.facility(id).await?.is_none()
    {
        return Err(Problem::unknown("facility"));
    }
    let rule_at = match &scope {
        FacilityScope::Only(ids) => ids.first().copied(),
        FacilityScope::All => facility,
    };
    let by = caller.authorise(Permission::CountManage, rule_at).await?.by;
    let sheet = receive(request, &state).await?;
    let options = CountOptions { by, mode: query.mode.into(), scope, facility };
    let report = import(&state.store, &sheet, &options).await?;
    Ok(Json(report.into()))
}

/// The CSV that is the body, or the file of a form.
async fn receive(request: Request, state: &AppState) -> ApiResult<Vec<u8>> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok());
    let kind = kind.unwrap_or("").split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    match kind.as_str() {
        "text/csv" => Ok(read_body(request, state).await?.to_vec()),
        "multipart/form-data" => of_form(request).await,
        _ => Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported-media-type",
            "The body is of another kind",
        )
        .detail("send multipart/form-data with a field \"file\", or the CSV itself as text/csv")),
    }
}

async fn of_form(request: Request) -> ApiResult<Vec<u8>> {
    let unreadable = |text: String| {
        Problem::malformed("malformed-form", format!("the form can't be read: {text}"))
    };
    let mut form =
        Multipart::from_request(request, &()).await.map_err(|e| unreadable(e.body_text()))?;
    while let Some(field) = form.next_field().await.map_err(|e| unreadable(e.to_string()))? {
        if field.name() == Some("file") {
            let bytes = field.bytes().await.map_err(|e| unreadable(e.to_string()))?;
            return Ok(bytes.to_vec());
        }
    }
    Err(Problem::invalid("/file", "the form has no field \"file\""))
}
