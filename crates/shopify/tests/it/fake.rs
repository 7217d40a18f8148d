//! A twin in this process, and its own side.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use onhand_shopify::auth::{Credentials, Endpoint, KeepError, Secret, Token, TokenKeeper, Tokens};
use onhand_shopify::client::{Base, Limits, Shop};
use onhand_store::clock::System;
use onhand_twin::{Options, Plan, Twin};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use url::Url;

pub(crate) const SHOE: &str = "gid://shopify/InventoryItem/50000000001";
pub(crate) const SHOE_41: &str = "gid://shopify/InventoryItem/50000000002";
/// Where the catalogue's quantities lie.
pub(crate) const FIRST: &str = "gid://shopify/Location/60000001";
pub(crate) const SECOND: &str = "gid://shopify/Location/60000002";
/// Where nothing is stocked.
pub(crate) const UNSTOCKED: &str = "gid://shopify/Location/60000003";

const CATALOG: &str = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Barcode,\
Variant Inventory Tracker,Variant Inventory Qty,Variant Price\n\
shoe,Shoe,Size,40,S-40,4000000000017,shopify,10,59.00\n\
shoe,,,41,S-41,,shopify,5,59.00\n\
card,Gift card,Title,Default Title,CARD,,,0,25.00\n";

pub(crate) struct Fake {
    base: Base,
}

/// Keeps a token as long as the test lasts.
#[derive(Default)]
struct Memory(Mutex<Option<Token>>);

#[async_trait]
impl TokenKeeper for Memory {
    async fn load(&self) -> Result<Option<Token>, KeepError> {
        Ok(self.0.lock().unwrap().clone())
    }

    async fn keep(&self, token: &Token) -> Result<(), KeepError> {
        *self.0.lock().unwrap() = Some(token.clone());
        Ok(())
    }
}

impl Fake {
    pub(crate) async fn open() -> Self {
        Self::open_with(CATALOG, Plan::Plus).await
    }

    /// One that sells something else, or may be asked less.
    pub(crate) async fn open_with(catalog: &str, plan: Plan) -> Self {
        let twin = Twin::open(Options {
            listen: ([127, 0, 0, 1], 0).into(),
            catalog: catalog.into(),
            locations: 3,
            location_names: Vec::new(),
            stocked_at: 2,
            domain: "twin.myshopify.com".to_owned(),
            token: "shpat_test".to_owned(),
            client_id: "app".to_owned(),
            client_secret: "secret".to_owned(),
            plan,
            seed: 7,
            state: None,
        });
        let twin = twin.await.unwrap();
        let base = Base::parse(twin.address()).unwrap();
        tokio::spawn(twin.serve());
        Self { base }
    }

    /// The shop by a token that never ends.
    pub(crate) fn shop(&self) -> Shop {
        self.shop_with(Credentials::Static { token: Secret::new("shpat_test") })
    }

    pub(crate) fn shop_with(&self, credentials: Credentials) -> Shop {
        let limits = Limits::default();
        let endpoint = Endpoint::open(&self.base, limits).unwrap();
        let keeper = Arc::<Memory>::default();
        let tokens = Tokens::new(credentials, endpoint, keeper, Arc::new(System));
        Shop::open(&self.base, "2026-10", Arc::new(tokens), limits).unwrap()
    }

    pub(crate) fn base(&self) -> &Base {
        &self.base
    }

    /// Does something on the twin's own side.
    pub(crate) async fn post(&self, path: &str, body: &Value) {
        self.ask(path, body).await;
    }

    /// The same, with what it answers.
    pub(crate) async fn ask(&self, path: &str, body: &Value) -> Value {
        let body = body.to_string();
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: twin\r\ncontent-type: application/json\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
        self.answer(path, &request).await
    }

    /// What its own side says.
    pub(crate) async fn get(&self, path: &str) -> Value {
        let request = format!("GET {path} HTTP/1.1\r\nhost: twin\r\nconnection: close\r\n\r\n");
        self.answer(path, &request).await
    }

    async fn answer(&self, path: &str, request: &str) -> Value {
        let answer = self.exchange(request).await;
        assert!(answer.starts_with("HTTP/1.1 2"), "{path}: {answer}");
        let body = answer.split_once("\r\n\r\n").unwrap().1;
        serde_json::from_str(body).unwrap_or(Value::Null)
    }

    /// Where somebody is sent back to who lets the app in at this address.
    pub(crate) async fn let_in_at(&self, url: &Url) -> Url {
        let body = format!("{}&answer=install", url.query().unwrap_or_default());
        let request = format!(
            "POST {} HTTP/1.1\r\nhost: twin\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            url.path(),
            body.len()
        );
        let answer = self.exchange(&request).await;
        let location = answer.lines().find_map(|line| line.strip_prefix("location: "));
        location.unwrap_or_else(|| panic!("{answer}")).parse().unwrap()
    }

    /// Sends a whole request, and answers the whole answer.
    pub(crate) async fn exchange(&self, request: &str) -> String {
        let address = self.base.to_string();
        let mut connection =
            TcpStream::connect(address.strip_prefix("http://").unwrap()).await.unwrap();
        connection.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).await.unwrap();
        answer
    }
}
