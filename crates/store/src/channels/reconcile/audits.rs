//! Readings of a shop as a whole: the certificate that it is equal, or what it lacks.

use std::collections::BTreeMap;

use onhand_domain::{
    ChannelId, Micros,
    channel::{AuditKind, AuditStatus, DifferenceClass},
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, Set,
    sea_query::{Expr, ExprTrait as _, Func},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Judged;
use crate::{
    Store, StoreError,
    channels::rows::{self, word},
    entities::channel_audits,
};

/// An audit that says nothing for so long has lost its node.
pub const AUDIT_SILENCE_MICROS: i64 = 60 * Micros::SECOND;
/// The same of one by a release that says nothing while it reads.
const SILENT_RELEASE_MICROS: i64 = 3 * 60 * 60 * Micros::SECOND;
/// What is said of an audit whose node is gone.
const LOST: &str = "it was cut short: the node that ran it stopped";
/// Most characters of a problem that is kept.
const PROBLEM_CHARS_MAX: usize = 500;

/// A reading of a shop as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audit {
    /// Id.
    pub id: Uuid,
    /// The shop.
    pub channel: ChannelId,
    /// Why it was read.
    pub kind: AuditKind,
    /// How far it is.
    pub status: AuditStatus,
    /// Whether it failed because its node is gone: nobody could say so.
    pub lost: bool,
    /// When it began.
    pub began_at: Micros,
    /// When it was over.
    pub ended_at: Option<Micros>,
    /// When the last level was judged: each was found so between `began_at` and then.
    pub as_of: Option<Micros>,
    /// Levels that take part: equal, in flight and differing together.
    pub levels: i64,
    /// Those that are equal.
    pub equal: i64,
    /// Those of which changes were under way to the end.
    pub in_flight: i64,
    /// Levels of the shop that take no part.
    pub left_out: i64,
    /// How many differ, by class.
    pub differing: BTreeMap<DifferenceClass, i64>,
    /// Why it failed.
    pub problem: Option<String>,
}

/// Where the next page starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditCursor(Uuid);

impl AuditCursor {
    /// The cursor of whatever comes after this audit.
    pub const fn after(audit: &Audit) -> Self {
        Self(audit.id)
    }
}

impl Store {
    /// Notes that a shop is read as a whole from now on. Those whose node is gone have failed.
    pub async fn begin_audit(
        &self,
        channel: ChannelId,
        kind: AuditKind,
    ) -> Result<Audit, StoreError> {
        let tx = rows::begin(self).await?;
        let now = self.clock().now();
        end_lost(&tx, channel, now).await?;
        let row = channel_audits::ActiveModel {
            id: Set(self.ids().next()),
            channel_id: Set(channel.0),
            kind: Set(kind.code().to_owned()),
            status: Set(AuditStatus::Running.code().to_owned()),
            began_at: Set(now.0),
            ended_at: Set(None),
            as_of: Set(None),
            levels: Set(0),
            equal: Set(0),
            in_flight: Set(0),
            left_out: Set(0),
            differing: Set("{}".to_owned()),
            problem: Set(None),
            until: Set(Some(now.plus(AUDIT_SILENCE_MICROS).0)),
        };
        let row = row.insert(&tx).await?;
        tx.commit().await?;
        audit_of(row, now)
    }

    /// Says that an audit still runs; whether it does: after a silence that was too long it may
    /// have been called lost, and another one be at it.
    pub async fn beat_audit(&self, id: Uuid) -> Result<bool, StoreError> {
        use channel_audits::Column as C;
        let until = self.clock().now().plus(AUDIT_SILENCE_MICROS);
        let beat = channel_audits::Entity::update_many()
            .col_expr(C::Until, Expr::value(Some(until.0)))
            .filter(C::Id.eq(id))
            .filter(C::Status.eq(AuditStatus::Running.code()))
            .exec(&self.writer())
            .await?;
        Ok(beat.rows_affected > 0)
    }

    /// Notes what an audit has found, or why it found nothing.
    pub async fn end_audit(
        &self,
        id: Uuid,
        found: Result<(&Judged, Micros), &str>,
    ) -> Result<Option<Audit>, StoreError> {
        use channel_audits::Column as C;
        let now = self.clock().now();
        let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let update = channel_audits::Entity::update_many()
            .col_expr(C::EndedAt, Expr::value(Some(now.0)))
            .filter(C::Id.eq(id))
            .filter(C::Status.eq(AuditStatus::Running.code()));
        let update = match found {
            Ok((judged, as_of)) => update
                .col_expr(C::Status, Expr::value(AuditStatus::Done.code()))
                .col_expr(C::AsOf, Expr::value(Some(as_of.0)))
                .col_expr(C::Levels, Expr::value(number(judged.levels)))
                .col_expr(C::Equal, Expr::value(number(judged.equal)))
                .col_expr(C::InFlight, Expr::value(number(judged.in_flight)))
                .col_expr(C::LeftOut, Expr::value(number(judged.left_out)))
                .col_expr(C::Differing, Expr::value(words(&judged.differing))),
            Err(problem) => {
                let problem: String = problem.chars().take(PROBLEM_CHARS_MAX).collect();
                update
                    .col_expr(C::Status, Expr::value(AuditStatus::Failed.code()))
                    .col_expr(C::Problem, Expr::value(Some(problem)))
            }
        };
        update.exec(&self.writer()).await?;
        let row = channel_audits::Entity::find_by_id(id).one(&self.reader()).await?;
        row.map(|row| audit_of(row, now)).transpose()
    }

