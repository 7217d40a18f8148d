//! A backup is consistent while writes go on, and complete or not there.

use std::{
    path::Path,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use onhand_domain::{FacilityScope, MovementKind};
use onhand_store::{
    Store,
    backup::{BackupError, backup},
    clock::System,
};
use onhand_testkit::PgCluster;

use crate::world::{World, command, on_both, posted, record};

on_both! {
    a_backup_under_load,
    a_file_that_exists,
}

/// The copy, opened.
async fn restored(world: &World, file: &Path) -> Store {
    let url = if world.is_postgres() {
        let file = file.to_owned();
        let restore = move || {
            let url = PgCluster::shared().fresh_database();
            let restore = Command::new("pg_restore")
                .args(["--exit-on-error", "--no-owner", "--dbname", &url])
                .arg(file)
                .status();
            assert!(restore.expect("pg_restore runs").success());
            url
        };
        tokio::task::spawn_blocking(restore).await.expect("restored")
    } else {
        format!("sqlite://{}", file.display())
    };
    Store::open(&url, Arc::new(System), Arc::new(System)).await.expect("the copy opens")
}

async fn a_backup_under_load(world: World) {
    let (here, shoe) = (world.facilities[0], world.skus[0]);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("onhand.backup");
    let done = Arc::new(AtomicBool::new(false));
    let (until, store) = (Arc::clone(&done), world.store.clone());
    let load = tokio::spawn(async move {
        while !until.load(Ordering::Relaxed) {
            let receipt = record(here, shoe, MovementKind::Receipt, 1);
            posted(store.post(vec![command(receipt)]).await.expect("posted").remove(0));
        }
    });
    let acknowledged = loop {
        let available = world.level(here, shoe).await.available;
        if available >= 20 {
            break available;
        }
        tokio::task::yield_now().await;
    };
    let made = backup(&world.url, &file, false).await.expect("a backup");
    done.store(true, Ordering::Relaxed);
    load.await.expect("no write failed because of the backup");
    assert_eq!(made.bytes, file.metadata().expect("there").len());
    let left = std::fs::read_dir(folder.path()).expect("the folder").count();
    assert_eq!(left, 1, "nothing half-written is left");

    let copy = restored(&world, &file).await;
    let report = copy.verify(&FacilityScope::All).await.expect("verified");
    assert!(report.is_clean(), "{:#?}", report.differences);
    assert!(report.movements() >= u64::try_from(acknowledged).expect("positive"));
    assert!(report.movements() <= world.assert_clean().await.movements());
    copy.close().await;
}

async fn a_file_that_exists(world: World) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("onhand.backup");
    std::fs::write(&file, "precious").expect("written");
    let refused = backup(&world.url, &file, false).await;
    assert!(matches!(refused, Err(BackupError::Exists(_))), "{refused:?}");
    assert_eq!(std::fs::read(&file).expect("there"), b"precious");
    assert!(backup(&world.url, &file, true).await.expect("overwritten").bytes > 8);

    // What can't be done leaves the old file as it was.
    let before = std::fs::read(&file).expect("there");
    let missing = if world.is_postgres() {
        format!("{}_missing", world.url)
    } else {
        format!("sqlite://{}", folder.path().join("missing.db").display())
    };
    let failed = backup(&missing, &file, true).await.expect_err("no such database");
    assert!(matches!(failed, BackupError::Copy(_) | BackupError::PgDump(_)), "{failed}");
    assert_eq!(std::fs::read(&file).expect("there"), before);
    assert_eq!(std::fs::read_dir(folder.path()).expect("the folder").count(), 1);
}
