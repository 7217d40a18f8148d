//! Judges what was read. Most levels are equal, and then nothing is written and nobody waits.

use std::collections::{BTreeMap, BTreeSet};

use onhand_domain::{
    ChannelId, Micros, SkuId,
    channel::{DifferenceClass, Facts, Judgement, Policy, classify, corrects_itself, is_confirmed},
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, PaginatorTrait,
    QueryFilter, Set, sea_query::OnConflict,
};

use super::{
    AGAIN_MICROS, JUDGED_MAX, Judged, LATER_MICROS, SOON, SeenLevel,
    facts::{State, order_since, touched_at},
    mark::Marks,
    take::correct,
};
use crate::{
    Store, StoreError,
    channels::{draft::LaneKey, rows, snapshot::snapshot, write},
    entities::{channel_deliveries, channel_differences},
};

type Rows = BTreeMap<LaneKey, channel_differences::Model>;

impl Store {
    /// Judges levels as the shop told them after `marks` were made. What differs is noted, what is
    /// certain is set right where the channel allows it, and what is equal again is forgotten.
    ///
    /// # Errors
    /// [`StoreError`]; nothing of the chunk of [`JUDGED_MAX`] at hand was written.
    pub async fn judge_levels(
        &self,
        marks: &Marks,
        seen: &[SeenLevel],
    ) -> Result<Judged, StoreError> {
        let mut judged = Judged::default();
        for seen in seen.chunks(JUDGED_MAX) {
            let read_at = self.clock().now();
            let open = look(self, marks, seen, read_at, &mut judged).await?;
            if !open.is_empty() {
                judged.add(decide(self, marks, &open, read_at).await?);
            }
        }
        Ok(judged)
    }
}

/// Counts what there is nothing to write of; answers the rest.
async fn look<'a>(
    store: &Store,
    marks: &Marks,
    seen: &'a [SeenLevel],
    read_at: Micros,
    judged: &mut Judged,
) -> Result<Vec<&'a SeenLevel>, StoreError> {
    let tx = snapshot(store).await?;
    let keys = || seen.iter().map(|seen| &seen.lane);
    let Some(state) = State::load(&tx, marks.channel, keys()).await? else {
        return Ok(Vec::new());
    };
    let known = rows_of(&tx, marks.channel, keys()).await?;
    drop(tx);
    let mut open = Vec::new();
    for seen in seen {
        match classify(&state.facts(marks, seen, read_at)) {
            Judgement::Differs(DifferenceClass::InFlight) => {
                judged.count(&seen.lane, DifferenceClass::InFlight);
            }
            Judgement::Equal if !known.contains_key(&seen.lane) => judged.count_equal(),
            Judgement::Differs(DifferenceClass::Unmapped) if !known.contains_key(&seen.lane) => {
                judged.count(&seen.lane, DifferenceClass::Unmapped);
            }
            Judgement::Equal | Judgement::Differs(_) => open.push(seen),
        }
    }
    Ok(open)
}

/// Judges once more what may have to be written, with the cursors locked: nobody derives, takes
/// in or corrects meanwhile, so no push comes to be.
async fn decide(
    store: &Store,
    marks: &Marks,
    seen: &[&SeenLevel],
    read_at: Micros,
) -> Result<Judged, StoreError> {
    let channel = marks.channel;
    let tx = rows::begin(store).await?;
    rows::lock_cursors(&tx, channel.0).await?;
    let keys = || seen.iter().map(|seen| &seen.lane);
    let Some(state) = State::load(&tx, channel, keys()).await? else {
        return Ok(Judged::default());
    };
    let known = rows_of(&tx, channel, keys()).await?;
    let policy = policy(&tx, &state).await?;
    let mut desk = Desk { store, tx, marks, state, policy, read_at, judged: Judged::default() };
    for seen in seen {
        desk.take(seen, known.get(&seen.lane)).await?;
    }
    if desk.judged.corrected > 0 {
        write::not_in_step(&desk.tx, channel).await?;
    }
    desk.tx.commit().await?;
    Ok(desk.judged)
}

/// What may be set right by itself.
async fn policy(tx: &impl ConnectionTrait, state: &State) -> Result<Policy, StoreError> {
    use channel_deliveries::Column as M;
    use channel_differences::Column as D;
    let settings = &state.channel;
    let confirmed = channel_differences::Entity::find()
        .filter(D::ChannelId.eq(settings.id.0))
        .filter(D::ConfirmedAt.is_not_null());
    let failed = channel_deliveries::Entity::find()
        .filter(M::ChannelId.eq(settings.id.0))
        .filter(M::Status.eq("failed"))
        .filter(M::Kind.is_in(["order", "order_part"]));
    Ok(Policy {
        status: settings.status,
        corrects: settings.corrects,
        limit: settings.push_limit,
        confirmed: confirmed.count(tx).await?,
        orders_failed: failed.one(tx).await?.is_some(),
    })
}

