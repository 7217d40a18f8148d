//! Loads the view, persists the effects: written once, made for each driver.
//!
//! The drivers' connections and rows are different types with the same methods; the SQL comes
//! from [`super::statements`]. What really differs, how rows reach a statement, how a transaction
//! begins and which failures are worth another try, stands in `sqlite` and `postgres`.

/// Makes `locate`, `load` and `persist` for one driver, from its `fetch` and `execute`.
macro_rules! transactor {
    ($connection:ty, $row:ty, $sql:expr) => {
        $crate::engine::rows::row_readers!($row);

        use std::collections::{BTreeMap, BTreeSet};

        use onhand_domain::plan::{
            command::Command,
            needs::{Located, Needs},
            outcome::{Audited, Effects},
            view::{Key, View},
        };
        use $crate::Version;
        use $crate::engine::columns;

        fn key(row: &$row) -> Result<Key, StoreError> {
            let id = |column: &str| row.try_get::<Uuid, _>(column);
            Ok((id("facility_id")?.into(), id("sku_id")?.into()))
        }

        /// Looks up what the commands name by id alone.
        async fn locate(
            connection: &mut $connection,
            commands: &[Command],
        ) -> Result<Located, StoreError> {
            let needs = Needs::to_locate(commands);
            let mut located = Located::default();
            if needs.locates_nothing() {
                return Ok(located);
            }
            let ids: Vec<Uuid> = needs.movements.iter().map(|m| m.0).collect();
            let sql = &$sql.load.locate_movements;
            for row in fetch(connection, sql, columns::ID, &ids).await? {
                let at = Micros(row.try_get("effective_at")?);
                located.movements.insert(MovementId(row.try_get("id")?), (key(&row)?, at));
            }
            let ids: Vec<Uuid> = needs.requests.iter().map(|r| r.0).collect();
            for row in fetch(connection, &$sql.load.locate_requests, columns::ID, &ids).await? {
                let at = Micros(row.try_get("effective_at")?);
                located.requests.insert(MovementId(row.try_get("id")?), (key(&row)?, at));
            }
            let ids: Vec<Uuid> = needs.orders.iter().map(|o| o.0).collect();
            for row in fetch(connection, &$sql.load.locate_orders, columns::ID, &ids).await? {
                let order = row.try_get::<Uuid, _>("order_id")?.into();
                located.orders.entry(order).or_default().push(key(&row)?);
            }
            Ok(located)
        }

        /// Loads all that the commands need; with `lock`, so that it stays true. Fails where the
        /// directory is not the one that the commands rest on.
        async fn load(
            connection: &mut $connection,
            commands: &[Command],
            as_of: &BTreeSet<Version>,
            lock: bool,
            now: impl FnOnce() -> Micros,
        ) -> Result<View, StoreError> {
            let located = locate(connection, commands).await?;
            let needs = Needs::of(commands, &located);
            let mut view = View::default();
            load_heads(connection, &needs, as_of, lock, &mut view).await?;
            // The clock is read under the locks: what was recorded before is in the past.
            view.now = now();
            load_levels(connection, &needs, &mut view).await?;
            load_known(connection, &needs, lock, &mut view).await?;
            load_orders(connection, &needs, lock, &mut view).await?;
            load_late(connection, &needs, &mut view).await?;
            load_counts(connection, &needs, lock, &mut view).await?;
            Ok(view)
        }

        async fn load_heads(
            connection: &mut $connection,
            needs: &Needs,
            as_of: &BTreeSet<Version>,
            lock: bool,
            view: &mut View,
        ) -> Result<(), StoreError> {
            let ids: Vec<Uuid> = needs.facilities.iter().map(|f| f.0).collect();
            let sql: &'static str = if lock { &$sql.load.heads_locked } else { &$sql.load.heads };
            let mut found = fetch(connection, sql, columns::ID, &ids).await?;
            // A facility's ledger begins with its first posting. A preview begins nothing: its
            // query shows such a facility with an empty head.
            if lock && found.len() < needs.facilities.len() {
                execute(connection, &$sql.load.insert_heads, columns::ID, &ids).await?;
                found = fetch(connection, sql, columns::ID, &ids).await?;
            }
            for row in found {
                let version = Version(row.try_get("directory_version")?);
                if as_of.iter().any(|known| *known != version) {
                    return Err(StoreError::Outdated);
                }
                let id = row.try_get::<Uuid, _>("facility_id")?.into();
                view.facilities.insert(id, facility(&row)?);
                view.heads.insert(id, head(&row)?);
            }
            Ok(())
        }

        async fn load_levels(
            connection: &mut $connection,
            needs: &Needs,
            view: &mut View,
        ) -> Result<(), StoreError> {
            let keys: Vec<_> = needs.keys.iter().map(|key| (*key, None)).collect();
            for row in fetch(connection, &$sql.load.levels, columns::KEY, &keys).await? {
                let key = key(&row)?;
                view.skus.insert(key.1, sku(&row)?);
                if row.try_get::<Option<i64>, _>("seq")?.is_some() {
                    view.levels.insert(key, quantities(&row, "")?);
                }
            }
            Ok(())
        }

        async fn load_known(
            connection: &mut $connection,
            needs: &Needs,
            lock: bool,
            view: &mut View,
        ) -> Result<(), StoreError> {
            // Every movement's id may be a request's, and most are new: neither.
            let ids = needs.movements.union(&needs.requests).map(|id| id.0).collect::<Vec<_>>();
            let mut taken: Vec<Uuid> = Vec::new();
            for row in fetch(connection, &$sql.load.taken, columns::ID, &ids).await? {
                taken.push(row.try_get("id")?);
            }
            for row in fetch(connection, &$sql.load.movements, columns::ID, &taken).await? {
                let known = known(&row)?;
                view.movements.insert(known.movement.id, known);
            }
            for row in fetch(connection, &$sql.load.requests, columns::ID, &taken).await? {
                let request = request(&row)?;
                view.requests.insert(request.id, request);
            }
            let days: Vec<_> = needs.usage.iter().cloned().collect();
            let sql: &'static str = if lock { &$sql.load.usage_locked } else { &$sql.load.usage };
            for row in fetch(connection, sql, columns::DAY, &days).await? {
                let who = row.try_get::<Uuid, _>("principal_id")?.into();
                view.usage.insert((who, row.try_get("day")?), Money(row.try_get("value")?));
            }
            Ok(())
        }

        async fn load_orders(
            connection: &mut $connection,
            needs: &Needs,
            lock: bool,
            view: &mut View,
        ) -> Result<(), StoreError> {
            let mut orders = needs.orders.clone();
            let lines: Vec<Uuid> = needs.order_lines.iter().map(|l| l.0).collect();
            let sql = &$sql.load.orders_of_lines;
            for row in fetch(connection, sql, columns::ID, &lines).await? {
                orders.insert(row.try_get::<Uuid, _>("order_id")?.into());
            }
            let ids: Vec<Uuid> = orders.iter().map(|o| o.0).collect();
            let load = &$sql.load;
            let sql: &'static str = if lock { &load.orders_locked } else { &load.orders };
            for row in fetch(connection, sql, columns::ID, &ids).await? {
                let order = onhand_domain::order::Order {
                    id: row.try_get::<Uuid, _>("id")?.into(),
                    name: row.try_get("name")?,
                    channel: row.try_get("channel")?,
                    placed_at: Micros(row.try_get("placed_at")?),
                    due_at: row.try_get::<Option<i64>, _>("due_at")?.map(Micros),
                    status: rows::order_status(&row.try_get::<String, _>("status")?)?,
                    followed: row.try_get::<Option<i64>, _>("followed")?.map(Micros),
                    lines: Vec::new(),
                };
                let fingerprint = rows::hash("orders", row.try_get("fingerprint")?)?;
                view.orders.insert(order.id, (order, fingerprint));
            }
            for row in fetch(connection, &$sql.load.order_lines, columns::ID, &ids).await? {
                let order = row.try_get::<Uuid, _>("order_id")?.into();
                if let Some((order, _)) = view.orders.get_mut(&order) {
                    order.lines.push(order_line(&row)?);
                }
            }
            if view.orders.values().any(|(order, _)| !needs.covers(order)) {
                return Err(StoreError::Raced);
            }
            Ok(())
        }

        async fn load_late(
            connection: &mut $connection,
            needs: &Needs,
            view: &mut View,
        ) -> Result<(), StoreError> {
            let late: Vec<_> = needs.late.iter().map(|(key, at)| (*key, Some(*at))).collect();
            for row in fetch(connection, &$sql.load.anchors, columns::KEY, &late).await? {
                let at = Micros(row.try_get("effective_at")?);
                view.anchors.entry(key(&row)?).or_default().insert(at, anchor(&row)?);
            }
            let books: Vec<_> = needs.books.iter().map(|(key, at)| (*key, Some(*at))).collect();
            for row in fetch(connection, &$sql.load.books, columns::KEY, &books).await? {
                let at = Micros(row.try_get("at")?);
                view.books.insert((key(&row)?, at), row.try_get("book")?);
            }
            Ok(())
        }

        async fn load_counts(
            connection: &mut $connection,
            needs: &Needs,
            lock: bool,
            view: &mut View,
        ) -> Result<(), StoreError> {
            let ids: Vec<Uuid> = needs.anchors.iter().map(|a| a.0).collect();
            for row in fetch(connection, &$sql.load.anchor_ids, columns::ID, &ids).await? {
                view.anchor_ids.insert(row.try_get::<Uuid, _>("id")?.into());
            }
            let ids: Vec<Uuid> = needs.counts.iter().map(|c| c.0).collect();
            let sql: &'static str = if lock { &$sql.load.counts_locked } else { &$sql.load.counts };
            for row in fetch(connection, sql, columns::ID, &ids).await? {
                view.counts.insert(row.try_get::<Uuid, _>("id")?.into(), work_order(&row)?);
            }
            Ok(())
        }

        /// Writes all that follows from the commands. The caller commits.
        async fn persist(
            connection: &mut $connection,
            effects: &Effects,
            now: Micros,
            ids: &dyn $crate::Ids,
        ) -> Result<(), StoreError> {
            let (db, save) = (connection, &$sql.save);
            let posted =
                execute(db, &save.insert_movements, columns::MOVEMENT, &effects.movements).await?;
            assert_eq!(
                posted,
                effects.movements.len() as u64,
                "every movement that was planned is written, or none is acknowledged"
            );
            execute(db, &save.upsert_levels, columns::LEVEL, &effects.levels).await?;
            execute(db, &save.update_heads, columns::HEAD, &effects.heads).await?;
            let own = execute(db, &save.upsert_anchors, columns::ANCHOR, &effects.anchors).await?;
            if own != effects.anchors.len() as u64 {
                return Err(StoreError::Raced);
            }
            let undone = effects.anchors.iter().filter(|(_, _, anchor)| anchor.voided);
            let undone: BTreeSet<(Key, Option<Micros>)> =
                undone.map(|(key, _, _)| (*key, None)).collect();
            let undone: Vec<_> = undone.into_iter().collect();
            execute(db, &save.recount_levels, columns::KEY, &undone).await?;
            let closed = effects.counts.iter().map(|(id, order)| (*id, *order, now));
            execute(db, &save.close_counts, columns::CLOSED_COUNT, &closed.collect::<Vec<_>>())
                .await?;
            let requests = &effects.requests;
            let own = execute(db, &save.upsert_requests, columns::REQUEST, requests).await?;
            if own != requests.len() as u64 {
                return Err(StoreError::Raced);
            }
            let changed: BTreeSet<Uuid> = requests.iter().map(|r| r.facility.0).collect();
            let changed: Vec<Uuid> = changed.into_iter().collect();
            execute(db, &save.bump_requests, columns::ID, &changed).await?;
            persist_orders(db, effects).await?;
            execute(db, &save.upsert_usage, columns::USAGE, &effects.usage).await?;
            execute(db, &save.insert_triggers, columns::TRIGGER, &effects.triggers).await?;
            let audit = effects.audit.iter().map(|line| (ids.next(), line.clone()));
            let audit: Vec<(Uuid, Audited)> = audit.collect();
            execute(db, &save.insert_audit, columns::AUDIT, &audit).await?;
            Ok(())
        }

        async fn persist_orders(db: &mut $connection, effects: &Effects) -> Result<(), StoreError> {
            let save = &$sql.save;
            execute(db, &save.insert_orders, columns::ORDER, &effects.orders).await?;
            let placed = effects.orders.iter().flat_map(|(order, _)| {
                order.lines.iter().map(|line| (order.id, order.placed_at, line.clone()))
            });
            let placed: Vec<_> = placed.chain(effects.added_lines.iter().cloned()).collect();
            execute(db, &save.insert_order_lines, columns::ORDER_LINE, &placed).await?;
            // A batch may touch a line twice; the last word counts, and an UPDATE … FROM with two
            // rows for one target takes either.
            let last = effects.order_lines.iter().map(|line| (line.id, line));
            let last: BTreeMap<_, _> = last.collect();
            let last: Vec<_> = last.into_values().cloned().collect();
            execute(db, &save.update_order_lines, columns::CHANGED_LINE, &last).await?;
            let last: BTreeMap<_, _> = effects.order_statuses.iter().copied().collect();
            let last: Vec<_> = last.into_iter().collect();
            execute(db, &save.update_orders, columns::ORDER_STATUS, &last).await?;
            let last = effects.followed.iter().map(|order| (order.id, order));
            let last: BTreeMap<_, _> = last.collect();
            let last: Vec<_> = last.into_values().cloned().collect();
            execute(db, &save.update_followed, columns::FOLLOWED_ORDER, &last).await?;
            Ok(())
        }
    };
}
pub(super) use transactor;
