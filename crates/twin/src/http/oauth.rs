//! `/admin/oauth/…`: tokens for secrets, codes and refresh tokens.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::Query;
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::{Value, json};

use super::{Failure, State, problem, refuse};
use crate::deliver::mac;
use crate::hex::hex;
use crate::shop::Shop;
use crate::world::{Act, Outcome, Token, TokenAct};

type Form = BTreeMap<String, String>;

/// `POST /admin/oauth/access_token`, as a form or as JSON.
pub(super) async fn token(axum::extract::State(shop): State, body: Bytes) -> Response {
    match grant(&shop, &read(&body)).await {
        Ok(answer) => axum::Json(answer).into_response(),
        Err(failure) => failure.into_response(),
    }
}

fn read(body: &[u8]) -> Form {
    if let Ok(form) = serde_json::from_slice::<Form>(body) {
        return form;
    }
    let pairs = body.split(|byte| *byte == b'&').filter_map(|pair| {
        let text = std::str::from_utf8(pair).ok()?;
        let (name, value) = text.split_once('=')?;
        Some((decode(name)?, decode(value)?))
    });
    pairs.collect()
}

/// Undoes the encoding of forms.
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let pair = [rest.next()?, rest.next()?];
                u8::from_str_radix(std::str::from_utf8(&pair).ok()?, 16).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(bytes).ok()
}

async fn grant(shop: &Shop, form: &Form) -> Result<Value, Failure> {
    let get = |name: &str| form.get(name).cloned().unwrap_or_default();
    let (is_known, installed) = {
        let access = &shop.read().access;
        let known =
            get("client_id") == access.client_id && get("client_secret") == access.client_secret;
        (known, access.installed)
    };
    if !is_known {
        return Err(refuse(401, "invalid_client"));
    }
    let act = match get("grant_type").as_str() {
        "client_credentials" if installed => TokenAct::ClientCredentials,
        "client_credentials" => return Err(refuse(400, "app_not_installed")),
        "refresh_token" => TokenAct::Refresh { refresh: get("refresh_token") },
        // Shopify's own exchange has no grant type.
        "" | "authorization_code" => {
            TokenAct::Exchange { code: get("code"), expiring: get("expiring") == "1" }
        }
        other => return Err(refuse(400, format!("unsupported_grant_type {other}"))),
    };
    match shop.apply(Act::Token(act)).await.map_err(Failure::Journal)? {
        Outcome::Token(token) => Ok(answer(shop, &token)),
        Outcome::Refused(refusal) => Err(Failure::Refused(refusal)),
        _ => Err(refuse(500, "Internal Server Error")),
    }
}

fn answer(shop: &Shop, token: &Token) -> Value {
    let scope = shop.read().access.scopes.join(",");
    let mut answer = json!({ "access_token": token.text, "scope": scope });
    if let Some(seconds) = token.expires_in {
        answer["expires_in"] = json!(seconds);
    }
    if let Some((refresh, seconds)) = &token.refresh {
        answer["refresh_token"] = json!(refresh);
        answer["refresh_token_expires_in"] = json!(seconds);
    }
    answer
}

/// `GET /admin/oauth/authorize`: the merchant always says yes, and is sent straight back.
pub(super) async fn authorize(
    axum::extract::State(shop): State,
    Query(query): Query<Form>,
) -> Response {
    let get = |name: &str| query.get(name).cloned().unwrap_or_default();
    let back = get("redirect_uri");
    if get("client_id") != shop.read().access.client_id || !back.starts_with("http") {
        return problem(400, "Oauth error invalid_request");
    }
    let code = match shop.apply(Act::Token(TokenAct::Code)).await {
        Ok(Outcome::Token(token)) => token.text,
        _ => return problem(500, "Internal Server Error"),
    };
    let (domain, secret) = {
        let world = shop.read();
        (world.domain.clone(), world.access.client_secret.clone())
    };
    let timestamp = shop.now().div_euclid(1_000_000).to_string();
    let mut fields =
        [("code", code), ("shop", domain), ("state", get("state")), ("timestamp", timestamp)];
    // Signed in the order of their names.
    fields.sort();
    let text = |sign: &str, encode: fn(&str) -> String| {
        let pairs: Vec<String> =
            fields.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        pairs.join(sign)
    };
    let signed = mac(&secret, text("&", ToOwned::to_owned).as_bytes());
    let hmac = hex(&signed);
    let joint = if back.contains('?') { '&' } else { '?' };
    Redirect::to(&format!("{back}{joint}{}&hmac={hmac}", text("&", encode))).into_response()
}

fn encode(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
