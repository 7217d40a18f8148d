//! Products and variants.

use super::root::{row, sellable};
use super::{count, id, legacy, time};
use crate::graphql::{Call, FieldError, Object, Val};
use crate::world::World;

type Known = Result<Option<Val>, FieldError>;

pub(super) fn variant(world: &World, number: u64, call: &Call<'_>) -> Known {
    let Some(item) = world.item_of_variant(number) else { return Ok(None) };
    let product = world.products.get(&item.product);
    Ok(Some(match call.field {
        "id" => id(world, &Object::Variant(number)),
        "legacyResourceId" => legacy(number),
        "sku" => Val::of(item.sku.clone()),
        "barcode" => Val::of(item.barcode.clone()),
        "barcodes" => {
            let rows = item.barcode.iter().map(|barcode| {
                let fields = vec![("value", Val::of(barcode.clone())), ("type", Val::NULL)];
                row(0, 0, Object::Plain("ProductVariantBarcode".into(), fields))
            });
            Val::Connection("ProductVariantBarcode", rows.collect())
        }
        "title" => Val::of(item.title()),
        "displayName" => {
            let product = product.map_or("", |product| product.title.as_str());
            Val::of(format!("{product} - {}", item.title()))
        }
        "price" => Val::of(item.price.clone()),
        "compareAtPrice" => Val::NULL,
        "position" => Val::of(item.position),
        "inventoryPolicy" => Val::of("DENY"),
        "availableForSale" => Val::of(!item.tracked || sellable(world, item.id) > 0),
        "inventoryQuantity" | "sellableOnlineQuantity" => Val::of(sellable(world, item.id)),
        "requiresComponents" => Val::of(!item.mutable),
        "taxable" => Val::of(true),
        "createdAt" => time(item.created_at),
        "updatedAt" => time(item.updated_at),
        "product" => Val::Object(Object::Product(item.product)),
        "inventoryItem" => Val::Object(Object::Item(item.id)),
        "selectedOptions" => {
            let default = [("Title".to_owned(), "Default Title".to_owned())];
            let options = if item.options.is_empty() { &default[..] } else { &item.options };
            let option = |(name, value): &(String, String)| {
                let fields =
                    vec![("name", Val::of(name.clone())), ("value", Val::of(value.clone()))];
                Val::plain("SelectedOption", fields)
            };
            Val::List(options.iter().map(option).collect())
        }
        _ => return Ok(None),
    }))
}

pub(super) fn product(world: &World, number: u64, call: &Call<'_>) -> Known {
    let Some(product) = world.products.get(&number) else { return Ok(None) };
    let items = product.variants.iter().filter_map(|variant| world.item_of_variant(*variant));
    Ok(Some(match call.field {
        "id" => id(world, &Object::Product(number)),
        "legacyResourceId" => legacy(number),
        "handle" => Val::of(product.handle.clone()),
        "title" => Val::of(product.title.clone()),
        "vendor" => Val::of(product.vendor.clone()),
        "productType" => Val::of(product.kind.clone()),
        "status" => Val::of("ACTIVE"),
        "tags" => Val::List(Vec::new()),
        "description" | "descriptionHtml" => Val::of(""),
        "createdAt" | "updatedAt" => time(product.created_at),
        "totalInventory" => Val::of(items.map(|item| sellable(world, item.id)).sum::<i64>()),
        "tracksInventory" => Val::of(items.into_iter().any(|item| item.tracked)),
        "hasOnlyDefaultVariant" => Val::of(items.into_iter().all(|item| item.options.is_empty())),
        "totalVariants" => Val::of(product.variants.len()),
        "variantsCount" => count(product.variants.len()),
        "variants" => {
            let rows = items.map(|item| row(0, item.variant, Object::Variant(item.variant)));
            Val::Connection("ProductVariant", rows.collect())
        }
        _ => return Ok(None),
    }))
}
