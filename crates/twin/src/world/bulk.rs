//! Bulk operations: what was asked, and how far it is. The rows themselves are not the world's.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::stock::Micros;
use super::{Refusal, World};

/// Bulk queries that may run at once.
const RUNNING_MAX: usize = 5;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BulkStatus {
    Created,
    Running,
    Completed,
    Failed,
    Canceled,
}

impl BulkStatus {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Created => "CREATED",
            Self::Running => "RUNNING",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
            Self::Canceled => "CANCELED",
        }
    }

    pub(crate) const fn is_open(self) -> bool {
        matches!(self, Self::Created | Self::Running)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Bulk {
    pub(crate) id: u64,
    pub(crate) query: String,
    pub(crate) status: BulkStatus,
    pub(crate) created_at: Micros,
    pub(crate) completed_at: Option<Micros>,
    pub(crate) objects: u64,
    pub(crate) roots: u64,
    pub(crate) bytes: u64,
    pub(crate) error: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum BulkAct {
    Create { query: String },
    Start { id: u64 },
    Complete { id: u64, objects: u64, roots: u64, bytes: u64 },
    Fail { id: u64, code: String, objects: u64, roots: u64, bytes: u64 },
    Cancel { id: u64 },
}

impl World {
    pub(super) fn bulk(&mut self, act: &BulkAct) -> Result<u64, Refusal> {
        let now = self.now;
        let id = match act {
            BulkAct::Create { query } => return self.create_bulk(query),
            BulkAct::Start { id }
            | BulkAct::Complete { id, .. }
            | BulkAct::Fail { id, .. }
            | BulkAct::Cancel { id } => *id,
        };
        let Some(bulk) = self.bulks.get_mut(&id) else {
            return Err(Refusal::new(404, "Bulk operation does not exist"));
        };
        if !bulk.status.is_open() {
            return Err(Refusal::new(409, "The bulk operation is not running any more"));
        }
        match act {
            BulkAct::Create { .. } => {}
            BulkAct::Start { .. } => bulk.status = BulkStatus::Running,
            BulkAct::Cancel { .. } => bulk.status = BulkStatus::Canceled,
            BulkAct::Complete { objects, roots, bytes, .. } => {
                bulk.status = BulkStatus::Completed;
                (bulk.objects, bulk.roots, bulk.bytes) = (*objects, *roots, *bytes);
            }
            BulkAct::Fail { code, objects, roots, bytes, .. } => {
                bulk.status = BulkStatus::Failed;
                bulk.error = Some(code.clone());
                (bulk.objects, bulk.roots, bulk.bytes) = (*objects, *roots, *bytes);
            }
        }
        if !bulk.status.is_open() {
            bulk.completed_at = Some(now);
            let payload = json!({
                "admin_graphql_api_id": super::payloads::gid("BulkOperation", id),
                "completed_at": super::payloads::offset_time(now),
                "created_at": super::payloads::offset_time(bulk.created_at),
                "error_code": bulk.error.as_ref().map(|code| code.to_lowercase()),
                "status": bulk.status.name().to_lowercase(),
                "type": "query",
            });
            self.announce("BULK_OPERATIONS_FINISH", &payload);
        }
        Ok(id)
    }

    fn create_bulk(&mut self, query: &str) -> Result<u64, Refusal> {
        if self.bulks.values().filter(|bulk| bulk.status.is_open()).count() >= RUNNING_MAX {
            let message = "You have reached the limit of bulk query operations that run at once.";
            return Err(Refusal::new(429, message));
        }
        let id = self.other_id();
        let bulk = Bulk {
            id,
            query: query.to_owned(),
            status: BulkStatus::Created,
            created_at: self.now,
            completed_at: None,
            objects: 0,
            roots: 0,
            bytes: 0,
            error: None,
        };
        self.bulks.insert(id, bulk);
        Ok(id)
    }
}
