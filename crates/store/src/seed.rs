//! What a new database starts with: the shipped roles and reasons. From then on they are the
//! retailer's; a later start adds nothing to what was changed or is missing.

use onhand_domain::{Reason, Role};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, Set};

use crate::{
    Store,
    entities::{principals, settings},
    error::StoreError,
    reasons, roles,
    unit::begin_write,
};

/// The setting that says that the seed was sown.
pub(crate) const SEEDED: &str = "seeded";

/// Sows it once, in one transaction, also where two nodes start at the same time.
pub(crate) async fn sow(store: &Store) -> Result<(), StoreError> {
    if is_sown(&store.reader()).await? {
        return Ok(());
    }
    match try_sow(store).await {
        // Another node was faster.
        Err(_) if is_sown(&store.reader()).await? => Ok(()),
        result => result,
    }
}

async fn try_sow(store: &Store) -> Result<(), StoreError> {
    let tx = begin_write(store).await?;
    if is_sown(&tx).await? {
        return Ok(());
    }
    let seeded = settings::ActiveModel { key: Set(SEEDED.to_owned()), value: Set("1".to_owned()) };
    seeded.insert(&tx).await?;
    let system = principals::ActiveModel {
        id: Set(onhand_domain::PrincipalId::SYSTEM.0),
        kind: Set("system".to_owned()),
        name: Set("Onhand".to_owned()),
        active: Set(true),
        created_at: Set(store.clock().now().0),
        ..Default::default()
    };
    system.insert(&tx).await?;
    for role in Role::shipped() {
        roles::active(&role).insert(&tx).await?;
    }
    for reason in Reason::shipped() {
        reasons::active(&reason).insert(&tx).await?;
    }
    Ok(tx.commit().await?)
}

async fn is_sown<C: sea_orm::ConnectionTrait>(db: &C) -> Result<bool, StoreError> {
    Ok(settings::Entity::find_by_id(SEEDED).one(db).await?.is_some())
}

/// Writes the time into the seed's mark, whose value says nothing else. It has to change and to be
/// committed: what is undone, or the same as before, never comes to the disk and passes on a full
/// one.
pub(crate) async fn touch(store: &Store) -> Result<(), StoreError> {
    let tx = begin_write(store).await?;
    let now = store.clock().now().0.to_string();
    settings::Entity::update_many()
        .col_expr(settings::Column::Value, now.into())
        .filter(settings::Column::Key.eq(SEEDED))
        .exec(&tx)
        .await?;
    Ok(tx.commit().await?)
}
