//! Imports of the catalogue and of opening stock: a file is sent, read in the background, and
//! asked after until its report is there.

mod create_import;
mod get_import;
mod list_imports;
mod report;
mod run;
#[cfg(test)]
pub(crate) mod testing;
mod upload;

use axum::extract::DefaultBodyLimit;
use onhand_domain::Micros;
use onhand_store::catalog;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{api::shapes::codes::ImportStatus, state::AppState, wire::ApiTime};
use report::ImportReport;

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    let uploads = OpenApiRouter::new()
        .routes(routes!(create_import::create_import))
        // The upload counts its own bytes, since it goes to a file and not into memory.
        .layer(DefaultBodyLimit::disable());
    OpenApiRouter::new()
        .merge(uploads)
        .routes(routes!(list_imports::list_imports))
        .routes(routes!(get_import::get_import))
}

/// What an import reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ImportKind {
    /// Shopify's product export.
    Catalog,
    /// Shopify's inventory export.
    Stock,
}

/// What an import writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ImportMode {
    /// Nothing: only the report is made.
    DryRun,
    /// The good rows.
    #[default]
    GoodRows,
    /// All rows, or nothing where one is refused.
    AllOrNothing,
}

/// An import: how far it is and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Import {
    /// Id.
    pub(crate) id: Uuid,
    /// What it reads.
    #[schema(value_type = ImportKind, example = "catalog")]
    pub(crate) kind: String,
    /// Where the opening stock goes; null where the file says it, or where no stock was wanted.
    pub(crate) facility_id: Option<Uuid>,
    /// What it writes.
    #[schema(value_type = ImportMode, example = "good_rows")]
    pub(crate) mode: String,
    /// The file's name.
    #[schema(example = "products_export.csv")]
    pub(crate) file_name: String,
    /// How it stands.
    #[schema(value_type = ImportStatus, example = "done")]
    pub(crate) status: String,
    /// Rows read so far.
    #[schema(example = 1399)]
    pub(crate) rows_done: i64,
    /// Rows in all; null until they are counted.
    #[schema(example = 1399)]
    pub(crate) rows_total: Option<i64>,
    /// What it did, or would do; null while it runs.
    pub(crate) report: Option<ImportReport>,
    /// Why it failed, in words for people.
    pub(crate) failure: Option<String>,
    /// When it started.
    pub(crate) started_at: ApiTime,
    /// When it ended.
    pub(crate) finished_at: Option<ApiTime>,
}

impl From<ImportKind> for catalog::ImportKind {
    fn from(kind: ImportKind) -> Self {
        match kind {
            ImportKind::Catalog => Self::Catalog,
            ImportKind::Stock => Self::Stock,
        }
    }
}

impl From<ImportMode> for catalog::ImportMode {
    fn from(mode: ImportMode) -> Self {
        match mode {
            ImportMode::DryRun => Self::DryRun,
            ImportMode::GoodRows => Self::GoodRows,
            ImportMode::AllOrNothing => Self::AllOrNothing,
        }
    }
}

impl From<catalog::Import> for Import {
    fn from(import: catalog::Import) -> Self {
        Self {
            id: import.id,
            kind: import.kind,
            facility_id: import.facility_id,
            mode: import.mode,
            file_name: import.file_name,
            status: import.status,
            rows_done: import.rows_done,
            rows_total: import.rows_total,
            // Written by this program; one that it can't read any more is as good as none.
            report: import.report.and_then(|json| serde_json::from_str(&json).ok()),
            failure: import.failure,
            started_at: Micros(import.started_at).into(),
            finished_at: import.finished_at.map(|at| Micros(at).into()),
        }
    }
}
