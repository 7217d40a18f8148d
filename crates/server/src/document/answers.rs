//! What holds of every answer, and what a derived schema can't know of itself.

use std::collections::BTreeMap;

use utoipa::openapi::{
    Ref, RefOr, Schema,
    schema::{AdditionalProperties, ArrayItems, Object, SchemaType, Type},
};

/// What the schema of a page is called, before the name of its entries.
const PAGE: &str = "Page_";

/// Makes the schemas say the truth about answers:
///
/// - a member that may be null is always there. Derived schemas call it optional, which is how
///   requests are read. One that is left out where there is nothing to say is marked
///   `#[schema(nullable = false)]` beside its `skip_serializing_if`.
/// - a page refers to its entries' schema instead of repeating it.
pub(super) fn complete(schemas: &mut BTreeMap<String, RefOr<Schema>>) {
    let names: Vec<String> = schemas.keys().cloned().collect();
    for schema in schemas.values_mut() {
        if let RefOr::T(schema) = schema {
            always_there(schema);
        }
    }
    for name in &names {
        let Some(entry) = name.strip_prefix(PAGE) else { continue };
        if let (true, Some(RefOr::T(Schema::Object(page)))) =
            (names.iter().any(|n| n == entry), schemas.get_mut(name))
        {
            refer(page, entry);
        }
    }
}

fn always_there(schema: &mut Schema) {
    match schema {
        Schema::Object(object) if !is_request(object) => {
            let nullable: Vec<String> = object
                .properties
                .iter()
                .filter(|(name, member)| may_be_null(member) && !object.required.contains(name))
                .map(|(name, _)| name.clone())
                .collect();
            object.required.extend(nullable);
        }
        Schema::AllOf(all) => all.items.iter_mut().for_each(|item| {
            if let RefOr::T(item) = item {
                always_there(item);
            }
        }),
        _ => {}
    }
}

/// Requests refuse unknown members, answers say nothing about them.
fn is_request(object: &Object) -> bool {
    matches!(object.additional_properties.as_deref(), Some(AdditionalProperties::FreeForm(false)))
}

fn may_be_null(member: &RefOr<Schema>) -> bool {
    let null = |kind: &SchemaType| match kind {
        SchemaType::Type(kind) => *kind == Type::Null,
        SchemaType::Array(kinds) => kinds.contains(&Type::Null),
        SchemaType::AnyValue => false,
    };
    match member {
        RefOr::T(Schema::Object(object)) => null(&object.schema_type),
        RefOr::T(Schema::Array(array)) => null(&array.schema_type),
        RefOr::T(Schema::OneOf(one)) => one.items.iter().any(may_be_null),
        _ => false,
    }
}

fn refer(page: &mut Object, entry: &str) {
    if let Some(RefOr::T(Schema::Array(items))) = page.properties.get_mut("items") {
        let entry = RefOr::Ref(Ref::from_schema_name(entry));
        items.items = ArrayItems::RefOrSchema(Box::new(entry));
    }
}
