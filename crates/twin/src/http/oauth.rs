//! `/admin/oauth/access_token`: tokens for secrets, codes and refresh tokens.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::{Failure, State, refuse};
use crate::shop::Shop;
use crate::world::{Act, Outcome, Token, TokenAct};

pub(super) type Form = BTreeMap<String, String>;

/// `POST /admin/oauth/access_token`, as a form or as JSON.
pub(super) async fn token(axum::extract::State(shop): State, body: Bytes) -> Response {
    match grant(&shop, &read(&body)).await {
        Ok(answer) => axum::Json(answer).into_response(),
        Err(failure) => failure.into_response(),
    }
}

/// The pairs of a form, or of a query.
pub(super) fn read(body: &[u8]) -> Form {
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
