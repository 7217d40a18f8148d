//! What a request costs, by Shopify's documented rules: a field with plain values nothing, an
//! object 1, a connection 2 and its objects times its size, a mutation 10. Lists that are no
//! connections count their objects' own objects once, as recorded calls of one and of two changes
//! show.

use apollo_compiler::executable::{Field, Selection, SelectionSet};
use apollo_compiler::schema::ExtendedType;
use serde_json::{Map, Value};

use super::{Parts, coerce, schema};

pub(super) const MUTATION: f64 = 10.0;
pub(super) const CONNECTION: f64 = 2.0;

pub(super) fn requested(parts: &Parts<'_>) -> f64 {
    let base = if parts.operation.is_mutation() { MUTATION } else { 0.0 };
    let mut sum = 0.0;
    for field in parts.operation.root_fields(parts.document) {
        let below = selection(parts, &field.selection_set);
        sum += if parts.operation.is_mutation() { base + below } else { cost(parts, field) };
    }
    sum
}

fn selection(parts: &Parts<'_>, set: &SelectionSet) -> f64 {
    let each = set.selections.iter().map(|selected| match selected {
        Selection::Field(field) => cost(parts, field),
        Selection::InlineFragment(inline) => selection(parts, &inline.selection_set),
        Selection::FragmentSpread(spread) => parts
            .document
            .fragments
            .get(&spread.fragment_name)
            .map_or(0.0, |fragment| selection(parts, &fragment.selection_set)),
    });
    each.sum()
}

fn cost(parts: &Parts<'_>, field: &Field) -> f64 {
    let name = field.ty().inner_named_type();
    if is_leaf(name) || name.as_str() == "PageInfo" {
        return 0.0;
    }
    let below = || selection(parts, &field.selection_set);
    if name.ends_with("Connection") {
        return CONNECTION + size(field, parts.variables, &["first", "last"]) * below();
    }
    if name.ends_with("Edge") {
        return below();
    }
    // The nodes of a connection are the objects that its size counts.
    let of_connection = matches!(field.name.as_str(), "node" | "nodes");
    if of_connection && field.arguments.is_empty() {
        return 1.0 + below();
    }
    if field.name.as_str() == "nodes" {
        return size(field, parts.variables, &["ids"]) * (1.0 + below());
    }
    if field.ty().is_list() { below() } else { 1.0 + below() }
}

pub(super) fn is_leaf(name: &str) -> bool {
    let kind = schema().types.get(name);
    matches!(kind, Some(ExtendedType::Scalar(_) | ExtendedType::Enum(_)))
}

/// How many objects a field asks for.
fn size(field: &Field, variables: &Map<String, Value>, names: &[&str]) -> f64 {
    let mut given =
        field.arguments.iter().filter(|argument| names.contains(&argument.name.as_str()));
    let value = given.find_map(|argument| coerce::literal(&argument.value, variables));
    let count = match value {
        Some(Value::Array(list)) => u32::try_from(list.len()).ok(),
        Some(Value::Number(number)) => number.as_u64().and_then(|it| u32::try_from(it).ok()),
        _ => None,
    };
    f64::from(count.unwrap_or_default())
}
