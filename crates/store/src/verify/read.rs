//! Reads page by page from one snapshot of the database.

use std::collections::BTreeSet;

use onhand_domain::{FacilityId, FacilityScope};
use sea_orm::{
    AccessMode, ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbBackend,
    EntityTrait, ExprTrait, FromQueryResult, IsolationLevel, QueryFilter, QueryOrder, QueryResult,
    QuerySelect, QueryTrait, TransactionOptions, TransactionTrait,
};
use uuid::Uuid;

use super::{
    Difference, Findings, What,
    books::Books,
    ledger::{Entry, Ledger, Targets},
};
use crate::{
    Store, StoreError,
    entities::{anchors, facilities, ledger_heads, levels, movements, order_lines},
    stock::movement_of,
};

/// Rows that are read at once.
const PAGE_ROWS: u64 = 2_000;
/// Ids that one query asks for: databases limit a statement's parameters.
const IDS_MAX: usize = 500;

/// The database at one moment.
pub(super) struct Snapshot(DatabaseTransaction);

/// Movements that were read, and where the next page starts.
pub(super) struct Page {
    pub(super) movements: Vec<Entry>,
    pub(super) next: Option<i64>,
}

impl Snapshot {
    /// Takes it. Nobody waits for it, and it waits for nobody.
    pub(super) async fn take(store: &Store) -> Result<Self, StoreError> {
        let db = store.reader();
        let options = match db.get_database_backend() {
            DbBackend::Postgres => TransactionOptions {
                isolation_level: Some(IsolationLevel::RepeatableRead),
                access_mode: Some(AccessMode::ReadOnly),
                ..TransactionOptions::default()
            },
            // On SQLite every transaction that reads is a snapshot.
            _ => TransactionOptions::default(),
        };
        Ok(Self(db.begin_with_options(options).await?))
    }

    /// The facilities to check. Movements of one that does not exist are a difference.
    pub(super) async fn facilities(
        &self,
        scope: &FacilityScope,
        findings: &mut Findings,
    ) -> Result<BTreeSet<FacilityId>, StoreError> {
        let known: BTreeSet<FacilityId> = facilities::Entity::find()
            .select_only()
            .column(facilities::Column::Id)
            .into_tuple::<Uuid>()
            .all(&self.0)
            .await?
            .into_iter()
            .map(FacilityId)
            .filter(|id| scope.contains(*id))
            .collect();
        let mut all = known.clone();
        let mut after: Option<Uuid> = None;
        // From one facility to the next along the primary key, whatever lies in between.
        loop {
            let mut next = movements::Entity::find()
                .select_only()
                .column(movements::Column::FacilityId)
                .order_by_asc(movements::Column::FacilityId);
            if let Some(id) = after {
                next = next.filter(movements::Column::FacilityId.gt(id));
            }
            let Some(id) = next.limit(1).into_tuple::<Uuid>().one(&self.0).await? else { break };
            after = Some(id);
            let facility = FacilityId(id);
            if scope.contains(facility) && all.insert(facility) {
                findings.add(Difference {
                    facility,
                    sku: None,
                    seq: None,
                    what: What::Facility,
                    expected: "a facility that exists".to_owned(),
                    found: "movements of one that doesn't".to_owned(),
                });
            }
        }
        Ok(all)
    }

    /// The movements after a number.
    pub(super) async fn movements(
        &self,
        facility: FacilityId,
        after: Option<i64>,
        findings: &mut Findings,
    ) -> Result<Page, StoreError> {
        let mut query = movements::Entity::find()
            .filter(movements::Column::FacilityId.eq(facility.0))
            .order_by_asc(movements::Column::Seq)
            .limit(PAGE_ROWS);
        if let Some(seq) = after {
            query = query.filter(movements::Column::Seq.gt(seq));
        }
        let rows = self.rows(query).await?;
        let full = rows.len() as u64 == PAGE_ROWS;
        let mut page = Page { movements: Vec::with_capacity(rows.len()), next: after };
        for row in &rows {
            let Ok(seq) = row.try_get::<i64>("", "seq") else {
                // Without a number there is no way to what comes behind it.
                findings.add(unreadable(facility, "movements", "a seq that is no number"));
                page.next = None;
                return Ok(page);
            };
            page.movements.push(entry(row, seq));
            page.next = Some(seq);
        }
        page.next = page.next.filter(|_| full);
        Ok(page)
    }

