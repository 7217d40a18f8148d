//! Items, places and rights of the shop that have changed.

use onhand_store::{
    By,
    channels::{ChannelChange, Delivery, ITEMS_A_PAGE_MAX, LaneKey, ShopItem},
};

use super::{ReceiveError, Receiver};
use crate::{
    code::Stop,
    connect::{lacking, shop_item, shop_locations},
    read::ReadError,
    reconciler::{self, LOOK_MAX},
};

impl Receiver {
    /// Judges levels of a location that the shop says have changed: most are echoes of ours.
    pub(super) async fn look_at_levels(
        &self,
        location: &str,
        deliveries: &[Delivery],
    ) -> Result<Option<String>, ReceiveError> {
        let mut items: Vec<&str> = deliveries.iter().map(|one| one.subject.as_str()).collect();
        items.sort_unstable();
        items.dedup();
        for items in items.chunks(LOOK_MAX) {
            let lane =
                |item: &&str| LaneKey { item: (*item).to_owned(), location: location.to_owned() };
            let lanes: Vec<LaneKey> = items.iter().map(lane).collect();
            reconciler::look(&self.store, &self.shop, self.channel.id, &lanes).await?;
        }
        Ok(None)
    }

    /// Reads an item again, which may be new, another one or gone.
    pub(super) async fn read_items(&self, item: &str) -> Result<Option<String>, ReceiveError> {
        let found = self.shop.items_of(&[item]).await?.into_iter().next().flatten();
        match found {
            Some(item) => self.keep_items(vec![shop_item(item)]).await?,
            None => self.store.close_items(self.channel.id, &[item.to_owned()]).await?,
        }
        Ok(None)
    }

    /// Reads the items of a product again. Those that it has no more are told of by themselves.
    pub(super) async fn read_product(&self, product: &str) -> Result<Option<String>, ReceiveError> {
        let items = self.shop.items_of_product(product).await?;
        self.keep_items(items.into_iter().map(shop_item).collect()).await?;
        Ok(None)
    }

    /// What was matched by it and takes no part yet is taken in by the reconciler.
    async fn keep_items(&self, items: Vec<ShopItem>) -> Result<(), ReceiveError> {
        for items in items.chunks(ITEMS_A_PAGE_MAX) {
            self.store.put_channel_items(self.channel.id, items).await?;
        }
        Ok(())
    }

    /// Reads all locations again. What waits at those that are active goes on.
    pub(super) async fn read_locations(&self) -> Result<Option<String>, ReceiveError> {
        let locations = shop_locations(&self.shop).await?;
        self.store.put_channel_locations(self.channel.id, &locations).await?;
        for location in locations.iter().filter(|location| location.active) {
            self.store.thaw_lanes(self.channel.id, Some(&location.location)).await?;
        }
        Ok(None)
    }

    /// Looks whether the app may still do what it needs.
    pub(super) async fn check_scopes(&self) -> Result<Option<String>, ReceiveError> {
        let scopes = self.shop.scopes().await?;
        let lacking = lacking(&scopes);
        if !lacking.is_empty() {
            let problem = format!("the app lacks these scopes: {}", lacking.join(", "));
            return Err(ReadError::Stopped { reason: Stop::Reconnect, problem }.into());
        }
        if scopes == self.channel.scopes {
            return Ok(None);
        }
        let by = By {
            actor: onhand_domain::PrincipalId::SYSTEM,
            action: "update_channel".to_owned(),
            rule: "the shop has changed what the app may do".to_owned(),
        };
        let change = ChannelChange { scopes: Some(scopes), ..ChannelChange::default() };
        self.store.update_channel(&by, self.channel.id, change).await?;
        Ok(None)
    }

    /// The shop says that it has thrown the app out. It is asked: if it still lets us in, somebody
    /// has put the app back meanwhile.
    pub(super) async fn check_installation(&self) -> Result<Option<String>, ReceiveError> {
        self.check_scopes().await
    }
}
