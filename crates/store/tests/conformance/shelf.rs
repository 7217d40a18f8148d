//! People who count and review, for stories about lines, decisions and closing.

use std::collections::BTreeSet;

use onhand_domain::{
    CountId, CountSessionId, FacilityId, FacilityScope, Limits, Micros, MovementKind, PrincipalId,
    ScanId, SkuId,
    count::{CountKind, CountOrigin, Decision, How, LineStatus, Reviewer, Scan},
    plan::command::{Authority, Body},
};
use onhand_store::{
    By, Clock as _, Ids as _, Store,
    clock::System,
    counts::{
        Count, CountLines, Decisions, LineFacts, NewCount, NewSession, ReviewError, Sending,
        Target, Verdict, Wanted, Wish,
    },
    people::NewUser,
};

use crate::world::{MINUTE, World, authority, fact, posted};

/// A store with people in it.
pub(crate) struct Shelf {
    pub(crate) world: World,
    pub(crate) here: FacilityId,
    /// Two who count.
    pub(crate) counters: [PrincipalId; 2],
    /// Two who review.
    pub(crate) reviewers: [PrincipalId; 2],
}

impl Shelf {
    pub(crate) async fn of(world: World) -> Self {
        let here = world.facilities[0];
        let mut people = Vec::new();
        for _ in 0..4 {
            let id = PrincipalId(System.next());
            let new = NewUser {
                id,
                email: format!("{id}@example.com"),
                name: "Maya".to_owned(),
                password_hash: "none".to_owned(),
                grants: Vec::new(),
            };
            world.store.create_user(&By::command_line("test"), new).await.expect("a person");
            people.push(id);
        }
        let (counters, reviewers) = ([people[0], people[1]], [people[2], people[3]]);
        Self { world, here, counters, reviewers }
    }

    pub(crate) fn store(&self) -> &Store {
        &self.world.store
    }

    pub(crate) fn now(&self) -> Micros {
        self.world.clock.now()
    }

    /// SKUs and units of a count, as its page tells them; its lines must say the same.
    pub(crate) async fn progress(&self, count: CountId) -> (i64, i64) {
        let order = self.store().count(&FacilityScope::All, count).await.expect("reads");
        let order = order.expect("the count");
        let told = self.store().describe_count(self.counters[0], order).await.expect("reads");
        let told = (told.progress.skus_counted, told.progress.units);
        let lines = self.lines(count).await.lines;
        let seen = lines.iter().filter_map(|facts| Some(facts.line.seen.as_ref()?.counted));
        let by_lines = seen.fold((0, 0), |(skus, units), counted| (skus + 1, units + counted));
        assert_eq!(told, by_lines, "the page and the lines of {count}");
        told
    }

    pub(crate) fn pass(&self, minutes: i64) {
        self.world.clock.advance(minutes * MINUTE);
    }

    /// Something happened, now or at a time of the past.
    pub(crate) async fn happens(
        &self,
        sku: SkuId,
        kind: MovementKind,
        quantity: i64,
        at: Option<Micros>,
    ) {
        let mut fact = fact(self.here, sku, kind, quantity);
        fact.effective_at = at;
        posted(self.world.one(Body::Record(vec![fact])).await);
    }

    pub(crate) async fn receives(&self, sku: SkuId, quantity: i64) {
        self.happens(sku, MovementKind::Receipt, quantity, None).await;
    }

    pub(crate) async fn sells(&self, sku: SkuId, quantity: i64) {
        self.happens(sku, MovementKind::Sale, quantity, None).await;
    }

    /// Good units on record now.
    pub(crate) async fn good(&self, sku: SkuId) -> i64 {
        self.world.level(self.here, sku).await.good()
    }

    /// When each was counted last, as its level says.
    pub(crate) async fn counted_at(&self, skus: &[SkuId]) -> Vec<Option<Micros>> {
        use onhand_store::entities::levels;
        use sea_orm::EntityTrait as _;
        let mut times = Vec::new();
        for sku in skus {
            let level = levels::Entity::find_by_id((self.here.0, sku.0));
            let level = level.one(&self.store().reader()).await.expect("reads").expect("a level");
            times.push(level.last_counted_at.map(Micros));
        }
        times
    }

    /// An open count of these SKUs.
    pub(crate) async fn directed(&self, skus: &[SkuId]) -> CountId {
        self.opened(CountKind::Directed, Wanted::Listed(skus.to_vec()), None).await
    }

    /// An open count of everything, or of everything in an area.
    pub(crate) async fn area(&self, area: Option<&str>) -> CountId {
        self.opened(CountKind::Area, Wanted::Everything, area).await
    }

    async fn opened(&self, kind: CountKind, wanted: Wanted, area: Option<&str>) -> CountId {
        let id = CountId(System.next());
        let new = NewCount {
            id,
            facility: self.here,
            name: "Shoes".to_owned(),
            kind,
            blind: false,
            area: area.map(str::to_owned),
            wanted,
            start_at: None,
            due_at: None,
            note: None,
            assignees: BTreeSet::new(),
            origin: CountOrigin::Hand,
            schedule: None,
        };
        let author = by(self.reviewers[0]);
        self.store().create_count(&author, new).await.expect("made");
        let all = &FacilityScope::All;
        self.store().open_count(&author, all, id, false).await.expect("opened");
        id
    }