    /// What the reversals among `entries` reverse.
    pub(super) async fn targets(&self, entries: &[Entry]) -> Result<Targets, StoreError> {
        let ids: Vec<Uuid> = entries
            .iter()
            .filter_map(|entry| match entry {
                Entry::Read(movement) => movement.reverses.map(|id| id.0),
                Entry::Unreadable { .. } => None,
            })
            .collect();
        let mut targets = Targets::new();
        for ids in ids.chunks(IDS_MAX) {
            let query =
                movements::Entity::find().filter(movements::Column::Id.is_in(ids.iter().copied()));
            for row in &self.rows(query).await? {
                // One that can't be read is a difference of its own, where it stands.
                if let Entry::Read(movement) = entry(row, 0) {
                    targets.insert(movement.id, *movement);
                }
            }
        }
        Ok(targets)
    }

    /// Nothing is reversed twice. The unique index sees to it; this sees to the index.
    pub(super) async fn check_reversed_once(
        &self,
        scope: &FacilityScope,
        findings: &mut Findings,
    ) -> Result<(), StoreError> {
        let count = || movements::Column::Seq.count();
        let twice = movements::Entity::find()
            .select_only()
            .column(movements::Column::Reverses)
            .column_as(count(), "reversals")
            .filter(movements::Column::Reverses.is_not_null())
            .group_by(movements::Column::Reverses)
            .having(count().gt(1))
            .limit(PAGE_ROWS)
            .into_tuple::<(Uuid, i64)>()
            .all(&self.0)
            .await?;
        for (id, reversals) in twice {
            let target = movements::Entity::find().filter(movements::Column::Id.eq(id));
            let target = self.rows(target).await?.first().map(|row| entry(row, 0));
            // A reversal of nothing was named where it stands.
            let Some(Entry::Read(target)) = target else { continue };
            if scope.contains(target.facility) {
                findings.add(Difference {
                    facility: target.facility,
                    sku: Some(target.sku),
                    seq: Some(target.seq),
                    what: What::Reversal,
                    expected: "one reversal at most".to_owned(),
                    found: format!("{reversals} reversals"),
                });
            }
        }
        Ok(())
    }

    /// The end of the ledger, as it is remembered.
    pub(super) async fn head(
        &self,
        facility: FacilityId,
        findings: &mut Findings,
    ) -> Result<Option<ledger_heads::Model>, StoreError> {
        let rows = self.rows(ledger_heads::Entity::find_by_id(facility.0)).await?;
        Ok(rows.first().and_then(|row| model(row, facility, "ledger_heads", findings)))
    }

    /// The facility's counts, by SKU and time.
    pub(super) async fn books(
        &self,
        facility: FacilityId,
        findings: &mut Findings,
    ) -> Result<Books, StoreError> {
        use anchors::Column as C;
        let mut books = Books::default();
        let mut after: Option<(Uuid, i64)> = None;
        loop {
            let mut query = anchors::Entity::find()
                .filter(C::FacilityId.eq(facility.0))
                .order_by_asc(C::SkuId)
                .order_by_asc(C::EffectiveAt)
                .limit(PAGE_ROWS);
            if let Some((sku, at)) = after {
                let later = Condition::all().add(C::SkuId.eq(sku)).add(C::EffectiveAt.gt(at));
                query = query.filter(Condition::any().add(C::SkuId.gt(sku)).add(later));
            }
            let rows = self.rows(query).await?;
            let last = rows.last().and_then(|row| {
                Some((row.try_get("", "sku_id").ok()?, row.try_get("", "effective_at").ok()?))
            });
            for row in &rows {
                if let Some(anchor) = model(row, facility, "anchors", findings) {
                    books.add(&anchor);
                }
            }
            if (rows.len() as u64) < PAGE_ROWS || last.is_none() {
                return Ok(books);
            }
            after = last;
        }
    }

