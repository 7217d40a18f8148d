//! A device that is killed, reloads, sends again, out of order and twice at once, against the
//! server. In the end both have the same: nothing is lost, and nothing is there twice.
//!
//! The model of the device is what it promises its counter: a scan is in its queue before the
//! screen says so, and leaves the queue only by an answer that has come.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::join;
use onhand_domain::{
    CountSessionId, FacilityScope, ScanId, SkuId,
    count::{Scan, SessionStatus},
};
use onhand_store::counts::{NewSession, ScanStatus, ScansTaken, Sending};

use crate::{
    desk::{Desk, NOON, by, scan, undo},
    world::{World, on_both},
};

on_both! { a_thousand_bad_days, }

/// Random sequences, each with a device and a session of its own.
const SEQUENCES: u64 = 1_000;
/// Things that happen in one of them.
const STEPS: u64 = 12;
/// What is known by its code; the first word is not.
const CODES: [&str; 5] = ["unknown", "SHOE-0", "SHOE-1", "SHOE-2", "SHOE-3"];

/// `SplitMix64` (Steele, Lea, Flood 2014): the same numbers from the same seed everywhere.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    fn pick<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        let end = u64::try_from(all.len()).expect("small");
        let at = if end == 0 { return None } else { self.below(end) };
        all.get(usize::try_from(at).expect("small"))
    }

    fn shuffle<T>(&mut self, all: &mut [T]) {
        for n in (1..all.len()).rev() {
            let other = self.below(u64::try_from(n + 1).expect("small"));
            all.swap(n, usize::try_from(other).expect("small"));
        }
    }
}

/// A device: what survives a kill.
struct Device {
    session: NewSession,
    /// Whether an answer has said that the session is on the server.
    begun: bool,
    /// All that its counter was told is kept.
    scans: Vec<Scan>,
    /// Those of which no answer has come.
    queue: BTreeSet<ScanId>,
    /// What is still somewhere on the way.
    under_way: Vec<Vec<Scan>>,
}

impl Device {
    fn new(desk: &Desk) -> Self {
        let session = NewSession { started_at: Some(NOON), ..desk.a_session() };
        Self {
            session,
            begun: false,
            scans: Vec::new(),
            queue: BTreeSet::new(),
            under_way: Vec::new(),
        }
    }

    fn id(&self) -> CountSessionId {
        self.session.id
    }

    /// Somebody scans, or takes a scan back.
    fn see(&mut self, dice: &mut Dice) {
        let taken_back: BTreeSet<ScanId> = self.scans.iter().filter_map(|s| s.undoes).collect();
        let open = |s: &&Scan| s.undoes.is_none() && !taken_back.contains(&s.id);
        let open: Vec<Scan> = self.scans.iter().filter(open).cloned().collect();
        let again = dice.one_in(4).then(|| dice.pick(&open).map(undo)).flatten();
        let seen = again.unwrap_or_else(|| {
            let code = dice.pick(&CODES).expect("some");
            scan(code, i64::try_from(dice.below(13)).expect("small"))
        });
        self.queue.insert(seen.id);
        self.scans.push(seen);
    }

    /// Some of what waits and some of what was sent before, in any order, some of it twice.
    fn gather(&mut self, dice: &mut Dice) -> Vec<Scan> {
        let mut sending: Vec<Scan> = self
            .scans
            .iter()
            .filter(
                |scan| if self.queue.contains(&scan.id) { !dice.one_in(5) } else { dice.one_in(5) },
            )
            .cloned()
            .collect();
        if let Some(twice) = dice.pick(&sending).cloned() {
            sending.push(twice);
        }
        dice.shuffle(&mut sending);
        sending
    }

    /// The answer arrives: what it names waits no more.
    fn hear(&mut self, taken: &ScansTaken) {
        for result in &taken.results {
            assert!(!matches!(result.status, ScanStatus::Rejected(_)), "{result:?}");
            self.queue.remove(&result.id);
        }
        assert!(taken.safe <= i64::try_from(self.scans.len()).expect("small"), "{taken:?}");
    }
}

async fn begin(desk: &Desk, device: &mut Device, answered: bool) {
    let me = by(desk.people[0]);
    let session = &device.session;
    let begun = desk.store().start_count_session(&me, &FacilityScope::All, session).await;
    assert_eq!(begun.expect("begun").id, device.id());
    device.begun |= answered;
}

async fn deliver(desk: &Desk, session: CountSessionId, scans: Vec<Scan>) -> ScansTaken {
    let sending = Sending { session, scans, sent_at: Some(NOON) };
    desk.store().add_scans(desk.people[0], &sending).await.expect("taken")
}

