//! Where a shop sends a person back to who let an app in. Not part of the API: a browser comes
//! here by itself, and is led on to a page of the web app.
//!
//! **Who may come back.** An answer of a shop makes a channel, so a forged one would be worth a
//! lot: whoever got an admin's browser to open it would tie their own shop, and with it the sales
//! and stock of it, to the retailer's ledger. So the answer is worth something only with a `state`
//! that this server made, once, within ten minutes, *in the session that asked for it*: the
//! session's cookie is `SameSite=Lax`, which browsers send along when a person is led here by a
//! top-level navigation, and to nothing that a foreign page loads by itself. The other way round,
//! an admin who sends the address of a shop's page to somebody else gets nothing of what that
//! person grants. The signature then proves that the shop made the answer, and the shop must be
//! the one that was asked.
//!
//! Nothing is kept of what fails, and no address that this leads to has any of it in it but a word
//! for the reason.

use axum::{
    extract::{RawQuery, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{MethodRouter, get},
};
use onhand_domain::ChannelId;
use onhand_shopify::{
    auth::{TokenError, oauth},
    client::Base,
    connect::{self, ConnectError, NewShop},
};
use onhand_store::{
    By, Refusal,
    channels::{Authorization, ChannelError, ChannelRefusal},
};

use crate::{
    Problem,
    api::channels::{App, key, manager},
    caller::{Caller, Credential},
    problem::chain,
    state::AppState,
};

/// The path; the app names it among its redirect addresses.
pub(crate) const PATH: &str = "/oauth/shopify/callback";

/// The route.
pub(crate) fn route() -> MethodRouter<AppState> {
    get(come_back)
}

/// Why nothing came of it, as a word for the page that says so.
#[derive(Debug)]
struct Failure {
    why: &'static str,
    /// The channel that was to be renewed.
    channel: Option<ChannelId>,
    /// What the app may not do, where it may not do enough.
    scopes: Vec<String>,
}

impl Failure {
    const fn new(why: &'static str) -> Self {
        Self { why, channel: None, scopes: Vec::new() }
    }

    /// The page of the web app that says what is wrong and what to do.
    fn address(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("why", self.why);
        if let Some(channel) = self.channel {
            query.append_pair("channel", &channel.to_string());
        }
        if !self.scopes.is_empty() {
            query.append_pair("scopes", &self.scopes.join(","));
        }
        format!("/settings/shops/not-connected?{}", query.finish())
    }
}

async fn come_back(
    State(state): State<AppState>,
    caller: Result<Caller, Problem>,
    RawQuery(query): RawQuery,
) -> Response {
    let to = match finish(&state, caller, &query.unwrap_or_default()).await {
        Ok((channel, true)) => format!("/settings/shops/{channel}"),
        Ok((channel, false)) => format!("/settings/shops/{channel}?tab=setup"),
        Err(failure) => {
            tracing::warn!(why = failure.why, channel = ?failure.channel, "oauth.failed");
            failure.address()
        }
    };
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    if let Ok(to) = HeaderValue::from_str(&to) {
        headers.insert(header::LOCATION, to);
    }
    // The address has a code in it: neither a cache nor the next page is to know it.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The channel that came of it, and whether it was there before.
async fn finish(
    state: &AppState,
    caller: Result<Caller, Problem>,
    query: &str,
) -> Result<(ChannelId, bool), Failure> {
    let caller = caller.map_err(|problem| Failure::new(refused_caller(&problem)))?;
    let by = manager(&caller).await.map_err(|_| Failure::new("not-permitted"))?.by;
    let Credential::Session(session) = &caller.credential else {
        return Err(Failure::new("signed-out"));
    };
    let sent_with = oauth::state_of(query).ok_or(Failure::new("incomplete"))?;
    let state_bytes = sent_with.expose().as_bytes();
    let asked = state.store.take_channel_authorization(state_bytes, session).await;
    let asked = asked.map_err(|error| {
        tracing::error!(error = %chain(&error), "oauth.not_taken");
        Failure::new("failed")
    })?;
    let asked = asked.ok_or(Failure::new("unknown"))?;
    let renewed = asked.renews.then_some(asked.channel);
    let done = connected(state, by, &asked, (query, &sent_with)).await;
    done.map_err(|failure| Failure { channel: renewed, ..failure })?;
    Ok((asked.channel, asked.renews))
}

/// Makes or renews the channel.
async fn connected(
    state: &AppState,
    by: By,
    asked: &Authorization,
    (query, sent_with): (&str, &onhand_shopify::auth::Secret),
) -> Result<(), Failure> {
    if asked.late {
        return Err(Failure::new("too-late"));
    }
    if oauth::is_refusal(query) {
        return Err(Failure::new("refused"));
    }
    let key = key(state).map_err(|_| Failure::new("no-secret-key"))?;
    let App { client_id, client_secret } =
        key.open_value(asked.channel.0, &asked.app.0).map_err(|_| Failure::new("no-secret-key"))?;
    let base = Base::parse(&asked.shop).map_err(|_| Failure::new("other-shop"))?;
    let (store, now) = (&state.store, state.store.clock().now());
    let back = oauth::check_callback(query, &base, &client_secret, sent_with, now)
        .map_err(|error| Failure::new(word_of(error)))?;
    let had = connect::exchange(&asked.shop, &client_id, &client_secret, &back.code, now).await;
    let (credentials, token) = had.map_err(failed)?;
    if asked.renews {
        let channel = store.find_channel(asked.channel).await;
        let channel = channel.map_err(|error| failed(error.into()))?;
        let channel = channel.ok_or(Failure::new("unknown"))?;
        let by = By { action: "update_channel".to_owned(), ..by };
        let renewed = connect::renew(store, key, &by, &channel, credentials, Some(token)).await;
        renewed.map_err(failed)?;
    } else {
        let by = By { action: "create_channel".to_owned(), ..by };
        let new = NewShop {
            id: asked.channel,
            name: asked.name.clone(),
            address: asked.shop.clone(),
            credentials,
        };
        connect::add_with(store, key, &by, new, Some(token)).await.map_err(failed)?;
    }
    Ok(())
}

/// Signed out is something a person can mend; anything else is ours.
fn refused_caller(problem: &Problem) -> &'static str {
    if problem.status() == StatusCode::UNAUTHORIZED { "signed-out" } else { "failed" }
}

const fn word_of(error: oauth::CallbackError) -> &'static str {
    use oauth::CallbackError as E;
    match error {
        E::Form => "incomplete",
        E::Forged => "forged",
        E::State => "unknown",
        E::Old => "too-late",
        E::Shop => "other-shop",
    }
}

fn failed(error: ConnectError) -> Failure {
    use onhand_shopify::read::ReadError;
    tracing::warn!(error = %chain(&error), "oauth.not_connected");
    match error {
        ConnectError::Scopes(scopes) => Failure { scopes, ..Failure::new("scopes-missing") },
        ConnectError::Token(TokenError::Refused { .. })
        | ConnectError::Read(ReadError::Stopped { .. } | ReadError::Refused { .. }) => {
            Failure::new("shop-refused")
        }
        ConnectError::Token(_) | ConnectError::Read(_) => Failure::new("shop-unreachable"),
        ConnectError::Channel(ChannelError::Refused(ChannelRefusal::Other(
            Refusal::CodeTaken(_) | Refusal::IdReused,
        ))) => Failure::new("taken"),
        _ => Failure::new("failed"),
    }
}