    /// Somebody scans so many of each, now, and is done.
    pub(crate) async fn counts(&self, who: usize, count: CountId, seen: &[(SkuId, i64)]) {
        let at = self.now();
        let scans: Vec<Scan> = seen.iter().map(|(sku, n)| scan(*sku, *n, at)).collect();
        self.sends(who, count, &scans).await;
    }

    /// A session with these scans, from its beginning to its end.
    pub(crate) async fn sends(&self, who: usize, count: CountId, scans: &[Scan]) {
        let session = self.begins(who, count).await;
        self.adds(who, session, scans).await;
        self.ends(who, session).await;
    }

    pub(crate) async fn begins(&self, who: usize, count: CountId) -> CountSessionId {
        let new = NewSession {
            id: CountSessionId(System.next()),
            count,
            area: None,
            device: None,
            started_at: None,
            sent_at: None,
        };
        let (by, all) = (by(self.counters[who]), &FacilityScope::All);
        self.store().start_count_session(&by, all, &new).await.expect("begun").id
    }

    pub(crate) async fn adds(&self, who: usize, session: CountSessionId, scans: &[Scan]) {
        for chunk in scans.chunks(1_000) {
            let sending = Sending { session, scans: chunk.to_vec(), sent_at: None };
            self.store().add_scans(self.counters[who], &sending).await.expect("taken");
        }
    }

    pub(crate) async fn ends(&self, who: usize, session: CountSessionId) {
        let by = by(self.counters[who]);
        self.store().submit_count_session(&by, session, None).await.expect("submitted");
    }

    pub(crate) async fn submits(&self, count: CountId) -> Count {
        let all = &FacilityScope::All;
        self.store().submit_count(&by(self.reviewers[0]), all, count).await.expect("submitted")
    }

    pub(crate) async fn lines(&self, count: CountId) -> CountLines {
        let lines = self.store().count_lines(&FacilityScope::All, count).await;
        lines.expect("a query").expect("a count")
    }

    pub(crate) async fn line(&self, count: CountId, sku: SkuId) -> LineFacts {
        self.lines(count).await.of(sku).expect("a line").clone()
    }

    pub(crate) async fn status(&self, count: CountId, sku: SkuId) -> LineStatus {
        self.line(count, sku).await.status()
    }

    pub(crate) async fn variance(&self, count: CountId, sku: SkuId) -> i64 {
        self.line(count, sku).await.reading().expect("counted").variance()
    }

    pub(crate) async fn decides(
        &self,
        who: PrincipalId,
        count: CountId,
        wishes: &[(SkuId, Decision)],
    ) -> Vec<Verdict> {
        let wish = |(sku, decision): &(SkuId, Decision)| Wish {
            sku: *sku,
            decision: *decision,
            reason: Some("seen".to_owned()),
        };
        let wishes: Vec<Wish> = wishes.iter().map(wish).collect();
        let decided = self.tries_to_decide(who, count, &Target::Named(&wishes)).await;
        decided.expect("decided").results.into_iter().map(|(_, verdict)| verdict).collect()
    }

    pub(crate) async fn tries_to_decide(
        &self,
        who: PrincipalId,
        count: CountId,
        target: &Target<'_>,
    ) -> Result<Decisions, ReviewError> {
        let reviewer = Reviewer { id: who, limits: Some(Limits::NONE), rank: 30 };
        let (by, all) = (by(who), &FacilityScope::All);
        self.store().decide_count_lines(&by, all, count, &reviewer, target).await
    }

    pub(crate) async fn accepts(&self, count: CountId, skus: &[SkuId]) {
        let wishes: Vec<_> = skus.iter().map(|sku| (*sku, Decision::Accept)).collect();
        for verdict in self.decides(self.reviewers[0], count, &wishes).await {
            assert_eq!(verdict, Verdict::Done(LineStatus::Accepted));
        }
    }

    pub(crate) async fn tries_to_close(
        &self,
        who: PrincipalId,
        count: CountId,
    ) -> Result<usize, ReviewError> {
        let (by, authority, all) = (by(who), acting(who), &FacilityScope::All);
        let closed = self.store().close_count(&by, all, count, &authority);
        closed.await.map(|closed| closed.movements)
    }

    pub(crate) async fn closes(&self, count: CountId) -> usize {
        self.tries_to_close(self.reviewers[0], count).await.expect("closed")
    }

    /// Takes lines back.
    pub(crate) async fn undoes(&self, count: CountId, skus: &[SkuId]) {
        let who = self.reviewers[0];
        let only: BTreeSet<SkuId> = skus.iter().copied().collect();
        let (by, all) = (by(who), &FacilityScope::All);
        let why = (&acting(who), Some("wrong shelf"));
        let undone = self.store().undo_count(&by, all, count, Some(&only), why).await;
        assert_eq!(undone.expect("undone").len(), skus.len());
    }
}

pub(crate) fn by(actor: PrincipalId) -> By {
    By { actor, action: "test".to_owned(), rule: "test".to_owned() }
}

pub(crate) fn acting(actor: PrincipalId) -> Authority {
    Authority { actor, ..authority() }
}

pub(crate) fn scan(sku: SkuId, quantity: i64, at: Micros) -> Scan {
    Scan {
        id: ScanId(System.next()),
        code: None,
        sku: Some(sku),
        quantity,
        how: How::Scanned,
        device_at: at,
        uncertainty: 0,
        undoes: None,
    }
}
