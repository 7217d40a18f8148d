//! The history of imports: what was read when, how far it is, what came of it.

use onhand_domain::{FacilityId, FacilityScope, Micros, PrincipalId};
use sea_orm::{
    ColumnTrait, Condition, DbBackend, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect, sea_query::Expr,
};
use uuid::Uuid;

use crate::{
    Store, StoreError,
    entities::imports,
    unit::{By, Unit},
};

/// An import as it is recorded.
pub type Import = imports::Model;

/// What an import reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportKind {
    /// Products.
    Catalog,
    /// Quantities by location.
    Stock,
}

impl ImportKind {
    /// The word for it in the database and the API.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Catalog => "catalog",
            Self::Stock => "stock",
        }
    }

    /// The kind with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Catalog, Self::Stock].into_iter().find(|k| k.code() == code)
    }
}

/// What an import writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportMode {
    /// Nothing: only the report is made.
    DryRun,
    /// The good rows.
    GoodRows,
    /// All rows, or nothing where one is refused.
    AllOrNothing,
}

impl ImportMode {
    /// The word for it in the database and the API.
    pub const fn code(self) -> &'static str {
        match self {
            Self::DryRun => "dry_run",
            Self::GoodRows => "good_rows",
            Self::AllOrNothing => "all_or_nothing",
        }
    }

    /// The mode with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::DryRun, Self::GoodRows, Self::AllOrNothing].into_iter().find(|m| m.code() == code)
    }
}

/// How an import stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportStatus {
    /// Rows are being read.
    Running,
    /// The report is there.
    Done,
    /// It ended early; `failure` says why.
    Failed,
}

impl ImportStatus {
    /// The word for it in the database and the API.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

/// An import that starts.
#[derive(Clone, Debug)]
pub struct NewImport {
    /// Id.
    pub id: Uuid,
    /// What it reads.
    pub kind: ImportKind,
    /// Where the opening stock goes.
    pub facility: Option<FacilityId>,
    /// What it writes.
    pub mode: ImportMode,
    /// The file's name.
    pub file_name: String,
}

impl Store {
    /// Records that an import starts.
    pub async fn start_import(&self, by: &By, new: NewImport) -> Result<Import, StoreError> {
        let unit = Unit::begin(self, by).await?;
        let row = imports::Model {
            id: new.id,
            kind: new.kind.code().to_owned(),
            facility_id: new.facility.map(|f| f.0),
            mode: new.mode.code().to_owned(),
            file_name: new.file_name,
            status: ImportStatus::Running.code().to_owned(),
            rows_done: 0,
            rows_total: None,
            report: None,
            failure: None,
            started_by: by.actor.0,
            started_at: unit.now.0,
            finished_at: None,
        };
        imports::Entity::insert(row.clone().into_active_model())
            .exec_without_returning(&unit.tx)
            .await?;
        unit.commit(new.facility, new.id.to_string()).await?;
        Ok(row)
    }

    /// Records how far an import is.
    pub async fn advance_import(&self, id: Uuid, done: u64, total: u64) -> Result<(), StoreError> {
        let count = |rows: u64| i64::try_from(rows).unwrap_or(i64::MAX);
        imports::Entity::update_many()
            .col_expr(imports::Column::RowsDone, Expr::value(count(done)))
            .col_expr(imports::Column::RowsTotal, Expr::value(count(total)))
            .filter(imports::Column::Id.eq(id))
            .exec(&self.writer())
            .await?;
        Ok(())
    }

    /// Records how an import ended: its report as JSON, or why it failed.
    pub async fn finish_import(
        &self,
        id: Uuid,
        report: Option<String>,
        failure: Option<String>,
    ) -> Result<(), StoreError> {
        let status = if failure.is_none() { ImportStatus::Done } else { ImportStatus::Failed };
        imports::Entity::update_many()
            .col_expr(imports::Column::Status, Expr::value(status.code()))
            .col_expr(imports::Column::Report, Expr::value(report))
            .col_expr(imports::Column::Failure, Expr::value(failure))
            .col_expr(imports::Column::FinishedAt, Expr::value(self.clock().now().0))
            .filter(imports::Column::Id.eq(id))
            .exec(&self.writer())
            .await?;
        Ok(())
    }

    /// Marks the imports that a process left unfinished when it ended; called when a server starts.
    /// What they wrote stays; the file can be imported again.
    ///
    /// An embedded database has one server, so all that seem to run are meant. Beside other nodes
    /// only those that started longer ago than any import takes.
    pub async fn fail_interrupted_imports(&self) -> Result<u64, StoreError> {
        let now = self.clock().now();
        let before = match self.writer().get_database_backend() {
            DbBackend::Sqlite => now.0,
            _ => now.plus(-Micros::DAY).0,
        };
        let done = imports::Entity::update_many()
            .col_expr(imports::Column::Status, Expr::value(ImportStatus::Failed.code()))
            .col_expr(
                imports::Column::Failure,
                Expr::value("the server stopped meanwhile; import the file again to continue"),
            )
            .col_expr(imports::Column::FinishedAt, Expr::value(now.0))
            .filter(imports::Column::Status.eq(ImportStatus::Running.code()))
            .filter(imports::Column::StartedAt.lte(before))
            .exec(&self.writer())
            .await?;
        Ok(done.rows_affected)
    }

    /// The imports at these facilities, and the caller's own, newest first, after the one that
    /// started at `after` (microseconds UTC) with that id.
    pub async fn list_imports(
        &self,
        scope: &FacilityScope,
        caller: PrincipalId,
        after: Option<(i64, Uuid)>,
        limit: u64,
    ) -> Result<Vec<Import>, StoreError> {
        let mut select = imports::Entity::find()
            .filter(visible(scope, caller))
            .order_by_desc(imports::Column::StartedAt)
            .order_by_desc(imports::Column::Id);
        if let Some((at, id)) = after {
            select = select.filter(
                Condition::any().add(imports::Column::StartedAt.lt(at)).add(
                    Condition::all()
                        .add(imports::Column::StartedAt.eq(at))
                        .add(imports::Column::Id.lt(id)),
                ),
            );
        }
        Ok(select.limit(limit).all(&self.reader()).await?)
    }

    /// One import, where the caller may see it.
    pub async fn import(
        &self,
        scope: &FacilityScope,
        caller: PrincipalId,
        id: Uuid,
    ) -> Result<Option<Import>, StoreError> {
        Ok(imports::Entity::find_by_id(id)
            .filter(visible(scope, caller))
            .one(&self.reader())
            .await?)
    }
}

/// What a caller may see: everything, or what happened at their facilities and what they did.
fn visible(scope: &FacilityScope, caller: PrincipalId) -> Condition {
    match scope {
        FacilityScope::All => Condition::all(),
        FacilityScope::Only(ids) => Condition::any()
            .add(imports::Column::FacilityId.is_in(ids.iter().map(|f| f.0)))
            .add(imports::Column::StartedBy.eq(caller.0)),
    }
}
