//! Who the shop is, what it grants, where it keeps stock.

use serde::Deserialize;

use super::{Page, ReadError};
use crate::client::Shop;
use crate::documents;

/// A shop, as it names itself.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct ShopInfo {
    /// Its global id.
    pub id: String,
    /// Its name, for people.
    pub name: String,
    /// Its own domain, which never changes: `NAME.myshopify.com`.
    pub myshopify_domain: String,
    /// Its time zone.
    pub iana_timezone: String,
    /// Its plan.
    pub plan: Plan,
}

/// A shop's plan.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// What it is called.
    pub public_display_name: String,
}

/// A place where the shop keeps stock.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct Location {
    /// Its global id.
    pub id: String,
    /// Its name, for people.
    pub name: String,
    /// Whether it can be sold from.
    pub is_active: bool,
    /// Whether another firm manages it: its stock can't be changed by us.
    pub is_fulfillment_service: bool,
    /// Whether online orders are sent from it.
    pub fulfills_online_orders: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Scopes {
    current_app_installation: Installation,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Installation {
    access_scopes: Vec<Scope>,
}

#[derive(Deserialize)]
struct Scope {
    handle: String,
}

#[derive(Deserialize)]
struct Named {
    shop: ShopInfo,
}

#[derive(Deserialize)]
struct Locations {
    locations: Page<Location>,
}

impl Shop {
    /// What the token may do.
    pub async fn scopes(&self) -> Result<Vec<String>, ReadError> {
        let scopes: Scopes = self.read(documents::SCOPES, 0, &()).await?;
        let scopes = scopes.current_app_installation.access_scopes;
        Ok(scopes.into_iter().map(|scope| scope.handle).collect())
    }

    /// Who the shop is.
    pub async fn info(&self) -> Result<ShopInfo, ReadError> {
        let named: Named = self.read(documents::SHOP, 0, &()).await?;
        Ok(named.shop)
    }

    /// All its locations, those of fulfilment services and inactive ones too.
    pub async fn locations(&self) -> Result<Vec<Location>, ReadError> {
        self.read_all(documents::LOCATIONS, |found: Locations| found.locations).await
    }
}
