//! `GET /counts/{id}/catalog`

use axum::{Json, extract::State};
use onhand_domain::Permission;
use onhand_store::counts::{CATALOG_PAGE_MAX, CatalogCursor, CatalogEntry};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::authorised;
use crate::{
    Problem,
    api::{ApiResult, shapes::SkuRef},
    caller::Caller,
    extract::{ApiPath, ApiQuery},
    state::AppState,
    wire::{Cursor, Page, start_after},
};

/// Which part.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListCountCatalog {
    /// The `next_cursor` of the page before.
    cursor: Option<Cursor>,
    /// Entries of the page.
    #[param(minimum = 1, maximum = 1_000, default = 1_000)]
    limit: Option<u32>,
}

/// A SKU that may be met while counting.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct CountCatalogEntry {
    /// The SKU.
    sku: SkuRef,
    /// What a scanner may read on it.
    #[schema(example = json!(["4006381333931", "TR-204"]))]
    codes: Vec<String>,
    /// Whether the count asks for it.
    listed: bool,
}

impl From<CatalogEntry> for CountCatalogEntry {
    fn from(entry: CatalogEntry) -> Self {
        Self {
            sku: entry.sku.into(),
            codes: entry.codes.into_iter().collect(),
            listed: entry.listed,
        }
    }
}

/// What a device needs to count without network: the SKUs of the count's list in its order, of an
/// area all tracked ones that the facility ever had, by id. No quantities.
#[utoipa::path(
    get,
    path = "/counts/{id}/catalog",
    operation_id = "list_count_catalog",
    tag = "counts",
    params(("id" = Uuid, Path, description = "The count"), ListCountCatalog),
    responses((status = 200, description = "A page of SKUs", body = Page<CountCatalogEntry>,
        example = json!({"items": [], "next_cursor": null}))),
    extensions(("x-permission" = json!("count.count"))),
)]
pub(crate) async fn list_count_catalog(
    State(state): State<AppState>,
    caller: Caller,
    ApiPath(id): ApiPath<Uuid>,
    ApiQuery(query): ApiQuery<ListCountCatalog>,
) -> ApiResult<Json<Page<CountCatalogEntry>>> {
    let limit = query.limit.unwrap_or(CATALOG_PAGE_MAX);
    if !(1..=CATALOG_PAGE_MAX).contains(&limit) {
        let detail = format!("1 to {CATALOG_PAGE_MAX}");
        return Err(
            Problem::malformed("invalid-query", format!("?limit: {detail}")).at("?limit", detail)
        );
    }
    let (count, _) = authorised(&state, &caller, Permission::CountCount, id).await?;
    let after: Option<CatalogCursor> = start_after(query.cursor.as_ref())?;
    let mut rows = state.store.count_catalog(&count, after, u64::from(limit) + 1).await?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let last = rows.last().filter(|_| more);
    let next_cursor = last.map(|entry| Cursor::after(&CatalogCursor::after(entry)).into_text());
    Ok(Json(Page { items: rows.into_iter().map(Into::into).collect(), next_cursor }))
}
