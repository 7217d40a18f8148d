//! Jobs: what somebody asked of a shop that takes longer than a request. The node that took the
//! request works on it, and says from time to time that it still does.

use onhand_domain::{
    ChannelId, Micros, PrincipalId,
    channel::{JobKind, JobStatus},
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::Expr,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    channel::lock,
    refusal::{ChannelError, ChannelRefusal},
    rows::word,
};
use crate::{
    Store, StoreError,
    entities::channel_jobs,
    refusal::Refusal,
    unit::{By, Unit},
};

/// A job that says nothing for so long has lost its node.
pub const JOB_SILENCE_MICROS: i64 = 30 * Micros::SECOND;

/// A job that is to begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewJob {
    /// Made by the client.
    pub id: Uuid,
    /// The shop.
    pub channel: ChannelId,
    /// What is done.
    pub kind: JobKind,
    /// Of a start: whether the whole shop is compared, also where it could go on.
    pub anew: bool,
}

/// A job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Made by the client.
    pub id: Uuid,
    /// The shop.
    pub channel: ChannelId,
    /// What is done.
    pub kind: JobKind,
    /// Of a start: whether the whole shop is compared, also where it could go on.
    pub anew: bool,
    /// Who asked.
    pub by: PrincipalId,
    /// How it stands.
    pub status: JobStatus,
    /// Whether it failed because its node is gone: nobody could say so.
    pub lost: bool,
    /// When it began.
    pub began_at: Micros,
    /// When it ended.
    pub ended_at: Option<Micros>,
    /// What it found, as JSON.
    pub result: Option<String>,
    /// Why it failed, as JSON.
    pub problem: Option<String>,
}

/// How a job ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JobEnd {
    /// Well; what it found, as JSON.
    Done(String),
    /// Not; why, as JSON.
    Failed(String),
}

/// Where the next page starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobCursor(i64, Uuid);

impl JobCursor {
    /// The cursor of whatever comes after this job.
    pub const fn after(job: &Job) -> Self {
        Self(job.began_at.0, job.id)
    }
}

impl Store {
    /// Begins a job; whether it is a new one. The same once more is the one that is there.
    ///
    /// # Errors
    /// [`ChannelRefusal::JobRunning`], [`Refusal::IdReused`].
    pub async fn begin_channel_job(
        &self,
        by: &By,
        new: NewJob,
    ) -> Result<(Job, bool), ChannelError> {
        let unit = Unit::begin(self, by).await?;
        lock(&unit.tx, new.channel).await?;
        if let Some(row) = channel_jobs::Entity::find_by_id(new.id).one(&unit.tx).await? {
            let job = job_of(row, unit.now)?;
            return if job.is(&new) { Ok((job, false)) } else { Err(Refusal::IdReused.into()) };
        }
        end_lost(&unit.tx, new.channel, unit.now).await?;
        let running = channel_jobs::Entity::find()
            .filter(channel_jobs::Column::ChannelId.eq(new.channel.0))
            .filter(channel_jobs::Column::Status.eq(JobStatus::Running.code()));
        if let Some(running) = running.one(&unit.tx).await? {
            return Err(ChannelRefusal::JobRunning(running.id).into());
        }
        let row = channel_jobs::Model {
            id: new.id,
            channel_id: new.channel.0,
            kind: new.kind.code().to_owned(),
            anew: new.anew,
            by_id: by.actor.0,
            status: JobStatus::Running.code().to_owned(),
            began_at: unit.now.0,
            until: unit.now.plus(JOB_SILENCE_MICROS).0,
            ended_at: None,
            result: None,
            problem: None,
        };
        let insert = channel_jobs::Entity::insert(channel_jobs::ActiveModel::from(row.clone()));
        insert.exec_without_returning(&unit.tx).await?;
        let job = job_of(row, unit.now)?;
        let subject = format!("channel {}: job {} {}", new.channel, new.kind.code(), new.id);
        unit.commit_work(None, subject).await?;
        Ok((job, true))
    }

    /// Says that a job still runs; whether it does: after a silence that was too long another may
    /// have begun, and then this one has failed for good.
    pub async fn beat_channel_job(&self, id: Uuid) -> Result<bool, StoreError> {
        use channel_jobs::Column as C;
        let now = self.clock().now();
        let beat = channel_jobs::Entity::update_many()
            .col_expr(C::Until, Expr::value(now.plus(JOB_SILENCE_MICROS).0))
            .filter(C::Id.eq(id))
            .filter(C::Status.eq(JobStatus::Running.code()))
            .exec(&self.writer())
            .await?;
        Ok(beat.rows_affected > 0)
    }

