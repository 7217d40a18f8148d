//! Headers that make browsers careful (OWASP ASVS level 2).

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

/// A year, and everything below the host: what preload lists ask for.
const HSTS: &str = "max-age=31536000; includeSubDomains";

/// Computed once, at start.
pub(crate) struct SecurityHeaders {
    always: Vec<(HeaderName, HeaderValue)>,
}

impl SecurityHeaders {
    /// For a web app whose page has these inline scripts.
    pub(crate) fn new(index_html: &str, behind_tls_proxy: bool) -> Self {
        let policy = content_security_policy(&inline_scripts(index_html));
        let fixed = HeaderValue::from_static;
        let policy = HeaderValue::from_str(&policy)
            .unwrap_or_else(|_| fixed("default-src 'self'; frame-ancestors 'none'"));
        let mut always = vec![
            (header::CONTENT_SECURITY_POLICY, policy),
            (header::X_CONTENT_TYPE_OPTIONS, fixed("nosniff")),
            (header::X_FRAME_OPTIONS, fixed("DENY")),
            (header::REFERRER_POLICY, fixed("same-origin")),
            (
                HeaderName::from_static("permissions-policy"),
                // The camera reads barcodes.
                fixed("camera=(self), geolocation=(), microphone=(), payment=(), usb=()"),
            ),
            (HeaderName::from_static("cross-origin-opener-policy"), fixed("same-origin")),
            (HeaderName::from_static("cross-origin-resource-policy"), fixed("same-origin")),
        ];
        if behind_tls_proxy {
            always.push((header::STRICT_TRANSPORT_SECURITY, fixed(HSTS)));
        }
        Self { always }
    }
}

/// Adds the headers, and keeps answers of the API out of caches unless they say otherwise.
pub(super) async fn add(
    State(headers): State<Arc<SecurityHeaders>>,
    request: Request,
    next: Next,
) -> Response {
    let api = request.uri().path().starts_with("/api/");
    let mut response = next.run(request).await;
    for (name, value) in &headers.always {
        response.headers_mut().insert(name, value.clone());
    }
    if api {
        let no_store = HeaderValue::from_static("no-store");
        response.headers_mut().entry(header::CACHE_CONTROL).or_insert(no_store);
    }
    response
}

/// `wasm-unsafe-eval` lets the page compile WebAssembly, and nothing else: the barcode reader of
/// browsers that have none of their own is a file of the web app. Scripts stay as strict as before.
fn content_security_policy(scripts: &[String]) -> String {
    let scripts = scripts.iter().fold(String::new(), |all, hash| format!("{all} '{hash}'"));
    format!(
        "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; \
         script-src 'self'{scripts} 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'self'; \
         frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'"
    )
}

/// The hashes of the scripts that stand in the page itself: `SvelteKit` starts with one.
fn inline_scripts(html: &str) -> Vec<String> {
    html.split("<script")
        .skip(1)
        .filter_map(|rest| {
            let (attributes, rest) = rest.split_once('>')?;
            let (script, _) = rest.split_once("</script>")?;
            let inline = !attributes.contains("src=") && !script.is_empty();
            inline.then(|| format!("sha256-{}", STANDARD.encode(Sha256::digest(script))))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inline_scripts_are_allowed_by_hash_alone() {
        let html = r#"<script src="/a.js"></script><script type="x">alert(1)</script>"#;
        let hashes = inline_scripts(html);
        // printf 'alert(1)' | openssl dgst -sha256 -binary | base64
        assert_eq!(hashes, ["sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI="]);
        let policy = content_security_policy(&hashes);
        assert!(policy.contains("script-src 'self' 'sha256-bhHH"), "{policy}");
        assert!(!policy.contains("script-src 'self' 'unsafe-inline'"), "{policy}");
    }

    #[test]
    fn webassembly_may_be_compiled_and_text_may_not_become_script() {
        let policy = content_security_policy(&[]);
        assert!(policy.contains("script-src 'self' 'wasm-unsafe-eval';"), "{policy}");
        assert!(!policy.contains(" 'unsafe-eval'"), "{policy}");
    }
}
