//! What became of messages.

use onhand_domain::{ChannelId, Micros};
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter, sea_query::Expr};
use uuid::Uuid;

use super::{DELIVERIES_MAX, DeliveryStatus, PROBLEM_CHARS_MAX};
use crate::{Store, StoreError, entities::channel_deliveries};

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Handled {
    /// It was looked at. What had to be left out, in words.
    Done {
        /// For a person; none where nothing was left out.
        left_out: Option<String>,
    },
    /// Later.
    Again {
        /// When.
        at: Micros,
        /// Why.
        problem: String,
    },
    /// It makes no sense to try again.
    Failed {
        /// Why.
        problem: String,
    },
}

impl Store {
    /// Notes what became of messages, at most [`DELIVERIES_MAX`]. Those that are over already stay
    /// as they are.
    pub async fn settle_deliveries(
        &self,
        channel: ChannelId,
        ids: &[Uuid],
        handled: &Handled,
    ) -> Result<(), StoreError> {
        use channel_deliveries::Column as C;
        let (status, problem, next_at) = match handled {
            Handled::Done { left_out } => (DeliveryStatus::Done, left_out.as_ref(), None),
            Handled::Again { at, problem } => (DeliveryStatus::Waiting, Some(problem), Some(*at)),
            Handled::Failed { problem } => (DeliveryStatus::Failed, Some(problem), None),
        };
        let problem = problem.map(|text| text.chars().take(PROBLEM_CHARS_MAX).collect::<String>());
        for ids in ids.chunks(DELIVERIES_MAX) {
            let mut update = channel_deliveries::Entity::update_many()
                .col_expr(C::Status, Expr::value(status.code()))
                .col_expr(C::Problem, Expr::value(problem.clone()))
                .col_expr(C::Tries, Expr::col(C::Tries).add(1_i64))
                .filter(C::Id.is_in(ids.iter().copied()))
                .filter(C::ChannelId.eq(channel.0))
                .filter(C::Status.eq(DeliveryStatus::Waiting.code()));
            if let Some(at) = next_at {
                update = update.col_expr(C::NextAt, Expr::value(at.0));
            }
            update.exec(&self.writer()).await?;
        }
        Ok(())
    }
}
