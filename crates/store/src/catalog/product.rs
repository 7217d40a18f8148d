//! One product with its SKUs, as it is shown.

use std::collections::HashMap;

use onhand_domain::{Money, ProductId, SkuId};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::{
    Store, StoreError,
    entities::{identifiers, products, skus},
};

/// A code by which a SKU is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identifier {
    /// `barcode`, `gtin`, `vendor`, `erp`, or `code` for the SKU code itself.
    pub kind: String,
    /// The code.
    pub value: String,
}

/// As much of a product as a line of a list shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductRef {
    /// Id.
    pub id: ProductId,
    /// Title.
    pub title: String,
    /// Who makes it.
    pub vendor: Option<String>,
    /// Kind of product.
    pub category: Option<String>,
    /// Its picture.
    pub image_id: Option<Uuid>,
}

/// As much of a SKU as a line of a list shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkuRef {
    /// Id.
    pub id: SkuId,
    /// The SKU code on the label.
    pub code: Option<String>,
    /// The options joined (`10 / black`), empty for a product without options.
    pub title: String,
    /// Its product.
    pub product_id: ProductId,
    /// The product's title.
    pub product_title: String,
    /// Its own picture or else the product's.
    pub image_id: Option<Uuid>,
}

/// A SKU in full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SkuDetail {
    /// Id.
    pub id: SkuId,
    /// Its product.
    pub product_id: ProductId,
    /// The SKU code on the label.
    pub code: Option<String>,
    /// The options joined.
    pub title: String,
    /// The options, name and value.
    pub options: Vec<(String, String)>,
    /// The codes by which it is found, its own code apart.
    pub identifiers: Vec<Identifier>,
    /// Cost of one unit.
    pub cost: Option<Money>,
    /// Price of one unit.
    pub price: Option<Money>,
    /// Whether stock is kept.
    pub tracked: bool,
    /// Its own picture or else the product's.
    pub image_id: Option<Uuid>,
}

/// A product in full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductDetail {
    /// What lists show of it.
    pub product: ProductRef,
    /// The shop's name for it.
    pub handle: String,
    /// Plain text.
    pub description: Option<String>,
    /// The options, name and the values that its SKUs have.
    pub options: Vec<(String, Vec<String>)>,
    /// Its SKUs in the shop's order.
    pub skus: Vec<SkuDetail>,
}

impl Store {
    /// The product with this id.
    pub async fn product(&self, id: ProductId) -> Result<Option<ProductDetail>, StoreError> {
        let db = self.reader();
        let Some(product) = products::Entity::find_by_id(id.0).one(&db).await? else {
            return Ok(None);
        };
        let rows = skus::Entity::find()
            .filter(skus::Column::ProductId.eq(id.0))
            .order_by_asc(skus::Column::Position)
            .order_by_asc(skus::Column::Id)
            .all(&db)
            .await?;
        let mut codes = identifiers_of(&db, rows.iter().map(|sku| sku.id)).await?;
        let skus: Vec<SkuDetail> = rows
            .into_iter()
            .map(|sku| {
                let codes = codes.remove(&sku.id).unwrap_or_default();
                sku_detail(&product, sku, codes)
            })
            .collect();
        Ok(Some(ProductDetail {
            options: options_of(&product, &skus),
            product: product_ref(&product),
            handle: product.handle,
            description: product.description,
            skus,
        }))
    }

    /// These SKUs, as lists show them; unknown ones are left out.
    pub async fn sku_refs(&self, ids: &[SkuId]) -> Result<HashMap<SkuId, SkuRef>, StoreError> {
        let rows = with_products(&self.reader(), ids.iter().map(|id| id.0)).await?;
        Ok(rows.iter().map(|(sku, p)| (SkuId(sku.id), sku_ref(p, sku))).collect())
    }
}

