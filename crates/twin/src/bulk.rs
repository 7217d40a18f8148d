//! Runs bulk operations, some objects at a time, while everything else goes on.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError};

use crate::graphql::{self, Call, Executor, Object, Row, Val};
use crate::resolve;
use crate::shop::Shop;
use crate::world::{Act, BulkAct};

/// Objects that are read from one state of the shop.
const CHUNK: usize = 250;

/// What is wrong with a bulk query.
pub(crate) fn check(query: &str) -> Result<(), String> {
    graphql::prepare_bulk(query).map(|_| ())
}

/// Starts an operation that was created.
pub(crate) fn start(shop: &Arc<Shop>, id: u64) {
    let shop = Arc::clone(shop);
    tokio::task::spawn_blocking(move || {
        let act = run(&shop, id);
        // Cancelled meanwhile: then there is nothing to complete.
        if shop.apply_unsynced(Act::Bulk(act)).is_err() {
            eprintln!("onhand-twin: bulk operation {id} can't be completed");
        }
    });
}

/// Starts again what a restart interrupted.
pub(crate) fn resume(shop: &Arc<Shop>) {
    let open: Vec<u64> = {
        let world = shop.read();
        let open = world.bulks.values().filter(|bulk| bulk.status.is_open());
        open.map(|bulk| bulk.id).collect()
    };
    for id in open {
        start(shop, id);
    }
}

fn run(shop: &Shop, id: u64) -> BulkAct {
    let query = shop.read().bulks.get(&id).map(|bulk| bulk.query.clone()).unwrap_or_default();
    let fail =
        |code: &str| BulkAct::Fail { id, code: code.to_owned(), objects: 0, roots: 0, bytes: 0 };
    if shop.apply_unsynced(Act::Bulk(BulkAct::Start { id })).is_err() {
        return fail("INTERNAL_SERVER_ERROR");
    }
    let Ok(prepared) = graphql::prepare_bulk(&query) else { return fail("INTERNAL_SERVER_ERROR") };
    let mut executor = Executor::new(prepared.parts(), Vec::new());
    executor.rows = Some(Vec::new());
    let (mut text, mut objects, mut roots) = (Vec::new(), 0_u64, 0_u64);
    for (_, fields) in executor.root_fields("QueryRoot") {
        let Some(rows) = root_rows(shop, &executor, &fields) else { return fail("ACCESS_DENIED") };
        roots += rows.len() as u64;
        for chunk in rows.chunks(CHUNK) {
            let world = shop.read();
            executor.bulk_rows(&world, &Object::Query, &fields, chunk);
            drop(world);
            for line in executor.rows.as_mut().map(std::mem::take).unwrap_or_default() {
                objects += 1;
                text.extend_from_slice(line.to_string().as_bytes());
                text.push(b'\n');
            }
        }
    }
    let bytes = text.len() as u64;
    if keep(shop, id, text).is_err() {
        return fail("INTERNAL_SERVER_ERROR");
    }
    match executor.errors.first() {
        None => BulkAct::Complete { id, objects, roots, bytes },
        Some(error) => {
            let denied = error.extensions.get("code").is_some_and(|code| code == "ACCESS_DENIED");
            let code = if denied { "ACCESS_DENIED" } else { "INTERNAL_SERVER_ERROR" };
            BulkAct::Fail { id, code: code.to_owned(), objects, roots, bytes }
        }
    }
}

fn root_rows(
    shop: &Shop,
    executor: &Executor<'_>,
    fields: &[&apollo_compiler::executable::Field],
) -> Option<Vec<Row>> {
    let field = fields.first()?;
    let world = shop.read();
    let scope = resolve::scope_of("QueryRoot", &field.name);
    if scope.is_some_and(|scope| !world.access.has_scope(scope)) {
        return None;
    }
    let call = Call { field: &field.name, arguments: executor.arguments(field).ok()? };
    match resolve::field(&world, &Object::Query, &call) {
        Ok(Val::Connection(_, rows)) => Some(rows),
        _ => None,
    }
}

fn path(shop: &Shop, id: u64) -> Option<PathBuf> {
    let state = shop.state.as_ref()?;
    let mut name = state.file_name()?.to_owned();
    name.push(format!(".bulk-{id}.jsonl"));
    Some(state.with_file_name(name))
}

fn keep(shop: &Shop, id: u64, text: Vec<u8>) -> std::io::Result<()> {
    if let Some(path) = path(shop, id) {
        return std::fs::write(path, text);
    }
    shop.rows.lock().unwrap_or_else(PoisonError::into_inner).insert(id, text);
    Ok(())
}

/// The rows of an operation, one JSON object a line.
pub(crate) fn rows(shop: &Shop, id: u64) -> Option<Vec<u8>> {
    match path(shop, id) {
        Some(path) => std::fs::read(path).ok(),
        None => shop.rows.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned(),
    }
}
