//! The posting engine's SQL: one text for both databases.
//!
//! Each statement takes its whole batch as one JSON array in `$1`, so that a batch costs the
//! same number of statements whether it has one command or a thousand. The databases differ in
//! how a JSON array becomes rows and how a member becomes a typed value; that is all a
//! [`Dialect`] says. Nothing in these texts comes from a user: values travel in `$1`.

/// How one database reads a batch.
pub(super) struct Dialect {
    /// The rows of the JSON array in `$1`, each with its element as `value`.
    pub(super) rows: &'static str,
    /// A member as an id.
    pub(super) id: fn(&str) -> String,
    /// A member as a whole number.
    pub(super) int: fn(&str) -> String,
    /// A member as bytes.
    pub(super) bytes: fn(&str) -> String,
    /// A member as true or false.
    pub(super) bool: fn(&str) -> String,
    /// 32 zero bytes: the hash before a ledger's first movement.
    pub(super) no_hash: &'static str,
    /// Appended to the query of heads, whose rows must stay as they are until the commit.
    pub(super) lock_heads: &'static str,
    /// The same for orders.
    pub(super) lock_orders: &'static str,
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
    /// The facilities and the ends of their ledgers.
    heads,
    /// The same, locked in key order: two nodes that need the same two wait, not deadlock.
    heads_locked,
    /// A ledger's end for facilities that have none yet.
    insert_heads,
    /// SKUs and levels, by (facility, sku).
    levels,
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
    /// Requests as they are now.
    upsert_requests,
    /// Tells live clients that a facility's requests changed.
    bump_requests,
    /// New orders.
    insert_orders,
    /// New lines.
    insert_order_lines,
    /// What lines still promise.
    update_order_lines,
    /// How orders stand.
    update_orders,
    /// What people have used of their day.
    upsert_usage,
    /// SKUs that want a count; one that wants one already keeps its first cause.
    insert_triggers,
    /// Who did what.
    insert_audit,
    }
}

