//! One tree of migrations for both databases, append-only.
//!
//! Nodes are upgraded one by one, so a migration may run while older nodes work. One that has
//! `_expand_` in its name (`m0003_expand_…`) only adds: tables, indexes, columns that an INSERT
//! may leave out; or it changes an index, which older nodes may miss but not misunderstand. They
//! run on and may be started again. Any other one may only take away
//! what the release before it did not use any more, and no older node starts after it.

use sea_orm_migration::prelude::*;

mod m0001_first_schema;
mod m0002_directory;
mod m0003_expand_counts;
mod m0004_expand_count_cursors;
mod m0005_expand_cheaper_postings;
mod m0006_expand_channels;
mod m0007_expand_skipped_schedules;
mod m0008_expand_followed_orders;
mod m0009_expand_deliveries;
mod m0010_expand_differences;
mod m0011_expand_channel_jobs;
mod m0012_expand_webhooks;
mod m0013_expand_audit_beats;
mod m0014_expand_channel_authorizations;
mod m0015_expand_settled_pushes;
mod m0016_expand_waiting_subjects;
mod table;
#[cfg(test)]
mod tests;

use m0001_first_schema::NEGATIVE_QUANTITY;

/// A level that proves its record wrong. Queries say it as the index `levels_negative` does.
pub(crate) const NEGATIVE_LEVEL: &str = "negative";

/// All migrations, oldest first.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_first_schema::Migration),
            Box::new(m0002_directory::Migration),
            Box::new(m0003_expand_counts::Migration),
            Box::new(m0004_expand_count_cursors::Migration),
            Box::new(m0005_expand_cheaper_postings::Migration),
            Box::new(m0006_expand_channels::Migration),
            Box::new(m0007_expand_skipped_schedules::Migration),
            Box::new(m0008_expand_followed_orders::Migration),
            Box::new(m0009_expand_deliveries::Migration),
            Box::new(m0010_expand_differences::Migration),
            Box::new(m0011_expand_channel_jobs::Migration),
            Box::new(m0012_expand_webhooks::Migration),
            Box::new(m0013_expand_audit_beats::Migration),
            Box::new(m0014_expand_channel_authorizations::Migration),
            Box::new(m0015_expand_settled_pushes::Migration),
            Box::new(m0016_expand_waiting_subjects::Migration),
        ]
    }
}