async fn step(desk: &Desk, device: &mut Device, dice: &mut Dice) {
    if dice.one_in(2) {
        for _ in 0..=dice.below(4) {
            device.see(dice);
        }
        return;
    }
    if !device.begun {
        let answered = !dice.one_in(3);
        begin(desk, device, answered).await;
        return;
    }
    let sending = device.gather(dice);
    match dice.below(6) {
        // It arrives, and so does the answer.
        0 | 1 => {
            let taken = deliver(desk, device.id(), sending).await;
            device.hear(&taken);
        }
        // It arrives; the device is killed before the answer.
        2 => drop(deliver(desk, device.id(), sending).await),
        // It is still on the way when the device has given it up.
        3 => device.under_way.push(sending),
        // Two tabs send at the same time.
        4 => {
            let other = device.gather(dice);
            let (one, two) =
                (deliver(desk, device.id(), sending), deliver(desk, device.id(), other));
            let (one, two) = join(one, two).await;
            device.hear(&one);
            if dice.one_in(2) {
                device.hear(&two);
            }
        }
        // What was on the way arrives after all.
        _ => {
            dice.shuffle(&mut device.under_way);
            if let Some(old) = device.under_way.pop() {
                drop(deliver(desk, device.id(), old).await);
            }
        }
    }
}

/// The network is back: the device empties its queue.
async fn come_home(desk: &Desk, device: &mut Device, dice: &mut Dice) {
    begin(desk, device, true).await;
    let mut calls = 0;
    while !device.queue.is_empty() {
        let sending = device.gather(dice);
        let taken = deliver(desk, device.id(), sending).await;
        device.hear(&taken);
        calls += 1;
        assert!(calls < 1_000, "the queue does not get empty");
    }
    for old in std::mem::take(&mut device.under_way) {
        drop(deliver(desk, device.id(), old).await);
    }
}

/// What the device shows: units by SKU, and whether there is something unknown.
fn shown(device: &Device, skus: &[SkuId]) -> (BTreeMap<SkuId, i64>, i64) {
    let taken_back: BTreeSet<ScanId> = device.scans.iter().filter_map(|s| s.undoes).collect();
    let mut units = BTreeMap::new();
    let mut unknown = 0;
    for scan in &device.scans {
        if scan.undoes.is_some() || taken_back.contains(&scan.id) {
            continue;
        }
        let at = CODES.iter().position(|code| Some(*code) == scan.code.as_deref()).expect("one");
        match at.checked_sub(1) {
            Some(at) => *units.entry(skus[at]).or_default() += scan.quantity,
            None => unknown = 1,
        }
    }
    (units, unknown)
}

async fn assert_same(desk: &Desk, device: &Device) {
    let rows = desk.rows(device.id()).await;
    let mut own: Vec<&Scan> = device.scans.iter().collect();
    own.sort_by_key(|scan| scan.id);
    assert_eq!(rows.len(), own.len(), "lost or doubled");
    for (row, scan) in rows.iter().zip(own) {
        let kept = (row.id, row.code.as_deref(), row.quantity, row.device_at, row.undoes);
        let sent = (scan.id.0, scan.code.as_deref(), scan.quantity, scan.device_at.0);
        assert_eq!(kept, (sent.0, sent.1, sent.2, sent.3, scan.undoes.map(|id| id.0)));
        assert!(!row.late, "{row:?}");
    }
    let (units, unknown) = shown(device, &desk.world.skus);
    let lines = desk.store().session_lines(device.id(), None, 100).await.expect("lines");
    let lines: BTreeMap<SkuId, i64> =
        lines.into_iter().map(|line| (line.sku.id, line.counted)).collect();
    assert_eq!(lines, units);
    assert_eq!(desk.see(device.id()).await.unknown_codes, unknown);
}

async fn a_thousand_bad_days(world: World) {
    // PostgreSQL runs a part, to see that the same comes of it.
    let sequences = if world.is_postgres() { SEQUENCES / 20 } else { SEQUENCES };
    let started = tokio::time::Instant::now();
    let mut desk = Desk::of_all(world).await;
    let mut scans = 0;
    for seed in 0..sequences {
        // A count takes 500 sessions.
        if seed % 400 == 399 {
            desk = Desk::of_all(desk.world).await;
        }
        println!("offline seed {seed}");
        let mut dice = Dice(seed);
        let mut device = Device::new(&desk);
        for _ in 0..STEPS {
            step(&desk, &mut device, &mut dice).await;
        }
        come_home(&desk, &mut device, &mut dice).await;
        assert_same(&desk, &device).await;
        scans += device.scans.len();
        if shown(&device, &desk.world.skus).1 == 0 {
            let me = by(desk.people[0]);
            let done = desk.store().submit_count_session(&me, device.id(), None).await;
            assert_eq!(done.expect("done").status, SessionStatus::Submitted);
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    println!("{sequences} devices, {scans} scans in {seconds:.1} s");
}