/// The columns of a movement with their kinds: `u` id, `i` number, `t` text, `b` bytes.
const MOVEMENT: &[(&str, char)] = &[
    ("facility_id", 'u'),
    ("seq", 'i'),
    ("id", 'u'),
    ("sku_id", 'u'),
    ("kind", 't'),
    ("quantity", 'i'),
    ("from_place", 't'),
    ("to_place", 't'),
    ("reason", 't'),
    ("effective_at", 'i'),
    ("recorded_at", 'i'),
    ("actor_id", 'u'),
    ("device", 't'),
    ("origin", 't'),
    ("origin_key", 't'),
    ("note", 't'),
    ("reverses", 'u'),
    ("corrects", 'u'),
    ("order_line_id", 'u'),
    ("unit_cost", 'i'),
    ("after_available", 'i'),
    ("after_committed", 'i'),
    ("after_reserved", 'i'),
    ("after_damaged", 'i'),
    ("after_quality_control", 'i'),
    ("after_safety_stock", 'i'),
    ("fingerprint", 'b'),
    ("hash", 'b'),
];
const LEVEL: &[(&str, char)] = &[
    ("facility_id", 'u'),
    ("sku_id", 'u'),
    ("available", 'i'),
    ("committed", 'i'),
    ("reserved", 'i'),
    ("damaged", 'i'),
    ("quality_control", 'i'),
    ("safety_stock", 'i'),
    ("seq", 'i'),
    ("last_movement_at", 'i'),
    ("last_counted_at", 'i'),
];
const ANCHOR: &[(&str, char)] = &[
    ("id", 'u'),
    ("facility_id", 'u'),
    ("sku_id", 'u'),
    ("effective_at", 'i'),
    ("counted", 'i'),
    ("variance", 'i'),
    ("fingerprint", 'b'),
];
const REQUEST: &[(&str, char)] = &[
    ("id", 'u'),
    ("facility_id", 'u'),
    ("sku_id", 'u'),
    ("quantity", 'i'),
    ("reason", 't'),
    ("note", 't'),
    ("effective_at", 'i'),
    ("reported_by", 'u'),
    ("reported_at", 'i'),
    ("device", 't'),
    ("because", 't'),
    ("value", 'i'),
    ("fingerprint", 'b'),
    ("status", 't'),
    ("decided_by", 'u'),
    ("decided_at", 'i'),
    ("decision_note", 't'),
];
const ORDER: &[(&str, char)] = &[
    ("id", 'u'),
    ("name", 't'),
    ("channel", 't'),
    ("placed_at", 'i'),
    ("due_at", 'i'),
    ("status", 't'),
    ("fingerprint", 'b'),
];
const ORDER_LINE: &[(&str, char)] = &[
    ("id", 'u'),
    ("order_id", 'u'),
    ("facility_id", 'u'),
    ("sku_id", 'u'),
    ("quantity", 'i'),
    ("open_quantity", 'i'),
    ("placed_at", 'i'),
];
const USAGE: &[(&str, char)] = &[("principal_id", 'u'), ("day", 't'), ("value", 'i')];
const TRIGGER: &[(&str, char)] = &[
    ("facility_id", 'u'),
    ("sku_id", 'u'),
    ("cause", 't'),
    ("movement_id", 'u'),
    ("raised_at", 'i'),
];
const AUDIT: &[(&str, char)] = &[
    ("id", 'u'),
    ("at", 'i'),
    ("actor_id", 'u'),
    ("action", 't'),
    ("facility_id", 'u'),
    ("allowed", 'f'),
    ("rule", 't'),
    ("subject", 't'),
];
impl Dialect {
    fn member(&self, name: &str, kind: char) -> String {
        match kind {
            'u' => (self.id)(name),
            'i' => (self.int)(name),
            'b' => (self.bytes)(name),
            'f' => (self.bool)(name),
            _ => format!("value->>'{name}'"),
        }
    }

    /// The ids of a batch that is an array of `{"id": …}`.
    fn ids(&self) -> String {
        format!("SELECT {} FROM {}", (self.id)("id"), self.rows)
    }

    /// A batch of `{"facility_id": …, "sku_id": …, "at": …}` as the table `k`.
    fn keys(&self) -> String {
        format!(
            "(SELECT {} AS facility_id, {} AS sku_id, {} AS at FROM {}) k",
            (self.id)("facility_id"),
            (self.id)("sku_id"),
            (self.int)("at"),
            self.rows
        )
    }

    fn insert(&self, table: &str, columns: &[(&str, char)], on_conflict: &str) -> String {
        let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
        let values: Vec<String> =
            columns.iter().map(|(name, kind)| self.member(name, *kind)).collect();
        // SQLite reads "ON" after a SELECT without WHERE as a join's.
        format!(
            "INSERT INTO {table} ({}) SELECT {} FROM {} WHERE true {on_conflict}",
            names.join(", "),
            values.join(", "),
            self.rows
        )
    }

    fn upsert(&self, table: &str, columns: &[(&str, char)], key: &str, set: &[&str]) -> String {
        let set: Vec<String> = set.iter().map(|c| format!("{c} = excluded.{c}")).collect();
        let on_conflict = format!("ON CONFLICT ({key}) DO UPDATE SET {}", set.join(", "));
        self.insert(table, columns, &on_conflict)
    }

    /// Inserts, or changes the row that this same content made before.
    ///
    /// Where another facility's transaction took the id a moment ago, the row is left alone; the
    /// caller sees that fewer rows than asked for were written.
    fn upsert_own(&self, table: &str, columns: &[(&str, char)], set: &[&str]) -> String {
        let upsert = self.upsert(table, columns, "id", set);
        format!("{upsert} WHERE {table}.fingerprint = excluded.fingerprint")
    }

