//! Chooses what happens next. One thing at a time, and everything that may happen may be next.

use std::collections::BTreeMap;

use onhand_domain::Micros;

use crate::{
    Config, Failure, Report,
    asks::Asker,
    auditor::{Auditor, Fault},
    client::{Memory, Message, Op, OpId, Reply},
    dice::Dice,
    nodes::{Node, Work},
    store::{Locks, Tables},
    trace::{Event, Trace},
    world::{Knobs, MINUTE, START, World},
};

/// Messages that may be under way; beyond it, the network loses one.
const MESSAGES_MAX: usize = 96;
/// Steps in which every open request must be answered once nothing fails any more: a thousand
/// times what each needs.
const CALM_STEPS_MAX: u64 = 60_000;
/// Longest jump of a clock.
const CLOCK_JUMP_MAX: i64 = 60 * MINUTE;

/// A run.
pub(crate) struct Simulation {
    pub(crate) config: Config,
    pub(crate) dice: Dice,
    pub(crate) knobs: Knobs,
    pub(crate) world: World,
    pub(crate) tables: Tables,
    pub(crate) locks: Locks,
    pub(crate) nodes: Vec<Node>,
    pub(crate) wire: Vec<Message>,
    pub(crate) ops: Vec<Op>,
    /// Requests that are not answered yet.
    pub(crate) open: Vec<OpId>,
    pub(crate) memory: Memory,
    pub(crate) auditor: Auditor,
    pub(crate) trace: Trace,
    pub(crate) report: Report,
    /// The true time.
    pub(crate) now: Micros,
    pub(crate) step: u64,
    pub(crate) next_tx: u64,
    calm: bool,
}

/// What may happen.
#[derive(Clone, Copy)]
enum Action {
    Work,
    Deliver,
    Ask,
    AskAgain,
    AskOnceMore,
    Crash,
    Start,
    Stall,
    Clock,
    Time,
    Facility,
    Database,
    Office,
}

impl Simulation {
    pub(crate) fn new(config: Config) -> Self {
        let mut dice = Dice::new(config.seed);
        let knobs = Knobs::draw(&mut dice);
        let world = World::draw(&mut dice);
        let mut tables = Tables::default();
        tables.facilities.extend(world.open_facilities());
        tables.skus.extend(world.skus.iter().copied());
        let nodes = (0..knobs.nodes)
            .map(|_| Node::new(knobs.committers, dice.between(-2, 2) * Micros::SECOND))
            .collect();
        Self {
            config,
            dice,
            knobs,
            world,
            tables,
            locks: Locks::default(),
            nodes,
            wire: Vec::new(),
            ops: Vec::new(),
            open: Vec::new(),
            memory: Memory::default(),
            auditor: Auditor::default(),
            trace: Trace::new(),
            report: Report::default(),
            now: START,
            step: 0,
            next_tx: 0,
            calm: false,
        }
    }

    pub(crate) fn run(mut self) -> Result<Report, Box<Failure>> {
        match self.run_to_the_end() {
            Ok(()) => Ok(self.finish()),
            Err(Fault(what)) => Err(Box::new(self.failure(what))),
        }
    }

    fn run_to_the_end(&mut self) -> Result<(), Fault> {
        while self.step < self.config.steps {
            self.take_step()?;
            // Everything is looked at again from the beginning, ever more rarely.
            if self.step >= 1_024 && self.step.is_power_of_two() {
                self.auditor.inspect(&mut self.tables, &self.ops)?;
            }
        }
        self.answer_everything()?;
        self.auditor.inspect(&mut self.tables, &self.ops)
    }