    /// Ends a job, unless it has ended.
    pub async fn end_channel_job(&self, id: Uuid, end: JobEnd) -> Result<(), StoreError> {
        use channel_jobs::Column as C;
        let (status, result, problem) = match end {
            JobEnd::Done(result) => (JobStatus::Done, Some(result), None),
            JobEnd::Failed(problem) => (JobStatus::Failed, None, Some(problem)),
        };
        channel_jobs::Entity::update_many()
            .col_expr(C::Status, Expr::value(status.code()))
            .col_expr(C::EndedAt, Expr::value(Some(self.clock().now().0)))
            .col_expr(C::Result, Expr::value(result))
            .col_expr(C::Problem, Expr::value(problem))
            .filter(C::Id.eq(id))
            .filter(C::Status.eq(JobStatus::Running.code()))
            .exec(&self.writer())
            .await?;
        Ok(())
    }

    /// The job with this id.
    pub async fn find_channel_job(&self, id: Uuid) -> Result<Option<Job>, StoreError> {
        let row = channel_jobs::Entity::find_by_id(id).one(&self.reader()).await?;
        row.map(|row| job_of(row, self.clock().now())).transpose()
    }

    /// The jobs that run now; at most one a channel.
    pub async fn running_channel_jobs(&self) -> Result<Vec<Job>, StoreError> {
        let now = self.clock().now();
        let rows = channel_jobs::Entity::find()
            .filter(channel_jobs::Column::Status.eq(JobStatus::Running.code()))
            .filter(channel_jobs::Column::Until.gte(now.0))
            .all(&self.reader())
            .await?;
        rows.into_iter().map(|row| job_of(row, now)).collect()
    }

    /// The jobs of a channel, newest first, at most `limit`.
    pub async fn list_channel_jobs(
        &self,
        channel: ChannelId,
        kind: Option<JobKind>,
        after: Option<JobCursor>,
        limit: u64,
    ) -> Result<Vec<Job>, StoreError> {
        use channel_jobs::Column as C;
        let older = after.map(|JobCursor(at, id)| {
            let same = Condition::all().add(C::BeganAt.eq(at)).add(C::Id.lt(id));
            Condition::any().add(C::BeganAt.lt(at)).add(same)
        });
        let condition = Condition::all()
            .add(C::ChannelId.eq(channel.0))
            .add_option(kind.map(|kind| C::Kind.eq(kind.code())))
            .add_option(older);
        let rows = channel_jobs::Entity::find()
            .filter(condition)
            .order_by_desc(C::BeganAt)
            .order_by_desc(C::Id)
            .limit(limit)
            .all(&self.reader())
            .await?;
        let now = self.clock().now();
        rows.into_iter().map(|row| job_of(row, now)).collect()
    }
}

impl Job {
    fn is(&self, new: &NewJob) -> bool {
        (self.channel, self.kind, self.anew) == (new.channel, new.kind, new.anew)
    }
}

/// Jobs whose node is gone have failed.
async fn end_lost(
    tx: &impl ConnectionTrait,
    channel: ChannelId,
    now: Micros,
) -> Result<(), StoreError> {
    use channel_jobs::Column as C;
    channel_jobs::Entity::update_many()
        .col_expr(C::Status, Expr::value(JobStatus::Failed.code()))
        .col_expr(C::EndedAt, Expr::col(C::Until))
        .filter(C::ChannelId.eq(channel.0))
        .filter(C::Status.eq(JobStatus::Running.code()))
        .filter(C::Until.lt(now.0))
        .exec(tx)
        .await?;
    Ok(())
}

fn job_of(row: channel_jobs::Model, now: Micros) -> Result<Job, StoreError> {
    let table = "channel_jobs";
    let status = word(table, JobStatus::from_code, &row.status)?;
    let silent = status == JobStatus::Running && row.until < now.0;
    let status = if silent { JobStatus::Failed } else { status };
    Ok(Job {
        id: row.id,
        channel: row.channel_id.into(),
        kind: word(table, JobKind::from_code, &row.kind)?,
        anew: row.anew,
        by: PrincipalId(row.by_id),
        status,
        lost: status == JobStatus::Failed && row.problem.is_none(),
        began_at: Micros(row.began_at),
        ended_at: row.ended_at.or(silent.then_some(row.until)).map(Micros),
        result: row.result,
        problem: row.problem,
    })
}
