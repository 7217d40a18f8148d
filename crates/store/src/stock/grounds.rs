//! What a command rests on besides what the client says: the facility's day, the levels there,
//! how much of a day's limit is used.

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use onhand_domain::{FacilityId, Micros, Money, PrincipalId, Quantities, SkuId, plan::view::Key};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::{
    Store, StoreError,
    entities::{facilities, levels, variance_usage},
};

/// As much of a facility as a decision needs.
#[derive(Clone, Debug)]
pub struct Site {
    /// Id.
    pub id: FacilityId,
    /// Short code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Its days begin by it.
    pub time_zone: TimeZone,
}

impl Site {
    /// The date there, `2026-03-01`: daily limits count by it.
    pub fn day(&self, now: Micros) -> String {
        let at = now.to_timestamp().unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        at.to_zoned(self.time_zone.clone()).date().to_string()
    }
}

impl Store {
    /// The facilities with these ids; unknown ones are absent.
    pub async fn sites(
        &self,
        ids: &BTreeSet<FacilityId>,
    ) -> Result<BTreeMap<FacilityId, Site>, StoreError> {
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let rows = facilities::Entity::find()
            .filter(facilities::Column::Id.is_in(ids.iter().map(|id| id.0)))
            .all(&self.reader())
            .await?;
        let site = |row: facilities::Model| {
            let time_zone =
                TimeZone::get(&row.time_zone).map_err(|_| StoreError::Inconsistent {
                    table: "facilities",
                    what: format!("{:?} as a time zone", row.time_zone),
                })?;
            let id = FacilityId(row.id);
            Ok((id, Site { id, code: row.code, name: row.name, time_zone }))
        };
        rows.into_iter().map(site).collect()
    }

    /// The levels of these keys as of now; what was never touched is zero, and absent.
    pub async fn quantities(
        &self,
        keys: &BTreeSet<Key>,
    ) -> Result<BTreeMap<Key, Quantities>, StoreError> {
        let db = self.reader();
        let mut found = BTreeMap::new();
        // By facility: as many queries as facilities, which are few, and each an index range.
        for (facility, skus) in by_facility(keys) {
            let rows = levels::Entity::find()
                .filter(levels::Column::FacilityId.eq(facility.0))
                .filter(levels::Column::SkuId.is_in(skus.into_iter().map(|sku| sku.0)))
                .all(&db)
                .await?;
            found.extend(rows.into_iter().map(|row| ((facility, SkuId(row.sku_id)), of(&row))));
        }
        Ok(found)
    }

    /// The value that somebody has posted on each of these days, losses and gains added up.
    pub async fn used_on(
        &self,
        who: PrincipalId,
        days: &BTreeSet<String>,
    ) -> Result<BTreeMap<String, Money>, StoreError> {
        if days.is_empty() {
            return Ok(BTreeMap::new());
        }
        let rows = variance_usage::Entity::find()
            .filter(variance_usage::Column::PrincipalId.eq(who.0))
            .filter(variance_usage::Column::Day.is_in(days.iter().map(String::as_str)))
            .all(&self.reader())
            .await?;
        Ok(rows.into_iter().map(|row| (row.day, Money(row.value))).collect())
    }
}

fn by_facility(keys: &BTreeSet<Key>) -> BTreeMap<FacilityId, Vec<SkuId>> {
    let mut by: BTreeMap<FacilityId, Vec<SkuId>> = BTreeMap::new();
    for (facility, sku) in keys {
        by.entry(*facility).or_default().push(*sku);
    }
    by
}

pub(super) fn of(row: &levels::Model) -> Quantities {
    Quantities {
        available: row.available,
        committed: row.committed,
        reserved: row.reserved,
        damaged: row.damaged,
        quality_control: row.quality_control,
        safety_stock: row.safety_stock,
    }
}
