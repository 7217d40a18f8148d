//! `onhand demo`

use std::{path::PathBuf, process::ExitCode};

use clap::Args;
use onhand_store::{Clock as _, clock::System};

use crate::{
    context::Context,
    demo::{self, Report, Size},
    output,
};

/// Create a demo retailer to try everything with, and say who can sign in
///
/// An empty database gets five facilities, 1,200 SKUs and 90 days of history. A demo that is
/// there is kept. Any other database is left alone.
#[derive(Args)]
#[command(after_help = "\
Examples:
  onhand demo --database sqlite://demo.db
  onhand demo --database sqlite://demo.db --fresh
  onhand serve --database sqlite://demo.db")]
pub(crate) struct Demo {
    /// Throw an existing demo away and create it anew
    #[arg(long)]
    fresh: bool,
    /// Also write what it sells as a product export of Shopify: the catalogue of a fake shop
    #[arg(long, value_name = "FILE")]
    shop: Option<PathBuf>,
}

impl Demo {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<ExitCode> {
        let quiet = context.json;
        let mut progress = |what: &str| {
            if !quiet {
                eprintln!("demo: {what}");
            }
        };
        let url = &context.config.database;
        let report = demo::run(url, Size::FULL, self.fresh, System.now(), &mut progress).await?;
        if let Some(file) = &self.shop {
            demo::export_shop(url, file).await?;
        }
        output::result(context.json, &report, || text(&report))?;
        Ok(ExitCode::SUCCESS)
    }
}

fn text(report: &Report) -> String {
    let rows: Vec<Vec<String>> = report
        .sign_ins
        .iter()
        .map(|s| vec![s.email.clone(), s.name.clone(), s.role.clone(), s.at.clone()])
        .collect();
    let people = output::table(&["SIGN IN AS", "NAME", "ROLE", "WHERE"], &rows);
    let password = format!("The password of everybody is: {}", report.password);
    let what = match report.made {
        Some(made) => format!(
            "Created a demo retailer: {} products with {} SKUs and {} pictures, {} facilities, \
             {} days with {} movements. The ledger was verified: no differences.",
            made.products, made.skus, made.pictures, made.facilities, made.days, made.movements
        ),
        None => "The demo retailer is there already and was kept (--fresh starts over).".to_owned(),
    };
    format!("{what}\n\n{people}\n\n{password}\nIt is public: keep no real data here.")
}
