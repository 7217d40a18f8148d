//! A table written as data, so that the schema reads like a list.

use sea_orm_migration::prelude::*;

/// The kinds of column that the schema uses: those that SQLite and PostgreSQL agree on.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// 16 bytes on SQLite, `uuid` on PostgreSQL.
    Uuid,
    /// 64 bits, signed. Quantities, money and times: never a float, never a decimal.
    BigInt,
    /// Text of any length.
    Text,
    /// Bytes.
    Bytes,
    /// True or false.
    Bool,
}

/// A column.
pub(super) struct Column {
    name: &'static str,
    kind: Kind,
    nullable: bool,
}

impl Column {
    /// A column that always has a value.
    pub(super) const fn new(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, nullable: false }
    }

    /// A column that may have none.
    pub(super) const fn nullable(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, nullable: true }
    }

    fn definition(&self) -> ColumnDef {
        let mut column = ColumnDef::new(Alias::new(self.name));
        match self.kind {
            Kind::Uuid => column.uuid(),
            Kind::BigInt => column.big_integer(),
            Kind::Text => column.text(),
            Kind::Bytes => column.blob(),
            Kind::Bool => column.boolean(),
        };
        if self.nullable {
            column.null()
        } else {
            column.not_null()
        };
        column
    }
}

/// A table with its keys.
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) columns: &'static [Column],
    pub(super) primary_key: &'static [&'static str],
    pub(super) unique: &'static [&'static [&'static str]],
    pub(super) indexes: &'static [&'static [&'static str]],
}

/// Makes the table.
pub(super) async fn create_table(manager: &SchemaManager<'_>, table: &Table) -> Result<(), DbErr> {
    let mut key = Index::create();
    for column in table.primary_key {
        key.col(Alias::new(*column));
    }
    let mut create = sea_orm_migration::prelude::Table::create();
    create.table(Alias::new(table.name)).primary_key(&mut key);
    for column in table.columns {
        create.col(column.definition());
    }
    manager.create_table(create).await
}

/// Makes its unique keys and its other indexes.
pub(super) async fn create_indexes(
    manager: &SchemaManager<'_>,
    table: &Table,
) -> Result<(), DbErr> {
    let unique = table.unique.iter().map(|columns| (*columns, true));
    let plain = table.indexes.iter().map(|columns| (*columns, false));
    for (columns, unique) in unique.chain(plain) {
        let mut index = Index::create();
        index.name(format!("{}_{}", table.name, columns.join("_"))).table(Alias::new(table.name));
        for column in columns {
            index.col(Alias::new(*column));
        }
        if unique {
            index.unique();
        }
        manager.create_index(index).await?;
    }
    Ok(())
}