    /// Nothing fails any more: whatever was asked gets its answer.
    fn answer_everything(&mut self) -> Result<(), Fault> {
        self.calm = true;
        self.knobs.calm();
        for node in &mut self.nodes {
            (node.up, node.stalled) = (true, false);
        }
        for facility in self.tables.facilities.values_mut() {
            facility.active = true;
        }
        let until = self.step + CALM_STEPS_MAX;
        while !(self.open.is_empty() && self.wire.is_empty() && self.is_idle()) {
            if self.step >= until {
                let open = self.open.first().and_then(|op| self.ops.get(*op));
                return Err(Fault(format!("nothing fails any more, but no answer to {open:#?}")));
            }
            self.take_step()?;
        }
        if !self.locks.is_idle() {
            return Err(Fault(format!("locks are left behind: {:?}", self.locks)));
        }
        Ok(())
    }

    fn is_idle(&self) -> bool {
        self.nodes.iter().all(|node| !node.is_busy())
    }

    fn take_step(&mut self) -> Result<(), Fault> {
        self.step += 1;
        self.now = self.now.plus(self.dice.between(1, 200_000));
        match self.choose() {
            Action::Work => self.work(),
            Action::Deliver => self.deliver(),
            Action::Ask => {
                self.ask();
                Ok(())
            }
            Action::AskAgain => {
                let op = self.dice.one_of(&self.open);
                self.send(op);
                Ok(())
            }
            Action::AskOnceMore => {
                let op = self.memory.answered.pick(&mut self.dice);
                self.send(op);
                Ok(())
            }
            other => {
                self.disturb(other);
                Ok(())
            }
        }
    }

    fn choose(&mut self) -> Action {
        let busy: usize = self.nodes.iter().map(|node| node.able(&self.locks).count()).sum();
        let busy = busy as u64;
        let may_ask = !self.calm && self.open.len() < self.knobs.open_requests_max;
        let quiet = busy == 0 && self.wire.is_empty();
        let off = u64::from(!self.calm);
        let any = |there: bool, weight: u64| u64::from(there) * weight;
        let choices = [
            (Action::Work, busy * 400),
            (Action::Deliver, any(!self.wire.is_empty(), 300)),
            (Action::Ask, any(may_ask, 120)),
            (Action::AskAgain, any(!self.open.is_empty(), if quiet { 300 } else { 15 })),
            (Action::AskOnceMore, 8 * off),
            (Action::Crash, self.knobs.crash_weight),
            (Action::Start, any(self.nodes.iter().any(|n| !n.up), 20)),
            (Action::Stall, self.knobs.stall_weight),
            (Action::Clock, self.knobs.clock_weight),
            (Action::Time, 2),
            (Action::Facility, off),
            (Action::Database, any(self.knobs.crash_weight > 1, 1)),
            (Action::Office, self.knobs.office_weight * off),
        ];
        let weights = choices.map(|(_, weight)| weight);
        let at = self.dice.weighted(&weights).unwrap_or_default();
        choices.get(at).map_or(Action::Time, |(action, _)| *action)
    }

    pub(crate) fn note(&mut self, event: Event) {
        *self.report.events.entry(event.name()).or_default() += 1;
        self.trace.note(self.step, event);
    }

    // ---- clients ---------------------------------------------------------------------------

    /// A client asks for something new: mostly one thing, sometimes a few at once.
    fn ask(&mut self) {
        let things = if self.dice.per_mille(850) { 1 } else { 2 + self.dice.index(3) };
        // Devices have clocks of their own.
        let skew = self.dice.between(-MINUTE, MINUTE);
        let asks: Vec<_> = (0..things)
            .map(|_| {
                let mut asker = Asker {
                    dice: &mut self.dice,
                    world: &self.world,
                    knobs: &self.knobs,
                    memory: &self.memory,
                    tables: &self.tables,
                    now: self.now.plus(skew),
                };
                asker.ask()
            })
            .collect();
        let op = self.ops.len();
        for ask in &asks {
            self.memory.asked(&ask.body);
        }
        self.auditor.asked(op, &asks);
        self.ops.push(Op { asks, started: self.step, sent: Vec::new(), answered: None });
        self.open.push(op);
        self.report.requests += 1;
        self.send(Some(op));
    }