/// SKUs with their products.
pub(crate) async fn with_products(
    db: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = Uuid>,
) -> Result<Vec<(skus::Model, products::Model)>, StoreError> {
    let rows = skus::Entity::find().filter(skus::Column::Id.is_in(ids)).all(db).await?;
    let products: HashMap<Uuid, products::Model> = products::Entity::find()
        .filter(products::Column::Id.is_in(rows.iter().map(|sku| sku.product_id)))
        .all(db)
        .await?
        .into_iter()
        .map(|p| (p.id, p))
        .collect();
    rows.into_iter()
        .map(|sku| match products.get(&sku.product_id) {
            Some(product) => Ok((sku, product.clone())),
            None => Err(StoreError::Inconsistent {
                table: "skus",
                what: format!("the SKU {} has no product", sku.id),
            }),
        })
        .collect()
}

/// The identifiers of SKUs, by SKU.
pub(super) async fn identifiers_of(
    db: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, Vec<Identifier>>, StoreError> {
    let rows = identifiers::Entity::find()
        .filter(identifiers::Column::SkuId.is_in(ids))
        .order_by_asc(identifiers::Column::Kind)
        .order_by_asc(identifiers::Column::Value)
        .all(db)
        .await?;
    let mut by_sku: HashMap<Uuid, Vec<Identifier>> = HashMap::new();
    for row in rows {
        let identifier = Identifier { kind: row.kind, value: row.value };
        by_sku.entry(row.sku_id).or_default().push(identifier);
    }
    Ok(by_sku)
}

/// What lists show of a product.
pub(super) fn product_ref(product: &products::Model) -> ProductRef {
    ProductRef {
        id: ProductId(product.id),
        title: product.title.clone(),
        vendor: product.vendor.clone(),
        category: product.category.clone(),
        image_id: product.image_id,
    }
}

/// What lists show of a SKU.
pub(crate) fn sku_ref(product: &products::Model, sku: &skus::Model) -> SkuRef {
    SkuRef {
        id: SkuId(sku.id),
        code: sku.code.clone(),
        title: title(sku),
        product_id: ProductId(product.id),
        product_title: product.title.clone(),
        image_id: sku.image_id.or(product.image_id),
    }
}

/// All that is shown of a SKU.
pub(super) fn sku_detail(
    product: &products::Model,
    sku: skus::Model,
    identifiers: Vec<Identifier>,
) -> SkuDetail {
    let title = title(&sku);
    let values = [sku.option1, sku.option2, sku.option3];
    let options = names(product)
        .into_iter()
        .zip(values)
        .filter_map(|(name, value)| value.map(|value| (name, value)))
        .collect();
    SkuDetail {
        id: SkuId(sku.id),
        product_id: ProductId(sku.product_id),
        code: sku.code,
        title,
        options,
        identifiers,
        cost: sku.cost.map(Money),
        price: sku.price.map(Money),
        tracked: sku.tracked,
        image_id: sku.image_id.or(product.image_id),
    }
}

/// The options joined.
fn title(sku: &skus::Model) -> String {
    let options = [&sku.option1, &sku.option2, &sku.option3];
    options.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" / ")
}

/// The names of the options; a file may have values without names.
fn names(product: &products::Model) -> [String; 3] {
    let name =
        |given: &Option<String>, n: u8| given.clone().unwrap_or_else(|| format!("Option {n}"));
    [name(&product.option1_name, 1), name(&product.option2_name, 2), name(&product.option3_name, 3)]
}

/// The options of a product with the values that its SKUs have, each once, in their order.
fn options_of(product: &products::Model, skus: &[SkuDetail]) -> Vec<(String, Vec<String>)> {
    let mut options: Vec<(String, Vec<String>)> =
        names(product).into_iter().map(|name| (name, Vec::new())).collect();
    for (name, value) in skus.iter().flat_map(|sku| &sku.options) {
        let values = options.iter_mut().find(|(n, _)| n == name).map(|(_, values)| values);
        if let Some(values) = values.filter(|values| !values.contains(value)) {
            values.push(value.clone());
        }
    }
    options.retain(|(_, values)| !values.is_empty());
    options
}