    fn update(&self, table: &str, columns: &[(&str, char)], key: &str) -> String {
        let members: Vec<String> = columns
            .iter()
            .map(|(name, kind)| format!("{} AS {name}", self.member(name, *kind)))
            .collect();
        let set: Vec<String> = columns
            .iter()
            .filter(|(name, _)| *name != key)
            .map(|(name, _)| format!("{name} = v.{name}"))
            .collect();
        format!(
            "UPDATE {table} SET {} FROM (SELECT {} FROM {}) v WHERE {table}.{key} = v.{key}",
            set.join(", "),
            members.join(", "),
            self.rows
        )
    }
}

impl Statements {
    /// Writes the statements in a dialect.
    pub(super) fn new(d: &Dialect) -> Self {
        Self { load: Loads::new(d), save: Saves::new(d) }
    }
}

impl Loads {
    fn new(d: &Dialect) -> Self {
        let (ids, keys) = (d.ids(), d.keys());
        let heads = |join: &str| {
            format!(
                "SELECT f.id AS facility_id, f.opened_at, f.active, h.seq, h.hash, h.recorded_at \
                 FROM facilities f {join} ledger_heads h ON h.facility_id = f.id \
                 WHERE f.id IN ({ids}) ORDER BY f.id"
            )
        };
        Self {
            locate_movements: format!(
                "SELECT id, facility_id, sku_id, effective_at FROM movements WHERE id IN ({ids})"
            ),
            locate_requests: format!(
                "SELECT id, facility_id, sku_id, effective_at FROM variance_requests \
                 WHERE id IN ({ids})"
            ),
            locate_orders: format!(
                "SELECT order_id, facility_id, sku_id FROM order_lines WHERE order_id IN ({ids})"
            ),
            orders_of_lines: format!(
                "SELECT DISTINCT order_id FROM order_lines WHERE id IN ({ids})"
            ),
            heads: heads("LEFT JOIN"),
            heads_locked: format!("{}{}", heads("JOIN"), d.lock_heads),
            insert_heads: format!(
                "INSERT INTO ledger_heads (facility_id, seq, hash, recorded_at, requests_version) \
                 SELECT id, 0, {}, 0, 0 FROM facilities WHERE id IN ({ids}) \
                 ON CONFLICT (facility_id) DO NOTHING",
                d.no_hash
            ),
            levels: format!(
                "SELECT k.facility_id, s.id AS sku_id, s.tracked, s.cost, s.price, l.seq, \
                 l.available, l.committed, l.reserved, l.damaged, l.quality_control, \
                 l.safety_stock FROM {keys} JOIN skus s ON s.id = k.sku_id \
                 LEFT JOIN levels l ON l.facility_id = k.facility_id AND l.sku_id = k.sku_id"
            ),
            movements: format!(
                "SELECT m.*, r.id AS reversed_by FROM movements m \
                 LEFT JOIN movements r ON r.reverses = m.id WHERE m.id IN ({ids})"
            ),
            requests: format!("SELECT * FROM variance_requests WHERE id IN ({ids})"),
            orders: format!("SELECT * FROM orders WHERE id IN ({ids})"),
            orders_locked: format!(
                "SELECT * FROM orders WHERE id IN ({ids}) ORDER BY id{}",
                d.lock_orders
            ),
            order_lines: format!("SELECT * FROM order_lines WHERE order_id IN ({ids}) ORDER BY id"),
            usage: format!(
                "SELECT u.principal_id, u.day, u.value FROM variance_usage u JOIN \
                 (SELECT {} AS principal_id, value->>'day' AS day FROM {}) k \
                 ON k.principal_id = u.principal_id AND k.day = u.day",
                (d.id)("principal_id"),
                d.rows
            ),
            usage_locked: usage_locked(d),
            anchors: format!(
                "SELECT a.* FROM {keys} JOIN anchors a ON a.facility_id = k.facility_id \
                 AND a.sku_id = k.sku_id AND a.effective_at >= k.at"
            ),
            books: books(&keys),
        }
    }
}

