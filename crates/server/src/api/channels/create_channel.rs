//! `POST /channels`

use axum::{Json, extract::State, http::StatusCode};
use onhand_domain::ChannelId;
use onhand_shopify::{
    auth::Credentials,
    connect::{self, NewShop},
    receiver,
    sealed::Key,
};
use onhand_store::{Refusal, channels as store};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    credentials::{NewCredentials, SecretText, read_credentials},
    examples, key, manager,
    shape::Channel,
};
use crate::{Problem, api::ApiResult, caller::Caller, extract::ApiJson, state::AppState};

/// A shop that is to be connected.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateChannel {
    /// Made by the client.
    id: Uuid,
    /// The shop's address.
    shop: String,
    /// What people call it; as the shop calls itself where absent.
    name: Option<String>,
    /// How the shop knows who we are.
    #[serde(deserialize_with = "read_credentials")]
    credentials: NewCredentials,
    /// What the shop signs its messages with, besides the app's secret.
    #[schema(value_type = Option<String>, write_only)]
    webhook_secret: Option<SecretText>,
}

/// Connects a shop. It is asked whether it lets us in and allows what is needed; nothing is read
/// of it yet, and nothing is changed in it.
#[utoipa::path(
    post,
    path = "/channels",
    operation_id = "create_channel",
    tag = "channels",
    request_body(content = CreateChannel, example = json!({
        "id": "01900000-0000-7000-8000-0000000000c1", "shop": "https://acme.myshopify.com",
        "credentials": {"kind": "static", "token": "shpat_example"},
    })),
    responses((status = 201, description = "The channel", body = Channel,
        example = json!(examples::channel()))),
    extensions(("x-permission" = json!("channels.manage"))),
)]
pub(crate) async fn create_channel(
    State(state): State<AppState>,
    caller: Caller,
    ApiJson(body): ApiJson<CreateChannel>,
) -> ApiResult<(StatusCode, Json<Channel>)> {
    let authorised = manager(&caller).await?;
    let key = key(&state)?;
    let (credentials, token) = body.credentials.into_parts(state.store.clock().now());
    let new = NewShop {
        id: ChannelId(body.id),
        name: body.name,
        address: connect::address(&body.shop)?,
        credentials,
    };
    let made = match state.store.find_channel(new.id).await? {
        Some(known) if is_same(key, &known, &new) => known,
        Some(_) => return Err(Refusal::IdReused.into()),
        None => connect::add_with(&state.store, key, &authorised.by, new, token)
            .await
            .map_err(at_shop)?,
    };
    let made = match body.webhook_secret {
        Some(SecretText(secret)) => {
            receiver::add_secret(&state.store, key, &authorised.by, &made, secret).await?
        }
        None => made,
    };
    Ok((StatusCode::CREATED, Json(Channel::written(&state, made).await?)))
}

/// Whether a channel is what was asked for: a retry.
fn is_same(key: &Key, known: &store::Channel, new: &NewShop) -> bool {
    let credentials = key.open_value::<Credentials>(known.id.0, &known.credentials.0);
    known.shop == new.address
        && new.name.as_ref().is_none_or(|name| *name == known.name)
        && credentials.is_ok_and(|credentials| credentials == new.credentials)
}

/// A shop that is connected already is pointed at as what it was sent as.
pub(super) fn at_shop(error: connect::ConnectError) -> Problem {
    use onhand_store::channels::{ChannelError, ChannelRefusal};
    match error {
        connect::ConnectError::Channel(ChannelError::Refused(ChannelRefusal::Other(
            Refusal::CodeTaken(_),
        ))) => {
            let detail = "this shop is connected already";
            Problem::conflict("code-taken", "The code is taken").detail(detail).at("/shop", detail)
        }
        other => other.into(),
    }
}