struct Desk<'a> {
    store: &'a Store,
    tx: DatabaseTransaction,
    marks: &'a Marks,
    state: State,
    policy: Policy,
    read_at: Micros,
    judged: Judged,
}

impl Desk<'_> {
    async fn take(
        &mut self,
        seen: &SeenLevel,
        known: Option<&channel_differences::Model>,
    ) -> Result<(), StoreError> {
        let first = self.state.facts(self.marks, seen, self.read_at);
        let began = self.began(seen, known).await?;
        let sku = self.state.sku(&seen.lane);
        let touched_at = match sku {
            Some(sku) => touched_at(&self.tx, self.marks.channel, sku, &seen.lane).await?,
            None => None,
        };
        let since = began.map_or(self.read_at, |row| Micros(row.read_at));
        let facts = Facts { since, touched_at, ..first };
        match (classify(&facts), sku) {
            (Judgement::Equal, _) => {
                self.judged.count_equal();
                self.forget(&seen.lane, known).await
            }
            (Judgement::Differs(DifferenceClass::Unmapped), _) | (_, None) => {
                self.judged.count(&seen.lane, DifferenceClass::Unmapped);
                self.forget(&seen.lane, known).await
            }
            (Judgement::Differs(DifferenceClass::InFlight), _) => {
                self.judged.count(&seen.lane, DifferenceClass::InFlight);
                Ok(())
            }
            (Judgement::Differs(class), Some(sku)) => {
                self.note(seen, sku, class, (known, began)).await
            }
        }
    }

    /// The look that this reading goes on with: the same numbers, nothing changed since, and no
    /// order that makes its first reading worthless.
    async fn began<'r>(
        &self,
        seen: &SeenLevel,
        known: Option<&'r channel_differences::Model>,
    ) -> Result<Option<&'r channel_differences::Model>, StoreError> {
        let numbers = (seen.has.map(|has| has.available), self.state.should(&seen.lane));
        let same =
            |row: &&channel_differences::Model| (row.has, (row.should, row.ordinal)) == numbers;
        let Some(row) = known.filter(same) else { return Ok(None) };
        let Some(sku) = self.state.sku(&seen.lane) else { return Ok(None) };
        let level = (sku, seen.lane.location.as_str());
        let asked_at = Micros(row.asked_at);
        let worthless = order_since(&self.tx, &self.state, level, asked_at).await?;
        Ok((!worthless).then_some(row))
    }

    async fn forget(
        &self,
        lane: &LaneKey,
        known: Option<&channel_differences::Model>,
    ) -> Result<(), StoreError> {
        if known.is_some() {
            let key = (self.marks.channel.0, lane.item.clone(), lane.location.clone());
            channel_differences::Entity::delete_by_id(key).exec(&self.tx).await?;
        }
        Ok(())
    }

    /// Notes a difference, and sets it right if it is certain and may be.
    async fn note(
        &mut self,
        seen: &SeenLevel,
        sku: SkuId,
        class: DifferenceClass,
        (known, began): (Option<&channel_differences::Model>, Option<&channel_differences::Model>),
    ) -> Result<(), StoreError> {
        self.judged.count(&seen.lane, class);
        let mut row = self.row(seen, sku, class, (known, began));
        let certain = is_confirmed(class, Micros(row.read_at), self.read_at);
        if !certain {
            row.confirmed_at = None;
            if !matches!(class, DifferenceClass::OrderNotSeen) {
                self.judged.again.push((seen.lane.clone(), class));
            }
        } else if row.confirmed_at.is_none() {
            row.confirmed_at = Some(self.read_at.0);
            self.policy.confirmed = self.policy.confirmed.saturating_add(1);
            tracing::warn!(
                channel = %self.marks.channel, item = row.item, location = row.location,
                class = row.class, has = row.has, should = row.should, "reconciler.difference"
            );
        }
        if certain {
            self.settle(seen, class, &mut row).await?;
        }
        upsert(&self.tx, row).await
    }

    async fn settle(
        &mut self,
        seen: &SeenLevel,
        class: DifferenceClass,
        row: &mut channel_differences::Model,
    ) -> Result<(), StoreError> {
        let by = row.should.saturating_sub(row.has.unwrap_or_default());
        let alone = corrects_itself(&self.policy, class, by, row.corrections);
        if class == DifferenceClass::Inactive {
            if alone || row.wanted_at.is_some() {
                row.corrections = row.corrections.saturating_add(1);
                row.wanted_at = None;
                self.judged.activate.push(seen.lane.clone());
            }
        } else if alone && row.has.is_some() {
            row.corrections = row.corrections.saturating_add(1);
            let of = (&self.tx, &self.state);
            row.push_id = Some(correct(self.store, of, row, self.read_at).await?);
            row.next_at = self.read_at.plus(AGAIN_MICROS).0;
            self.judged.corrected = self.judged.corrected.saturating_add(1);
        }
        Ok(())
    }

    fn row(
        &self,
        seen: &SeenLevel,
        sku: SkuId,
        class: DifferenceClass,
        (known, began): (Option<&channel_differences::Model>, Option<&channel_differences::Model>),
    ) -> channel_differences::Model {
        let now = self.read_at.0;
        let (should, ordinal) = self.state.should(&seen.lane);
        let sightings = began.map_or(0, |row| row.sightings).saturating_add(1);
        let confirmed_at = began.and_then(|row| row.confirmed_at);
        let soon = confirmed_at.is_none() && sightings <= SOON;
        let wait = if soon { AGAIN_MICROS } else { LATER_MICROS };
        channel_differences::Model {
            channel_id: self.marks.channel.0,
            item: seen.lane.item.clone(),
            location: seen.lane.location.clone(),
            sku_id: sku.0,
            class: class.code().to_owned(),
            has: seen.has.map(|has| has.available),
            should,
            ordinal,
            asked_at: began.map_or(self.marks.asked_at.0, |row| row.asked_at),
            read_at: began.map_or(now, |row| row.read_at),
            first_seen_at: known.map_or(now, |row| row.first_seen_at),
            seen_at: now,
            sightings,
            next_at: self.read_at.plus(wait).0,
            confirmed_at,
            corrections: known.map_or(0, |row| row.corrections),
            wanted_at: began.and_then(|row| row.wanted_at),
            push_id: None,
            problem: known.and_then(|row| row.problem.clone()),
        }
    }
}

