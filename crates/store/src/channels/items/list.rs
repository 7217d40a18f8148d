//! Items, for a person to look through.

use onhand_domain::{
    ChannelId, SkuId,
    channel::{ItemProblem, MatchedBy},
};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};

use super::{super::rows::list_of, Meaning, ShopItem};
use crate::{Store, StoreError, entities::channel_items};

/// An item, and which SKU it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemMatch {
    /// As the shop tells of it.
    pub item: ShopItem,
    /// What it is here.
    pub sku: Option<SkuId>,
    /// By what it was recognised.
    pub by: Option<MatchedBy>,
    /// Why nothing is told of it.
    pub problem: Option<ItemProblem>,
    /// SKUs that it could be.
    pub candidates: Vec<SkuId>,
    /// Whether its lanes take part.
    pub live: bool,
}

/// Which items to list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ItemFilter {
    /// Only those with this problem.
    pub problem: Option<ItemProblem>,
    /// Only the one that is this SKU.
    pub sku: Option<SkuId>,
    /// Only those that are a SKU and take no part yet.
    pub not_live: bool,
}

/// Where the next page starts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemCursor(String);

impl ItemCursor {
    /// The cursor of whatever comes after this item.
    pub fn after(item: &ItemMatch) -> Self {
        Self(item.item.item.clone())
    }
}

impl Store {
    /// Items, by the shop's ids, at most `limit`.
    pub async fn list_channel_items(
        &self,
        channel: ChannelId,
        filter: &ItemFilter,
        after: Option<&ItemCursor>,
        limit: u64,
    ) -> Result<Vec<ItemMatch>, StoreError> {
        use channel_items::Column as C;
        let fresh = Condition::all()
            .add(C::Live.eq(false))
            .add(C::SkuId.is_not_null())
            .add(C::Problem.is_null());
        let condition = Condition::all()
            .add(C::ChannelId.eq(channel.0))
            .add_option(filter.problem.map(|problem| C::Problem.eq(problem.code())))
            .add_option(filter.sku.map(|sku| C::SkuId.eq(sku.0)))
            .add_option(filter.not_live.then_some(fresh))
            .add_option(after.map(|after| C::Item.gt(after.0.as_str())));
        let rows = channel_items::Entity::find()
            .filter(condition)
            .order_by_asc(C::Item)
            .limit(limit)
            .all(&self.reader())
            .await?;
        rows.into_iter().map(item_of).collect()
    }
}

impl Store {
    /// The item with this id.
    pub async fn find_channel_item(
        &self,
        channel: ChannelId,
        item: &str,
    ) -> Result<Option<ItemMatch>, StoreError> {
        let key = (channel.0, item.to_owned());
        let row = channel_items::Entity::find_by_id(key).one(&self.reader()).await?;
        row.map(item_of).transpose()
    }
}

fn item_of(row: channel_items::Model) -> Result<ItemMatch, StoreError> {
    let meaning = Meaning::of(&row)?;
    Ok(ItemMatch {
        sku: meaning.sku,
        by: meaning.by,
        problem: meaning.problem,
        candidates: meaning.candidates,
        live: row.live,
        item: ShopItem {
            barcodes: list_of("channel_items", &row.barcodes)?,
            options: list_of("channel_items", &row.options)?,
            item: row.item,
            variant: row.variant,
            code: row.code,
            handle: row.handle,
            title: row.title,
            tracked: row.tracked,
        },
    })
}
