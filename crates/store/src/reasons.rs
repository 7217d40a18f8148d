//! Reasons for variances: the retailer's data.

use std::collections::BTreeMap;

use onhand_domain::{Direction, Effect, FacilityId, Micros, MovementKind, Place, Reason};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Set,
};

use crate::{
    Store,
    entities::{movements, reasons},
    error::StoreError,
    refusal::{CODE_CHARS_MAX, Refusal, WriteError, check_name, check_word},
    unit::{By, Unit, or_taken},
};

/// Highest position in the list.
pub const POSITION_MAX: i64 = 10_000;
/// Most reasons: people choose from them with a thumb.
pub const REASONS_MAX: u64 = 200;
/// Reasons of the system itself: it writes movements with them.
const SYSTEM: [&str; 2] = ["opening", "count"];
/// Days over which the uses of a reason are counted: what a store's people choose changes.
pub const USES_DAYS: i64 = 90;

/// What changes; absent stays as it is. Direction and effect stay for ever: movements of the
/// past would otherwise tell another story.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReasonChange {
    /// What people read.
    pub label: Option<String>,
    /// Account of the general ledger; `Some(None)` takes it away.
    pub gl_account: Option<Option<String>>,
    /// Whether a note must say more.
    pub note_required: Option<bool>,
    /// Whether a person may choose it.
    pub selectable: Option<bool>,
    /// Whether it is in use.
    pub active: Option<bool>,
    /// Order in lists.
    pub position: Option<i64>,
}

impl Store {
    /// All reasons ([`REASONS_MAX`] at most), or those that a person may (or may not) choose now.
    pub async fn list_reasons(&self, selectable: Option<bool>) -> Result<Vec<Reason>, StoreError> {
        let mut condition = Condition::all();
        if let Some(wanted) = selectable {
            let chosen = Condition::all()
                .add(reasons::Column::Selectable.eq(true))
                .add(reasons::Column::Active.eq(true));
            condition = condition.add(if wanted { chosen } else { chosen.not() });
        }
        let rows = reasons::Entity::find()
            .filter(condition)
            .order_by_asc(reasons::Column::Position)
            .order_by_asc(reasons::Column::Code)
            .all(&self.reader())
            .await?;
        rows.into_iter().map(reason_of).collect()
    }

    /// One reason.
    pub async fn reason(&self, code: &str) -> Result<Option<Reason>, StoreError> {
        let row = reasons::Entity::find_by_id(code).one(&self.reader()).await?;
        row.map(reason_of).transpose()
    }

    /// How often each reason was used at a facility in the last [`USES_DAYS`] days, undone
    /// variances included. Reads the partial index `movements_variances`.
    pub async fn reason_uses(
        &self,
        facility: FacilityId,
    ) -> Result<BTreeMap<String, i64>, StoreError> {
        let since = self.clock().now().plus(-USES_DAYS * Micros::DAY);
        let uses: Vec<(String, i64)> = movements::Entity::find()
            .select_only()
            .column(movements::Column::Reason)
            .column_as(movements::Column::Id.count(), "uses")
            .filter(movements::Column::FacilityId.eq(facility.0))
            .filter(movements::Column::Reason.is_not_null())
            .filter(movements::Column::Kind.eq(MovementKind::Variance.code()))
            .filter(movements::Column::RecordedAt.gte(since.0))
            .group_by(movements::Column::Reason)
            .into_tuple()
            .all(&self.reader())
            .await?;
        Ok(uses.into_iter().collect())
    }

    /// Makes a reason. Its code is its id: the same content again is a retry.
    pub async fn create_reason(&self, by: &By, reason: Reason) -> Result<Reason, WriteError> {
        check(&reason)?;
        let unit = Unit::begin(self, by).await?;
        if let Some(row) = reasons::Entity::find_by_id(reason.code.as_str()).one(&unit.tx).await? {
            let existing = reason_of(row)?;
            let taken = Refusal::CodeTaken(reason.code.clone());
            return if existing == reason { Ok(existing) } else { Err(taken.into()) };
        }
        if reasons::Entity::find().count(&unit.tx).await? >= REASONS_MAX {
            let detail = format!("there are {REASONS_MAX} reasons already");
            return Err(Refusal::invalid("/code", detail).into());
        }
        let inserted = active(&reason).insert(&unit.tx).await;
        or_taken(inserted, Refusal::CodeTaken(reason.code.clone()))?;
        unit.commit(None, format!("reason {}", reason.code)).await?;
        Ok(reason)
    }

