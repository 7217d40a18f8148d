//! Loads the view, persists the effects: written once, made for each driver.
//!
//! The drivers' connections and rows are different types with the same methods; the SQL comes
//! from [`super::statements`]. What really differs, how a transaction begins and which failures
//! are worth another try, stands in `sqlite.rs` and `postgres.rs`.

/// Makes `locate`, `load` and `persist` for one driver.
macro_rules! transactor {
    ($connection:ty, $row:ty, $sql:expr) => {
        $crate::engine::rows::row_readers!($row);

        use onhand_domain::plan::{
            command::Command,
            outcome::Effects,
            view::{Key, View},
        };
        use $crate::engine::{
            needs::{Located, Needs},
            payload,
        };

        async fn fetch(
            connection: &mut $connection,
            sql: &'static str,
            rows: payload::Rows,
        ) -> Result<Vec<$row>, StoreError> {
            match rows {
                Some(rows) => Ok(sqlx::query(sql).bind(rows).fetch_all(&mut *connection).await?),
                None => Ok(Vec::new()),
            }
        }

        async fn execute(
            connection: &mut $connection,
            sql: &'static str,
            rows: payload::Rows,
        ) -> Result<u64, StoreError> {
            match rows {
                Some(rows) => {
                    let done = sqlx::query(sql).bind(rows).execute(&mut *connection).await?;
                    Ok(done.rows_affected())
                }
                None => Ok(0),
            }
        }

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
            let ids = payload::ids(needs.movements.iter().map(|m| m.0));
            for row in fetch(connection, &$sql.load.locate_movements, ids).await? {
                let at = Micros(row.try_get("effective_at")?);
                located.movements.insert(MovementId(row.try_get("id")?), (key(&row)?, at));
            }
            let ids = payload::ids(needs.requests.iter().map(|r| r.0));
            for row in fetch(connection, &$sql.load.locate_requests, ids).await? {
                let at = Micros(row.try_get("effective_at")?);
                located.requests.insert(MovementId(row.try_get("id")?), (key(&row)?, at));
            }
            let ids = payload::ids(needs.orders.iter().map(|o| o.0));
            for row in fetch(connection, &$sql.load.locate_orders, ids).await? {
                let order = row.try_get::<Uuid, _>("order_id")?.into();
                located.orders.entry(order).or_default().push(key(&row)?);
            }
            Ok(located)
        }

        /// Loads all that the commands need; with `lock`, so that it stays true.
        async fn load(
            connection: &mut $connection,
            commands: &[Command],
            lock: bool,
            now: impl FnOnce() -> Micros,
        ) -> Result<View, StoreError> {
            let located = locate(connection, commands).await?;
            let needs = Needs::of(commands, &located);
            let mut view = View::default();
            load_heads(connection, &needs, lock, &mut view).await?;
            // The clock is read under the locks: what was recorded before is in the past.
            view.now = now();
            load_levels(connection, &needs, &mut view).await?;
            load_known(connection, &needs, lock, &mut view).await?;
            load_orders(connection, &needs, lock, &mut view).await?;
            load_late(connection, &needs, &mut view).await?;
            Ok(view)
        }

        async fn load_heads(
            connection: &mut $connection,
            needs: &Needs,
            lock: bool,
            view: &mut View,
        ) -> Result<(), StoreError> {
            let ids = || payload::ids(needs.facilities.iter().map(|f| f.0));
            let sql: &'static str = if lock { &$sql.load.heads_locked } else { &$sql.load.heads };
            let mut found = fetch(connection, sql, ids()).await?;
            // A facility's ledger begins with its first posting. A preview begins nothing: its
            // query shows such a facility with an empty head.
            if lock && found.len() < needs.facilities.len() {
                execute(connection, &$sql.load.insert_heads, ids()).await?;
                found = fetch(connection, sql, ids()).await?;
            }
            for row in found {
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
            let keys = payload::keys(needs.keys.iter().map(|k| (*k, None)));
            for row in fetch(connection, &$sql.load.levels, keys).await? {
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
            let ids = payload::ids(needs.movements.iter().map(|m| m.0));
            for row in fetch(connection, &$sql.load.movements, ids).await? {
                let known = known(&row)?;
                view.movements.insert(known.movement.id, known);
            }
            let ids = payload::ids(needs.requests.iter().map(|r| r.0));
            for row in fetch(connection, &$sql.load.requests, ids).await? {
                let request = request(&row)?;
                view.requests.insert(request.id, request);
            }
            let sql: &'static str = if lock { &$sql.load.usage_locked } else { &$sql.load.usage };
            for row in fetch(connection, sql, payload::days(needs)).await? {
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
            let lines = payload::ids(needs.order_lines.iter().map(|l| l.0));
            for row in fetch(connection, &$sql.load.orders_of_lines, lines).await? {
                orders.insert(row.try_get::<Uuid, _>("order_id")?.into());
            }
            let ids = || payload::ids(orders.iter().map(|o| o.0));
            let load = &$sql.load;
            let sql: &'static str = if lock { &load.orders_locked } else { &load.orders };
            for row in fetch(connection, sql, ids()).await? {
                let order = onhand_domain::order::Order {
                    id: row.try_get::<Uuid, _>("id")?.into(),
                    name: row.try_get("name")?,
                    channel: row.try_get("channel")?,
                    placed_at: Micros(row.try_get("placed_at")?),
                    due_at: row.try_get::<Option<i64>, _>("due_at")?.map(Micros),
                    status: rows::order_status(&row.try_get::<String, _>("status")?)?,
                    lines: Vec::new(),
                };
                let fingerprint = rows::hash("orders", row.try_get("fingerprint")?)?;
                view.orders.insert(order.id, (order, fingerprint));
            }
            for row in fetch(connection, &$sql.load.order_lines, ids()).await? {
                let order = row.try_get::<Uuid, _>("order_id")?.into();
                if let Some((order, _)) = view.orders.get_mut(&order) {
                    order.lines.push(order_line(&row)?);
                }
            }
            Ok(())
        }

        async fn load_late(
            connection: &mut $connection,
            needs: &Needs,
            view: &mut View,
        ) -> Result<(), StoreError> {
            let late = payload::keys(needs.late.iter().map(|(k, at)| (*k, Some(*at))));
            for row in fetch(connection, &$sql.load.anchors, late).await? {
                let at = Micros(row.try_get("effective_at")?);
                view.anchors.entry(key(&row)?).or_default().insert(at, anchor(&row)?);
            }
            let books = payload::keys(needs.books.iter().map(|(k, at)| (*k, Some(*at))));
            for row in fetch(connection, &$sql.load.books, books).await? {
                let at = Micros(row.try_get("at")?);
                view.books.insert((key(&row)?, at), row.try_get("book")?);
            }
            Ok(())
        }

        /// Writes all that follows from the commands. The caller commits.
        async fn persist(
            connection: &mut $connection,
            effects: &Effects,
            ids: &dyn $crate::Ids,
        ) -> Result<(), StoreError> {
            let posted =
                execute(connection, &$sql.save.insert_movements, payload::movements(effects));
            let posted = posted.await?;
            assert_eq!(
                posted,
                effects.movements.len() as u64,
                "every movement that was planned is written, or none is acknowledged"
            );
            execute(connection, &$sql.save.upsert_levels, payload::levels(effects)).await?;
            execute(connection, &$sql.save.update_heads, payload::heads(effects)).await?;
            let written = execute(connection, &$sql.save.upsert_anchors, payload::anchors(effects));
            if written.await? != effects.anchors.len() as u64 {
                return Err(StoreError::Raced);
            }
            let written =
                execute(connection, &$sql.save.upsert_requests, payload::requests(effects));
            if written.await? != effects.requests.len() as u64 {
                return Err(StoreError::Raced);
            }
            let facilities = payload::request_facilities(effects);
            execute(connection, &$sql.save.bump_requests, facilities).await?;
            execute(connection, &$sql.save.insert_orders, payload::orders(effects)).await?;
            execute(connection, &$sql.save.insert_order_lines, payload::new_order_lines(effects))
                .await?;
            execute(connection, &$sql.save.update_order_lines, payload::order_lines(effects))
                .await?;
            execute(connection, &$sql.save.update_orders, payload::order_statuses(effects)).await?;
            execute(connection, &$sql.save.upsert_usage, payload::usage(effects)).await?;
            execute(connection, &$sql.save.insert_triggers, payload::triggers(effects)).await?;
            execute(connection, &$sql.save.insert_audit, payload::audit(effects, ids)).await?;
            Ok(())
        }
    };
}
pub(super) use transactor;
