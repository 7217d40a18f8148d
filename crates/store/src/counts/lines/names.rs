//! What people call what lines name by id.

use std::collections::{BTreeSet, HashMap};

use onhand_domain::{PrincipalId, SkuId};

use super::LineFacts;
use crate::{Store, StoreError, catalog::SkuRef, stock::Actor};

/// Lines of one set of queries: databases limit a statement's parameters.
const LINES_MAX: usize = 5_000;

/// The names that some lines need.
#[derive(Clone, Debug, Default)]
pub struct LineNames {
    skus: HashMap<SkuId, SkuRef>,
    actors: HashMap<PrincipalId, Actor>,
}

impl LineNames {
    /// The SKU as lists show it; none where it is gone from the catalogue.
    pub fn sku(&self, id: SkuId) -> Option<&SkuRef> {
        self.skus.get(&id)
    }

    /// Who that is; none where nobody is.
    pub fn actor(&self, id: PrincipalId) -> Option<&Actor> {
        self.actors.get(&id)
    }
}

impl Store {
    /// The names for these lines, a few queries however many there are.
    pub async fn line_names<'a>(
        &self,
        lines: impl IntoIterator<Item = &'a LineFacts>,
    ) -> Result<LineNames, StoreError> {
        let mut skus: Vec<SkuId> = Vec::new();
        let mut people: BTreeSet<PrincipalId> = BTreeSet::new();
        for facts in lines {
            skus.push(facts.sku);
            people.extend(facts.counters.iter().copied());
            let row =
                facts.row.iter().flat_map(|row| [row.decided_by, row.second_by, row.undone_by]);
            people.extend(row.flatten().map(PrincipalId));
        }
        let mut names = LineNames { actors: self.actors(&people).await?, ..LineNames::default() };
        for chunk in skus.chunks(LINES_MAX) {
            names.skus.extend(self.sku_refs(chunk).await?);
        }
        Ok(names)
    }

    /// Who these are; unknown ones are absent.
    pub async fn people_named(
        &self,
        ids: &BTreeSet<PrincipalId>,
    ) -> Result<HashMap<PrincipalId, Actor>, StoreError> {
        self.actors(ids).await
    }
}
