//! Connects a shop: looks whether it lets us in, reads what it has, compares, takes it in.

use std::sync::Arc;

use async_trait::async_trait;
use onhand_domain::{
    ChannelId, Micros, SkuId,
    channel::{ChannelStatus, CredentialKind, QuantityName},
};
use onhand_store::{
    By, Store,
    channels::{
        Beside, Channel, ChannelChange, ChannelError, ChannelRefusal, Matched, NewChannel,
        NewCredentials, ShopItem, ShopLevel, ShopLocation, TakenIn, Wanted,
    },
};
use tokio::sync::Mutex;

use crate::{
    API_VERSION,
    auth::{Credentials, Endpoint, KeepError, Secret, Token, TokenError, TokenKeeper},
    client::{Base, Limits, Shop},
    connection::{self, ConnectionError},
    read::{Item, Level, Location, RETURNS_SCOPE, ReadError},
    receiver::{self, Following, ReceiveError, TakenOrders},
    sealed::Key,
};

/// What an app is asked to be allowed: [`SCOPES`], and last what the shop's returns take. Without
/// that the rest is followed, and each order that has returns says so.
pub const SCOPES_ASKED: [&str; 7] = [
    "read_products",
    "read_inventory",
    "write_inventory",
    "read_locations",
    "read_orders",
    "read_merchant_managed_fulfillment_orders",
    RETURNS_SCOPE,
];

/// What the shop must allow: to read what it has and sells, and to change quantities.
pub const SCOPES: &[&str] = SCOPES_ASKED.split_at(SCOPES_ASKED.len() - 1).0;

/// Why a shop was not connected, read or taken in.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// There is no way to it.
    #[error(transparent)]
    Connection(#[from] ConnectionError),
    /// It could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// It gives no token.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// It does not allow what is needed.
    #[error("the app lacks these scopes: {}; add them in the shop and connect again", .0.join(", "))]
    Scopes(Vec<String>),
    /// Our own side refuses, or failed.
    #[error(transparent)]
    Channel(#[from] ChannelError),
    /// Its orders could not be taken in.
    #[error("its orders can't be taken in: {0}")]
    Orders(String),
    /// No level of it is a SKU at a facility.
    #[error("no level of the shop is a SKU at a facility: put a facility behind a location first")]
    Nothing,
}

impl From<ReceiveError> for ConnectError {
    fn from(error: ReceiveError) -> Self {
        match error {
            ReceiveError::Read(error) => Self::Read(error),
            ReceiveError::Store(error) => error.into(),
            ReceiveError::Refused(problem) => Self::Orders(problem),
        }
    }
}

impl From<onhand_store::StoreError> for ConnectError {
    fn from(error: onhand_store::StoreError) -> Self {
        Self::Channel(error.into())
    }
}

/// A shop to be connected.
#[derive(Clone, Debug)]
pub struct NewShop {
    /// The channel's id, made by the client.
    pub id: ChannelId,
    /// What people call it; its own name where none is given.
    pub name: Option<String>,
    /// Its address.
    pub address: String,
    /// How it knows who we are.
    pub credentials: Credentials,
}

/// What was read of a shop.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// Its locations.
    pub locations: usize,
    /// Its items, by what they are.
    pub items: Matched,
}

/// A level that is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The shop's id of the item.
    pub item: String,
    /// The shop's id of the location.
    pub location: String,
    /// What it is.
    pub sku: SkuId,
    /// What the shop has as available.
    pub has: i64,
    /// What it should have.
    pub target: i64,
}

/// A shop beside the ledger, at one moment of the ledger.
#[derive(Clone, Debug)]
pub struct Comparison {
    wanted: Wanted,
    has: Vec<ShopLevel>,
    /// Levels that were compared.
    pub compared: usize,
    /// Those that differ, the largest difference first.
    pub differences: Vec<Difference>,
}

/// Connects a shop, as [`add`]; then its locations and items are read.
pub async fn connect(
    store: &Store,
    key: &Key,
    by: &By,
    new: NewShop,
) -> Result<(Channel, Checked), ConnectError> {
    connect_with(store, key, by, new, None).await
}

