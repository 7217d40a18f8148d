//! What became of making a level sellable, which is no push.

use onhand_domain::ChannelId;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, QueryFilter,
    sea_query::{Expr, ExprTrait as _},
};

use super::AGAIN_MICROS;
use crate::{Store, StoreError, channels::draft::LaneKey, entities::channel_differences};

/// Most characters of a problem that is kept.
const PROBLEM_CHARS_MAX: usize = 500;

impl Store {
    /// Puts off another look at levels of which changes are under way.
    pub async fn postpone_differences(
        &self,
        channel: ChannelId,
        lanes: &[LaneKey],
    ) -> Result<(), StoreError> {
        use channel_differences::Column as C;
        let now = self.clock().now();
        let keys = lanes.iter().map(|lane| (lane.item.as_str(), lane.location.as_str()));
        let them = Condition::all()
            .add(C::ChannelId.eq(channel.0))
            .add(C::NextAt.lte(now.0))
            .add(Expr::tuple([C::Item, C::Location].map(Expr::col)).in_tuples(keys));
        // Most have no difference: nobody's write waits for them.
        if channel_differences::Entity::find()
            .filter(them.clone())
            .one(&self.reader())
            .await?
            .is_none()
        {
            return Ok(());
        }
        channel_differences::Entity::update_many()
            .col_expr(C::NextAt, Expr::value(now.plus(AGAIN_MICROS).0))
            .filter(them)
            .exec(&self.writer())
            .await?;
        Ok(())
    }

    /// Notes why a difference could not be set right; none: it was, and the level is to be read
    /// again at once.
    pub async fn note_difference_problem(
        &self,
        channel: ChannelId,
        lane: &LaneKey,
        problem: Option<&str>,
    ) -> Result<(), StoreError> {
        use channel_differences::Column as C;
        let short = problem.map(|text| text.chars().take(PROBLEM_CHARS_MAX).collect::<String>());
        let mut update = channel_differences::Entity::update_many()
            .col_expr(C::Problem, Expr::value(short))
            .filter(C::ChannelId.eq(channel.0))
            .filter(C::Item.eq(lane.item.as_str()))
            .filter(C::Location.eq(lane.location.as_str()));
        if problem.is_none() {
            update = update.col_expr(C::NextAt, Expr::value(self.clock().now().0));
        }
        update.exec(&self.writer()).await?;
        Ok(())
    }
}
