//! Jobs and audits: one job at a time, whoever is asked; and what has lost its node is known.

use onhand_domain::channel::{AuditKind, AuditStatus, JobKind, JobStatus};
use onhand_domain::{ChannelId, Micros};
use onhand_store::{
    Clock as _, Ids as _, Store,
    channels::{
        AUDIT_SILENCE_MICROS, ChannelError, ChannelRefusal, JOB_SILENCE_MICROS, Job, JobCursor,
        JobEnd, NewJob,
    },
    clock::System,
    entities::channel_audits,
    refusal::Refusal,
};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, sea_query::Expr};
use uuid::Uuid;

use super::shop::{by, channel};
use crate::world::{World, on_both};

on_both! {
    one_job_runs_at_a_time,
    of_many_that_begin_at_once_one_does,
    jobs_are_listed_page_by_page,
    a_job_whose_node_is_gone_has_failed,
    a_job_that_was_silent_too_long_goes_on_unless_another_began,
    an_audit_whose_node_is_gone_has_failed,
    an_audit_of_a_release_that_says_nothing_counts_as_running,
    ;
    nodes: of_many_nodes_that_begin_at_once_one_does,
}

fn new(channel: ChannelId, kind: JobKind) -> NewJob {
    NewJob { id: System.next(), channel, kind, anew: false }
}

async fn begin(store: &Store, new: NewJob) -> Job {
    let (job, fresh) = store.begin_channel_job(&by(), new).await.expect("begun");
    assert!(fresh, "it was there");
    job
}

async fn find(store: &Store, id: Uuid) -> Job {
    store.find_channel_job(id).await.expect("asked").expect("there")
}

