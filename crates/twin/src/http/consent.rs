//! `/admin/oauth/authorize`: a merchant lets an app in, or not, and is sent back.

use axum::body::Bytes;
use axum::extract::{RawQuery, State as Extracted};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::oauth::{Form, read};
use super::{State, problem};
use crate::deliver::mac;
use crate::hex::hex;
use crate::shop::Shop;
use crate::world::{Act, Outcome, TokenAct};

/// Without `form-action`: the form leads back to the app, wherever that is.
const POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'";
/// What an app says when it sends somebody.
const FIELDS: [&str; 4] = ["client_id", "scope", "redirect_uri", "state"];

/// `GET`: the page on which somebody decides.
pub(super) async fn page(Extracted(shop): State, RawQuery(query): RawQuery) -> Response {
    let form = read(query.unwrap_or_default().as_bytes());
    if !is_known(&shop, &form) {
        return problem(400, "Oauth error invalid_request: the client_id or the redirect_uri");
    }
    let get = |name: &str| form.get(name).map_or("", String::as_str);
    let field = |name: &str| {
        format!(r#"<input type="hidden" name="{name}" value="{}" />"#, escape(get(name)))
    };
    let scope = |scope: &str| format!("<li>{}</li>", escape(scope));
    let text = include_str!("../page/consent.html")
        .replace("{shop}", &escape(&shop.read().domain))
        .replace("{app}", &escape(get("client_id")))
        .replace("{scopes}", &get("scope").split(',').map(scope).collect::<String>())
        .replace("{fields}", &FIELDS.map(field).concat());
    let kind = "text/html; charset=utf-8";
    ([(CONTENT_TYPE, kind), (CONTENT_SECURITY_POLICY, POLICY)], text).into_response()
}

/// `POST`: what they decided.
pub(super) async fn decide(Extracted(shop): State, body: Bytes) -> Response {
    let form = read(&body);
    if !is_known(&shop, &form) {
        return problem(400, "Oauth error invalid_request: the client_id or the redirect_uri");
    }
    let get = |name: &str| form.get(name).cloned().unwrap_or_default();
    let answer = match get("answer").as_str() {
        "install" => match shop.apply(Act::Token(TokenAct::Code)).await {
            Ok(Outcome::Token(token)) => ("code", token.text),
            _ => return problem(500, "Internal Server Error"),
        },
        "cancel" => ("error", "access_denied".to_owned()),
        _ => return problem(400, "say install or cancel"),
    };
    let back = get("redirect_uri");
    let joint = if back.contains('?') { '&' } else { '?' };
    let location = format!("{back}{joint}{}", signed(&shop, answer, get("state")));
    (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response()
}

fn is_known(shop: &Shop, form: &Form) -> bool {
    let get = |name: &str| form.get(name).map_or("", String::as_str);
    let back = get("redirect_uri");
    // What comes back in a header.
    let plain = !back.is_empty() && back.bytes().all(|byte| byte.is_ascii_graphic());
    get("client_id") == shop.read().access.client_id && back.starts_with("http") && plain
}

/// What the app gets, signed as Shopify's own libraries check it: all pairs by their names,
/// encoded as a form.
fn signed(shop: &Shop, (name, value): (&'static str, String), state: String) -> String {
    let (domain, secret) = {
        let world = shop.read();
        (world.domain.clone(), world.access.client_secret.clone())
    };
    let timestamp = shop.now().div_euclid(1_000_000).to_string();
    let host = STANDARD.encode(format!("{domain}/admin"));
    let mut pairs = [
        (name, value),
        ("host", host),
        ("shop", domain),
        ("state", state),
        ("timestamp", timestamp),
    ];
    pairs.sort();
    let text = pairs.map(|(name, value)| format!("{name}={}", encode(&value))).join("&");
    let hmac = hex(&mac(&secret, text.as_bytes()));
    format!("{text}&hmac={hmac}")
}

/// As forms are encoded.
fn encode(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._*".contains(&byte);
    text.bytes()
        .map(|byte| match byte {
            b' ' => "+".to_owned(),
            byte if plain(byte) => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

fn escape(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '&' => "&amp;".to_owned(),
            '<' => "&lt;".to_owned(),
            '>' => "&gt;".to_owned(),
            '"' => "&quot;".to_owned(),
            c => c.to_string(),
        })
        .collect()
}