/// Connects a shop, as [`add_with`]; then its locations and items are read.
pub async fn connect_with(
    store: &Store,
    key: &Key,
    by: &By,
    new: NewShop,
    token: Option<Token>,
) -> Result<(Channel, Checked), ConnectError> {
    let channel = add_with(store, key, by, new, token).await?;
    let shop = connection::open(store, &channel, key)?;
    let checked = check(store, &shop, channel.id).await?;
    Ok((channel, checked))
}

/// Makes the channel of a shop, which must let us in and allow [`SCOPES`]. Nothing is read of it,
/// and nothing is changed in it.
pub async fn add(store: &Store, key: &Key, by: &By, new: NewShop) -> Result<Channel, ConnectError> {
    add_with(store, key, by, new, None).await
}

/// The same, with a token that the shop has given by these credentials already. It is kept in one
/// step with them.
pub async fn add_with(
    store: &Store,
    key: &Key,
    by: &By,
    new: NewShop,
    token: Option<Token>,
) -> Result<Channel, ConnectError> {
    let (shop, scopes, token) = let_in(&new.address, new.credentials.clone(), token).await?;
    let name = match new.name {
        Some(name) => name,
        None => shop.info().await?.name,
    };
    let made = NewChannel {
        id: new.id,
        name,
        shop: address(&new.address)?,
        api_version: API_VERSION.to_owned(),
        credential_kind: kind_of(&new.credentials),
        credentials: connection::seal(key, new.id, &new.credentials),
        scopes,
    };
    let token = token.map(|token| connection::sealed_token(key, new.id, &token));
    Ok(store.create_channel_with(by, made, token).await?)
}

/// Gives a channel other credentials, once the shop has let them in; with a token that the shop
/// has given by them already, where there is one.
pub async fn renew(
    store: &Store,
    key: &Key,
    by: &By,
    channel: &Channel,
    credentials: Credentials,
    token: Option<Token>,
) -> Result<Channel, ConnectError> {
    let (_, scopes, token) = let_in(&channel.shop, credentials.clone(), token).await?;
    let credentials = NewCredentials {
        kind: kind_of(&credentials),
        sealed: connection::seal(key, channel.id, &credentials),
        token: token.map(|token| connection::sealed_token(key, channel.id, &token)),
    };
    let change = ChannelChange {
        credentials: Some(credentials),
        scopes: Some(scopes),
        ..ChannelChange::default()
    };
    Ok(store.update_channel(by, channel.id, change).await?)
}

/// What a shop gives for the code that it sent a person back with. A code is good once.
pub async fn exchange(
    address: &str,
    client_id: &str,
    client_secret: &Secret,
    code: &Secret,
    now: Micros,
) -> Result<(Credentials, Token), ConnectError> {
    let base = Base::parse(address).map_err(ConnectionError::from)?;
    let endpoint = Endpoint::open(&base, Limits::default()).map_err(ConnectionError::from)?;
    let token = endpoint.exchange(client_id, client_secret, code.expose(), now).await?;
    // Asked for is one that expires; one without an end could not be taken from whoever stole it.
    let refresh_token = token.refresh.clone().ok_or_else(|| {
        TokenError::Failed("the shop gave a token that can't be renewed".to_owned())
    })?;
    let (client_id, client_secret) = (client_id.to_owned(), client_secret.clone());
    Ok((Credentials::Offline { client_id, client_secret, refresh_token }, token))
}

/// A shop's address in the one form in which it is kept: each shop has one channel.
pub fn address(text: &str) -> Result<String, ConnectionError> {
    Ok(Base::parse(text)?.to_string().trim_end_matches('/').to_owned())
}

/// The credentials' kind.
pub const fn kind_of(credentials: &Credentials) -> CredentialKind {
    match credentials {
        Credentials::Static { .. } => CredentialKind::Static,
        Credentials::ClientCredentials { .. } => CredentialKind::ClientCredentials,
        Credentials::Offline { .. } => CredentialKind::Offline,
    }
}

