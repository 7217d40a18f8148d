//! The retailer's settings.

use onhand_domain::{FacilityScope, PrincipalId};
use onhand_store::{
    By, Refusal, WriteError, audit,
    settings::{Settings, SettingsChange},
};

use crate::world::{World, on_both};

on_both! {
    a_currency_is_set_with_its_audit_row,
}

const AUDITED_MAX: u64 = 10;

fn to(currency: &str) -> SettingsChange {
    SettingsChange { currency: Some(currency.to_owned()) }
}

async fn audited(world: &World) -> Vec<String> {
    let filter =
        audit::Filter { action: Some("update_settings".to_owned()), ..audit::Filter::default() };
    let found = world.store.list_audit(&FacilityScope::All, &filter, AUDITED_MAX).await;
    let subject = |r: audit::Recorded| {
        assert_eq!(r.entry.actor, Some(PrincipalId::SYSTEM));
        r.entry.subject.expect("a subject")
    };
    found.expect("a list").into_iter().map(subject).collect()
}

async fn a_currency_is_set_with_its_audit_row(world: World) {
    let by = By::command_line("update_settings");
    let is = |currency: &str| Settings { currency: currency.to_owned() };
    assert_eq!(world.store.settings().await.expect("read"), is("EUR"));
    assert_eq!(world.store.update_settings(&by, to("USD")).await.expect("set"), is("USD"));
    world.clock.advance(1);
    assert_eq!(world.store.update_settings(&by, to("JPY")).await.expect("set"), is("JPY"));
    let refused = world.store.update_settings(&by, to("DEM")).await.expect_err("history");
    let pointed = matches!(
        &refused,
        WriteError::Refused(Refusal::Invalid { pointer, .. }) if pointer == "/currency"
    );
    assert!(pointed, "{refused}");
    assert_eq!(world.store.currency().await.expect("read"), "JPY");
    let told = ["settings: currency USD -> JPY", "settings: currency EUR -> USD"];
    assert_eq!(audited(&world).await, told, "each change once, a refusal not at all");
}
