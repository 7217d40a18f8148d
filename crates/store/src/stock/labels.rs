//! What people call the things that rows name by id: SKUs, actors, reasons.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use onhand_domain::{Money, PrincipalId, Reason, SkuId, plan::view};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::{
    Store, StoreError,
    catalog::{SkuRef, sku_ref, with_products},
    entities::{principals, products, reasons, skus},
    people::Kind,
    reasons::reason_of,
};

/// Whoever did something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// Id.
    pub id: PrincipalId,
    /// What people call them.
    pub name: String,
    /// A person, a key or the system.
    pub kind: Kind,
}

/// A SKU as lists show it, with what decides on its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkuLabel {
    /// As lists show it.
    pub sku: SkuRef,
    /// Whether stock is kept, cost and price, as of now.
    pub worth: view::Sku,
}

/// What is to be named.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    pub(super) skus: BTreeSet<SkuId>,
    pub(super) actors: BTreeSet<PrincipalId>,
    pub(super) reasons: BTreeSet<String>,
}

/// The names, one query for each kind of thing however many rows there are.
#[derive(Debug, Default)]
pub(super) struct Labels {
    skus: HashMap<SkuId, SkuLabel>,
    actors: HashMap<PrincipalId, Actor>,
    reasons: BTreeMap<String, Reason>,
}

impl Labels {
    pub(super) async fn load(store: &Store, wanted: &Wanted) -> Result<Self, StoreError> {
        Ok(Self {
            skus: skus(store, &wanted.skus).await?,
            actors: actors(store, &wanted.actors).await?,
            reasons: store.reasons_by_code(&wanted.reasons).await?,
        })
    }

    pub(super) fn sku(&self, id: SkuId) -> Result<SkuLabel, StoreError> {
        self.skus.get(&id).cloned().ok_or_else(|| dangling("skus", id.0))
    }

    pub(super) fn actor(&self, id: PrincipalId) -> Result<Actor, StoreError> {
        self.actors.get(&id).cloned().ok_or_else(|| dangling("principals", id.0))
    }

    pub(super) fn reason(&self, code: &str) -> Option<&Reason> {
        self.reasons.get(code)
    }
}

fn dangling(table: &'static str, id: uuid::Uuid) -> StoreError {
    StoreError::Inconsistent { table, what: format!("{id} is named, but is not there") }
}

async fn skus(
    store: &Store,
    ids: &BTreeSet<SkuId>,
) -> Result<HashMap<SkuId, SkuLabel>, StoreError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = with_products(&store.reader(), ids.iter().map(|id| id.0)).await?;
    let label = |(row, product): &(skus::Model, products::Model)| {
        let worth = view::Sku {
            tracked: row.tracked,
            cost: row.cost.map(Money),
            price: row.price.map(Money),
        };
        (SkuId(row.id), SkuLabel { sku: sku_ref(product, row), worth })
    };
    Ok(rows.iter().map(label).collect())
}

async fn actors(
    store: &Store,
    ids: &BTreeSet<PrincipalId>,
) -> Result<HashMap<PrincipalId, Actor>, StoreError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = principals::Entity::find()
        .filter(principals::Column::Id.is_in(ids.iter().map(|id| id.0)))
        .all(&store.reader())
        .await?;
    let actor = |row: principals::Model| {
        let kind = Kind::from_code(&row.kind).ok_or_else(|| StoreError::Inconsistent {
            table: "principals",
            what: format!("{} is of the kind {:?}", row.id, row.kind),
        })?;
        let id = PrincipalId(row.id);
        Ok((id, Actor { id, name: row.name, kind }))
    };
    rows.into_iter().map(actor).collect()
}

impl Store {
    /// Whoever has these ids; unknown ones are absent.
    pub async fn actors(
        &self,
        ids: &BTreeSet<PrincipalId>,
    ) -> Result<HashMap<PrincipalId, Actor>, StoreError> {
        actors(self, ids).await
    }

    /// The SKUs with these ids, as lists show them; unknown ones are absent.
    pub(crate) async fn sku_labels(
        &self,
        ids: &BTreeSet<SkuId>,
    ) -> Result<HashMap<SkuId, SkuLabel>, StoreError> {
        skus(self, ids).await
    }

    /// The reasons with these codes; unknown ones are absent.
    pub async fn reasons_by_code(
        &self,
        codes: &BTreeSet<String>,
    ) -> Result<BTreeMap<String, Reason>, StoreError> {
        if codes.is_empty() {
            return Ok(BTreeMap::new());
        }
        let rows = reasons::Entity::find()
            .filter(reasons::Column::Code.is_in(codes.iter().map(String::as_str)))
            .all(&self.reader())
            .await?;
        rows.into_iter().map(|row| Ok((row.code.clone(), reason_of(row)?))).collect()
    }
}