    /// Sends a request (again), to any node.
    fn send(&mut self, op: Option<OpId>) {
        let node = self.dice.index(self.nodes.len());
        let step = self.step;
        let Some((op, request)) = op.and_then(|op| Some((op, self.ops.get_mut(op)?))) else {
            return;
        };
        let attempt = request.sent.len();
        request.sent.push(step);
        let shown = u32::try_from(attempt).unwrap_or(u32::MAX);
        self.note(Event::Asks { op, attempt: shown, node });
        self.carry(Message::Request { op, attempt, node });
    }

    // ---- the network -----------------------------------------------------------------------

    /// Takes a message on its way, where it may be lost, doubled and overtaken.
    pub(crate) fn carry(&mut self, message: Message) {
        let (op, answer) = match &message {
            Message::Request { op, .. } => (*op, false),
            Message::Answer { op, .. } => (*op, true),
        };
        if self.dice.per_mille(self.knobs.lose_per_mille) {
            self.note(Event::Lost { op, answer });
            return;
        }
        if self.dice.per_mille(self.knobs.duplicate_per_mille) {
            self.note(Event::Doubled { op, answer });
            self.wire.push(message.clone());
        }
        self.wire.push(message);
        if self.wire.len() > MESSAGES_MAX {
            let at = self.dice.index(self.wire.len());
            self.wire.swap_remove(at);
        }
    }

    fn deliver(&mut self) -> Result<(), Fault> {
        let at = self.dice.index(self.wire.len());
        match self.wire.swap_remove(at) {
            Message::Request { op, attempt, node } => {
                self.receive(op, attempt, node);
                Ok(())
            }
            Message::Answer { op, attempt, reply } => self.tell(op, attempt, &reply),
        }
    }

    /// A client reads an answer.
    fn tell(&mut self, op: OpId, attempt: usize, reply: &Reply) -> Result<(), Fault> {
        let words = match reply {
            Reply::Done(outcomes) => outcomes.iter().map(words).collect::<Vec<_>>().join(" "),
            Reply::NotFound => "NotFound".to_owned(),
            Reply::Failed => "Failed".to_owned(),
        };
        for word in words.split(' ') {
            *self.report.answers.entry(word.to_owned()).or_default() += 1;
        }
        self.note(Event::Told { op, words });
        let Some(request) = self.ops.get_mut(op) else { return Ok(()) };
        let sent = request.sent.get(attempt).copied().unwrap_or_default();
        self.auditor.at_step(self.step);
        self.auditor.told(op, request, sent, reply, &self.tables)?;
        if matches!(reply, Reply::Failed) {
            return Ok(());
        }
        if request.answered.is_none() {
            request.answered = Some(self.step);
            self.open.retain(|open| *open != op);
            self.memory.answered.add(op);
        }
        if let Reply::Done(outcomes) = reply {
            for (ask, outcome) in request.asks.iter().zip(outcomes) {
                self.memory.told(&ask.body, outcome);
            }
            self.auditor.heard(self.step, outcomes);
        }
        Ok(())
    }

    // ---- trouble ---------------------------------------------------------------------------

    fn disturb(&mut self, action: Action) {
        let node = self.dice.index(self.nodes.len());
        match action {
            Action::Crash => self.crash(node),
            Action::Start => {
                let down = self.nodes.iter().position(|n| !n.up).unwrap_or(node);
                if let Some(node) = self.nodes.get_mut(down) {
                    (node.up, node.stalled) = (true, false);
                }
                self.note(Event::Starts { node: down });
            }
            Action::Stall => {
                let Some(frozen) = self.nodes.get_mut(node) else { return };
                frozen.stalled = !frozen.stalled;
                let stalled = frozen.stalled;
                self.note(Event::Stalls { node, stalled });
            }
            Action::Clock => {
                let far = if self.dice.per_mille(300) { CLOCK_JUMP_MAX } else { Micros::SECOND };
                let offset = self.dice.between(-far, far);
                if let Some(node) = self.nodes.get_mut(node) {
                    node.clock_offset = offset;
                }
                self.note(Event::Clock { node, offset });
            }
            Action::Time => {
                let span = if self.dice.per_mille(50) { 180 * MINUTE } else { 5 * MINUTE };
                self.now = self.now.plus(self.dice.between(0, span));
                self.note(Event::Time { now: self.now.0 });
            }
            Action::Facility => self.turn_facility(),
            Action::Database => self.restart_database(),
            Action::Office => self.work_in_office(),
            _ => {}
        }
    }

