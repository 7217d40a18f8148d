//! Posts the stock that the ledger begins with, through the posting engine like all stock.

use std::time::Duration;

use onhand_domain::{
    FacilityId, Limits, MovementId, MovementKind, Origin, SkuId,
    plan::{
        command::{Authority, Body, Command, Fact, Mandate},
        outcome::{Outcome, Refusal},
    },
};
use onhand_store::{By, Store, StoreError};

use crate::{ImportError, RowError, plan::OpeningLine, report::Report};

/// How often a full queue is asked again before the import gives up.
const BUSY_RETRIES_MAX: u32 = 100;
/// How long it waits before it asks again.
const BUSY_PAUSE: Duration = Duration::from_millis(50);

/// Posts openings on somebody's behalf.
pub(crate) struct Poster<'a> {
    pub(crate) store: &'a Store,
    pub(crate) by: &'a By,
}

impl Poster<'_> {
    /// Posts the lines as one document, all of it or nothing; whatever was posted before stays as
    /// it is.
    pub(crate) async fn document(
        &self,
        facility: FacilityId,
        lines: &[OpeningLine],
    ) -> Result<Option<Refusal>, ImportError> {
        let facts = lines.iter().map(|line| fact(facility, line)).collect();
        let outcomes = self.post(vec![self.command(facts)]).await?;
        Ok(outcomes.into_iter().find_map(refusal))
    }

    /// Posts the lines of a batch. Where the document is refused, each line is posted on its own,
    /// and what is refused then is put into the report.
    pub(crate) async fn batch(
        &self,
        facility: FacilityId,
        lines: &[OpeningLine],
        report: &mut Report,
    ) -> Result<(), ImportError> {
        if lines.is_empty() || self.document(facility, lines).await?.is_none() {
            return Ok(());
        }
        let commands = lines.iter().map(|line| self.command(vec![fact(facility, line)])).collect();
        let outcomes = self.post(commands).await?;
        for (line, outcome) in lines.iter().zip(outcomes) {
            let Some(refusal) = refusal(outcome) else { continue };
            report.opening.posted = report.opening.posted.saturating_sub(1);
            report.opening.units = report.opening.units.saturating_sub(line.quantity);
            report.refuse(RowError::row(
                line.line,
                format!("the opening stock was not posted: {refusal}"),
                "import the file again to see how its quantity stands to the record",
            ));
        }
        Ok(())
    }

    async fn post(&self, commands: Vec<Command>) -> Result<Vec<Outcome>, ImportError> {
        // An import can wait, so it leaves a full queue to those who can't.
        for _ in 0..BUSY_RETRIES_MAX {
            match self.store.post(commands.clone()).await {
                Err(StoreError::Busy) => tokio::time::sleep(BUSY_PAUSE).await,
                result => return Ok(result?),
            }
        }
        Err(StoreError::Busy.into())
    }

    fn command(&self, facts: Vec<Fact>) -> Command {
        let authority = Authority {
            actor: self.by.actor,
            mandate: Mandate::Post(Limits::NONE),
            rule: self.by.rule.clone(),
            // Facts don't count towards anybody's day.
            day: String::new(),
            origin: Origin::Import,
            device: None,
        };
        Command { authority, body: Body::Record(facts) }
    }
}

/// An opening balance. Its id follows from facility and SKU, so that an import that was
/// interrupted can be repeated without posting anything twice.
fn fact(facility: FacilityId, line: &OpeningLine) -> Fact {
    Fact {
        id: opening_id(facility, line.sku),
        facility,
        sku: line.sku,
        kind: MovementKind::Opening,
        quantity: line.quantity,
        effective_at: None,
        origin_key: None,
        note: None,
        order_line: None,
        unit_cost: None,
    }
}

/// The id of the opening balance of a SKU at a facility.
pub(crate) fn opening_id(facility: FacilityId, sku: SkuId) -> MovementId {
    MovementId::derived(facility.0, &format!("opening of {sku}"), 0)
}

fn refusal(outcome: Outcome) -> Option<Refusal> {
    match outcome {
        Outcome::Refused(refusal) => Some(refusal),
        _ => None,
    }
}
