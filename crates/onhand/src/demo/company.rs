//! The demo retailer itself: its facilities, its people, its tills.

use std::{collections::BTreeSet, sync::Arc};

use anyhow::{Context, Result, anyhow};
use jiff::civil::{Date, date};
use onhand_domain::{FacilityId, GroupId, PrincipalId, Scope};
use onhand_server::password::{Passwords, check_password};
use onhand_store::{
    By, Ids, Store,
    facilities::{Group, NewFacility},
    people::{KeySecret, NewApiKey, NewGrant, NewUser},
};

use uuid::Uuid;

use super::history::History;

/// What everybody of the demo signs in with. It is public: the demo is no place for real data.
pub(super) const PASSWORD: &str = "count-every-shoe";
/// Where the demo's people have their mail: a domain that can't exist (RFC 2606).
pub(super) const MAIL_DOMAIN: &str = "demo.example";
/// When the chain opened.
const OPENED_ON: Date = date(2019, 3, 4);

/// A store or warehouse of the demo.
#[derive(Debug)]
pub(super) struct Place {
    /// Its code.
    pub(super) code: &'static str,
    name: &'static str,
    time_zone: &'static str,
    group: usize,
    /// Lines sold at its tills on an average day; none at a warehouse.
    pub(super) lines_per_day: f64,
    /// Share of the styles that it carries.
    pub(super) carries: f64,
    /// Share of the online orders that it fills.
    pub(super) online: f64,
    /// Variances seen there on an average day.
    pub(super) seen_per_day: f64,
    /// Hours in which people work there: first and last on a weekday, and on a Sunday.
    pub(super) hours: [(i8, i8); 2],
}

/// The facilities; the last one is the warehouse that supplies the others.
pub(super) const PLACES: [Place; 5] = [
    place("S1", "Main Street", ("Europe/Berlin", 0), (62.0, 0.97, 0.18), 2.2, [(10, 20), (12, 18)]),
    place("S2", "Harbour", ("Europe/Berlin", 0), (40.0, 0.8, 0.1), 1.5, [(10, 20), (11, 19)]),
    place("S3", "Outlet", ("Europe/Dublin", 1), (33.0, 0.5, 0.0), 1.9, [(9, 19), (11, 18)]),
    place("S4", "Old Town", ("Europe/Dublin", 1), (29.0, 0.7, 0.07), 1.1, [(9, 18), (12, 18)]),
    place("W1", "Warehouse", ("Europe/Berlin", 0), (0.0, 1.0, 0.65), 1.2, [(6, 18), (8, 14)]),
];
const GROUPS: [(&str, &str); 2] = [("de", "Germany"), ("ie", "Ireland")];

