//! Bytes that never change: pictures and photos.

use axum::{
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH},
    },
    response::{IntoResponse, Response},
};

use super::ApiResult;
use crate::Problem;

/// What was loaded once is never asked for again; only the browser of whoever may see it keeps it.
const FOR_EVER: HeaderValue = HeaderValue::from_static("private, max-age=31536000, immutable");

/// The bytes, or 304 where the caller (by its `headers`) has what `tag` names already.
pub(super) fn answer(
    headers: &HeaderMap,
    tag: &str,
    content_type: &str,
    bytes: Vec<u8>,
) -> ApiResult<Response> {
    let value = |text: &str| HeaderValue::try_from(text).map_err(|_| Problem::internal());
    let etag = value(&format!("\"{tag}\""))?;
    let known = headers.get(IF_NONE_MATCH) == Some(&etag);
    let caching = [(CACHE_CONTROL, FOR_EVER), (ETAG, etag)];
    if known {
        return Ok((StatusCode::NOT_MODIFIED, caching).into_response());
    }
    Ok(([(CONTENT_TYPE, value(content_type)?)], caching, bytes).into_response())
}