    /// Changes a reason.
    pub async fn update_reason(
        &self,
        by: &By,
        code: &str,
        change: ReasonChange,
    ) -> Result<Reason, WriteError> {
        let unit = Unit::begin(self, by).await?;
        let Some(row) = reasons::Entity::find_by_id(code).one(&unit.tx).await? else {
            return Err(Refusal::Unknown("reason").into());
        };
        let mut reason = reason_of(row)?;
        if SYSTEM.contains(&code)
            && (change.selectable == Some(true) || change.active == Some(false))
        {
            let pointer = if change.active.is_some() { "/active" } else { "/selectable" };
            return Err(
                Refusal::invalid(pointer, "the system itself works with this reason").into()
            );
        }
        let subject = format!("reason {code}: {change:?}");
        reason.label = change.label.unwrap_or(reason.label);
        reason.gl_account = change.gl_account.unwrap_or(reason.gl_account);
        reason.note_required = change.note_required.unwrap_or(reason.note_required);
        reason.selectable = change.selectable.unwrap_or(reason.selectable);
        reason.active = change.active.unwrap_or(reason.active);
        reason.position = change.position.unwrap_or(reason.position);
        check(&reason)?;
        active(&reason).reset_all().update(&unit.tx).await?;
        unit.commit(None, subject).await?;
        Ok(reason)
    }
}

fn check(reason: &Reason) -> Result<(), Refusal> {
    check_word("/code", &reason.code)?;
    check_name("/label", &reason.label)?;
    if let Some(account) = &reason.gl_account
        && (account.trim().is_empty() || account.chars().count() > CODE_CHARS_MAX)
    {
        let detail = format!("1 to {CODE_CHARS_MAX} characters, or null");
        return Err(Refusal::invalid("/gl_account", detail));
    }
    if !(0..=POSITION_MAX).contains(&reason.position) {
        return Err(Refusal::invalid("/position", format!("0 to {POSITION_MAX}")));
    }
    // Only these keep units on the premises in a way that a variance may write.
    if let Effect::State(place) = reason.effect
        && !matches!(place, Place::Damaged | Place::QualityControl)
    {
        return Err(Refusal::invalid("/effect", "a state must be damaged or quality_control"));
    }
    Ok(())
}

/// A reason as the domain knows it.
pub(crate) fn reason_of(row: reasons::Model) -> Result<Reason, StoreError> {
    let impossible = |what: String| StoreError::Inconsistent { table: "reasons", what };
    let direction = Direction::from_code(&row.direction)
        .ok_or_else(|| impossible(format!("{} goes {:?}", row.code, row.direction)))?;
    let effect = Place::from_code(&row.place)
        .and_then(Effect::to)
        .ok_or_else(|| impossible(format!("{} leads to {:?}", row.code, row.place)))?;
    Ok(Reason {
        code: row.code,
        label: row.label,
        direction,
        effect,
        gl_account: row.gl_account,
        note_required: row.note_required,
        selectable: row.selectable,
        active: row.active,
        position: row.position,
    })
}

pub(crate) fn active(reason: &Reason) -> reasons::ActiveModel {
    reasons::ActiveModel {
        code: Set(reason.code.clone()),
        label: Set(reason.label.clone()),
        direction: Set(reason.direction.code().to_owned()),
        place: Set(reason.effect.place().code().to_owned()),
        gl_account: Set(reason.gl_account.clone()),
        note_required: Set(reason.note_required),
        selectable: Set(reason.selectable),
        active: Set(reason.active),
        position: Set(reason.position),
    }
}
