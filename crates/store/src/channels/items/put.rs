//! Keeps a page of items as it was read, and says which SKUs they are.

use std::collections::{BTreeMap, BTreeSet};

use onhand_domain::{
    ChannelId, Micros, SkuId,
    channel::{ItemProblem, MatchedBy},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, Set, sea_query::OnConflict,
};
use uuid::Uuid;

use super::{
    super::{
        lanes,
        rows::{self, list_text, rows_max},
    },
    ITEMS_A_PAGE_MAX, Matched, Meaning, ShopItem,
    find::{Found, find},
};
use crate::{
    Store, StoreError,
    entities::{channel_items, skus},
};

/// Columns of a row.
const COLUMNS: usize = 15;

impl Store {
    /// Keeps items as they were just read, and matches those that nobody has matched: by barcode,
    /// then by SKU code, then by handle and options. What a person has said stays, and what takes
    /// part already stays what it is. Of one that takes part and is not tracked any more the
    /// lanes are closed.
    ///
    /// At most [`ITEMS_A_PAGE_MAX`]; more are read page by page.
    pub async fn put_channel_items(
        &self,
        channel: ChannelId,
        page: &[ShopItem],
    ) -> Result<Matched, StoreError> {
        let mut all = Matched::default();
        for page in page.chunks(ITEMS_A_PAGE_MAX) {
            all = all.and(put(self, channel, page).await?);
        }
        Ok(all)
    }
}

async fn put(store: &Store, channel: ChannelId, page: &[ShopItem]) -> Result<Matched, StoreError> {
    // Each once; the one that was read last.
    let page: BTreeMap<&str, &ShopItem> =
        page.iter().map(|item| (item.item.as_str(), item)).collect();
    let items: Vec<&ShopItem> = page.values().copied().collect();
    if items.is_empty() {
        return Ok(Matched::default());
    }
    let found = find(&store.reader(), &items).await?;
    let tx = rows::begin(store).await?;
    let now = store.clock().now();
    rows::lock_cursors(&tx, channel.0).await?;
    let known = known(&tx, channel, &items).await?;
    let mut meanings = Vec::with_capacity(items.len());
    for item in &items {
        meanings.push(meaning(item, known.get(&item.item), &found)?);
    }
    one_item_each(&tx, channel, &items, &mut meanings).await?;
    let mut matched = Matched::default();
    let mut closed = Vec::new();
    let mut write = Vec::with_capacity(items.len());
    for (item, meaning) in items.iter().zip(meanings) {
        matched.add(meaning.problem);
        let was_live = known.get(&item.item).is_some_and(|row| row.live);
        let live = was_live && meaning.problem.is_none();
        if was_live && !live {
            closed.push(item.item.clone());
        }
        write.push(row(channel, item, &meaning, live, now));
    }
    lanes::close(&tx, channel, Some(&closed), ItemProblem::Untracked.code(), now).await?;
    upsert(&tx, write).await?;
    tx.commit().await?;
    Ok(matched)
}

async fn known(
    tx: &impl ConnectionTrait,
    channel: ChannelId,
    items: &[&ShopItem],
) -> Result<BTreeMap<String, channel_items::Model>, StoreError> {
    let rows = channel_items::Entity::find()
        .filter(channel_items::Column::ChannelId.eq(channel.0))
        .filter(channel_items::Column::Item.is_in(items.iter().map(|item| item.item.as_str())))
        .all(tx)
        .await?;
    Ok(rows.into_iter().map(|row| (row.item.clone(), row)).collect())
}

fn meaning(
    item: &ShopItem,
    known: Option<&channel_items::Model>,
    found: &Found,
) -> Result<Meaning, StoreError> {
    let before = known.map(Meaning::of).transpose()?.unwrap_or_default();
    let stays = before.by == Some(MatchedBy::Person) || known.is_some_and(|row| row.live);
    let mut meaning = if stays {
        Meaning { sku: before.sku, by: before.by, ..Meaning::default() }
    } else {
        found.meaning(item)
    };
    // A person may also have said that it is nothing.
    if meaning.sku.is_none() && meaning.problem.is_none() {
        meaning.problem = Some(ItemProblem::None);
    }
    if !item.tracked {
        meaning.problem = Some(ItemProblem::Untracked);
    }
    Ok(meaning)
}

