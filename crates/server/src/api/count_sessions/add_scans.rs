//! `POST /count-sessions/{id}/scans`

use axum::{Json, extract::State};
use onhand_domain::{
    CountSessionId, Permission, ScanId, SkuId,
    count::{How, Scan},
};
use onhand_store::counts::{self, Sending};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    examples,
    refusals::scan_problem,
    shape::{MICROS_PER_MILLI, with_permission},
};
use crate::{
    Problem,
    api::{ApiResult, shapes::SkuRef},
    caller::Caller,
    extract::{ApiJson, ApiPath},
    state::AppState,
    wire::ApiTime,
};

/// What a device saw since it was last heard of, and whatever it is not sure to have sent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AddScans {
    /// In any order, at most 1,000; each has its own result.
    #[schema(max_items = 1_000)]
    scans: Vec<NewScan>,
    /// What the device's clock shows now: by this the server knows how wrong it is.
    sent_at: Option<ApiTime>,
}

/// So many units of something, seen. It names a code or a SKU.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewScan {
    /// Made by the device: the same again is a retry.
    id: Uuid,
    /// What was read, as it was read.
    #[schema(example = "4006381333931", max_length = 200)]
    code: Option<String>,
    /// What it is, where a person said so; it goes before the code.
    sku_id: Option<Uuid>,
    /// How many; 0 is a count, and an undo is negative.
    #[schema(example = 1, minimum = -1_000_000, maximum = 1_000_000)]
    quantity: i64,
    /// How they were seen.
    how: ScanHow,
    /// When, by the device's clock.
    scanned_at: ApiTime,
    /// By how much the device thinks that this may be wrong, in milliseconds.
    #[schema(example = 0)]
    uncertain_ms: Option<u32>,
    /// The scan of the same session that it takes back; neither of the two counts then. It may
    /// come before that one.
    undoes: Option<Uuid>,
}

/// How units were seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ScanHow {
    /// By a hardware scanner.
    Scanned,
    /// By hand: a search and a number.
    Typed,
    /// By the device's camera.
    Camera,
}

/// What came of each.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ScanResults {
    /// In the order sent.
    results: Vec<ScanResult>,
    /// Scans of this session that are on the server now, undone and late ones as well.
    safe: i64,
    /// When the server took them.
    received_at: ApiTime,
}

/// What came of one.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ScanResult {
    /// The id that the device made.
    id: Uuid,
    /// What came of it.
    status: ScanStatus,
    /// What it is a scan of; null where that is not known.
    sku: Option<SkuRef>,
    /// What it may be a scan of, where its code is ambiguous.
    candidates: Vec<SkuRef>,
    /// Why it was rejected; its pointers lead into the body of the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    problem: Option<Problem>,
}

/// What came of a scan.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ScanStatus {
    /// It counts.
    Counted,
    /// It is kept apart: nobody asked for this SKU.
    Unlisted,
    /// No SKU has this code; it waits for somebody to say what it is.
    UnknownCode,
    /// Several SKUs have this code; it waits for somebody to choose.
    AmbiguousCode,
    /// The session or the count was over: it is kept, and counts if the session is reopened.
    Late,
    /// It is not kept.
    Rejected,
}

/// Takes scans of the caller's own session. The server keeps the union of all that it is sent:
/// whatever is in the answer and not `rejected` is on disk, and the same scan again is no other.
#[utoipa::path(
    post,
    path = "/count-sessions/{id}/scans",
    operation_id = "add_scans",
    tag = "counts",
    params(("id" = Uuid, Path, description = "The session")),
    request_body(content = AddScans, example = json!({"scans": [{
        "id": "01900000-0000-7000-8000-000000000003", "code": "4006381333931", "quantity": 1,
        "how": "scanned", "scanned_at": "2026-03-01T09:30:00Z",
    }]})),
    responses((status = 200, description = "What came of each", body = ScanResults,
        example = json!({
            "results": [{
                "id": "01900000-0000-7000-8000-000000000003", "status": "counted",
                "sku": examples::sku(), "candidates": [],
            }],
            "safe": 32, "received_at": "2026-03-01T09:30:00.25Z",
        }))),
    extensions(("x-permission" = json!("count.count"))),
)]
pub(crate) async fn add_scans(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
    ApiJson(body): ApiJson<AddScans>,
) -> ApiResult<Json<ScanResults>> {
    with_permission(&state, &caller, id, Permission::CountCount).await?;
    let sending = Sending {
        session: CountSessionId(id),
        scans: body.scans.into_iter().map(Scan::from).collect(),
        sent_at: body.sent_at.map(|at| at.0),
    };
    let taken = state.store.add_scans(caller.id(), &sending).await?;
    let results = taken.results.into_iter().enumerate().map(|(n, it)| result(it, n)).collect();
    Ok(Json(ScanResults { results, safe: taken.safe, received_at: ApiTime(taken.received_at) }))
}

impl From<NewScan> for Scan {
    fn from(scan: NewScan) -> Self {
        Self {
            id: ScanId(scan.id),
            code: scan.code,
            sku: scan.sku_id.map(SkuId),
            quantity: scan.quantity,
            how: match scan.how {
                ScanHow::Scanned => How::Scanned,
                ScanHow::Typed => How::Typed,
                ScanHow::Camera => How::Camera,
            },
            device_at: scan.scanned_at.0,
            uncertainty: i64::from(scan.uncertain_ms.unwrap_or(0)) * MICROS_PER_MILLI,
            undoes: scan.undoes.map(ScanId),
        }
    }
}

fn result(result: counts::ScanResult, n: usize) -> ScanResult {
    use counts::ScanStatus as S;
    let (status, problem) = match result.status {
        S::Counted => (ScanStatus::Counted, None),
        S::Unlisted => (ScanStatus::Unlisted, None),
        S::UnknownCode => (ScanStatus::UnknownCode, None),
        S::AmbiguousCode => (ScanStatus::AmbiguousCode, None),
        S::Late => (ScanStatus::Late, None),
        S::Rejected(refusal) => (ScanStatus::Rejected, Some(scan_problem(refusal, n))),
    };
    ScanResult {
        id: result.id.0,
        status,
        sku: result.sku.map(SkuRef::from),
        candidates: result.candidates.into_iter().map(SkuRef::from).collect(),
        problem,
    }
}
