//! Photos: evidence of what was seen, beside a line of a count or a variance. Without anything
//! that tells of more than the picture.

use onhand_domain::{
    CountId, FacilityId, Micros, MovementId, PrincipalId, SkuId, jpeg, jpeg::NotKept,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult,
    IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    Store,
    entities::{photos, skus},
    error::StoreError,
    refusal::Refusal,
    unit::{By, Unit, or_taken},
};

/// Bytes of one photo, as it is sent.
pub const PHOTO_BYTES_MAX: usize = 1024 * 1024;
/// Photos of one line, and of one variance.
pub const PHOTOS_OF_THING_MAX: u64 = 20;
/// The one kind that is kept.
pub const PHOTO_TYPE: &str = "image/jpeg";

/// What a photo is evidence of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// A line of a count.
    Line(CountId, SkuId),
    /// A variance, posted or requested: of a request the movement will have the same id.
    Variance(MovementId, SkuId),
}

/// A photo that is to be kept.
#[derive(Clone, Debug)]
pub struct NewPhoto {
    /// Made by the device.
    pub id: Uuid,
    /// Where.
    pub facility: FacilityId,
    /// Of what.
    pub of: Evidence,
    /// A JPEG file.
    pub bytes: Vec<u8>,
}

/// A photo without its picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Photo {
    /// Id.
    pub id: Uuid,
    /// Where.
    pub facility: FacilityId,
    /// Of what.
    pub of: Evidence,
    /// SHA-256 of the picture as it is kept.
    pub sha256: Vec<u8>,
    /// How large it is.
    pub bytes: i64,
    /// Who took it.
    pub taken_by: PrincipalId,
    /// When the server took it.
    pub created_at: Micros,
}

/// Why a photo is not kept.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PhotoRefusal {
    /// It is no picture, or too large a one.
    #[error(transparent)]
    Picture(#[from] NotKept),
    /// Too many bytes.
    #[error("a photo has at most {PHOTO_BYTES_MAX} bytes")]
    TooLarge,
    /// There are enough.
    #[error("at most {PHOTOS_OF_THING_MAX} photos of one thing")]
    TooMany,
    /// There is no such SKU.
    #[error("there is no such SKU")]
    UnknownSku,
    /// As settings are refused.
    #[error(transparent)]
    Other(#[from] Refusal),
}

/// It was refused, or the database failed.
#[derive(Debug, thiserror::Error)]
pub enum PhotoError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It was refused.
    #[error(transparent)]
    Refused(#[from] PhotoRefusal),
}

impl From<sea_orm::DbErr> for PhotoError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Store(error.into())
    }
}

impl Evidence {
    fn count(self) -> Option<Uuid> {
        match self {
            Self::Line(count, _) => Some(count.0),
            Self::Variance(..) => None,
        }
    }

    fn movement(self) -> Option<Uuid> {
        match self {
            Self::Line(..) => None,
            Self::Variance(movement, _) => Some(movement.0),
        }
    }

    fn sku(self) -> SkuId {
        match self {
            Self::Line(_, sku) | Self::Variance(_, sku) => sku,
        }
    }

    /// Its photos.
    fn condition(self) -> Condition {
        use photos::Column as C;
        match self {
            Self::Line(count, sku) => {
                Condition::all().add(C::CountId.eq(count.0)).add(C::SkuId.eq(sku.0))
            }
            Self::Variance(movement, _) => Condition::all().add(C::MovementId.eq(movement.0)),
        }
    }
}

/// A row without its picture.
#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    facility_id: Uuid,
    sku_id: Uuid,
    count_id: Option<Uuid>,
    movement_id: Option<Uuid>,
    sha256: Vec<u8>,
    bytes: i64,
    taken_by: Uuid,
    created_at: i64,
}

