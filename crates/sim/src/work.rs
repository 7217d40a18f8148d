//! What a node does with a request, from its queue to the answer.

use std::collections::VecDeque;

use onhand_domain::{
    FacilityId, Micros, Origin,
    plan::{
        command::{Authority, Body, Command},
        outcome::Outcome,
    },
};

use crate::{
    Stage,
    auditor::Fault,
    client::{Ask, Message, OpId, Reply, facility_of},
    nodes::{Node, QUEUE_REQUESTS_MAX, Work},
    scheduler::Simulation,
    store::{Did, Job, Tx},
    trace::Event,
    world::World,
};

/// Times that a transaction is tried before its commands fail.
const ATTEMPTS_MAX: u32 = 10;

impl Simulation {
    /// A request arrives at a node: it is authorised and queued, or turned away.
    pub(crate) fn receive(&mut self, op: OpId, attempt: usize, node: usize) {
        let full = |node: &Node| node.queue.len() >= QUEUE_REQUESTS_MAX;
        let now = match self.nodes.get(node) {
            Some(n) if n.up && !full(n) => self.now.plus(n.clock_offset),
            here => {
                let up = here.is_some_and(|n| n.up);
                self.note(Event::TurnedAway { op, node });
                if up {
                    self.carry(Message::Answer { op, attempt, reply: Reply::Failed });
                }
                return;
            }
        };
        let asks = self.ops.get(op).map(|op| op.asks.clone()).unwrap_or_default();
        let commands: Option<Vec<Command>> =
            asks.into_iter().map(|ask| self.authorise(ask, now, node)).collect();
        match (commands, self.nodes.get_mut(node)) {
            (Some(commands), Some(node_)) => {
                node_.queue.push_back(Job { op, attempt, commands });
                self.note(Event::Queued { op, node });
            }
            _ => self.carry(Message::Answer { op, attempt, reply: Reply::NotFound }),
        }
    }

    /// As the handlers do: reads what the command is about, and works out how much its actor may
    /// do there. `None` where it does not exist.
    fn authorise(&self, ask: Ask, now: Micros, node: usize) -> Option<Command> {
        let mut body = ask.body;
        let facility: Option<FacilityId> = match &mut body {
            Body::Approve(verdict) | Body::Decline(verdict) => {
                let request = self.tables.requests.get(&verdict.request)?;
                let reason = self.world.reasons.iter().find(|r| r.code == request.reason);
                verdict.reason = reason?.clone();
                Some(request.facility)
            }
            Body::Reverse(reverse) => Some(self.tables.movement(reverse.target)?.facility),
            Body::CancelOrder(id) => self.tables.orders.get(id).map(|_| None)?,
            Body::FulfillOrder(f) => self.tables.orders.get(&f.order).map(|_| None)?,
            other => facility_of(other),
        };
        let authority = Authority {
            actor: ask.actor,
            mandate: World::mandate(ask.actor, facility),
            rule: "role".to_owned(),
            day: format!("day {}", now.0.div_euclid(Micros::DAY)),
            origin: Origin::Api,
            device: Some(format!("node {node}")),
        };
        Some(Command { authority, body })
    }

    /// One committer of one node does one thing.
    pub(crate) fn work(&mut self) -> Result<(), Fault> {
        let able: Vec<(usize, usize)> = (self.nodes.iter().enumerate())
            .flat_map(|(at, node)| node.able(&self.locks).map(move |committer| (at, committer)))
            .collect();
        let Some((node, committer)) = self.dice.one_of(&able) else { return Ok(()) };
        match self.take_work(node, committer) {
            Work::Nothing => self.begin(node, committer),
            Work::Tx(tx) => return self.advance(node, committer, tx),
            Work::Answers(answers) => self.answer(node, committer, answers),
        }
        Ok(())
    }

    fn take_work(&mut self, node: usize, committer: usize) -> Work {
        let node = self.nodes.get_mut(node);
        let committer = node.and_then(|node| node.committers.get_mut(committer));
        committer.map(|committer| std::mem::take(&mut committer.work)).unwrap_or_default()
    }

    fn put_work(&mut self, node: usize, committer: usize, work: Work) {
        let node = self.nodes.get_mut(node);
        if let Some(committer) = node.and_then(|node| node.committers.get_mut(committer)) {
            committer.work = work;
        }
    }

    /// Takes the next batch, or the next request of a batch that was refused as a whole.
    fn begin(&mut self, at: usize, committer: usize) {
        let commands_max = self.knobs.batch_commands_max;
        let Some(node) = self.nodes.get_mut(at) else { return };
        let alone = node.committers.get_mut(committer).and_then(|c| c.split.pop_front());
        let jobs = match alone {
            Some(job) => vec![job],
            None => node.take_batch(commands_max),
        };
        if jobs.is_empty() {
            return;
        }
        self.next_tx += 1;
        let tx = Box::new(Tx::new(self.next_tx, jobs));
        let ops = tx.jobs.iter().map(|job| job.op).collect();
        self.note(Event::Begins { node: at, tx: tx.id, ops });
        self.put_work(at, committer, Work::Tx(tx));
    }