impl Saves {
    fn new(d: &Dialect) -> Self {
        let ids = d.ids();
        Self {
            insert_movements: d.insert("movements", MOVEMENT, ""),
            upsert_levels: upsert_levels(d),
            update_heads: d.update(
                "ledger_heads",
                &[("facility_id", 'u'), ("seq", 'i'), ("hash", 'b'), ("recorded_at", 'i')],
                "facility_id",
            ),
            upsert_anchors: d.upsert_own("anchors", ANCHOR, &["variance"]),
            upsert_requests: d.upsert_own(
                "variance_requests",
                REQUEST,
                &["status", "decided_by", "decided_at", "decision_note"],
            ),
            bump_requests: format!(
                "UPDATE ledger_heads SET requests_version = requests_version + 1 \
                 WHERE facility_id IN ({ids})"
            ),
            insert_orders: d.insert("orders", ORDER, ""),
            insert_order_lines: d.insert("order_lines", ORDER_LINE, ""),
            update_order_lines: d.update(
                "order_lines",
                &[("id", 'u'), ("open_quantity", 'i')],
                "id",
            ),
            update_orders: d.update("orders", &[("id", 'u'), ("status", 't')], "id"),
            upsert_usage: d.upsert("variance_usage", USAGE, "principal_id, day", &["value"]),
            insert_triggers: d.insert(
                "count_triggers",
                TRIGGER,
                "ON CONFLICT (facility_id, sku_id, cause) DO NOTHING",
            ),
            insert_audit: d.insert("audit", AUDIT, ""),
        }
    }
}

/// Makes the row of a person's day where there is none, and locks it where there is: a select
/// could not lock what does not exist yet.
fn usage_locked(d: &Dialect) -> String {
    format!(
        "INSERT INTO variance_usage (principal_id, day, value) \
         SELECT {}, value->>'day', 0 FROM {} WHERE true \
         ON CONFLICT (principal_id, day) DO UPDATE SET value = variance_usage.value \
         RETURNING principal_id, day, value",
        (d.id)("principal_id"),
        d.rows
    )
}

/// B(τ) over good units, for each count line (DESIGN section 3, rule 7).
fn books(keys: &str) -> String {
    const GOOD: &str = "('available', 'committed', 'reserved', 'safety_stock')";
    format!(
        "SELECT k.facility_id, k.sku_id, k.at, CAST(COALESCE(SUM( \
         CASE WHEN m.to_place IN {GOOD} THEN m.quantity ELSE 0 END - \
         CASE WHEN m.from_place IN {GOOD} THEN m.quantity ELSE 0 END), 0) AS BIGINT) AS book \
         FROM {keys} LEFT JOIN movements m ON m.facility_id = k.facility_id \
         AND m.sku_id = k.sku_id AND m.effective_at <= k.at \
         GROUP BY k.facility_id, k.sku_id, k.at"
    )
}

fn upsert_levels(d: &Dialect) -> String {
    // A count that finds what the book says moves nothing and has no number of its own; and of
    // two counts the later one in time is the latest, whichever was approved last.
    let greatest = |column: &str| {
        format!(
            "{column} = CASE WHEN levels.{column} IS NULL OR excluded.{column} > levels.{column} \
             THEN excluded.{column} ELSE levels.{column} END"
        )
    };
    let set: Vec<String> = LEVEL
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| !matches!(*name, "facility_id" | "sku_id"))
        .map(|name| match name {
            "seq" | "last_movement_at" | "last_counted_at" => greatest(name),
            _ => format!("{name} = excluded.{name}"),
        })
        .collect();
    d.insert(
        "levels",
        LEVEL,
        &format!("ON CONFLICT (facility_id, sku_id) DO UPDATE SET {}", set.join(", ")),
    )
}
