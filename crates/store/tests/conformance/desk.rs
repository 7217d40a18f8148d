//! An open count with people who count, for stories about sessions and scans.

use onhand_domain::{
    CountId, CountSessionId, FacilityScope, Micros, PrincipalId, ScanId, SkuId,
    count::{CountKind, CountOrigin, How, Scan},
};
use onhand_store::{
    By, Ids as _, Store,
    clock::System,
    counts::{CountSession, NewCount, NewSession, ScanStatus, ScansTaken, Sending, Wanted},
    entities::count_scans,
    people::NewUser,
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use crate::world::{MINUTE, MORNING, World};

/// When people count: an hour after the world began.
pub(crate) const NOON: Micros = Micros(MORNING.0 + 60 * MINUTE);

/// An open count and two people who count.
pub(crate) struct Desk {
    pub(crate) world: World,
    pub(crate) count: CountId,
    pub(crate) people: [PrincipalId; 2],
}

pub(crate) fn by(actor: PrincipalId) -> By {
    By { actor, action: "test".to_owned(), rule: "test".to_owned() }
}

impl Desk {
    /// An open count of everything.
    pub(crate) async fn of_all(world: World) -> Self {
        Self::new(world, CountKind::Area, |_| Wanted::Everything).await
    }

    /// An open count of the first two SKUs.
    pub(crate) async fn of_two(world: World) -> Self {
        Self::new(world, CountKind::Directed, |skus| Wanted::Listed(skus[..2].to_vec())).await
    }

    async fn new(world: World, kind: CountKind, wanted: fn(&[SkuId]) -> Wanted) -> Self {
        world.clock.set(NOON);
        let mut people = [PrincipalId::SYSTEM; 2];
        for person in &mut people {
            *person = PrincipalId(System.next());
            let new = NewUser {
                id: *person,
                email: format!("{person}@example.com"),
                name: "Maya".to_owned(),
                password_hash: "none".to_owned(),
                grants: Vec::new(),
            };
            world.store.create_user(&By::command_line("test"), new).await.expect("a person");
        }
        let count = CountId(System.next());
        let new = NewCount {
            id: count,
            facility: world.facilities[0],
            name: "Shoes".to_owned(),
            kind,
            blind: true,
            area: None,
            wanted: wanted(&world.skus),
            start_at: None,
            due_at: None,
            note: None,
            assignees: [].into(),
            origin: CountOrigin::Hand,
            schedule: None,
        };
        let author = by(PrincipalId::SYSTEM);
        world.store.create_count(&author, new).await.expect("made");
        let scope = &FacilityScope::All;
        world.store.open_count(&author, scope, count, false).await.expect("opened");
        Self { world, count, people }
    }

    pub(crate) fn store(&self) -> &Store {
        &self.world.store
    }

    pub(crate) fn a_session(&self) -> NewSession {
        NewSession {
            id: CountSessionId(System.next()),
            count: self.count,
            area: Some("Shop".to_owned()),
            device: Some("Phone".to_owned()),
            started_at: None,
            sent_at: None,
        }
    }

    /// A session of the first person.
    pub(crate) async fn begin(&self) -> CountSessionId {
        self.begin_as(self.people[0]).await
    }

    pub(crate) async fn begin_as(&self, who: PrincipalId) -> CountSessionId {
        let new = self.a_session();
        let scope = &FacilityScope::All;
        self.store().start_count_session(&by(who), scope, &new).await.expect("begun").id
    }

    /// Sends scans of a session of the first person.
    pub(crate) async fn send(&self, session: CountSessionId, scans: &[Scan]) -> ScansTaken {
        let sending = Sending { session, scans: scans.to_vec(), sent_at: None };
        self.store().add_scans(self.people[0], &sending).await.expect("taken")
    }

    /// What came of each.
    pub(crate) async fn statuses(
        &self,
        session: CountSessionId,
        scans: &[Scan],
    ) -> Vec<ScanStatus> {
        statuses(&self.send(session, scans).await)
    }

    pub(crate) async fn see(&self, session: CountSessionId) -> CountSession {
        self.store().count_session(session).await.expect("a session")
    }

    /// Units and SKUs that count.
    pub(crate) async fn sums(&self, session: CountSessionId) -> (i64, i64) {
        let seen = self.see(session).await;
        (seen.units, seen.skus)
    }

    /// What is on record, in the order of ids.
    pub(crate) async fn rows(&self, session: CountSessionId) -> Vec<count_scans::Model> {
        count_scans::Entity::find()
            .filter(count_scans::Column::SessionId.eq(session.0))
            .order_by_asc(count_scans::Column::Id)
            .all(&self.store().reader())
            .await
            .expect("rows")
    }

    /// How many changes the count has had.
    pub(crate) async fn version(&self) -> i64 {
        let count = self.store().count(&FacilityScope::All, self.count).await;
        count.expect("a query").expect("a count").version
    }
}

pub(crate) fn statuses(taken: &ScansTaken) -> Vec<ScanStatus> {
    taken.results.iter().map(|result| result.status).collect()
}

/// A scan of so many, a minute ago.
pub(crate) fn scan(code: &str, quantity: i64) -> Scan {
    Scan {
        id: ScanId(System.next()),
        code: Some(code.to_owned()),
        sku: None,
        quantity,
        how: How::Scanned,
        device_at: NOON.plus(-MINUTE),
        uncertainty: 0,
        undoes: None,
    }
}

/// The event that takes a scan back.
pub(crate) fn undo(scan: &Scan) -> Scan {
    Scan {
        id: ScanId(System.next()),
        quantity: -scan.quantity,
        undoes: Some(scan.id),
        ..scan.clone()
    }
}