    fn advance(&mut self, node: usize, committer: usize, mut tx: Box<Tx>) -> Result<(), Fault> {
        let (id, stage) = (tx.id, tx.stage);
        if self.dice.per_mille(self.knobs.broken_per_mille) {
            self.break_off(node, committer, *tx);
            return Ok(());
        }
        if stage > Stage::Heads && self.dice.per_mille(self.knobs.conflict_per_mille) {
            self.conflict(node, committer, tx);
            return Ok(());
        }
        if stage == Stage::Commit {
            return self.commit(node, committer, &tx);
        }
        let offset = self.nodes.get(node).map_or(0, |node| node.clock_offset);
        let did = tx.advance(crate::store::Desk {
            tables: &self.tables,
            locks: &mut self.locks,
            dice: &mut self.dice,
            now: self.now.plus(offset),
            single_writer: self.knobs.single_writer,
            plant: self.config.plant,
        });
        match did {
            Did::Next => {
                self.note(Event::Did { tx: id, stage });
                let early = tx.stage == Stage::Commit
                    && self.config.plant.is_some_and(|plant| plant.tells_early(&mut self.dice));
                if early {
                    tx.told_early = true;
                    for (op, attempt, reply) in replies(&tx) {
                        self.carry(Message::Answer { op, attempt, reply });
                    }
                }
                self.put_work(node, committer, Work::Tx(tx));
                if early && self.dice.per_mille(500) {
                    self.crash(node);
                }
            }
            Did::Waits => {
                self.note(Event::Waits { tx: id, stage });
                self.put_work(node, committer, Work::Tx(tx));
            }
            Did::Conflict => self.conflict(node, committer, tx),
            Did::Panicked(what) => return Err(Fault(what)),
        }
        Ok(())
    }

    fn commit(&mut self, node: usize, committer: usize, tx: &Tx) -> Result<(), Fault> {
        tx.commit(&mut self.tables);
        self.locks.release(tx.id);
        self.report.commits += 1;
        let heads = self.tables.heads.values().flat_map(|head| head.hash);
        let heads = heads.fold(0_u64, |sum, byte| sum.rotate_left(5) ^ u64::from(byte));
        self.note(Event::Committed { tx: tx.id, heads });
        if !tx.told_early {
            self.put_work(node, committer, Work::Answers(replies(tx)));
        }
        self.auditor.look(&mut self.tables, &self.ops)
    }

    /// Sends the next answer of a batch that is committed.
    fn answer(
        &mut self,
        node: usize,
        committer: usize,
        mut answers: VecDeque<(OpId, usize, Reply)>,
    ) {
        if let Some((op, attempt, reply)) = answers.pop_front() {
            self.note(Event::Answers { op, node });
            self.carry(Message::Answer { op, attempt, reply });
        }
        if !answers.is_empty() {
            self.put_work(node, committer, Work::Answers(answers));
        }
    }

    /// Another transaction got in the way: rolled back and tried again, so many times.
    fn conflict(&mut self, node: usize, committer: usize, mut tx: Box<Tx>) {
        self.note(Event::Conflict { tx: tx.id, stage: tx.stage });
        self.report.conflicts += 1;
        self.locks.release(tx.id);
        if tx.attempt < ATTEMPTS_MAX {
            tx.again();
            self.put_work(node, committer, Work::Tx(tx));
        } else {
            self.fail(node, committer, tx.jobs);
        }
    }

    /// The connection to the database breaks. At the commit nobody knows whether it was done.
    fn break_off(&mut self, node: usize, committer: usize, tx: Tx) {
        let written = tx.stage == Stage::Commit && self.dice.per_mille(500);
        if written {
            tx.commit(&mut self.tables);
        }
        self.locks.release(tx.id);
        *self.report.interrupted.entry(Some(tx.stage)).or_default() += 1;
        self.note(Event::Broken { tx: tx.id, stage: tx.stage, written });
        self.fail(node, committer, tx.jobs);
    }

    /// One request that the database chokes on must not fail its neighbours.
    fn fail(&mut self, node: usize, committer: usize, jobs: Vec<Job>) {
        if jobs.len() == 1 {
            for job in jobs {
                let (op, attempt) = (job.op, job.attempt);
                self.carry(Message::Answer { op, attempt, reply: Reply::Failed });
            }
            return;
        }
        let node = self.nodes.get_mut(node);
        if let Some(committer) = node.and_then(|node| node.committers.get_mut(committer)) {
            committer.split.extend(jobs);
        }
    }

    /// The database dies and recovers: every transaction under way breaks off.
    pub(crate) fn restart_database(&mut self) {
        self.note(Event::DatabaseRestarts);
        let committers: Vec<(usize, usize)> = (self.nodes.iter().enumerate())
            .flat_map(|(at, node)| (0..node.committers.len()).map(move |c| (at, c)))
            .collect();
        for (node, committer) in committers {
            match self.take_work(node, committer) {
                Work::Tx(tx) => self.break_off(node, committer, *tx),
                other => self.put_work(node, committer, other),
            }
        }
    }
}

/// What each request of a batch is answered.
fn replies(tx: &Tx) -> VecDeque<(OpId, usize, Reply)> {
    let mut outcomes = tx.outcomes.iter().cloned();
    let own = |job: &Job| -> Vec<Outcome> { outcomes.by_ref().take(job.commands.len()).collect() };
    let replies: Vec<Vec<Outcome>> = tx.jobs.iter().map(own).collect();
    let jobs = tx.jobs.iter().zip(replies);
    jobs.map(|(job, outcomes)| (job.op, job.attempt, Reply::Done(outcomes))).collect()
}
