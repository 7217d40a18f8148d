//! Signing in and out, and whoever is signed in.

mod change_password;
mod get_me;
mod sign_in;
mod sign_out;

use axum::{
    extract::ConnectInfo,
    http::{Extensions, HeaderMap, HeaderValue},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use onhand_store::sessions::AGE_MICROS_MAX;
use std::net::{IpAddr, SocketAddr};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{caller::SESSION_COOKIE, state::AppState};

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(sign_in::sign_in, sign_out::sign_out))
        .routes(routes!(get_me::get_me))
        .routes(routes!(change_password::change_password))
}

/// The cookie with a session's token.
fn session_cookie(token: &[u8]) -> Option<HeaderValue> {
    let token = URL_SAFE_NO_PAD.encode(token);
    let seconds = AGE_MICROS_MAX / onhand_domain::Micros::SECOND;
    cookie(&format!("{SESSION_COOKIE}={token}; Max-Age={seconds}"))
}

/// The cookie that makes a browser forget.
fn no_cookie() -> Option<HeaderValue> {
    cookie(&format!("{SESSION_COOKIE}=; Max-Age=0"))
}

fn cookie(value: &str) -> Option<HeaderValue> {
    let attributes = "HttpOnly; Secure; SameSite=Lax; Path=/";
    HeaderValue::from_str(&format!("{value}; {attributes}")).ok()
}

/// The address that sign-ins are counted by. IPv6 by its network: a home has 2⁶⁴ addresses.
fn client_address(state: &AppState, headers: &HeaderMap, extensions: &Extensions) -> String {
    let forwarded = || -> Option<IpAddr> {
        // Our proxy appends the address it saw; what stands before it the client made up.
        headers
            .get_all("x-forwarded-for")
            .iter()
            .next_back()?
            .to_str()
            .ok()?
            .rsplit(',')
            .next()?
            .trim()
            .parse()
            .ok()
    };
    let peer = || extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let trusted = state.config.behind_tls_proxy;
    let address = if trusted { forwarded().or_else(peer) } else { peer() };
    match address.map(|ip| ip.to_canonical()) {
        Some(IpAddr::V6(ip)) => {
            let network = ip.segments().map(|s| format!("{s:x}"));
            network.get(..4).unwrap_or_default().join(":")
        }
        Some(ip) => ip.to_string(),
        None => "unknown".to_owned(),
    }
}
