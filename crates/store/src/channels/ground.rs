//! What stands behind the locations of a shop, and what they should have at a moment.

use std::collections::{BTreeMap, BTreeSet};

use onhand_domain::{
    ChannelId, FacilityId, Quantities, SkuId,
    channel::{Part, Rule, target},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, Statement,
    Value,
};
use uuid::Uuid;

use super::rows::IDS_MAX;
use crate::{StoreError, entities::channel_facilities};

/// A location with what stands behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Behind {
    /// How its quantity follows.
    pub(super) rule: Rule,
    /// The facilities, with the units that each holds back.
    pub(super) facilities: Vec<(FacilityId, i64)>,
}

/// The locations that have a facility, by the shop's ids.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Ground(pub(super) BTreeMap<String, Behind>);

impl Ground {
    pub(super) async fn load(
        db: &impl ConnectionTrait,
        channel: ChannelId,
        threshold: i64,
    ) -> Result<Self, StoreError> {
        let rows = channel_facilities::Entity::find()
            .filter(channel_facilities::Column::ChannelId.eq(channel.0))
            .order_by_asc(channel_facilities::Column::FacilityId)
            .all(db)
            .await?;
        let mut facilities: BTreeMap<String, Vec<(FacilityId, i64)>> = BTreeMap::new();
        for row in rows {
            let behind = facilities.entry(row.location).or_default();
            behind.push((row.facility_id.into(), row.safety_stock));
        }
        let behind = |(location, facilities): (String, Vec<(FacilityId, i64)>)| {
            let held: Vec<i64> = facilities.iter().map(|(_, safety_stock)| *safety_stock).collect();
            (location, Behind { rule: Rule::of(&held, threshold), facilities })
        };
        Ok(Self(facilities.into_iter().map(behind).collect()))
    }

    /// The location of each facility.
    pub(super) fn by_facility(&self) -> BTreeMap<FacilityId, (&str, &Behind)> {
        let all = self.0.iter().flat_map(|(location, behind)| {
            let of =
                move |(facility, _): &(FacilityId, i64)| (*facility, (location.as_str(), behind));
            behind.facilities.iter().map(of)
        });
        all.collect()
    }
}

impl Behind {
    /// What the shop should have, given what each facility has as available.
    pub(super) fn target(&self, available: impl Fn(FacilityId) -> i64) -> Result<i64, StoreError> {
        let part = |(facility, safety_stock): &(FacilityId, i64)| Part {
            available: available(*facility),
            safety_stock: *safety_stock,
        };
        target(self.rule, self.facilities.iter().map(part))
            .map_err(|error| StoreError::Inconsistent { table: "levels", what: error.to_string() })
    }
}

/// Levels by facility and SKU; where there is none nothing ever moved.
pub(super) type Levels = BTreeMap<(FacilityId, SkuId), Quantities>;

#[derive(FromQueryResult)]
struct LevelRow {
    facility_id: Uuid,
    sku_id: Uuid,
    available: Option<i64>,
    reserved: Option<i64>,
    damaged: Option<i64>,
    quality_control: Option<i64>,
    safety_stock: Option<i64>,
}

/// Levels of all matched items as they are now. The caller reads from one snapshot.
const NOW: &str = "
    SELECT l.facility_id, l.sku_id, l.available, l.reserved, l.damaged, l.quality_control,
        l.safety_stock
    FROM channel_facilities f
    JOIN levels l ON l.facility_id = f.facility_id
    JOIN channel_items i ON i.channel_id = f.channel_id AND i.sku_id = l.sku_id
    WHERE f.channel_id = $1 AND i.problem IS NULL";

pub(super) async fn levels_now(
    db: &impl ConnectionTrait,
    channel: ChannelId,
) -> Result<Levels, StoreError> {
    let values = [channel.0.into()];
    let ask = Statement::from_sql_and_values(db.get_database_backend(), NOW, values);
    Ok(LevelRow::find_by_statement(ask).all(db).await?.iter().map(level_of).collect())
}

/// The state after the last movement that a cursor has passed. As a value of its own, since a join
/// would let PostgreSQL read the whole ledger.
macro_rules! as_of {
    ($state:literal) => {
        concat!(
            "(SELECT m.after_",
            $state,
            " FROM movements m WHERE m.facility_id = k.facility_id AND m.sku_id = s.id \
              AND m.seq <= k.seq ORDER BY m.seq DESC LIMIT 1) AS ",
            $state
        )
    };
}

/// Levels as the channel's cursors have seen them. Followed by the SKUs' ids in brackets.
const AS_READ: &str = concat!(
    "SELECT k.facility_id, s.id AS sku_id, ",
    as_of!("available"),
    ", ",
    as_of!("reserved"),
    ", ",
    as_of!("damaged"),
    ", ",
    as_of!("quality_control"),
    ", ",
    as_of!("safety_stock"),
    " FROM channel_cursors k CROSS JOIN skus s WHERE k.channel_id = $1 AND s.id IN "
);

/// The same, of available alone.
const AVAILABLE_AS_READ: &str = concat!(
    "SELECT k.facility_id, s.id AS sku_id, ",
    as_of!("available"),
    ", CAST(NULL AS BIGINT) AS reserved, CAST(NULL AS BIGINT) AS damaged, \
     CAST(NULL AS BIGINT) AS quality_control, CAST(NULL AS BIGINT) AS safety_stock \
     FROM channel_cursors k CROSS JOIN skus s WHERE k.channel_id = $1 AND s.id IN "
);

/// The levels of some SKUs where the cursors stand, which must be locked.
pub(super) async fn levels_as_read(
    db: &impl ConnectionTrait,
    channel: ChannelId,
    skus: &BTreeSet<SkuId>,
    only_available: bool,
) -> Result<Levels, StoreError> {
    let sql = if only_available { AVAILABLE_AS_READ } else { AS_READ };
    let skus: Vec<Uuid> = skus.iter().map(|sku| sku.0).collect();
    let mut levels = Levels::new();
    for skus in skus.chunks(IDS_MAX) {
        let marks: Vec<String> = (2..skus.len() + 2).map(|n| format!("${n}")).collect();
        let sql = format!("{sql}({})", marks.join(", "));
        let values = std::iter::once(channel.0).chain(skus.iter().copied()).map(Value::from);
        let ask = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
        let rows = LevelRow::find_by_statement(ask).all(db).await?;
        levels.extend(rows.iter().filter(|row| row.available.is_some()).map(level_of));
    }
    Ok(levels)
}

fn level_of(row: &LevelRow) -> ((FacilityId, SkuId), Quantities) {
    let quantities = Quantities {
        available: row.available.unwrap_or_default(),
        // The shop's own; nobody asks.
        committed: 0,
        reserved: row.reserved.unwrap_or_default(),
        damaged: row.damaged.unwrap_or_default(),
        quality_control: row.quality_control.unwrap_or_default(),
        safety_stock: row.safety_stock.unwrap_or_default(),
    };
    ((FacilityId(row.facility_id), SkuId(row.sku_id)), quantities)
}
