//! Posts the history, in batches, each at its own time.

use std::{collections::HashMap, sync::Arc};

use anyhow::{Context, Result, bail};
use onhand_domain::{
    Access, FacilityId, Micros, MovementId, Origin, Permission, PrincipalId,
    plan::{
        command::{Authority, Body, Command, Fact, Mandate},
        outcome::Outcome,
    },
};
use onhand_store::Store;

use super::history::History;

/// How long tills keep their sales before they send them.
const UPLOAD_EVERY_MICROS: i64 = 45 * 60 * Micros::SECOND;
/// Commands of one batch.
const BATCH_COMMANDS_MAX: usize = 200;

/// Who acts, where, through which door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Actor {
    /// Who.
    pub(super) id: PrincipalId,
    /// On which device.
    pub(super) device: Option<&'static str>,
    /// Through which door.
    pub(super) origin: Origin,
}

/// The way into the ledger.
pub(super) struct Ledger {
    store: Store,
    clock: Arc<History>,
    access: HashMap<PrincipalId, Access>,
    waiting: Vec<Command>,
    /// When the first and the last of those that wait happened.
    span: Option<(Micros, Micros)>,
    /// Movements so far.
    pub(super) movements: usize,
}

impl Ledger {
    /// For these people and programs, with the rights that they hold.
    pub(super) async fn open(
        store: &Store,
        clock: &Arc<History>,
        who: impl IntoIterator<Item = PrincipalId>,
    ) -> Result<Self> {
        let mut access = HashMap::new();
        for id in who {
            access.insert(id, store.access(id).await?);
        }
        Ok(Self {
            store: store.clone(),
            clock: Arc::clone(clock),
            access,
            waiting: Vec::new(),
            span: None,
            movements: 0,
        })
    }

    /// What one of them may do.
    pub(super) fn may(&self, who: PrincipalId, permission: Permission, at: FacilityId) -> bool {
        self.access.get(&who).is_some_and(|access| access.may(permission, at))
    }

    /// The right by which an actor posts a variance, approves one, or records a fact.
    pub(super) fn authority(
        &self,
        actor: Actor,
        permission: Permission,
        facility: FacilityId,
        day: &str,
    ) -> Result<Authority> {
        let access = self.access.get(&actor.id).context("nobody whose rights were read")?;
        let wanted =
            if access.may(permission, facility) { permission } else { Permission::VarianceReport };
        let decision = access.decide(wanted, Some(facility));
        if !decision.allowed {
            bail!("the demo's history asks for what its people may not do: {}", decision.rule);
        }
        let limits = access.limits(wanted, facility).filter(|_| wanted == permission);
        Ok(Authority {
            actor: actor.id,
            mandate: limits.map_or(Mandate::Report, Mandate::Post),
            rule: decision.rule,
            day: day.to_owned(),
            origin: actor.origin,
            device: actor.device.map(str::to_owned),
        })
    }

    /// A command that happened at `at` waits for the next upload.
    pub(super) fn queue(&mut self, at: Micros, authority: Authority, body: Body) {
        // What one till sells between two uploads is one document.
        if let Body::Record(facts) = &body
            && let Some(fact) = facts.first()
            && let Some(known) = self.document(&authority, fact)
        {
            known.extend(facts.iter().cloned());
        } else {
            self.waiting.push(Command { authority, body });
        }
        self.span = Some(self.span.map_or((at, at), |(first, _)| (first, at)));
    }

    fn document(&mut self, authority: &Authority, like: &Fact) -> Option<&mut Vec<Fact>> {
        self.waiting.iter_mut().find_map(|command| match &mut command.body {
            Body::Record(facts)
                if command.authority == *authority
                    && facts.first().is_some_and(|f| f.facility == like.facility) =>
            {
                Some(facts)
            }
            _ => None,
        })
    }

    /// Sends what waits if it has waited long enough by `at`.
    pub(super) async fn upload_by(&mut self, at: Micros) -> Result<Vec<Outcome>> {
        let Some((first, last)) = self.span else { return Ok(Vec::new()) };
        let due = first.plus(UPLOAD_EVERY_MICROS);
        if at < due && self.waiting.len() < BATCH_COMMANDS_MAX {
            return Ok(Vec::new());
        }
        self.send(last.max(due.min(at))).await
    }

    /// Does something at once, behind all that waits, and answers what came of it.
    pub(super) async fn post_at(
        &mut self,
        at: Micros,
        authority: Authority,
        body: Body,
    ) -> Result<Vec<Outcome>> {
        self.waiting.push(Command { authority, body });
        self.send(at).await
    }

    /// What would come of a command. Only what was sent before is known.
    pub(super) async fn preview(&self, authority: Authority, body: Body) -> Result<Outcome> {
        let outcomes = self.store.preview(&[Command { authority, body }]).await?;
        outcomes.into_iter().next().context("an answer to the command")
    }

    /// Sends all that waits.
    pub(super) async fn send(&mut self, at: Micros) -> Result<Vec<Outcome>> {
        self.clock.advance_to(at);
        self.span = None;
        let commands = std::mem::take(&mut self.waiting);
        let outcomes = self.store.post(commands).await?;
        for outcome in &outcomes {
            match outcome {
                Outcome::Posted(posted) => {
                    self.movements += posted.movements.len() + posted.corrections.len();
                }
                Outcome::Ordered(order) => self.movements += order.lines.len(),
                Outcome::Followed(followed) => {
                    self.movements += followed.movements.len() + followed.corrections.len();
                }
                Outcome::Requested(_) | Outcome::Declined(_) => {}
                Outcome::Refused(refusal) => bail!("the ledger refused the demo: {refusal}"),
            }
        }
        Ok(outcomes)
    }

    /// What came of a command that moves stock: the first movement's id.
    pub(super) fn first_movement(outcome: &Outcome) -> Option<MovementId> {
        match outcome {
            Outcome::Posted(posted) => posted.movements.first().map(|m| m.id),
            _ => None,
        }
    }
}
