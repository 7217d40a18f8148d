//! One tree of migrations for both databases, append-only.

use sea_orm_migration::prelude::*;

mod m0001_first_schema;
mod table;

pub(crate) use m0001_first_schema::NEGATIVE_LEVEL;

/// All migrations, oldest first.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![Box::new(m0001_first_schema::Migration)]
    }
}
