//! The tables of a database, as it knows them itself: a table that a later migration adds is
//! moved without a word here.

use sqlx::{PgConnection, Row as _, SqliteConnection};

use super::{cell::Link, error::MoveError};
use crate::schema::MOVE_MARK;

/// Tables that are not data: which migrations were applied is for each database itself to know,
/// and the mark is gone in the end.
const NOT_DATA: [&str; 2] = ["seaql_migrations", MOVE_MARK];

/// The kinds of column that the schema uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// 16 bytes on SQLite, `uuid` on PostgreSQL.
    Uuid,
    /// 64 bits, signed.
    Int,
    /// Text of any length.
    Text,
    /// Bytes.
    Bytes,
    /// True or false.
    Bool,
}

impl Kind {
    /// By what SQLite calls it.
    fn of_sqlite(declared: &str) -> Option<Self> {
        Some(match declared.to_ascii_lowercase().as_str() {
            "uuid_text" => Self::Uuid,
            // 64 bits, whatever it is called.
            "bigint" | "integer" => Self::Int,
            "text" => Self::Text,
            "blob" => Self::Bytes,
            "boolean" => Self::Bool,
            _ => return None,
        })
    }

    /// By what PostgreSQL calls it.
    fn of_postgres(declared: &str) -> Option<Self> {
        Some(match declared {
            "uuid" => Self::Uuid,
            "bigint" => Self::Int,
            "text" => Self::Text,
            "bytea" => Self::Bytes,
            "boolean" => Self::Bool,
            _ => return None,
        })
    }
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Column {
    /// What it is called.
    pub(super) name: String,
    /// What it holds.
    pub(super) kind: Kind,
    /// Whether it always has a value.
    pub(super) required: bool,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Table {
    /// What it is called.
    pub(super) name: String,
    /// Its columns, by name.
    pub(super) columns: Vec<Column>,
    /// The columns of its primary key, in the key's order.
    pub(super) key: Vec<String>,
}

impl Table {
    /// The columns' names, as they stand in a statement.
    pub(super) fn names(&self) -> String {
        let names: Vec<String> = self.columns.iter().map(|c| quoted(&c.name)).collect();
        names.join(", ")
    }

    /// The statement that reads it in the order of its key, with `collation` for texts.
    pub(super) fn select(&self, collation: &str) -> String {
        let is_text = |name: &str| {
            self.columns.iter().any(|column| column.name == name && column.kind == Kind::Text)
        };
        let part = |name: &String| {
            format!("{}{}", quoted(name), if is_text(name) { collation } else { "" })
        };
        let key: Vec<String> = self.key.iter().map(part).collect();
        format!("SELECT {} FROM {} ORDER BY {}", self.names(), quoted(&self.name), key.join(", "))
    }

    /// A row's key in words, for whoever looks for it.
    pub(super) fn key_of(&self, row: &super::cell::Cells) -> String {
        let cells = self.columns.iter().zip(row).filter(|(c, _)| self.key.contains(&c.name));
        let parts: Vec<String> =
            cells.map(|(column, cell)| format!("{} {cell:?}", column.name)).collect();
        parts.join(", ")
    }
}

/// A name as it stands in a statement. Names come from the catalogue, not from people.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// What the tables are called, in order.
pub(super) async fn names(link: Link<'_>) -> Result<Vec<String>, MoveError> {
    let sql = match link {
        Link::Sqlite(_) => {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' \
             ESCAPE '\\' ORDER BY name"
        }
        Link::Postgres(_) => {
            "SELECT table_name::text FROM information_schema.tables WHERE table_schema = \
             current_schema() AND table_type = 'BASE TABLE' ORDER BY table_name::text COLLATE \"C\""
        }
    };
    let mut names = link.texts(sql.to_owned()).await.map_err(MoveError::Database)?;
    names.retain(|name| !NOT_DATA.contains(&name.as_str()));
    Ok(names)
}

/// A column as the catalogue tells of it.
struct Told {
    name: String,
    declared: String,
    required: bool,
    /// 1 for the first column of the key; 0 for none of it.
    in_key: i64,
}

/// The table of that name, without columns that follow from others. One that isn't there has no
/// key.
pub(super) async fn table(link: Link<'_>, name: &str) -> Result<Table, MoveError> {
    let (told, kind_of): (_, fn(&str) -> Option<Kind>) = match link {
        Link::Sqlite(connection) => (told_by_sqlite(connection, name).await, Kind::of_sqlite),
        Link::Postgres(connection) => (told_by_postgres(connection, name).await, Kind::of_postgres),
    };
    let mut told = told.map_err(MoveError::Database)?;
    let column = |told: &Told| {
        let kind = kind_of(&told.declared).ok_or_else(|| MoveError::Column {
            table: name.to_owned(),
            column: told.name.clone(),
            declared: told.declared.clone(),
        })?;
        Ok(Column { name: told.name.clone(), kind, required: told.required })
    };
    let columns = told.iter().map(column).collect::<Result<Vec<_>, MoveError>>()?;
    told.retain(|column| column.in_key > 0);
    told.sort_by_key(|column| column.in_key);
    let key: Vec<String> = told.into_iter().map(|column| column.name).collect();
    if key.is_empty() {
        return Err(MoveError::NoKey(name.to_owned()));
    }
    Ok(Table { name: name.to_owned(), columns, key })
}

async fn told_by_sqlite(
    connection: &mut SqliteConnection,
    table: &str,
) -> Result<Vec<Told>, sqlx::Error> {
    // It leaves out what is generated.
    let sql = "SELECT name, type, \"notnull\", pk FROM pragma_table_info($1) ORDER BY name";
    let rows = sqlx::query(sql).bind(table).fetch_all(connection).await?;
    let told = |row: &sqlx::sqlite::SqliteRow| {
        Ok(Told {
            name: row.try_get(0)?,
            declared: row.try_get(1)?,
            required: row.try_get(2)?,
            in_key: row.try_get(3)?,
        })
    };
    rows.iter().map(told).collect()
}

async fn told_by_postgres(
    connection: &mut PgConnection,
    table: &str,
) -> Result<Vec<Told>, sqlx::Error> {
    let sql = "SELECT a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull, \
               COALESCE(array_position(i.indkey::int2[], a.attnum), -1)::bigint + 1 \
               FROM pg_attribute a \
               LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary \
               WHERE a.attrelid = quote_ident($1)::regclass AND a.attnum > 0 \
               AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attname COLLATE \"C\"";
    let rows = sqlx::query(sql).bind(table).fetch_all(connection).await?;
    let told = |row: &sqlx::postgres::PgRow| {
        Ok(Told {
            name: row.try_get(0)?,
            declared: row.try_get(1)?,
            required: row.try_get(2)?,
            in_key: row.try_get(3)?,
        })
    };
    rows.iter().map(told).collect()
}
