//! Each document is held against the shop's schema in three versions: the one we ask for, the one
//! before, and what is to come.

use std::sync::LazyLock;

use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Schema};
use onhand_shopify::documents::{ALL, BULK_LEVELS, Document};

static SCHEMAS: LazyLock<Vec<(&str, Valid<Schema>)>> = LazyLock::new(|| {
    let texts = [
        ("2026-07", include_str!("../../schema/2026-07.graphql")),
        ("2026-10", include_str!("../../schema/2026-10.graphql")),
        ("unstable", include_str!("../../schema/unstable.graphql")),
    ];
    let schema = |(version, text)| {
        let schema = Schema::parse_and_validate(text, version);
        (version, schema.unwrap_or_else(|errors| panic!("{version}: {}", errors.errors)))
    };
    texts.into_iter().map(schema).collect()
});

/// What a version of the schema says against a document.
fn errors_of(schema: &Valid<Schema>, document: Document) -> Option<String> {
    let parsed = ExecutableDocument::parse_and_validate(schema, document.text, document.name);
    parsed.err().map(|errors| errors.errors.to_string())
}

#[test]
fn every_document_fits_every_version() {
    assert_eq!(SCHEMAS.len(), 3);
    for (version, schema) in SCHEMAS.iter() {
        for document in ALL {
            let errors = errors_of(schema, *document);
            assert_eq!(errors, None, "{} in {version}", document.name);
        }
    }
}

#[test]
fn a_broken_document_is_found() {
    let broken = [
        // An activation's errors have no code.
        "mutation { inventoryActivate(inventoryItemId: \"a\", locationId: \"b\")
           @idempotent(key: \"k\") { userErrors { code } } }",
        "query { currentAppInstallation { accessScopes { handles } } }",
        "mutation($input: InventoryAdjustQuantitiesInput!) {
           inventoryAdjustQuantities(input: $input) @idempotent { userErrors { message } } }",
        "query($first: String!) { locations(first: $first) { nodes { id } } }",
        "query { nodes(ids: []) { id",
    ];
    for (version, schema) in SCHEMAS.iter() {
        for text in broken {
            let errors = errors_of(schema, Document { name: "broken", text });
            assert!(errors.is_some(), "{version}: {text}");
        }
    }
}

/// The schema can't tell that a mutation has to have its key.
#[test]
fn every_change_of_stock_has_its_key() {
    let changes = ALL.iter().filter(|document| document.text.contains("mutation"));
    let mut keyed = 0;
    for document in changes.filter(|document| document.text.contains("inventory")) {
        assert!(document.text.contains("@idempotent(key: $key)"), "{}", document.name);
        keyed += 1;
    }
    assert_eq!(keyed, 4);
}

/// A bulk query has no variables, at most five connections, and no page sizes.
#[test]
fn the_bulk_query_is_one_that_bulk_operations_take() {
    let text = BULK_LEVELS.text;
    assert!(!text.contains('$') && !text.contains("first:"));
    assert!(text.matches("edges").count() <= 5);
}