    /// The audits of a shop, newest first, at most `limit`.
    pub async fn list_audits(
        &self,
        channel: ChannelId,
        after: Option<AuditCursor>,
        limit: u64,
    ) -> Result<Vec<Audit>, StoreError> {
        use channel_audits::Column as C;
        let mut query = channel_audits::Entity::find().filter(C::ChannelId.eq(channel.0));
        if let Some(AuditCursor(id)) = after {
            query = query.filter(C::Id.lt(id));
        }
        let rows = query.order_by_desc(C::Id).limit(limit).all(&self.reader()).await?;
        let now = self.clock().now();
        rows.into_iter().map(|row| audit_of(row, now)).collect()
    }

    /// The audit with this id.
    pub async fn find_audit(
        &self,
        channel: ChannelId,
        id: Uuid,
    ) -> Result<Option<Audit>, StoreError> {
        let row = channel_audits::Entity::find_by_id(id)
            .filter(channel_audits::Column::ChannelId.eq(channel.0))
            .one(&self.reader())
            .await?;
        row.map(|row| audit_of(row, self.clock().now())).transpose()
    }

    /// The last time that the shop was read as a whole for this reason, whatever became of it.
    pub async fn last_audit(
        &self,
        channel: ChannelId,
        kind: AuditKind,
    ) -> Result<Option<Audit>, StoreError> {
        use channel_audits::Column as C;
        let row = channel_audits::Entity::find()
            .filter(C::ChannelId.eq(channel.0))
            .filter(C::Kind.eq(kind.code()))
            .order_by_desc(C::Id)
            .one(&self.reader())
            .await?;
        row.map(|row| audit_of(row, self.clock().now())).transpose()
    }
}

/// Audits whose node is gone have failed.
async fn end_lost(
    tx: &impl ConnectionTrait,
    channel: ChannelId,
    now: Micros,
) -> Result<(), StoreError> {
    use channel_audits::Column as C;
    let silent = Condition::any()
        .add(C::Until.lt(now.0))
        .add(C::Until.is_null().and(C::BeganAt.lt(now.plus(-SILENT_RELEASE_MICROS).0)));
    channel_audits::Entity::update_many()
        .col_expr(C::Status, Expr::value(AuditStatus::Failed.code()))
        .col_expr(C::EndedAt, Func::coalesce([Expr::col(C::Until), now.0.into()]).into())
        .filter(C::ChannelId.eq(channel.0))
        .filter(C::Status.eq(AuditStatus::Running.code()))
        .filter(silent)
        .exec(tx)
        .await?;
    Ok(())
}

fn words(differing: &BTreeMap<DifferenceClass, u64>) -> String {
    let words: BTreeMap<&str, u64> =
        differing.iter().map(|(class, number)| (class.code(), *number)).collect();
    // Words and numbers always have a text.
    serde_json::to_string(&words).unwrap_or_else(|_| "{}".to_owned())
}

fn audit_of(row: channel_audits::Model, now: Micros) -> Result<Audit, StoreError> {
    let table = "channel_audits";
    let differing: BTreeMap<String, i64> = serde_json::from_str(&row.differing)
        .map_err(|error| StoreError::Inconsistent { table, what: error.to_string() })?;
    let differing = differing
        .into_iter()
        .map(|(code, number)| Ok((word(table, DifferenceClass::from_code, &code)?, number)))
        .collect::<Result<_, StoreError>>()?;
    let status = word(table, AuditStatus::from_code, &row.status)?;
    let until = row.until.unwrap_or(row.began_at.saturating_add(SILENT_RELEASE_MICROS));
    let silent = status == AuditStatus::Running && until < now.0;
    let status = if silent { AuditStatus::Failed } else { status };
    let lost = status == AuditStatus::Failed && row.problem.is_none();
    Ok(Audit {
        id: row.id,
        channel: row.channel_id.into(),
        kind: word(table, AuditKind::from_code, &row.kind)?,
        status,
        lost,
        began_at: Micros(row.began_at),
        ended_at: row.ended_at.or(silent.then_some(until)).map(Micros),
        as_of: row.as_of.map(Micros),
        levels: row.levels,
        equal: row.equal,
        in_flight: row.in_flight,
        left_out: row.left_out,
        differing,
        problem: row.problem.or(lost.then(|| LOST.to_owned())),
    })
}