impl Store {
    /// Keeps a photo. The same again is the first answer.
    ///
    /// # Errors
    /// [`PhotoRefusal`]; nothing is written then.
    pub async fn add_photo(&self, by: &By, new: NewPhoto) -> Result<Photo, PhotoError> {
        if new.bytes.len() > PHOTO_BYTES_MAX {
            return Err(PhotoRefusal::TooLarge.into());
        }
        let body = jpeg::without_metadata(&new.bytes).map_err(PhotoRefusal::from)?;
        let unit = Unit::begin(self, by).await?;
        let row = photos::Model {
            id: new.id,
            facility_id: new.facility.0,
            sku_id: new.of.sku().0,
            count_id: new.of.count(),
            movement_id: new.of.movement(),
            sha256: Sha256::digest(&body).to_vec(),
            content_type: PHOTO_TYPE.to_owned(),
            body,
            taken_by: by.actor.0,
            created_at: unit.now.0,
        };
        if let Some(known) = photos::Entity::find_by_id(new.id).one(&unit.tx).await? {
            let same = photos::Model { created_at: known.created_at, ..row } == known;
            drop(unit);
            return if same { photo_of(&known) } else { Err(reused()) };
        }
        refuse(&unit.tx, new.of).await?;
        let row = or_taken(row.into_active_model().insert(&unit.tx).await, Refusal::IdReused);
        let row = row.map_err(|error| match error {
            crate::WriteError::Store(error) => PhotoError::Store(error),
            crate::WriteError::Refused(refusal) => PhotoRefusal::from(refusal).into(),
        })?;
        unit.commit_work(Some(new.facility), format!("photo {} of {:?}", new.id, new.of)).await?;
        photo_of(&row)
    }

    /// A photo with its picture.
    pub async fn photo(&self, id: Uuid) -> Result<Option<(Photo, Vec<u8>)>, StoreError> {
        let row = photos::Entity::find_by_id(id).one(&self.reader()).await?;
        row.map(|mut row| {
            let body = std::mem::take(&mut row.body);
            Ok((photo(&row, bytes(&body))?, body))
        })
        .transpose()
    }

    /// The photos of a line or a variance, in the order in which they came, without their
    /// pictures. There are at most [`PHOTOS_OF_THING_MAX`].
    pub async fn photos_of(&self, of: Evidence) -> Result<Vec<Photo>, StoreError> {
        use photos::Column as C;
        let rows: Vec<Row> = photos::Entity::find()
            .select_only()
            .columns([C::Id, C::FacilityId, C::SkuId, C::CountId, C::MovementId, C::Sha256])
            .columns([C::TakenBy, C::CreatedAt])
            .column_as(sea_orm::sea_query::Expr::cust("CAST(LENGTH(body) AS BIGINT)"), "bytes")
            .filter(of.condition())
            .order_by_asc(C::CreatedAt)
            .order_by_asc(C::Id)
            .into_model()
            .all(&self.reader())
            .await?;
        rows.into_iter().map(photo_of_row).collect()
    }
}

async fn refuse<C: ConnectionTrait>(db: &C, of: Evidence) -> Result<(), PhotoError> {
    if skus::Entity::find_by_id(of.sku().0).count(db).await? == 0 {
        return Err(PhotoRefusal::UnknownSku.into());
    }
    let there = photos::Entity::find().filter(of.condition()).count(db).await?;
    if there < PHOTOS_OF_THING_MAX { Ok(()) } else { Err(PhotoRefusal::TooMany.into()) }
}

fn reused() -> PhotoError {
    PhotoRefusal::from(Refusal::IdReused).into()
}

fn bytes(body: &[u8]) -> i64 {
    i64::try_from(body.len()).unwrap_or(i64::MAX)
}

fn photo_of(row: &photos::Model) -> Result<Photo, PhotoError> {
    Ok(photo(row, bytes(&row.body))?)
}

fn photo(row: &photos::Model, bytes: i64) -> Result<Photo, StoreError> {
    photo_of_row(Row {
        id: row.id,
        facility_id: row.facility_id,
        sku_id: row.sku_id,
        count_id: row.count_id,
        movement_id: row.movement_id,
        sha256: row.sha256.clone(),
        bytes,
        taken_by: row.taken_by,
        created_at: row.created_at,
    })
}

fn photo_of_row(row: Row) -> Result<Photo, StoreError> {
    let sku = SkuId(row.sku_id);
    let of = match (row.count_id, row.movement_id) {
        (Some(count), None) => Evidence::Line(CountId(count), sku),
        (None, Some(movement)) => Evidence::Variance(MovementId(movement), sku),
        _ => {
            let what = format!("{} is of nothing, or of two things", row.id);
            return Err(StoreError::Inconsistent { table: "photos", what });
        }
    };
    Ok(Photo {
        id: row.id,
        facility: FacilityId(row.facility_id),
        of,
        sha256: row.sha256,
        bytes: row.bytes,
        taken_by: PrincipalId(row.taken_by),
        created_at: Micros(row.created_at),
    })
}