    /// Compares every level of the facility.
    pub(super) async fn check_levels(
        &self,
        ledger: &mut Ledger,
        findings: &mut Findings,
    ) -> Result<(), StoreError> {
        let facility = ledger.facility();
        let mut after: Option<Uuid> = None;
        loop {
            let mut query = levels::Entity::find()
                .filter(levels::Column::FacilityId.eq(facility.0))
                .order_by_asc(levels::Column::SkuId)
                .limit(PAGE_ROWS);
            if let Some(id) = after {
                query = query.filter(levels::Column::SkuId.gt(id));
            }
            let rows = self.rows(query).await?;
            for row in &rows {
                if let Some(level) = model(row, facility, "levels", findings) {
                    ledger.check_level(&level, findings);
                }
            }
            after = rows.last().and_then(|row| row.try_get("", "sku_id").ok());
            if (rows.len() as u64) < PAGE_ROWS || after.is_none() {
                break;
            }
        }
        ledger.check_levels_left(findings);
        Ok(())
    }

    /// Compares every order line of the facility.
    pub(super) async fn check_order_lines(
        &self,
        ledger: &mut Ledger,
        findings: &mut Findings,
    ) -> Result<(), StoreError> {
        use order_lines::Column as C;
        let facility = ledger.facility();
        let mut after: Option<(Uuid, i64, Uuid)> = None;
        loop {
            // Along the index on (facility_id, sku_id, placed_at).
            let mut query = order_lines::Entity::find()
                .filter(C::FacilityId.eq(facility.0))
                .order_by_asc(C::SkuId)
                .order_by_asc(C::PlacedAt)
                .order_by_asc(C::Id)
                .limit(PAGE_ROWS);
            if let Some((sku, at, id)) = after {
                let same_sku = || Condition::all().add(C::SkuId.eq(sku));
                query = query.filter(
                    Condition::any()
                        .add(C::SkuId.gt(sku))
                        .add(same_sku().add(C::PlacedAt.gt(at)))
                        .add(same_sku().add(C::PlacedAt.eq(at)).add(C::Id.gt(id))),
                );
            }
            let rows = self.rows(query).await?;
            for row in &rows {
                if let Some(line) = model(row, facility, "order_lines", findings) {
                    ledger.check_order_line(&line, findings);
                }
            }
            after = rows.last().and_then(|row| {
                let id = |column: &str| row.try_get("", column).ok();
                Some((id("sku_id")?, row.try_get("", "placed_at").ok()?, id("id")?))
            });
            if (rows.len() as u64) < PAGE_ROWS || after.is_none() {
                break;
            }
        }
        ledger.check_order_lines_left(findings);
        Ok(())
    }

    /// Rows as they come, so that one that can't be read spoils no other.
    async fn rows<Q: QueryTrait>(&self, query: Q) -> Result<Vec<QueryResult>, StoreError> {
        Ok(self.0.query_all_raw(query.build(self.0.get_database_backend())).await?)
    }
}

fn entry(row: &QueryResult, seq: i64) -> Entry {
    let read = movements::Model::from_query_result(row, "").map_err(StoreError::from);
    match read.and_then(movement_of) {
        Ok(movement) => Entry::Read(Box::new(movement)),
        Err(StoreError::Inconsistent { what, .. }) => Entry::Unreadable { seq, what },
        Err(StoreError::Database(error)) => Entry::Unreadable { seq, what: error.to_string() },
        Err(error) => Entry::Unreadable { seq, what: error.to_string() },
    }
}

fn model<M: FromQueryResult>(
    row: &QueryResult,
    facility: FacilityId,
    table: &str,
    findings: &mut Findings,
) -> Option<M> {
    M::from_query_result(row, "")
        .map_err(|error| findings.add(unreadable(facility, table, &error.to_string())))
        .ok()
}

fn unreadable(facility: FacilityId, table: &str, what: &str) -> Difference {
    Difference {
        facility,
        sku: None,
        seq: None,
        what: What::Row,
        expected: format!("a row of {table} that can be read"),
        found: what.to_owned(),
    }
}
