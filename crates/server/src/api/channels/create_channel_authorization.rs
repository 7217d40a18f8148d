//! `POST /channels/authorizations`

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode, header},
};
use onhand_domain::ChannelId;
use onhand_shopify::{
    auth::{Credentials, oauth},
    client::Base,
    connect::{self, SCOPES_ASKED},
};
use onhand_store::channels::{self as store, NewAuthorization, Sealed};
use serde::Deserialize;
use url::Url;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    authorization::{App, ChannelAuthorization, redirect_url},
    channel,
    create_channel::at_shop,
    credentials::{SecretText, check},
    examples, key, manager,
};
use crate::{
    Problem,
    api::ApiResult,
    caller::{Caller, Credential},
    extract::ApiJson,
    state::AppState,
};

/// Somebody is to be sent to a shop, to let an app in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateChannelAuthorization {
    /// Made by the client. The channel that comes of it has it, too. The same id once more is a
    /// new way to the shop; the one before leads nowhere any more.
    id: Uuid,
    /// The channel that gets other credentials; absent where the shop is not connected yet.
    channel_id: Option<Uuid>,
    /// The shop's address, `NAME.myshopify.com`; only where `channel_id` is absent.
    shop: Option<String>,
    /// What people are to call it; as the shop calls itself where absent. Not with `channel_id`.
    name: Option<String>,
    /// The app's id. With `channel_id` it may be absent, together with the secret: the same app.
    client_id: Option<String>,
    /// The app's secret.
    #[schema(value_type = Option<String>, write_only)]
    client_secret: Option<SecretText>,
}

/// Begins to connect a shop, or to renew its credentials, by an app that a person lets in there.
/// Send the browser to `authorize_url`: the shop sends it back to the server, which makes or
/// renews the channel and leads on to its page. Nothing is made before; whoever comes back with
/// it in another session, again, or too late finds nothing.
#[utoipa::path(
    post,
    path = "/channels/authorizations",
    operation_id = "create_channel_authorization",
    tag = "channels",
    request_body(content = CreateChannelAuthorization, example = json!({
        "id": "01900000-0000-7000-8000-0000000000c1", "shop": "https://acme.myshopify.com",
        "client_id": "0a1b2c", "client_secret": "shpss_example",
    })),
    responses((status = 201, description = "Where to go", body = ChannelAuthorization,
        example = json!(examples::authorization()))),
    extensions(("x-permission" = json!("channels.manage"))),
)]
pub(crate) async fn create_channel_authorization(
    State(state): State<AppState>,
    caller: Caller,
    headers: HeaderMap,
    ApiJson(body): ApiJson<CreateChannelAuthorization>,
) -> ApiResult<(StatusCode, Json<ChannelAuthorization>)> {
    let by = manager(&caller).await?.by;
    let Credential::Session(session) = &caller.credential else { return Err(no_browser()) };
    let key = key(&state)?;
    let redirect = redirect_url(&state)?;
    same_address(&headers, &redirect)?;
    let renewed = match body.channel_id {
        Some(id) => Some(channel(&state, id).await?),
        None => None,
    };
    let shop = shop_of(body.shop.as_deref(), renewed.as_ref())?;
    let base = Base::parse(&shop).map_err(|error| Problem::invalid("/shop", error.to_string()))?;
    if !oauth::lets_people_in(&base) {
        let detail = "must be the shop's own address, such as https://acme.myshopify.com";
        return Err(Problem::invalid("/shop", detail));
    }
    let app = match (body.client_id, body.client_secret) {
        (Some(client_id), Some(SecretText(client_secret))) => App { client_id, client_secret },
        (None, None) => app_of(key, renewed.as_ref())?,
        (None, Some(_)) => return Err(Problem::invalid("/client_id", "is missing")),
        (Some(_), None) => return Err(Problem::invalid("/client_secret", "is missing")),
    };
    check(&app.client_id).map_err(|why| Problem::invalid("/client_id", why))?;
    let id = renewed.as_ref().map_or(ChannelId(body.id), |channel| channel.id);
    let new = NewAuthorization {
        id: body.id,
        channel: id,
        renews: renewed.is_some(),
        shop,
        name: body.name.filter(|_| renewed.is_none()),
        app: Sealed(key.seal_value(id.0, &app)),
    };
    let secret = oauth::new_state();
    let expires_at = state
        .store
        .begin_channel_authorization(&by, new, secret.expose().as_bytes(), session)
        .await
        .map_err(|error| at_shop(error.into()))?;
    let url = oauth::authorize_url(&base, &app.client_id, &SCOPES_ASKED, &redirect, &secret);
    let answer = ChannelAuthorization { authorize_url: url.into(), expires_at: expires_at.into() };
    Ok((StatusCode::CREATED, Json(answer)))
}

/// The shop's address: said, or that of the channel.
fn shop_of(said: Option<&str>, renewed: Option<&store::Channel>) -> ApiResult<String> {
    match (said, renewed) {
        (None, Some(channel)) => Ok(channel.shop.clone()),
        (Some(said), None) => Ok(connect::address(said)?),
        (None, None) => Err(Problem::invalid("/shop", "is missing")),
        (Some(_), Some(_)) => {
            Err(Problem::invalid("/shop", "is that of the channel: leave it out"))
        }
    }
}

/// The app that the channel knows already.
fn app_of(key: &onhand_shopify::sealed::Key, renewed: Option<&store::Channel>) -> ApiResult<App> {
    let missing = || Problem::invalid("/client_id", "is missing");
    let channel = renewed.ok_or_else(missing)?;
    // Sealed with a key that is lost: then the app has to be said anew.
    let known = key.open_value::<Credentials>(channel.id.0, &channel.credentials.0);
    match known {
        Ok(
            Credentials::ClientCredentials { client_id, client_secret }
            | Credentials::Offline { client_id, client_secret, .. },
        ) => Ok(App { client_id, client_secret }),
        Ok(Credentials::Static { .. }) | Err(_) => Err(missing()),
    }
}

/// Whoever comes back is known by the cookie of this session, which browsers send to the address
/// that set it and to no other.
fn same_address(headers: &HeaderMap, redirect: &Url) -> ApiResult<()> {
    let public = redirect.origin().ascii_serialization();
    let origin = headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
    if origin.is_none_or(|origin| origin == public) {
        return Ok(());
    }
    let title = "The shop sends people back to another address";
    Err(Problem::conflict("other-address", title)
        .detail(format!("open Onhand at {public}, sign in there and connect the shop from there"))
        .with("address", public))
}

fn no_browser() -> Problem {
    Problem::conflict("no-browser", "A person has to go to the shop").detail(
        "sign in with a browser; a program gives the credentials that it has to POST /channels",
    )
}
