//! Photos: evidence beside a line of a count, or a variance.

mod create_photo;
mod get_photo;
#[cfg(test)]
mod tests;

use axum::{extract::DefaultBodyLimit, http::StatusCode};
use onhand_domain::jpeg::{NotKept, PIXELS_MAX};
use onhand_store::photos::{
    PHOTO_BYTES_MAX, PHOTO_TYPE, PHOTOS_OF_THING_MAX, Photo as Stored, PhotoError, PhotoRefusal,
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{Problem, state::AppState, wire::ApiTime};

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    let uploads = OpenApiRouter::new()
        .routes(routes!(create_photo::create_photo))
        .layer(DefaultBodyLimit::max(PHOTO_BYTES_MAX));
    OpenApiRouter::new().merge(uploads).routes(routes!(get_photo::get_photo))
}

/// A photo, without its picture: that is at `/photos/{id}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Photo {
    /// Made by the device.
    id: Uuid,
    /// Of the picture as it is kept, which is without what was said about it: in hex.
    #[schema(example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    sha256: String,
    /// Its media type.
    #[schema(example = "image/jpeg")]
    content_type: &'static str,
    /// How large it is.
    bytes: i64,
    /// Who took it.
    taken_by: Uuid,
    /// When the server took it.
    created_at: ApiTime,
}

impl From<Stored> for Photo {
    fn from(photo: Stored) -> Self {
        Self {
            id: photo.id,
            sha256: hex(&photo.sha256),
            content_type: PHOTO_TYPE,
            bytes: photo.bytes,
            taken_by: photo.taken_by.0,
            created_at: ApiTime(photo.created_at),
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a text does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

impl From<PhotoError> for Problem {
    fn from(error: PhotoError) -> Self {
        match error {
            PhotoError::Store(error) => error.into(),
            PhotoError::Refused(refusal) => refusal.into(),
        }
    }
}

impl From<PhotoRefusal> for Problem {
    fn from(refusal: PhotoRefusal) -> Self {
        let impossible = StatusCode::UNPROCESSABLE_ENTITY;
        let words = refusal.to_string();
        match refusal {
            PhotoRefusal::Picture(NotKept::NoJpeg) => {
                Self::new(impossible, "unreadable-file", "The file can't be read").detail(words)
            }
            PhotoRefusal::Picture(NotKept::TooManyPixels) => {
                Self::new(impossible, "too-large", "The picture is too large")
                    .detail(words)
                    .with("max", PIXELS_MAX)
            }
            PhotoRefusal::TooLarge => {
                let status = StatusCode::PAYLOAD_TOO_LARGE;
                Self::new(status, "too-large", "The body is too large").detail(words)
            }
            PhotoRefusal::TooMany => Self::new(impossible, "too-many", "That is too much for once")
                .detail(words)
                .with("max", PHOTOS_OF_THING_MAX),
            PhotoRefusal::UnknownSku => Self::unknown("SKU"),
            PhotoRefusal::Other(refusal) => refusal.into(),
        }
    }
}

/// What answers show as an example.
fn example() -> serde_json::Value {
    serde_json::json!({
        "id": "01900000-0000-7000-8000-000000000004",
        "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "content_type": "image/jpeg", "bytes": 83_000,
        "taken_by": "01900000-0000-7000-8000-00000000000d",
        "created_at": "2026-03-01T09:30:00Z",
    })
}