fn refusal<T: std::fmt::Debug>(done: Result<T, ChannelError>) -> ChannelRefusal {
    match done {
        Err(ChannelError::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

async fn one_job_runs_at_a_time(world: World) {
    let store = &world.store;
    let (one, other) = (channel(store, "one").await, channel(store, "two").await);
    let check = new(one, JobKind::Check);
    let job = begin(store, check).await;
    assert_eq!((job.status, job.lost, job.ended_at), (JobStatus::Running, false, None));
    assert_eq!((job.began_at, job.by), (world.clock.now(), by().actor));
    let again = store.begin_channel_job(&by(), check).await.expect("the same");
    assert_eq!(again, (job.clone(), false));
    for reused in [
        NewJob { kind: JobKind::Start, ..check },
        NewJob { anew: true, ..check },
        NewJob { channel: other, ..check },
    ] {
        let done = refusal(store.begin_channel_job(&by(), reused).await);
        assert!(matches!(done, ChannelRefusal::Other(Refusal::IdReused)), "{done:?}");
    }
    let start = new(one, JobKind::Start);
    let done = refusal(store.begin_channel_job(&by(), start).await);
    assert_eq!(done, ChannelRefusal::JobRunning(check.id));
    let nowhere = new(ChannelId(System.next()), JobKind::Check);
    let done = refusal(store.begin_channel_job(&by(), nowhere).await);
    assert_eq!(done, ChannelRefusal::Unknown("channel"));
    // Another shop has a job of its own.
    let elsewhere = begin(store, new(other, JobKind::Audit)).await;
    let running = store.running_channel_jobs().await.expect("asked");
    assert_eq!(running.len(), 2);
    world.clock.advance(Micros::SECOND);
    let end = JobEnd::Done("{\"found\":1}".to_owned());
    store.end_channel_job(check.id, end).await.expect("ended");
    let ended = find(store, check.id).await;
    assert_eq!((ended.status, ended.ended_at), (JobStatus::Done, Some(world.clock.now())));
    assert_eq!((ended.result.as_deref(), ended.problem.as_deref()), (Some("{\"found\":1}"), None));
    // What has ended stays as it ended.
    store.end_channel_job(check.id, JobEnd::Failed("{}".to_owned())).await.expect("asked");
    assert!(!store.beat_channel_job(check.id).await.expect("asked"));
    assert_eq!(find(store, check.id).await, ended);
    begin(store, start).await;
    store.end_channel_job(start.id, JobEnd::Failed("{\"why\":2}".to_owned())).await.expect("ended");
    let failed = find(store, start.id).await;
    assert_eq!((failed.status, failed.lost), (JobStatus::Failed, false), "somebody could say why");
    assert_eq!(failed.problem.as_deref(), Some("{\"why\":2}"));
    assert_eq!(store.running_channel_jobs().await.expect("asked"), [elsewhere]);
}

/// So many begin a job each; the one that did.
async fn race(nodes: &[Store], channel: ChannelId) -> Uuid {
    let one = |store: Store| async move {
        let new = new(channel, JobKind::Audit);
        (new.id, store.begin_channel_job(&by(), new).await)
    };
    let tasks: Vec<_> = nodes.iter().cycle().take(8).cloned().map(one).map(tokio::spawn).collect();
    let (mut began, mut told) = (Vec::new(), Vec::new());
    for task in tasks {
        match task.await.expect("no panic") {
            (id, Ok((job, fresh))) => {
                assert!(fresh && job.id == id);
                began.push(id);
            }
            (_, done) => match refusal(done) {
                ChannelRefusal::JobRunning(id) => told.push(id),
                other => panic!("{other:?}"),
            },
        }
    }
    let [first] = began.as_slice() else { panic!("{began:?} began") };
    assert_eq!(told, vec![*first; 7], "the others are told which one runs");
    *first
}

async fn of_many_that_begin_at_once_one_does(world: World) {
    let channel = channel(&world.store, "one").await;
    race(std::slice::from_ref(&world.store), channel).await;
}

async fn of_many_nodes_that_begin_at_once_one_does(world: World) {
    let channel = channel(&world.store, "one").await;
    let nodes = [world.store.clone(), world.reopen().await];
    let first = race(&nodes, channel).await;
    // Also where the one before has lost its node.
    world.clock.advance(JOB_SILENCE_MICROS + 1);
    let second = race(&nodes, channel).await;
    assert_ne!(first, second);
    assert!(find(&nodes[1], first).await.lost);
    let [_, other] = nodes;
    other.close().await;
}

async fn jobs_are_listed_page_by_page(world: World) {
    let store = &world.store;
    let (one, other) = (channel(store, "one").await, channel(store, "two").await);
    begin(store, new(other, JobKind::Check)).await;
    let mut all = Vec::new();
    for n in 0..7 {
        // Two and two of them began at the same time.
        world.clock.advance(if n % 2 == 0 { Micros::SECOND } else { 0 });
        let kind = if n % 3 == 0 { JobKind::Audit } else { JobKind::Check };
        let job = begin(store, new(one, kind)).await;
        store.end_channel_job(job.id, JobEnd::Done("{}".to_owned())).await.expect("ended");
        all.push((job.began_at, job.id, kind));
    }
    all.sort_unstable_by_key(|(at, id, _)| std::cmp::Reverse((*at, *id)));
    for kind in [None, Some(JobKind::Audit), Some(JobKind::Start)] {
        let (mut after, mut listed) = (None, Vec::new());
        loop {
            let page = store.list_channel_jobs(one, kind, after, 2).await.expect("listed");
            let Some(last) = page.last() else { break };
            after = Some(JobCursor::after(last));
            listed.extend(page.iter().map(|job| job.id));
        }
        let fits = |(_, _, of): &&(Micros, Uuid, JobKind)| kind.is_none_or(|kind| kind == *of);
        let expected: Vec<Uuid> = all.iter().filter(fits).map(|(_, id, _)| *id).collect();
        assert_eq!(listed, expected, "{kind:?}");
    }
}

async fn a_job_whose_node_is_gone_has_failed(world: World) {
    let store = &world.store;
    let channel = channel(store, "one").await;
    let job = begin(store, new(channel, JobKind::Start)).await;
    // As long as it says that it runs, it does, however long it takes.
    for _ in 0..5 {
        world.clock.advance(JOB_SILENCE_MICROS);
        assert!(store.beat_channel_job(job.id).await.expect("asked"));
        assert_eq!(find(store, job.id).await.status, JobStatus::Running);
    }
    let until = world.clock.now().plus(JOB_SILENCE_MICROS);
    world.clock.set(until.plus(1));
    // Another node, or this one after a crash.
    let node = world.reopen().await;
    let lost = find(&node, job.id).await;
    assert_eq!((lost.status, lost.lost), (JobStatus::Failed, true));
    assert_eq!((lost.ended_at, lost.problem.as_deref()), (Some(until), None));
    assert_eq!(node.running_channel_jobs().await.expect("asked"), []);
    let listed = node.list_channel_jobs(channel, None, None, 9).await.expect("listed");
    assert_eq!(listed, std::slice::from_ref(&lost));
    let next = begin(&node, new(channel, JobKind::Start)).await;
    // Whoever was at it hears that it is over, and ends nothing.
    assert!(!store.beat_channel_job(job.id).await.expect("asked"));
    store.end_channel_job(job.id, JobEnd::Done("{}".to_owned())).await.expect("asked");
    assert_eq!(find(store, job.id).await, lost);
    assert_eq!(find(store, next.id).await.status, JobStatus::Running);
    node.close().await;
}

async fn a_job_that_was_silent_too_long_goes_on_unless_another_began(world: World) {
    let store = &world.store;
    let channel = channel(store, "one").await;
    let job = begin(store, new(channel, JobKind::Check)).await;
    world.clock.advance(2 * JOB_SILENCE_MICROS);
    assert!(find(store, job.id).await.lost);
    // A disk that stood still for a minute: its node was there all the time.
    assert!(store.beat_channel_job(job.id).await.expect("asked"));
    assert_eq!(find(store, job.id).await, job);
    let other = store.begin_channel_job(&by(), new(channel, JobKind::Check)).await;
    assert_eq!(refusal(other), ChannelRefusal::JobRunning(job.id));
}

async fn an_audit_whose_node_is_gone_has_failed(world: World) {
    let store = &world.store;
    let channel = channel(store, "one").await;
    let audit = store.begin_audit(channel, AuditKind::Nightly).await.expect("begun");
    assert_eq!((audit.status, audit.lost), (AuditStatus::Running, false));
    for _ in 0..5 {
        world.clock.advance(AUDIT_SILENCE_MICROS);
        assert!(store.beat_audit(audit.id).await.expect("asked"));
        let found = store.find_audit(channel, audit.id).await.expect("asked");
        assert_eq!(found.as_ref(), Some(&audit));
    }
    let until = world.clock.now().plus(AUDIT_SILENCE_MICROS);
    world.clock.set(until.plus(1));
    let node = world.reopen().await;
    let lost = node.find_audit(channel, audit.id).await.expect("asked").expect("there");
    assert_eq!((lost.status, lost.lost, lost.ended_at), (AuditStatus::Failed, true, Some(until)));
    let problem = lost.problem.as_deref().expect("it says why");
    assert!(problem.contains("the node that ran it stopped"), "{problem}");
    let newest = node.last_audit(channel, AuditKind::Nightly).await.expect("asked");
    assert_eq!(newest.as_ref(), Some(&lost));
    world.clock.advance(Micros::SECOND);
    let next = node.begin_audit(channel, AuditKind::Nightly).await.expect("begun");
    // Whoever was at it hears that it is over, and ends nothing.
    assert!(!store.beat_audit(audit.id).await.expect("asked"));
    let ended = store.end_audit(audit.id, Err("late")).await.expect("asked");
    assert_eq!(ended.as_ref(), Some(&lost));
    let listed = store.list_audits(channel, None, 9).await.expect("listed");
    assert_eq!(listed, [next, lost]);
    node.close().await;
}

async fn an_audit_of_a_release_that_says_nothing_counts_as_running(world: World) {
    use channel_audits::Column as C;
    let store = &world.store;
    let channel = channel(store, "one").await;
    let audit = store.begin_audit(channel, AuditKind::Asked).await.expect("begun");
    channel_audits::Entity::update_many()
        .col_expr(C::Until, Expr::value(None::<i64>))
        .filter(C::Id.eq(audit.id))
        .exec(&store.writer())
        .await
        .expect("as it writes it");
    let status = async || {
        let found = store.find_audit(channel, audit.id).await.expect("asked");
        found.expect("there").status
    };
    world.clock.advance(60 * AUDIT_SILENCE_MICROS);
    assert_eq!(status().await, AuditStatus::Running);
    store.begin_audit(channel, AuditKind::Asked).await.expect("begun");
    assert_eq!(status().await, AuditStatus::Running);
    world.clock.advance(180 * AUDIT_SILENCE_MICROS);
    assert_eq!(status().await, AuditStatus::Failed);
    store.begin_audit(channel, AuditKind::Asked).await.expect("begun");
    assert_eq!(status().await, AuditStatus::Failed);
}