    /// A facility closes for a while.
    fn turn_facility(&mut self) {
        let index = self.dice.index(self.world.facilities.len());
        let open = self.dice.per_mille(900);
        let Some(id) = self.world.facilities.get(index) else { return };
        if let Some(facility) = self.tables.facilities.get_mut(id) {
            facility.active = open;
        }
        self.note(Event::Facility { index, active: open });
    }

    /// A node dies, with its queue, its transactions and the answers that it has not sent.
    pub(crate) fn crash(&mut self, index: usize) {
        let Some(node) = self.nodes.get_mut(index) else { return };
        if !node.up {
            return;
        }
        node.up = false;
        node.queue.clear();
        for committer in &mut node.committers {
            committer.split.clear();
            let stage = match std::mem::take(&mut committer.work) {
                Work::Nothing => continue,
                Work::Answers(_) => None,
                Work::Tx(tx) => {
                    self.locks.release(tx.id);
                    Some(tx.stage)
                }
            };
            *self.report.interrupted.entry(stage).or_default() += 1;
        }
        self.note(Event::Crashes { node: index });
    }

    // ---- the end ---------------------------------------------------------------------------

    fn finish(mut self) -> Report {
        let movements = self.tables.ledgers.values().flatten();
        self.report.late_corrections = movements
            .filter(|m| m.kind == onhand_domain::MovementKind::LateCorrection)
            .count() as u64;
        let anchors = self.tables.anchors.values().flat_map(|anchors| anchors.values());
        self.report.counts_undone = anchors.filter(|anchor| anchor.voided).count() as u64;
        let orders = self.tables.counts.values();
        self.report.counts_closed = orders.filter(|order| order.closed_by.is_some()).count() as u64;
        self.report.movements = self.tables.ledgers.values().map(|l| l.len() as u64).sum();
        self.report.trace_hash = self.trace.hash();
        self.report.steps = self.step;
        self.report
    }

    fn failure(&self, what: String) -> Failure {
        let mut events: Vec<String> =
            self.trace.last().map(|(step, event)| format!("{step:>8}  {event}")).collect();
        let mut named = BTreeMap::new();
        for (_, event) in self.trace.last() {
            if let Event::Asks { op, .. } | Event::Told { op, .. } | Event::Queued { op, .. } =
                event
            {
                named.insert(*op, self.ops.get(*op).map(|op| &op.asks));
            }
        }
        events.extend(named.into_iter().map(|(op, asks)| format!("op {op}: {asks:?}")));
        Failure { seed: self.config.seed, step: self.step, what, events }
    }
}

/// An outcome in a word.
fn words(outcome: &onhand_domain::plan::outcome::Outcome) -> String {
    use onhand_domain::plan::outcome::Outcome;
    let shown = match outcome {
        Outcome::Posted(posted) if posted.replay => "Replayed".to_owned(),
        Outcome::Posted(_) => "Posted".to_owned(),
        Outcome::Requested(_) => "Requested".to_owned(),
        Outcome::Declined(_) => "Declined".to_owned(),
        Outcome::Ordered(_) => "Ordered".to_owned(),
        Outcome::Followed(followed) if followed.outdated => "Outdated".to_owned(),
        Outcome::Followed(_) => "Followed".to_owned(),
        Outcome::Refused(refusal) => format!("{refusal:?}"),
    };
    let end = shown.find(|c: char| !c.is_alphanumeric()).unwrap_or(shown.len());
    shown[..end].to_owned()
}
