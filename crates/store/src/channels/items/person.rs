//! Somebody says which SKU an item is.

use onhand_domain::{
    ChannelId, SkuId,
    channel::{ItemProblem, MatchedBy},
};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, Set};

use super::super::{
    channel::lock,
    lanes,
    refusal::{ChannelError, ChannelRefusal},
    rows,
};
use crate::{
    Store,
    entities::{channel_items, skus},
    unit::{By, Unit},
};

impl Store {
    /// Says which SKU an item is, or that it is none; no later reading changes it. What it was
    /// before takes no part any more: the shop's quantity belongs to another SKU.
    ///
    /// # Errors
    /// [`ChannelRefusal::SkuTaken`], [`ChannelRefusal::Unknown`].
    pub async fn match_channel_item(
        &self,
        by: &By,
        channel: ChannelId,
        item: &str,
        sku: Option<SkuId>,
    ) -> Result<(), ChannelError> {
        use channel_items::Column as C;
        let unit = Unit::begin(self, by).await?;
        lock(&unit.tx, channel).await?;
        rows::lock_cursors(&unit.tx, channel.0).await?;
        let key = (channel.0, item.to_owned());
        let row = channel_items::Entity::find_by_id(key).one(&unit.tx).await?;
        let row = row.ok_or(ChannelRefusal::Unknown("item"))?;
        if let Some(sku) = sku {
            if skus::Entity::find_by_id(sku.0).count(&unit.tx).await? == 0 {
                return Err(ChannelRefusal::Unknown("SKU").into());
            }
            let owner = channel_items::Entity::find()
                .filter(C::ChannelId.eq(channel.0))
                .filter(C::SkuId.eq(sku.0))
                .filter(C::Item.ne(item))
                .one(&unit.tx)
                .await?;
            if let Some(owner) = owner {
                return Err(ChannelRefusal::SkuTaken { item: owner.item }.into());
            }
        }
        let other = row.sku_id != sku.map(|sku| sku.0);
        if other {
            let items = [item.to_owned()];
            lanes::close(&unit.tx, channel, Some(&items), "matched_anew", unit.now).await?;
        }
        let problem = match sku {
            _ if !row.tracked => Some(ItemProblem::Untracked),
            None => Some(ItemProblem::None),
            Some(_) => None,
        };
        let said = channel_items::ActiveModel {
            channel_id: Set(channel.0),
            item: Set(row.item),
            sku_id: Set(sku.map(|sku| sku.0)),
            matched_by: Set(Some(MatchedBy::Person.code().to_owned())),
            problem: Set(problem.map(|problem| problem.code().to_owned())),
            candidates: Set(None),
            live: Set(row.live && !other),
            ..Default::default()
        };
        said.update(&unit.tx).await?;
        let what = sku.map_or_else(|| "nothing".to_owned(), |sku| format!("the SKU {sku}"));
        Ok(unit.commit_work(None, format!("channel {channel}: {item} is {what}")).await?)
    }
}