const fn place(
    code: &'static str,
    name: &'static str,
    (time_zone, group): (&'static str, usize),
    (lines_per_day, carries, online): (f64, f64, f64),
    seen_per_day: f64,
    hours: [(i8, i8); 2],
) -> Place {
    Place { code, name, time_zone, group, lines_per_day, carries, online, seen_per_day, hours }
}

/// Where one of the demo's people works.
enum Where {
    Everywhere,
    Group(usize),
    Places(&'static [usize]),
}

/// Name, first part of the address, role, where, device.
const PEOPLE: [(&str, &str, &str, Where, &str); 8] = [
    ("Maya Lindner", "maya", "associate", Where::Places(&[0, 1]), "Handheld 1"),
    ("Aoife Brennan", "aoife", "associate", Where::Group(1), "Handheld 4"),
    ("Jonas Weber", "jonas", "facility_manager", Where::Places(&[0]), "Jonas's phone"),
    ("Elif Kaya", "elif", "facility_manager", Where::Places(&[1, 4]), "Tablet Harbour"),
    ("Rory Doyle", "rory", "facility_manager", Where::Group(1), "Rory's phone"),
    ("Nina Castell", "nina", "inventory_controller", Where::Everywhere, "Head office"),
    ("Ada Brandt", "ada", "admin", Where::Everywhere, "Head office"),
    ("Sam Reyes", "sam", "auditor", Where::Everywhere, "Head office"),
];

/// Those who act in the history.
#[derive(Clone, Debug)]
pub(super) struct Company {
    /// The facilities, as in [`PLACES`].
    pub(super) facilities: Vec<FacilityId>,
    /// People with their devices.
    pub(super) people: Vec<(PrincipalId, &'static str)>,
    /// The tills.
    pub(super) tills: PrincipalId,
    /// The online shop.
    pub(super) shop: PrincipalId,
    /// What books deliveries.
    pub(super) supply: PrincipalId,
}

/// Founds the company.
pub(super) async fn found(store: &Store, ids: &Arc<History>) -> Result<Company> {
    let groups = found_groups(store, ids).await?;
    let mut facilities = Vec::new();
    for place in &PLACES {
        let new = NewFacility {
            id: FacilityId(ids.next()),
            code: place.code.to_owned(),
            name: place.name.to_owned(),
            time_zone: place.time_zone.to_owned(),
            opened_on: Some(OPENED_ON),
            group_ids: BTreeSet::from([groups[place.group].0]),
        };
        let made = store.create_facility(&By::command_line("create_facility"), new).await?;
        facilities.push(made.id);
    }
    let people = hire(store, ids, &facilities, &groups).await?;
    Ok(Company {
        facilities,
        people,
        tills: key(store, ids, "Tills").await?,
        shop: key(store, ids, "Online shop").await?,
        supply: key(store, ids, "Goods in").await?,
    })
}

async fn found_groups(store: &Store, ids: &Arc<History>) -> Result<Vec<GroupId>> {
    let mut groups = Vec::new();
    for (code, name) in GROUPS {
        let (id, code, name) = (ids.next(), code.to_owned(), name.to_owned());
        let by = By::command_line("create_facility_group");
        store.create_group(&by, Group { id, code, name }).await?;
        groups.push(GroupId(id));
    }
    Ok(groups)
}

async fn hire(
    store: &Store,
    ids: &Arc<History>,
    facilities: &[FacilityId],
    groups: &[GroupId],
) -> Result<Vec<(PrincipalId, &'static str)>> {
    check_password(PASSWORD).map_err(|why| anyhow!("the demo's password {why}"))?;
    let passwords = Passwords::default();
    let mut people = Vec::new();
    for (name, local, role, place, device) in PEOPLE {
        let scopes = match place {
            Where::Everywhere => vec![Scope::All],
            Where::Group(n) => vec![Scope::Group(groups[n])],
            Where::Places(places) => {
                places.iter().map(|n| Scope::Facility(facilities[*n])).collect()
            }
        };
        let grant = |scope| NewGrant { role: role.to_owned(), scope };
        let hash = passwords.hash(PASSWORD).await;
        let new = NewUser {
            id: PrincipalId(ids.next()),
            email: format!("{local}@{MAIL_DOMAIN}"),
            name: name.to_owned(),
            password_hash: hash.map_err(|_| anyhow!("the password could not be hashed"))?,
            grants: scopes.into_iter().map(grant).collect(),
        };
        let made = store.create_user(&By::command_line("create_user"), new).await?;
        people.push((made.id, device));
    }
    Ok(people)
}

/// A program that posts. Its key is drawn and thrown away: nobody can ever use it.
async fn key(store: &Store, ids: &Arc<History>, name: &str) -> Result<PrincipalId> {
    let drawn: [u8; 16] = rand::random();
    let hex = Uuid::from_bytes(drawn).simple().to_string();
    let secret = KeySecret { prefix: format!("ohk_{}", &hex[..4]), key: format!("ohk_{hex}") };
    let new = NewApiKey {
        id: PrincipalId(ids.next()),
        name: name.to_owned(),
        grant: NewGrant { role: "inventory_controller".to_owned(), scope: Scope::All },
        expires_at: None,
    };
    let by = By::command_line("create_api_key");
    let (made, _) = store.create_api_key(&by, new, &secret).await.context("making a key")?;
    Ok(made.id)
}
