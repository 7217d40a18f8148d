//! Each operation says what it needs and shows an example: for readers, and for the proofs.

use std::collections::BTreeSet;

use super::operations::{Op, all, document, example_of};

/// What is wrong with the description of one operation.
fn faults(op: &Op) -> Vec<String> {
    let mut faults = Vec::new();
    let words = op.id.split('_').count();
    let small = op.id.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    if words < 2 || !small {
        faults.push(format!("operation_id {:?} is not verb_resource", op.id));
    }
    if op.tag.is_empty() {
        faults.push("it has no tag".to_owned());
    }
    let known = matches!(op.permission.as_str(), "own" | "public") || op.permissions().is_some();
    if !known {
        faults.push(format!(
            "x-permission {:?} is not a permission, own or public: add \
             extensions((\"x-permission\" = json!(\"stock.view\")))",
            op.permission
        ));
    }
    if op.spec.get("requestBody").is_some() && op.body().is_none() {
        faults.push("its request body has no example".to_owned());
    }
    for (status, response) in op.spec["responses"].as_object().into_iter().flatten() {
        let json = &response["content"]["application/json"];
        if status.starts_with('2') && !json.is_null() && example_of(json).is_none() {
            faults.push(format!("its answer {status} has no example"));
        }
    }
    faults
}

#[test]
fn every_operation_says_what_it_needs() {
    let document = document();
    let found = all(&document).into_iter().flat_map(|op| {
        let name = format!("{} {} ({})", op.method, op.path, op.id);
        faults(&op).into_iter().map(move |fault| format!("{name}: {fault}"))
    });
    let found: Vec<String> = found.collect();
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn no_two_operations_share_a_name() {
    let document = document();
    let mut seen = BTreeSet::new();
    for op in all(&document) {
        assert!(seen.insert(op.id.clone()), "{} stands there twice", op.id);
    }
}

#[test]
fn every_reference_leads_somewhere() {
    fn references(value: &serde_json::Value, found: &mut BTreeSet<String>) {
        match value {
            serde_json::Value::Object(members) => {
                if let Some(target) = members.get("$ref").and_then(|r| r.as_str()) {
                    found.insert(target.to_owned());
                }
                members.values().for_each(|v| references(v, found));
            }
            serde_json::Value::Array(items) => items.iter().for_each(|v| references(v, found)),
            _ => {}
        }
    }
    let document = document();
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    for target in found {
        let pointer = target.trim_start_matches('#');
        assert!(document.pointer(pointer).is_some(), "{target} leads nowhere");
    }
}
