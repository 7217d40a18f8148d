//! What an app and a shop have to be told so that a person can be sent to and fro between them.

use onhand_shopify::connect::SCOPES_ASKED;
use serde::{Deserialize, Serialize};
use url::Url;
use utoipa::ToSchema;

use crate::{Problem, api::ApiResult, oauth, state::AppState, wire::ApiTime};

/// What an app has to be told before somebody can be sent to a shop to let it in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ChannelAuthorizationSetup {
    /// Where the shop sends people back to: the app must name it among its redirect addresses.
    /// Null: the server does not know its address from outside, and nobody can be sent.
    #[schema(example = "https://onhand.example.com/oauth/shopify/callback")]
    pub(super) redirect_url: Option<String>,
    /// What the app has to ask for.
    pub(super) scopes: Vec<&'static str>,
}

/// Where somebody is to be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ChannelAuthorization {
    /// The shop's page on which a person lets the app in. To be opened in this browser alone.
    pub(super) authorize_url: String,
    /// When it is too late to come back.
    pub(super) expires_at: ApiTime,
}

impl ChannelAuthorizationSetup {
    pub(super) fn of(state: &AppState) -> Self {
        let redirect_url = redirect_url(state).ok().map(String::from);
        Self { redirect_url, scopes: SCOPES_ASKED.to_vec() }
    }
}

/// What is sealed while somebody is away.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub(crate) struct App {
    pub(crate) client_id: String,
    pub(crate) client_secret: onhand_shopify::auth::Secret,
}

/// Where the shop sends people back to.
pub(super) fn redirect_url(state: &AppState) -> ApiResult<Url> {
    let url = state.config.public_url.as_deref().and_then(|url| Url::parse(url).ok());
    let mut url = url.ok_or_else(no_public_url)?;
    let path = format!("{}{}", url.path().trim_end_matches('/'), oauth::PATH);
    url.set_path(&path);
    Ok(url)
}

fn no_public_url() -> Problem {
    let title = "The server does not know its address from outside";
    Problem::conflict("no-public-url", title).detail(
        "set ONHAND_PUBLIC_URL, or public_url in onhand.toml, to the address at which people open \
         Onhand, such as https://onhand.example.com, and start the server again",
    )
}