/// The way to a shop that lets us in and allows [`SCOPES`], what it allows, and the token that it
/// gave.
async fn let_in(
    address: &str,
    credentials: Credentials,
    token: Option<Token>,
) -> Result<(Shop, Vec<String>, Option<Token>), ConnectError> {
    let keeper = Arc::new(InMemory(Mutex::new(token)));
    let shop = connection::shop(address, API_VERSION, credentials, keeper.clone())?;
    let scopes = shop.scopes().await?;
    let lacking = lacking(&scopes);
    if !lacking.is_empty() {
        return Err(ConnectError::Scopes(lacking));
    }
    let token = keeper.0.lock().await.take();
    Ok((shop, scopes, token))
}

/// Reads a shop's locations and items, and matches these to SKUs. Changes nothing in the shop.
pub async fn check(
    store: &Store,
    shop: &Shop,
    channel: ChannelId,
) -> Result<Checked, ConnectError> {
    let began = store.clock().now();
    let locations = shop_locations(shop).await?;
    store.put_channel_locations(channel, &locations).await?;
    let mut items = Matched::default();
    let mut pages = shop.items();
    while let Some(page) = pages.next().await? {
        let page: Vec<ShopItem> = page.into_iter().map(shop_item).collect();
        items = items.and(store.put_channel_items(channel, &page).await?);
    }
    while store.close_unseen_items(channel, began).await? > 0 {}
    Ok(Checked { locations: locations.len(), items })
}

/// Those of [`SCOPES`] that are not among these.
pub(crate) fn lacking(scopes: &[String]) -> Vec<String> {
    // Who may write may read, and the shop then lists only the former.
    let has = |scope: &str| {
        scopes.iter().any(|has| has == scope || *has == scope.replace("read_", "write_"))
    };
    SCOPES.iter().filter(|scope| !has(scope)).map(|scope| (*scope).to_owned()).collect()
}

/// A shop's locations, with whether it takes changes for them.
pub(crate) async fn shop_locations(shop: &Shop) -> Result<Vec<ShopLocation>, ReadError> {
    let location = |location: Location| ShopLocation {
        location: location.id,
        name: location.name,
        active: location.is_active && !location.is_fulfillment_service,
    };
    Ok(shop.locations().await?.into_iter().map(location).collect())
}

pub(crate) fn shop_item(item: Item) -> ShopItem {
    ShopItem {
        item: item.item,
        variant: item.variant,
        code: item.code,
        barcodes: item.barcode.into_iter().collect(),
        handle: item.handle,
        options: item.options.into_iter().map(|option| option.value).collect(),
        title: item.title,
        // Stock of a bundle follows from that of its parts; the shop refuses changes of it.
        tracked: item.tracked && !item.bundle,
    }
}

/// Compares every level of a shop with the ledger. Changes nothing.
pub async fn compare(
    store: &Store,
    shop: &Shop,
    channel: ChannelId,
) -> Result<Comparison, ConnectError> {
    let wanted = store.shop_levels_wanted(channel).await?;
    let items: Vec<&str> = wanted.items.keys().map(String::as_str).collect();
    let names = [
        QuantityName::Available,
        QuantityName::Reserved,
        QuantityName::Damaged,
        QuantityName::QualityControl,
        QuantityName::SafetyStock,
    ]
    .map(QuantityName::code);
    let mut has = Vec::new();
    for location in wanted.locations() {
        let levels = shop.levels_of(location, &items, &names).await?;
        has.extend(
            levels.into_iter().filter_map(|found| found.level).map(|level| has_level(&level)),
        );
    }
    let mut differences = Vec::new();
    let mut compared = 0;
    let none = has_nothing(&wanted, &has);
    for (item, location, available) in
        has.iter().map(|l| (l.item.as_str(), l.location.as_str(), l.available)).chain(none)
    {
        let Some(level) = wanted.level(item, location)? else { continue };
        compared += 1;
        if level.target != available {
            differences.push(Difference {
                item: item.to_owned(),
                location: location.to_owned(),
                sku: level.sku,
                has: available,
                target: level.target,
            });
        }
    }
    differences.sort_by_key(|d| std::cmp::Reverse(d.target.abs_diff(d.has)));
    Ok(Comparison { wanted, has, compared, differences })
}

