//! Pictures. A picture's id follows from its bytes, so it never changes and may be kept by
//! browsers for ever.

use onhand_domain::encode::Encoder;
use sea_orm::{EntityTrait, IntoActiveModel};
use uuid::Uuid;

use crate::{Store, StoreError, entities::images};

/// Bytes of one picture.
pub const IMAGE_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Media types that are kept. SVG is drawn by us for the demo; it is served with a policy that
/// runs nothing in it.
const CONTENT_TYPES: [&str; 6] =
    ["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/svg+xml"];

/// A picture.
pub type Image = images::Model;

/// Why a picture is not kept.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    /// Another kind of file.
    #[error("{0:?} is not a kind of picture that is kept: take PNG, JPEG, GIF, WebP, AVIF or SVG")]
    ContentType(String),
    /// Too many bytes.
    #[error("the picture is larger than {IMAGE_BYTES_MAX} bytes")]
    TooLarge,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    /// Keeps a picture and answers its id. The same picture is kept once.
    pub async fn put_image(&self, content_type: &str, bytes: &[u8]) -> Result<Uuid, ImageError> {
        if !CONTENT_TYPES.contains(&content_type) {
            return Err(ImageError::ContentType(content_type.to_owned()));
        }
        if bytes.len() > IMAGE_BYTES_MAX {
            return Err(ImageError::TooLarge);
        }
        let hash = Encoder::new("onhand.image.v1").text(content_type).bytes(bytes).hash();
        let mut id = [0; 16];
        id.copy_from_slice(&hash[..16]);
        let id = uuid::Builder::from_custom_bytes(id).into_uuid();
        let (content_type, bytes) = (content_type.to_owned(), bytes.to_vec());
        images::Entity::insert(Image { id, content_type, bytes }.into_active_model())
            .on_conflict_do_nothing()
            .exec_without_returning(&self.writer())
            .await
            .map_err(StoreError::from)?;
        Ok(id)
    }

    /// The picture with this id.
    pub async fn image(&self, id: Uuid) -> Result<Option<Image>, StoreError> {
        Ok(images::Entity::find_by_id(id).one(&self.reader()).await?)
    }
}