/// Two items that were one SKU would sell the same units: the second one is told, with what it
/// would be. Whoever had it before keeps it, and among the new ones whoever comes first.
async fn one_item_each(
    tx: &impl ConnectionTrait,
    channel: ChannelId,
    items: &[&ShopItem],
    meanings: &mut [Meaning],
) -> Result<(), StoreError> {
    use channel_items::Column as C;
    let wanted: BTreeSet<Uuid> = meanings.iter().filter_map(|m| m.sku.map(|sku| sku.0)).collect();
    let rows: Vec<(Option<Uuid>, String)> = channel_items::Entity::find()
        .select_only()
        .columns([C::SkuId, C::Item])
        .filter(C::ChannelId.eq(channel.0))
        .filter(C::SkuId.is_in(wanted.iter().copied()))
        .into_tuple()
        .all(tx)
        .await?;
    let mut owners: BTreeMap<SkuId, String> =
        rows.into_iter().filter_map(|(sku, item)| Some((SkuId(sku?), item))).collect();
    let there: Vec<(Uuid, bool)> = skus::Entity::find()
        .select_only()
        .columns([skus::Column::Id, skus::Column::Tracked])
        .filter(skus::Column::Id.is_in(wanted))
        .into_tuple()
        .all(tx)
        .await?;
    let untracked: BTreeSet<SkuId> =
        there.into_iter().filter(|(_, tracked)| !tracked).map(|(sku, _)| SkuId(sku)).collect();
    for (item, meaning) in items.iter().zip(meanings) {
        let Some(sku) = meaning.sku else { continue };
        let owner = owners.entry(sku).or_insert_with(|| item.item.clone());
        if *owner != item.item {
            let problem = meaning.problem.unwrap_or(ItemProblem::Twice);
            let (problem, candidates) = (Some(problem), vec![sku]);
            *meaning = Meaning { problem, candidates, ..Meaning::default() };
        } else if untracked.contains(&sku) {
            meaning.problem = Some(ItemProblem::Untracked);
        }
    }
    Ok(())
}

fn row(
    channel: ChannelId,
    item: &ShopItem,
    meaning: &Meaning,
    live: bool,
    now: Micros,
) -> channel_items::ActiveModel {
    let candidates = (!meaning.candidates.is_empty()).then(|| list_text(&meaning.candidates));
    channel_items::ActiveModel {
        channel_id: Set(channel.0),
        item: Set(item.item.clone()),
        variant: Set(item.variant.clone()),
        code: Set(item.code.clone()),
        barcodes: Set(list_text(&item.barcodes)),
        handle: Set(item.handle.clone()),
        options: Set(list_text(&item.options)),
        title: Set(item.title.clone()),
        tracked: Set(item.tracked),
        seen_at: Set(now.0),
        sku_id: Set(meaning.sku.map(|sku| sku.0)),
        matched_by: Set(meaning.by.map(|by| by.code().to_owned())),
        problem: Set(meaning.problem.map(|problem| problem.code().to_owned())),
        candidates: Set(candidates),
        live: Set(live),
    }
}

async fn upsert(
    tx: &impl ConnectionTrait,
    write: Vec<channel_items::ActiveModel>,
) -> Result<(), StoreError> {
    use channel_items::Column as C;
    let again = OnConflict::columns([C::ChannelId, C::Item])
        .update_columns([
            C::Variant,
            C::Code,
            C::Barcodes,
            C::Handle,
            C::Options,
            C::Title,
            C::Tracked,
            C::SeenAt,
            C::SkuId,
            C::MatchedBy,
            C::Problem,
            C::Candidates,
            C::Live,
        ])
        .to_owned();
    for chunk in write.chunks(rows_max(COLUMNS)) {
        channel_items::Entity::insert_many(chunk.to_vec())
            .on_conflict(again.clone())
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}
