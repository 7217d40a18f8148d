//! `onhand facility`

use std::process::ExitCode;

use clap::{Args, Subcommand};
use onhand_domain::{FacilityId, FacilityScope};
use onhand_store::{
    By, Store,
    facilities::{self, Group, NewFacility},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{context::Context, output};

/// Facilities of a list: all that anybody has.
const FACILITIES_MAX: u64 = 100_000;

/// Add and list stores and warehouses
#[derive(Args)]
#[command(after_help = "\
Examples:
  onhand facility add --code S1 --name \"Main Street\" --timezone Europe/Berlin --group north
  onhand facility list --json")]
pub(crate) struct Facility {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    Add(Add),
    List(List),
}

/// Add a facility with an empty ledger
#[derive(Args)]
#[command(after_help = "\
Examples:
  onhand facility add --code S1 --name \"Main Street\" --timezone Europe/Berlin
  onhand facility add --code W1 --name Warehouse --timezone Europe/Berlin --group north \\
      --opened 2024-03-01")]
struct Add {
    /// Short code, unique, as on labels and in files
    #[arg(long)]
    code: String,
    /// What people call it
    #[arg(long)]
    name: String,
    /// IANA time zone: its days begin there
    #[arg(long, value_name = "ZONE")]
    timezone: String,
    /// Code of a group to join, made if missing; may be repeated
    #[arg(long, value_name = "CODE")]
    group: Vec<String>,
    /// First day, nothing can be recorded before it [default: a year ago]
    #[arg(long, value_name = "DATE")]
    opened: Option<jiff::civil::Date>,
}

/// List the facilities
#[derive(Args)]
#[command(after_help = "\
Examples:
  onhand facility list
  onhand facility list --json")]
struct List {}

impl Facility {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let store = context.store().await?;
        match self.action {
            Action::Add(add) => add.run(&store, context).await?,
            Action::List(_) => list(&store, context).await?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Add {
    async fn run(self, store: &Store, context: &Context) -> anyhow::Result<()> {
        let mut group_ids = std::collections::BTreeSet::new();
        for code in &self.group {
            group_ids.insert(group(store, code).await?);
        }
        let new = NewFacility {
            id: FacilityId(store.ids().next()),
            code: self.code,
            name: self.name,
            time_zone: self.timezone,
            opened_on: self.opened,
            group_ids,
        };
        let made = store.create_facility(&By::command_line("create_facility"), new).await?;
        output::result(context.json, &shown(&made), || {
            format!("Added facility {} ({}), {}", made.code, made.name, made.id)
        })
    }
}

/// The id of the group with this code, which is made if missing.
async fn group(store: &Store, code: &str) -> anyhow::Result<Uuid> {
    if let Some(group) = store.group_by_code(code).await? {
        return Ok(group.id);
    }
    let group = Group { id: store.ids().next(), code: code.to_owned(), name: code.to_owned() };
    let by = By::command_line("create_facility_group");
    Ok(store.create_group(&by, group).await?.group.id)
}

async fn list(store: &Store, context: &Context) -> anyhow::Result<()> {
    let all = store.list_facilities(&FacilityScope::All, None, FACILITIES_MAX).await?;
    let items: Vec<Value> = all.iter().map(shown).collect();
    output::result(context.json, &items, || {
        let row = |f: &facilities::Facility| {
            let groups: Vec<&str> = f.groups.iter().map(|g| g.code.as_str()).collect();
            vec![f.code.clone(), f.name.clone(), f.time_zone.clone(), groups.join(", ")]
        };
        let rows: Vec<_> = all.iter().map(row).collect();
        output::table(&["CODE", "NAME", "TIME ZONE", "GROUPS"], &rows)
    })
}

fn shown(facility: &facilities::Facility) -> Value {
    json!({
        "id": facility.id,
        "code": facility.code,
        "name": facility.name,
        "time_zone": facility.time_zone,
        "opened_at": facility.opened_at.to_timestamp().map(|t| t.to_string()),
        "active": facility.active,
        "groups": facility.groups.iter().map(|g| g.code.as_str()).collect::<Vec<_>>(),
    })
}
