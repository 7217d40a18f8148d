//! Counting is over: the policy decides what needs nobody. And: nobody found any.

use onhand_domain::{
    CountId, FacilityScope, SkuId,
    count::{CountKind, CountStatus, How, LineStatus, SESSIONS_MAX, SessionStatus, Step},
    encode::Encoder,
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, Set};

use std::collections::BTreeSet;

use super::{ReviewError, TRIES_MAX, judge};
use crate::{
    Store,
    counts::{
        Count, CountLines, CountRefusal, LineFacts,
        life::{commit, lock_count, step, touch},
    },
    entities::{count_scans, count_sessions},
    unit::{By, Unit},
};

/// Rows of one statement: databases limit its parameters.
const ROWS_MAX: usize = 500;

impl Store {
    /// Says that counting is over, and lets the policy decide about small and strange lines. Once
    /// more is the same, but for what was counted again since: the policy looks at that.
    ///
    /// # Errors
    /// [`ReviewError::SessionsOpen`] while somebody counts, [`CountRefusal::Unknown`],
    /// [`CountRefusal::Status`].
    pub async fn submit_count(
        &self,
        by: &By,
        scope: &FacilityScope,
        id: CountId,
    ) -> Result<Count, ReviewError> {
        for _ in 0..TRIES_MAX {
            let all = self.lines_or_unknown(scope, id).await?;
            all.count.status.after(Step::Submit).map_err(CountRefusal::from)?;
            if all.open_sessions > 0 {
                return Err(ReviewError::SessionsOpen(all.open_sessions));
            }
            if all.count.status == CountStatus::InReview && !judge::has_work(&all) {
                return Ok(all.count);
            }
            let unit = Unit::begin(self, by).await?;
            let mut count = lock_count(&unit.tx, scope, id).await?;
            if count.version != all.count.version {
                continue;
            }
            let decided = judge::judge(self, &unit, &all).await?;
            if !step(&unit, &mut count, Step::Submit, None).await? {
                if decided == 0 {
                    return Ok(count);
                }
                touch(&unit.tx, &mut count).await?;
            }
            commit(unit, &count, "submitted").await?;
            return Ok(count);
        }
        Err(ReviewError::Changed)
    }

    /// Somebody has looked for these SKUs, or for all that nobody has seen yet, and found none:
    /// each is observed as 0, now. Says of how many that is true; what was seen stays as it is.
    ///
    /// # Errors
    /// [`CountRefusal::Unknown`], [`CountRefusal::Status`], [`CountRefusal::TooMany`].
    pub async fn mark_none_found(
        &self,
        by: &By,
        scope: &FacilityScope,
        id: CountId,
        only: Option<&BTreeSet<SkuId>>,
    ) -> Result<usize, ReviewError> {
        let all = self.lines_or_unknown(scope, id).await?;
        let wanted: Vec<&LineFacts> = all
            .lines
            .iter()
            .filter(|facts| waits_for_sight(&all, facts))
            .filter(|facts| only.is_none_or(|only| only.contains(&facts.sku)))
            .collect();
        let unit = Unit::begin(self, by).await?;
        let mut count = lock_count(&unit.tx, scope, id).await?;
        if !matches!(count.status, CountStatus::Open | CountStatus::InReview) {
            let remedy = "only what is being counted or reviewed can be marked";
            return Err(CountRefusal::not_now(count.status, remedy).into());
        }
        if wanted.is_empty() {
            return Ok(0);
        }
        observe_none(&unit, &count, &wanted).await?;
        touch(&unit.tx, &mut count).await?;
        commit(unit, &count, "none found").await?;
        Ok(wanted.len())
    }

    /// As [`Store::count_lines`], where there must be such a count.
    pub(super) async fn lines_or_unknown(
        &self,
        scope: &FacilityScope,
        id: CountId,
    ) -> Result<CountLines, ReviewError> {
        let all = self.count_lines(scope, id).await?;
        Ok(all.ok_or(CountRefusal::Unknown("count"))?)
    }
}

fn waits_for_sight(all: &CountLines, facts: &LineFacts) -> bool {
    let asked_for = all.count.kind == CountKind::Area || facts.line.listed;
    match facts.status() {
        LineStatus::Unknown => asked_for,
        LineStatus::Recount => true,
        _ => false,
    }
}

/// A session of the marker's own that is over at once, with a scan of 0 units for each SKU.
async fn observe_none(unit: &Unit, count: &Count, lines: &[&LineFacts]) -> Result<(), ReviewError> {
    let sessions =
        count_sessions::Entity::find().filter(count_sessions::Column::CountId.eq(count.id.0));
    if sessions.count(&unit.tx).await? >= SESSIONS_MAX {
        let max = usize::try_from(SESSIONS_MAX).unwrap_or(usize::MAX);
        let (what, pointer) = ("sessions of a count; make another count", String::new());
        return Err(CountRefusal::TooMany { what, pointer, max }.into());
    }
    let rounds = lines.iter().filter(|facts| facts.status() == LineStatus::Recount);
    let rounds = rounds.filter_map(|facts| facts.line.decision().map(|decided| decided.round));
    let round = rounds.max().unwrap_or(1);
    let session = unit.next_id();
    let fingerprint = Encoder::new("onhand.none-found.v1").bytes(session.as_bytes()).hash();
    let row = count_sessions::ActiveModel {
        id: Set(session),
        count_id: Set(count.id.0),
        facility_id: Set(count.facility.0),
        area: Set(None),
        round: Set(round),
        counter_id: Set(unit.by.actor.0),
        device: Set(None),
        status: Set(SessionStatus::Submitted.code().to_owned()),
        started_at: Set(unit.now.0),
        submitted_at: Set(Some(unit.now.0)),
        ended_by: Set(Some(unit.by.actor.0)),
        clock_offset: Set(None),
        fingerprint: Set(fingerprint.to_vec()),
    };
    count_sessions::Entity::insert(row).exec(&unit.tx).await?;
    for chunk in lines.chunks(ROWS_MAX) {
        let scans = chunk.iter().map(|facts| count_scans::ActiveModel {
            id: Set(unit.next_id()),
            session_id: Set(session),
            count_id: Set(count.id.0),
            facility_id: Set(count.facility.0),
            round: Set(round),
            sku_id: Set(Some(facts.sku.0)),
            code: Set(None),
            quantity: Set(0),
            how: Set(How::NoneFound.code().to_owned()),
            scanned_at: Set(unit.now.0),
            device_at: Set(unit.now.0),
            uncertainty: Set(0),
            received_at: Set(unit.now.0),
            undoes: Set(None),
            late: Set(false),
            fingerprint: Set(fingerprint.to_vec()),
        });
        count_scans::Entity::insert_many(scans).exec(&unit.tx).await?;
    }
    Ok(())
}