/// What is known of some levels already.
async fn rows_of(
    tx: &impl ConnectionTrait,
    channel: ChannelId,
    keys: impl Iterator<Item = &LaneKey>,
) -> Result<Rows, StoreError> {
    use channel_differences::Column as C;
    let items: BTreeSet<&str> = keys.map(|lane| lane.item.as_str()).collect();
    let rows = channel_differences::Entity::find()
        .filter(Condition::all().add(C::ChannelId.eq(channel.0)).add(C::Item.is_in(items)))
        .all(tx)
        .await?;
    let key = |row: channel_differences::Model| {
        (LaneKey { item: row.item.clone(), location: row.location.clone() }, row)
    };
    Ok(rows.into_iter().map(key).collect())
}

async fn upsert(
    tx: &impl ConnectionTrait,
    row: channel_differences::Model,
) -> Result<(), StoreError> {
    use channel_differences::Column as C;
    let again = OnConflict::columns([C::ChannelId, C::Item, C::Location])
        .update_columns([
            C::SkuId,
            C::Class,
            C::Has,
            C::Should,
            C::Ordinal,
            C::AskedAt,
            C::ReadAt,
            C::SeenAt,
            C::Sightings,
            C::NextAt,
            C::ConfirmedAt,
            C::Corrections,
            C::WantedAt,
            C::PushId,
            C::Problem,
        ])
        .to_owned();
    let row = channel_differences::ActiveModel {
        channel_id: Set(row.channel_id),
        item: Set(row.item),
        location: Set(row.location),
        sku_id: Set(row.sku_id),
        class: Set(row.class),
        has: Set(row.has),
        should: Set(row.should),
        ordinal: Set(row.ordinal),
        asked_at: Set(row.asked_at),
        read_at: Set(row.read_at),
        first_seen_at: Set(row.first_seen_at),
        seen_at: Set(row.seen_at),
        sightings: Set(row.sightings),
        next_at: Set(row.next_at),
        confirmed_at: Set(row.confirmed_at),
        corrections: Set(row.corrections),
        wanted_at: Set(row.wanted_at),
        push_id: Set(row.push_id),
        problem: Set(row.problem),
    };
    channel_differences::Entity::insert(row).on_conflict(again).exec_without_returning(tx).await?;
    Ok(())
}
