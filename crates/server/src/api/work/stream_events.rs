//! `GET /events`

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    extract::State,
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures::{Stream, StreamExt as _, stream};
use onhand_domain::{Access, FacilityId, FacilityScope, Permission};
use onhand_store::feed::{Change, CountChange, LevelChange};
use serde::Deserialize;
use serde_json::json;
use tokio::{sync::OwnedSemaphorePermit, sync::broadcast::Receiver, time::Interval};
use utoipa::IntoParams;
use uuid::Uuid;

use crate::{
    Problem,
    api::{ApiResult, shapes::Quantities},
    caller::{Caller, Credential},
    extract::ApiQuery,
    state::AppState,
};

/// Streams that one process serves at a time.
pub(crate) const STREAMS_MAX: usize = 1_000;
/// Whoever loses the right to look, or signs out, hears nothing any more after so long.
const RECHECK: Duration = Duration::from_secs(5);
/// Silence after which something is sent: proxies close a connection that says nothing.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// When a client that lost its stream shall come back.
const RETRY: Duration = Duration::from_secs(1);

/// Which changes.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct StreamEvents {
    /// At this facility; everywhere that the caller may see where absent.
    facility_id: Option<Uuid>,
}

/// Live changes as server-sent events.
///
/// `hello` at the start; `level` after each movement; `requests` when a variance request was made
/// or decided; `pushes` when changes were settled with a shop, or wait for a person there; `count`
/// when a count, its sessions or its decisions changed. Whoever counts blind at
/// a facility hears of its counts alone. The stream ends where the caller may no longer look, where
/// the client was too slow to take every event, and where too much happened at once to tell of
/// each: a client that comes back reads again what it shows.
#[utoipa::path(
    get,
    path = "/events",
    operation_id = "stream_events",
    tag = "work",
    params(StreamEvents),
    responses((status = 200, description = "Events, for as long as the client listens",
        body = String, content_type = "text/event-stream",
        example = json!("event: requests\ndata: {\"facility_id\":\"01900000-0000-7000-8000-00000000000a\"}\n\n"))),
    extensions(("x-permission" = json!("stock.view"))),
)]
pub(crate) async fn stream_events(
    State(state): State<AppState>,
    caller: Caller,
    ApiQuery(query): ApiQuery<StreamEvents>,
) -> ApiResult<Response> {
    let facility = query.facility_id.map(FacilityId);
    let known = match facility {
        Some(id) => caller.known_at(id).await?,
        None => caller.known_facilities().await?,
    };
    let sighted = caller.access().sighted_scope(Permission::StockView);
    let room = Arc::clone(&state.streams).try_acquire_owned();
    let room = room.map_err(|_| Problem::busy("too many clients listen at the moment"))?;
    let changes = state.store.changes().await?;
    let listener = Listener {
        known,
        sighted,
        sees_shops: sees_shops(caller.access()),
        facility,
        caller,
        changes,
        recheck: tokio::time::interval(RECHECK),
        state,
        _room: room,
    };
    let sse = Sse::new(events(listener)).keep_alive(KeepAlive::new().interval(HEARTBEAT));
    // A proxy that collects an answer before it passes it on would never pass this one on.
    Ok(([("x-accel-buffering", "no")], sse).into_response())
}

/// Somebody who listens.
struct Listener {
    caller: Caller,
    facility: Option<FacilityId>,
    known: FacilityScope,
    /// Those whose stock the listener may see: not where they count blind.
    sighted: FacilityScope,
    /// Whether they see the shops, and what belongs to no single facility.
    sees_shops: bool,
    changes: Receiver<Change>,
    recheck: Interval,
    state: AppState,
    _room: OwnedSemaphorePermit,
}

fn events(listener: Listener) -> impl Stream<Item = Result<Event, Infallible>> {
    let hello = Event::default().event("hello").retry(RETRY).data("{}");
    let rest = stream::unfold(listener, |mut listener| async move {
        let event = listener.next().await?;
        Some((Ok(event), listener))
    });
    stream::once(async { Ok(hello) }).chain(rest)
}

impl Listener {
    /// The next event; `None` where the stream ends.
    async fn next(&mut self) -> Option<Event> {
        let stopping = self.state.stopping.clone();
        loop {
            let change = tokio::select! {
                biased;
                () = stopping.cancelled() => return None,
                _ = self.recheck.tick() => {
                    if !self.may_still_look().await {
                        return None;
                    }
                    continue;
                }
                change = self.changes.recv() => change.ok()?,
            };
            if !self.hears_of(&change) {
                continue;
            }
            return match change {
                Change::Level(level) => Some(told(&level)),
                Change::Requests(facility) => {
                    let data = json!({ "facility_id": facility });
                    Some(Event::default().event("requests").data(data.to_string()))
                }
                Change::Count(count) => Some(told_count(&count)),
                Change::Pushes(channel, facility) => {
                    let data = json!({ "facility_id": facility, "channel_id": channel });
                    Some(Event::default().event("pushes").data(data.to_string()))
                }
                Change::Reload(_) => None,
            };
        }
    }

    fn hears_of(&self, change: &Change) -> bool {
        let Some(facility) = change.facility() else {
            return self.facility.is_none() && self.sees_shops;
        };
        let scope = match change {
            Change::Count(_) => &self.known,
            Change::Level(_) | Change::Requests(_) | Change::Pushes(..) | Change::Reload(_) => {
                &self.sighted
            }
        };
        self.facility.is_none_or(|own| own == facility) && scope.contains(facility)
    }

    /// Reads the caller's rights again. A failure ends the stream: whoever may listen comes back.
    async fn may_still_look(&mut self) -> bool {
        let store = &self.state.store;
        let signed_in = match &self.caller.credential {
            Credential::Session(token) => store.is_session_live(token).await.unwrap_or(false),
            Credential::Key(_) => true,
        };
        let Ok(access) = store.access(self.caller.id()).await else { return false };
        self.known = access.scope(Permission::StockView);
        self.sighted = access.sighted_scope(Permission::StockView);
        self.sees_shops = sees_shops(&access);
        let sees = match self.facility {
            Some(facility) => self.known.contains(facility),
            None => self.known != FacilityScope::none(),
        };
        signed_in && sees
    }
}

fn sees_shops(access: &Access) -> bool {
    let may = |permission| access.decide(permission, None).allowed;
    let blind = access.blind.as_ref().is_some_and(|blind| !blind.here.is_empty());
    !blind && (may(Permission::ChannelsView) || may(Permission::ChannelsManage))
}

fn told_count(change: &CountChange) -> Event {
    let data = json!({
        "facility_id": change.facility,
        "count_id": change.count,
        "status": change.status.code(),
        "version": change.version,
    });
    Event::default().event("count").data(data.to_string())
}

fn told(change: &LevelChange) -> Event {
    let level: Quantities = change.level.into();
    let data = json!({
        "facility_id": change.facility,
        "sku_id": change.sku,
        "seq": change.seq,
        "level": level,
        "kind": change.kind.code(),
        "movement_id": change.movement,
        "actor_id": change.actor,
    });
    Event::default().event("level").data(data.to_string())
}
