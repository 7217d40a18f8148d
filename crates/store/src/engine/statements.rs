//! The posting engine's SQL: one text for both databases.
//!
//! Each statement reads its rows from a table `v` whose columns stand in [`super::columns`].
//! PostgreSQL gets a whole batch at once, an array for each column; SQLite gets row after row
//! through one prepared statement, which costs it less than taking a batch apart would. That is
//! all that a [`Dialect`] decides. Nothing in these texts comes from a user: values travel as
//! parameters.

use super::columns::{self, Column};

/// How one database reads a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// A statement runs once for each row.
    Sqlite,
    /// A statement runs once for all rows.
    Postgres,
}

/// Declares the statements with their names, so that a test can prepare every one of them.
macro_rules! statements {
    ($(#[$about:meta])* $type:ident { $($(#[$doc:meta])* $name:ident,)* }) => {
        $(#[$about])*
        pub(super) struct $type { $($(#[$doc])* pub(super) $name: String,)* }

        impl $type {
            /// All of them, by name.
            #[cfg(test)]
            pub(super) fn all(&'static self) -> Vec<(&'static str, &'static str)> {
                vec![$((stringify!($name), self.$name.as_str()),)*]
            }
        }
    };
}

/// Every statement of the engine, for one dialect.
pub(super) struct Statements {
    /// Those that read.
    pub(super) load: Loads,
    /// Those that write.
    pub(super) save: Saves,
}

statements! {
    /// What loads the view.
    Loads {
    /// Where the movements to undo lie.
    locate_movements,
    /// Where the requests to decide lie.
    locate_requests,
    /// Where the lines of orders lie.
    locate_orders,
    /// Which orders the lines belong to.
    orders_of_lines,
    /// The facilities and the ends of their ledgers, with the directory's version.
    heads,
    /// The same, locked in key order: two nodes that need the same two wait, not deadlock.
    heads_locked,
    /// A ledger's end for facilities that have none yet.
    insert_heads,
    /// SKUs and levels, by (facility, sku).
    levels,
    /// Which of the ids belong to a movement or a request: for new ones, none. One look where the
    /// next two statements would be two.
    taken,
    /// Movements by id, with what reversed them. Index `movements_id`, `movements_reverses`.
    movements,
    /// Requests by id.
    requests,
    /// Orders by id.
    orders,
    /// The same, locked in key order: an order's lines may leave from two facilities at once, and
    /// whoever sells the last of them closes the order.
    orders_locked,
    /// Lines by order.
    order_lines,
    /// What people have used of their day.
    usage,
    /// The same, locked: two nodes at two facilities must not both use up the rest of one day.
    usage_locked,
    /// Counts at or after a time. Index `anchors_facility_id_sku_id_effective_at`.
    anchors,
    /// Which of the ids count lines have.
    anchor_ids,
    /// Work orders.
    counts,
    /// The same, locked: of many who close one, one does.
    counts_locked,
    /// Books at times. Index `movements_facility_id_sku_id_seq`: walks the SKU's movements.
    books,
    }
}

statements! {
    /// What writes the effects.
    Saves {
    /// New movements.
    insert_movements,
    /// Levels as they are now.
    upsert_levels,
    /// Ends as they are now.
    update_heads,
    /// Anchors as they are now.
    upsert_anchors,
    /// The latest count that stands, of levels of which one was taken back. Index
    /// `anchors_facility_id_sku_id_effective_at`.
    recount_levels,
    /// Work orders that end.
    close_counts,
    /// Requests as they are now.
    upsert_requests,
    /// Tells live clients that a facility's requests changed.
    bump_requests,
    /// New orders.
    insert_orders,
    /// New lines.
    insert_order_lines,
    /// What lines have, and still promise.
    update_order_lines,
    /// How orders stand.
    update_orders,
    /// Orders as their shops have them.
    update_followed,
    /// What people have used of their day.
    upsert_usage,
    /// SKUs that want a count; one that wants one already keeps its first cause.
    insert_triggers,
    /// Who did what.
    insert_audit,
    }
}

impl Dialect {
    /// The batch as the table `v`.
    fn rows<T>(self, columns: &[Column<T>]) -> String {
        let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
        let parameters = columns.iter().zip(1..);
        match self {
            Self::Sqlite => {
                let row: Vec<_> = parameters.map(|(c, n)| format!("?{n} AS {}", c.name)).collect();
                format!("(SELECT {}) v", row.join(", "))
            }
            Self::Postgres => {
                let arrays = parameters.map(|(c, n)| format!("${n}::{}[]", c.value.type_name()));
                let arrays: Vec<_> = arrays.collect();
                format!("unnest({}) v({})", arrays.join(", "), names.join(", "))
            }
        }
    }

    /// Joins to each row of the batch what `table` has for it, row by row through an index.
    ///
    /// PostgreSQL keeps the plans of these statements (ADR 2), and made one for a table that was
    /// still empty by reading the whole table for each row of the batch: a minute later, with
    /// 20,000 counts in it, a batch of as many took 400 million steps. `OFFSET 0` leaves it no
    /// other way than the batch first.
    fn join(self, table: &str, alias: &str, on: &str) -> String {
        match self {
            Self::Sqlite => format!("JOIN {table} {alias} ON {on}"),
            Self::Postgres => format!(
                "CROSS JOIN LATERAL (SELECT * FROM {table} {alias} WHERE {on} OFFSET 0) {alias}"
            ),
        }
    }

    /// A ledger's hash before its first movement: 32 zero bytes.
    const fn no_hash(self) -> &'static str {
        match self {
            Self::Sqlite => "zeroblob(32)",
            Self::Postgres => "decode(repeat('00', 32), 'hex')",
        }
    }

    /// Appended to a query whose rows of `table` must stay as they are until the commit. SQLite's
    /// writer is alone anyway.
    fn lock(self, table: &str) -> String {
        match self {
            Self::Sqlite => String::new(),
            Self::Postgres => format!(" FOR UPDATE OF {table}"),
        }
    }

    fn insert<T>(self, table: &str, columns: &[Column<T>], on_conflict: &str) -> String {
        let names: Vec<&str> = columns.iter().map(|column| column.name).collect();
        let names = names.join(", ");
        let rows = match self {
            // Not a SELECT: for one, SQLite keeps a copy of each page that it changes, lest the
            // next row fails.
            Self::Sqlite => {
                let row: Vec<_> = (1..=columns.len()).map(|n| format!("?{n}")).collect();
                format!("VALUES ({})", row.join(", "))
            }
            Self::Postgres => format!("SELECT {names} FROM {}", self.rows(columns)),
        };
        format!("INSERT INTO {table} ({names}) {rows} {on_conflict}")
    }

    fn upsert<T>(self, table: &str, columns: &[Column<T>], key: &str, set: &[&str]) -> String {
        let set: Vec<String> = set.iter().map(|c| format!("{c} = excluded.{c}")).collect();
        let on_conflict = format!("ON CONFLICT ({key}) DO UPDATE SET {}", set.join(", "));
        self.insert(table, columns, &on_conflict)
    }

    /// Inserts, or changes the row that this same content made before.
    ///
    /// Where another facility's transaction took the id a moment ago, the row is left alone; the
    /// caller sees that fewer rows than asked for were written.
    fn upsert_own<T>(self, table: &str, columns: &[Column<T>], set: &[&str]) -> String {
        let upsert = self.upsert(table, columns, "id", set);
        format!("{upsert} WHERE {table}.fingerprint = excluded.fingerprint")
    }

    fn update<T>(self, table: &str, columns: &[Column<T>], key: &str) -> String {
        let names = columns.iter().map(|column| column.name).filter(|name| *name != key);
        let set: Vec<String> = names.map(|name| format!("{name} = v.{name}")).collect();
        format!(
            "UPDATE {table} SET {} FROM {} WHERE {table}.{key} = v.{key}",
            set.join(", "),
            self.rows(columns)
        )
    }
}

impl Statements {
    /// Writes the statements in a dialect.
    pub(super) fn new(d: Dialect) -> Self {
        Self { load: Loads::new(d), save: Saves::new(d) }
    }
}

impl Loads {
    fn new(d: Dialect) -> Self {
        let (ids, keys) = (d.rows(columns::ID), d.rows(columns::KEY));
        let heads = |join: &str| {
            format!(
                "SELECT f.id AS facility_id, f.opened_at, f.active, h.seq, h.hash, h.recorded_at, \
                 (SELECT d.version FROM directory d WHERE d.id = 1) AS directory_version \
                 FROM {ids} JOIN facilities f ON f.id = v.id \
                 {join} ledger_heads h ON h.facility_id = f.id ORDER BY f.id"
            )
        };
        let orders = format!(
            "SELECT {} FROM {ids} JOIN orders o ON o.id = v.id ORDER BY o.id",
            named("o", columns::ORDER)
        );
        let counts = work_orders(&ids);
        Self {
            locate_movements: locate(d, &ids, "movements"),
            locate_requests: locate(d, &ids, "variance_requests"),
            locate_orders: format!(
                "SELECT l.order_id, l.facility_id, l.sku_id \
                 FROM {ids} JOIN order_lines l ON l.order_id = v.id"
            ),
            orders_of_lines: format!(
                "SELECT l.order_id FROM {ids} JOIN order_lines l ON l.id = v.id"
            ),
            heads: heads("LEFT JOIN"),
            heads_locked: format!("{}{}", heads("JOIN"), d.lock("h")),
            insert_heads: format!(
                "INSERT INTO ledger_heads (facility_id, seq, hash, recorded_at, requests_version) \
                 SELECT f.id, 0, {}, 0, 0 FROM {ids} JOIN facilities f ON f.id = v.id WHERE true \
                 ON CONFLICT (facility_id) DO NOTHING",
                d.no_hash()
            ),
            levels: levels(d, &keys),
            taken: format!(
                "SELECT v.id FROM {ids} {} UNION ALL SELECT v.id FROM {ids} {}",
                d.join("movements", "m", "m.id = v.id"),
                d.join("variance_requests", "r", "r.id = v.id")
            ),
            movements: format!(
                "SELECT {}, r.id AS reversed_by FROM {ids} {} \
                 LEFT JOIN movements r ON r.reverses = m.id",
                named("m", columns::MOVEMENT),
                d.join("movements", "m", "m.id = v.id")
            ),
            requests: format!(
                "SELECT {} FROM {ids} {}",
                named("r", columns::REQUEST),
                d.join("variance_requests", "r", "r.id = v.id")
            ),
            orders_locked: format!("{orders}{}", d.lock("o")),
            orders,
            order_lines: format!(
                "SELECT {} FROM {ids} JOIN order_lines l ON l.order_id = v.id ORDER BY l.id",
                named("l", columns::ORDER_LINE)
            ),
            usage: format!(
                "SELECT u.principal_id, u.day, u.value FROM {} JOIN variance_usage u \
                 ON u.principal_id = v.principal_id AND u.day = v.day",
                d.rows(columns::DAY)
            ),
            usage_locked: usage_locked(d),
            anchors: anchors(d, &keys),
            anchor_ids: format!("SELECT v.id FROM {ids} {}", d.join("anchors", "a", "a.id = v.id")),
            counts_locked: format!("{counts}{}", d.lock("c")),
            counts,
            books: books(&keys),
        }
    }
}

impl Saves {
    fn new(d: Dialect) -> Self {
        Self {
            insert_movements: d.insert("movements", columns::MOVEMENT, ""),
            upsert_levels: upsert_levels(d),
            update_heads: d.update("ledger_heads", columns::HEAD, "facility_id"),
            upsert_anchors: d.upsert_own("anchors", columns::ANCHOR, &["variance", "voided"]),
            recount_levels: recount_levels(d),
            close_counts: d.update("counts", columns::CLOSED_COUNT, "id"),
            upsert_requests: d.upsert_own(
                "variance_requests",
                columns::REQUEST,
                &["status", "decided_by", "decided_at", "decision_note"],
            ),
            bump_requests: format!(
                "UPDATE ledger_heads SET requests_version = requests_version + 1 \
                 FROM {} WHERE facility_id = v.id",
                d.rows(columns::ID)
            ),
            insert_orders: d.insert("orders", columns::ORDER, ""),
            insert_order_lines: d.insert("order_lines", columns::ORDER_LINE, ""),
            update_order_lines: d.update("order_lines", columns::CHANGED_LINE, "id"),
            update_orders: d.update("orders", columns::ORDER_STATUS, "id"),
            update_followed: d.update("orders", columns::FOLLOWED_ORDER, "id"),
            upsert_usage: d.upsert(
                "variance_usage",
                columns::USAGE,
                "principal_id, day",
                &["value"],
            ),
            insert_triggers: d.insert(
                "count_triggers",
                columns::TRIGGER,
                "ON CONFLICT (facility_id, sku_id, cause) DO NOTHING",
            ),
            insert_audit: d.insert("audit", columns::AUDIT, ""),
        }
    }
}

/// The columns of `table`, each by name: with `*`, PostgreSQL refuses a prepared statement once a
/// newer node has added a column.
fn named<T>(table: &str, columns: &[Column<T>]) -> String {
    let names: Vec<_> = columns.iter().map(|c| format!("{table}.{}", c.name)).collect();
    names.join(", ")
}

/// SKUs, with their levels where they have one.
fn levels(d: Dialect, keys: &str) -> String {
    format!(
        "SELECT v.facility_id, s.id AS sku_id, s.tracked, s.cost, s.price, l.seq, \
         l.available, l.committed, l.reserved, l.damaged, l.quality_control, \
         l.safety_stock FROM {keys} {} \
         LEFT JOIN levels l ON l.facility_id = v.facility_id AND l.sku_id = v.sku_id",
        d.join("skus", "s", "s.id = v.sku_id")
    )
}

/// Counts of the keys, from their times on.
fn anchors(d: Dialect, keys: &str) -> String {
    let on = "a.facility_id = v.facility_id AND a.sku_id = v.sku_id AND a.effective_at >= v.at";
    let (names, join) = (named("a", columns::ANCHOR), d.join("anchors", "a", on));
    format!("SELECT {names} FROM {keys} {join}")
}

/// What matters of work orders, in the order in which they are locked.
fn work_orders(ids: &str) -> String {
    format!(
        "SELECT c.id, c.facility_id, c.status, c.version, c.closed_by \
         FROM {ids} JOIN counts c ON c.id = v.id ORDER BY c.id"
    )
}

/// Where the rows of a table lie that are named by id alone.
fn locate(d: Dialect, ids: &str, table: &str) -> String {
    format!(
        "SELECT t.id, t.facility_id, t.sku_id, t.effective_at FROM {ids} {}",
        d.join(table, "t", "t.id = v.id")
    )
}

/// Makes the row of a person's day where there is none, and locks it where there is: a select
/// could not lock what does not exist yet.
fn usage_locked(d: Dialect) -> String {
    format!(
        "INSERT INTO variance_usage (principal_id, day, value) \
         SELECT v.principal_id, v.day, 0 FROM {} WHERE true \
         ON CONFLICT (principal_id, day) DO UPDATE SET value = variance_usage.value \
         RETURNING principal_id, day, value",
        d.rows(columns::DAY)
    )
}

/// B(τ) over good units, for each count line (DESIGN section 3, rule 7).
fn books(keys: &str) -> String {
    const GOOD: &str = "('available', 'committed', 'reserved', 'safety_stock')";
    format!(
        "SELECT v.facility_id, v.sku_id, v.at, CAST(COALESCE(SUM( \
         CASE WHEN m.to_place IN {GOOD} THEN m.quantity ELSE 0 END - \
         CASE WHEN m.from_place IN {GOOD} THEN m.quantity ELSE 0 END), 0) AS BIGINT) AS book \
         FROM {keys} LEFT JOIN movements m ON m.facility_id = v.facility_id \
         AND m.sku_id = v.sku_id AND m.effective_at <= v.at \
         GROUP BY v.facility_id, v.sku_id, v.at"
    )
}

/// An undone count did not count the SKU: the level remembers the latest of the others.
fn recount_levels(d: Dialect) -> String {
    format!(
        "UPDATE levels SET last_counted_at = (SELECT a.effective_at FROM anchors a \
         WHERE a.facility_id = levels.facility_id AND a.sku_id = levels.sku_id AND NOT a.voided \
         ORDER BY a.effective_at DESC LIMIT 1) \
         FROM {} WHERE levels.facility_id = v.facility_id AND levels.sku_id = v.sku_id",
        d.rows(columns::KEY)
    )
}

fn upsert_levels(d: Dialect) -> String {
    // A count that finds what the book says moves nothing and has no number of its own; and of
    // two counts the later one in time is the latest, whichever was approved last.
    let greatest = |column: &str| {
        format!(
            "{column} = CASE WHEN levels.{column} IS NULL OR excluded.{column} > levels.{column} \
             THEN excluded.{column} ELSE levels.{column} END"
        )
    };
    let set: Vec<String> = columns::LEVEL
        .iter()
        .map(|column| column.name)
        .filter(|name| !matches!(*name, "facility_id" | "sku_id"))
        .map(|name| match name {
            "seq" | "last_movement_at" | "last_counted_at" => greatest(name),
            _ => format!("{name} = excluded.{name}"),
        })
        .collect();
    d.insert(
        "levels",
        columns::LEVEL,
        &format!("ON CONFLICT (facility_id, sku_id) DO UPDATE SET {}", set.join(", ")),
    )
}
