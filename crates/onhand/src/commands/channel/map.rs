//! `onhand channel map` and `onhand channel unmap`

use anyhow::Context as _;
use clap::Args;
use onhand_store::{By, Store, channels::Mapping, facilities::Facility};
use serde_json::json;

use super::Which;
use crate::{context::Context, output};

/// Put a facility behind a location of the shop; several may stand behind one
#[derive(Args)]
#[command(after_help = "\
One facility behind a location, without safety stock: the location has what the facility has.
Otherwise: the sum of what each facility has above its safety stock, never below 0.

Examples:
  onhand channel map --location gid://shopify/Location/1 --facility S1
  onhand channel map --location gid://shopify/Location/9 --facility W1 --safety-stock 2")]
pub(super) struct Map {
    /// The shop's id of the location, as onhand channel check shows it
    #[arg(long, value_name = "GID")]
    location: String,
    /// The facility's code
    #[arg(long, value_name = "CODE")]
    facility: String,
    /// Units of each SKU that the facility never offers there
    #[arg(long, value_name = "UNITS", default_value_t = 0)]
    safety_stock: i64,
    #[command(flatten)]
    which: Which,
}

/// Take a facility away from its location
#[derive(Args)]
#[command(after_help = "\
Examples:
  onhand channel unmap --facility S1")]
pub(super) struct Unmap {
    /// The facility's code
    #[arg(long, value_name = "CODE")]
    facility: String,
    #[command(flatten)]
    which: Which,
}

impl Map {
    pub(super) async fn run(self, store: &Store, context: &Context) -> anyhow::Result<()> {
        let channel = self.which.find(store).await?;
        let facility = facility(store, &self.facility).await?;
        let mapping = Mapping {
            facility: facility.id,
            location: self.location.clone(),
            safety_stock: self.safety_stock,
        };
        store.map_facility(&By::command_line("map_facility"), channel.id, mapping).await?;
        let value = json!({
            "channel_id": channel.id,
            "location": self.location,
            "facility_id": facility.id,
            "safety_stock": self.safety_stock,
        });
        output::result(context.json, &value, || {
            format!("{} now stands behind {} of {}", facility.code, self.location, channel.name)
        })
    }
}

impl Unmap {
    pub(super) async fn run(self, store: &Store, context: &Context) -> anyhow::Result<()> {
        let channel = self.which.find(store).await?;
        let facility = facility(store, &self.facility).await?;
        let by = By::command_line("unmap_facility");
        store.unmap_facility(&by, channel.id, facility.id).await?;
        let value = json!({ "channel_id": channel.id, "facility_id": facility.id });
        output::result(context.json, &value, || {
            format!("{} stands behind no location of {} any more", facility.code, channel.name)
        })
    }
}

async fn facility(store: &Store, code: &str) -> anyhow::Result<Facility> {
    let found = store.facility_by_code(code).await?;
    found.with_context(|| format!("there is no facility {code}; see onhand facility list"))
}
