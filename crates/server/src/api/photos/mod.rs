//! Photos: evidence beside a line of a count, or a variance.

mod create_photo;
mod get_photo;
mod list_count_line_photos;
mod list_variance_photos;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use axum::{extract::DefaultBodyLimit, http::StatusCode};
use onhand_domain::{
    FacilityId, MovementId, Permission, PrincipalId, SkuId,
    jpeg::{NotKept, PIXELS_MAX},
};
use onhand_store::{
    photos::{
        PHOTO_BYTES_MAX, PHOTO_TYPE, PHOTOS_OF_THING_MAX, Photo as Stored, PhotoError, PhotoRefusal,
    },
    stock,
};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use crate::{
    Problem,
    api::{Actor, ApiResult},
    caller::Caller,
    state::AppState,
    wire::ApiTime,
};

pub(crate) fn routes() -> OpenApiRouter<AppState> {
    let uploads = OpenApiRouter::new()
        .routes(routes!(create_photo::create_photo))
        .layer(DefaultBodyLimit::max(PHOTO_BYTES_MAX));
    OpenApiRouter::new()
        .merge(uploads)
        .routes(routes!(get_photo::get_photo))
        .routes(routes!(list_count_line_photos::list_count_line_photos))
        .routes(routes!(list_variance_photos::list_variance_photos))
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
    /// Who took it; null where nobody is known by that id any more.
    taken_by: Option<Actor>,
    /// When the server took it.
    created_at: ApiTime,
}

/// The photos of one thing: at most 20.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Photos {
    /// In the order in which they came.
    items: Vec<Photo>,
}

impl Photo {
    fn of(photo: &Stored, takers: &HashMap<PrincipalId, stock::Actor>) -> Self {
        Self {
            id: photo.id,
            sha256: hex(&photo.sha256),
            content_type: PHOTO_TYPE,
            bytes: photo.bytes,
            taken_by: takers.get(&photo.taken_by).cloned().map(Actor::from),
            created_at: ApiTime(photo.created_at),
        }
    }
}

/// Photos as the API shows them, in the same order.
pub(crate) async fn photos_for(state: &AppState, photos: &[Stored]) -> ApiResult<Vec<Photo>> {
    let takers = photos.iter().map(|photo| photo.taken_by).collect();
    let takers = state.store.people_named(&takers).await?;
    Ok(photos.iter().map(|photo| Photo::of(photo, &takers)).collect())
}

/// One photo as the API shows it.
async fn photo_for(state: &AppState, photo: &Stored) -> ApiResult<Photo> {
    let takers = state.store.people_named(&[photo.taken_by].into()).await?;
    Ok(Photo::of(photo, &takers))
}

/// Where a variance is, or the request for one, and of what, for whoever may know of it. Others
/// are told first where they hold `permission` nowhere.
async fn variance(
    state: &AppState,
    caller: &Caller,
    permission: Permission,
    id: MovementId,
) -> ApiResult<(FacilityId, SkuId)> {
    let movement = state.store.movement(id).await?.map(|it| (it.facility, it.sku));
    let found = match movement {
        Some(found) => Some(found),
        None => state.store.request(id).await?.map(|it| (it.facility, it.sku)),
    };
    let seen = found.filter(|(place, _)| caller.access().may(Permission::StockView, *place));
    if let Some(seen) = seen {
        return Ok(seen);
    }
    caller.scope(permission).await?;
    Err(Problem::unknown("movement"))
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
        "taken_by": {
            "id": "01900000-0000-7000-8000-00000000000d", "name": "Ann", "kind": "user",
        },
        "created_at": "2026-03-01T09:30:00Z",
    })
}