/// Levels of which the ledger knows and the shop does not: there are none.
fn has_nothing<'w>(wanted: &'w Wanted, has: &[ShopLevel]) -> Vec<(&'w str, &'w str, i64)> {
    let there: std::collections::BTreeSet<(&str, &str)> =
        has.iter().map(|level| (level.item.as_str(), level.location.as_str())).collect();
    let missing = wanted.known().filter(|level| !there.contains(level));
    missing.map(|(item, location)| (item, location, 0)).collect()
}

pub(crate) fn has_level(level: &Level) -> ShopLevel {
    let of = |name: QuantityName| level.quantity(name.code()).unwrap_or(0);
    ShopLevel {
        item: level.item.clone(),
        location: level.location.clone(),
        available: of(QuantityName::Available),
        beside: Some(Beside {
            reserved: of(QuantityName::Reserved),
            damaged: of(QuantityName::Damaged),
            quality_control: of(QuantityName::QualityControl),
            safety_stock: of(QuantityName::SafetyStock),
        }),
    }
}

/// A shop that was made equal to the ledger.
#[derive(Clone, Debug)]
pub struct Started {
    /// The orders that were taken in before it was compared.
    pub orders: TakenOrders,
    /// How it differed.
    pub comparison: Comparison,
    /// What takes part from now on.
    pub taken: TakenIn,
}

/// How often a shop is compared again because customers ordered while it was read. Beyond that
/// the reconciler sets right what differs.
const COMPARE_TRIES_MAX: usize = 3;

/// Takes a shop in, from the beginning: reads its items, takes in what it has promised to
/// customers, compares, and makes it equal.
///
/// # Errors
/// [`ConnectError`]; orders that were taken in by then stay in the ledger.
pub async fn start(
    store: &Store,
    shop: &Shop,
    by: &By,
    channel: ChannelId,
) -> Result<Started, ConnectError> {
    let unknown = || ChannelError::Refused(ChannelRefusal::Unknown("channel"));
    let found = store.find_channel(channel).await?.ok_or_else(unknown)?;
    if found.status == ChannelStatus::Running {
        let remedy = "stop it before it is taken in anew";
        let refusal = ChannelRefusal::Status { status: found.status, remedy };
        return Err(ChannelError::Refused(refusal).into());
    }
    check(store, shop, channel).await?;
    let mut orders = receiver::take_in_orders(store, shop, &found).await?;
    let found = store.find_channel(channel).await?.ok_or_else(unknown)?;
    let following = Following { store, shop, channel: &found };
    let mut tries: usize = 0;
    let comparison = loop {
        // The shop writes the times of changes to the second.
        let began = store.clock().now().plus(-Micros::SECOND);
        let comparison = compare(store, shop, channel).await?;
        if comparison.compared == 0 {
            return Err(ConnectError::Nothing);
        }
        // An order that came while the levels were read stands in some of them and not in others.
        let changed = receiver::take_in_changes(&following, began, &mut orders).await?;
        tries = tries.saturating_add(1);
        if changed == 0 || tries == COMPARE_TRIES_MAX {
            break comparison;
        }
    };
    let taken = go_live(store, by, &comparison).await?;
    Ok(Started { orders, comparison, taken })
}

/// Takes a shop in as it was compared: it is made equal to the ledger by compare-and-set, and kept
/// so by changes from then on.
pub async fn go_live(
    store: &Store,
    by: &By,
    comparison: &Comparison,
) -> Result<TakenIn, ConnectError> {
    Ok(store.go_live(by, &comparison.wanted, &comparison.has).await?)
}

/// Keeps the token of a shop that is not connected yet.
struct InMemory(Mutex<Option<Token>>);

#[async_trait]
impl TokenKeeper for InMemory {
    async fn load(&self) -> Result<Option<Token>, KeepError> {
        Ok(self.0.lock().await.clone())
    }

    async fn keep(&self, token: &Token) -> Result<(), KeepError> {
        *self.0.lock().await = Some(token.clone());
        Ok(())
    }
}
