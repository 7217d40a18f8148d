//! What a shop, or our own side about a shop, refuses: as problems.

use axum::http::StatusCode;
use onhand_shopify::{
    auth::TokenError, connect::ConnectError, connection::ConnectionError, read::ReadError,
    reconciler::ReconcileError,
};
use onhand_store::channels::{ChannelError, ChannelRefusal};

use crate::problem::{Problem, chain};

/// When a shop may be asked again that could not be reached, in seconds.
const SHOP_RETRY_SECONDS: u64 = 10;

impl From<ChannelError> for Problem {
    fn from(error: ChannelError) -> Self {
        match error {
            ChannelError::Store(error) => error.into(),
            ChannelError::Refused(refusal) => refusal.into(),
        }
    }
}

impl From<ChannelRefusal> for Problem {
    fn from(refusal: ChannelRefusal) -> Self {
        let words = refusal.to_string();
        let conflict = |code: &str, title: &str| Self::conflict(code, title).detail(words.clone());
        match refusal {
            ChannelRefusal::Unknown(what) => Self::unknown(what),
            ChannelRefusal::Status { status, remedy } => {
                conflict("channel-status", "That can't be done now")
                    .with("channel_status", status.code())
                    .with("remedy", remedy)
            }
            ChannelRefusal::UnderWay(_) => {
                conflict("calls-under-way", "Changes are under way to the shop")
            }
            ChannelRefusal::Outdated => {
                conflict("channel-outdated", "Something has changed meanwhile")
            }
            ChannelRefusal::TooMany(max) => {
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                Self::new(status, "too-many-levels", "The shop has too many levels")
                    .detail(words)
                    .with("max", max)
            }
            ChannelRefusal::SkuTaken { item } => {
                conflict("sku-taken", "Another item is this SKU").with("item", item)
            }
            ChannelRefusal::Push { status, remedy } => {
                conflict("push-status", "That can't be done now")
                    .with("push_status", status)
                    .with("remedy", remedy)
            }
            ChannelRefusal::JobRunning(id) => {
                conflict("job-running", "Something else is being done")
                    .with("job_id", id.to_string())
            }
            ChannelRefusal::NotConfirmed => {
                conflict("not-confirmed", "The difference is not certain yet")
            }
            ChannelRefusal::Other(refusal) => refusal.into(),
        }
    }
}

impl From<ConnectError> for Problem {
    fn from(error: ConnectError) -> Self {
        let words = error.to_string();
        let refused = |code: &str, title: &str| {
            Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, title).detail(words.clone())
        };
        match error {
            ConnectError::Connection(error) => error.into(),
            ConnectError::Read(error) => error.into(),
            ConnectError::Token(TokenError::Refused { .. }) => {
                refused("shop-refused", "The shop does not let us in").at("/credentials", words)
            }
            ConnectError::Scopes(scopes) => {
                refused("scopes-missing", "The app may not do enough in the shop")
                    .with("scopes", scopes)
            }
            ConnectError::Token(_) | ConnectError::Orders(_) => unreachable_shop(words),
            ConnectError::Nothing => {
                refused("nothing-to-take-in", "Nothing of the shop is ours to change")
            }
            ConnectError::Channel(error) => error.into(),
        }
    }
}

impl From<ConnectionError> for Problem {
    fn from(error: ConnectionError) -> Self {
        let words = error.to_string();
        match error {
            ConnectionError::Sealed(_) => {
                Self::conflict("no-secret-key", "The shop's credentials can't be opened")
                    .detail(format!("{words}; give the channel its credentials again"))
            }
            ConnectionError::Base(_) => Self::invalid("/shop", words),
            ConnectionError::Open(error) => {
                tracing::error!(error = %chain(&error), "shop.client failed");
                Self::internal()
            }
        }
    }
}

impl From<ReconcileError> for Problem {
    fn from(error: ReconcileError) -> Self {
        match error {
            ReconcileError::Read(error) => error.into(),
            ReconcileError::Store(error) => error.into(),
        }
    }
}

impl From<ReadError> for Problem {
    fn from(error: ReadError) -> Self {
        let words = error.to_string();
        match error {
            ReadError::Stopped { .. } | ReadError::Refused { .. } => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "shop-refused",
                "The shop does not let us in",
            )
            .detail(words.clone())
            .at("/credentials", words),
            ReadError::Failed { .. } | ReadError::Strange(_) => unreachable_shop(words),
        }
    }
}

fn unreachable_shop(words: String) -> Problem {
    let status = StatusCode::SERVICE_UNAVAILABLE;
    Problem::new(status, "shop-unreachable", "The shop could not be asked")
        .detail(words)
        .retry_after(SHOP_RETRY_SECONDS)
}
