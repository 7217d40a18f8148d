//! Requests to the Admin API: read by the real schema, answered by hand-written resolvers.

mod coerce;
mod cost;
mod execute;
mod page;
mod search;
mod value;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use apollo_compiler::executable::{Field, Operation, Selection};
use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Node, Schema};
use serde::Deserialize;
use serde_json::{Map, Value, json};

pub(crate) use execute::{Executor, Parts};
pub(crate) use search::{Search, Term};
pub(crate) use value::{Call, FieldError, GraphError, Object, Row, Val};

/// The version whose schema answers, whatever version is asked for.
pub(crate) const VERSION: &str = "2026-10";

const SCHEMA: &str = include_str!("../../../shopify/schema/2026-10.graphql");
/// Documents that are kept parsed.
const DOCUMENTS_MAX: usize = 256;
/// Points that one query may ask for.
const COST_MAX: f64 = 1000.0;

/// The schema, parsed once per process.
pub(crate) fn schema() -> &'static Valid<Schema> {
    static PARSED: OnceLock<Valid<Schema>> = OnceLock::new();
    PARSED.get_or_init(|| match Schema::parse_and_validate(SCHEMA, "2026-10.graphql") {
        Ok(schema) => schema,
        Err(errors) => unreachable!("the committed schema is valid: {}", errors.errors),
    })
}

/// The body of a request.
#[derive(Debug, Deserialize)]
pub(crate) struct Request {
    pub(crate) query: String,
    #[serde(default)]
    variables: Option<Map<String, Value>>,
    #[serde(default, rename = "operationName")]
    operation_name: Option<String>,
}

/// A request that the schema allows, with its variables and what it asks for.
#[derive(Debug)]
pub(crate) struct Prepared {
    document: Arc<Valid<ExecutableDocument>>,
    operation: Node<Operation>,
    variables: Map<String, Value>,
    pub(crate) requested: f64,
}

impl Prepared {
    pub(crate) fn is_mutation(&self) -> bool {
        self.operation.is_mutation()
    }

    /// The names of its root fields.
    pub(crate) fn roots(&self) -> Vec<String> {
        self.operation.root_fields(&self.document).map(|field| field.name.to_string()).collect()
    }

    /// The text that a directive of a field has for an argument.
    pub(crate) fn directive_text(&self, field: &Field, name: &str, of: &str) -> Option<String> {
        let value = field.directives.get(name)?.specified_argument_by_name(of)?;
        coerce::literal(value, &self.variables)?.as_str().map(ToOwned::to_owned)
    }

    pub(crate) fn parts(&self) -> Parts<'_> {
        Parts { document: &self.document, operation: &self.operation, variables: &self.variables }
    }
}

/// Parses, validates and coerces. The errors are the whole answer.
pub(crate) fn prepare(request: &Request) -> Result<Prepared, Vec<GraphError>> {
    let document = document(&request.query)?;
    let operation = document
        .operations
        .get(request.operation_name.as_deref())
        .map_err(|error| vec![GraphError::coded(error.message().to_string(), "BAD_REQUEST")])?
        .clone();
    let empty = Map::new();
    let given = request.variables.as_ref().unwrap_or(&empty);
    let variables = coerce::variables(schema(), &operation, given).map_err(|error| vec![error])?;
    let parts = Parts { document: &document, operation: &operation, variables: &variables };
    let requested = cost::requested(&parts);
    if requested > COST_MAX {
        let message = format!(
            "Query cost is {requested}, which exceeds the single query max cost limit (1000)."
        );
        let mut error = GraphError::coded(message, "MAX_COST_EXCEEDED");
        error.extensions.insert("cost".to_owned(), json!(requested));
        error.extensions.insert("maxCost".to_owned(), json!(COST_MAX));
        return Err(vec![error]);
    }
    Ok(Prepared { document, operation, variables, requested })
}

/// A bulk operation's query, which has no limit of cost.
pub(crate) fn prepare_bulk(query: &str) -> Result<Prepared, String> {
    let document = document(query).map_err(|errors| {
        errors.into_iter().map(|error| error.message).collect::<Vec<_>>().join("; ")
    })?;
    let operation = document.operations.get(None).map_err(|it| it.message().to_string())?.clone();
    if !operation.is_query() {
        return Err("Only queries can be run in bulk".to_owned());
    }
    let mut connections = 0;
    let depth = bulk_depth(&document, &operation.selection_set.selections, &mut connections);
    if !(1..=5).contains(&connections) || depth > 2 {
        return Err("A bulk query has 1 to 5 connections, at most 2 levels deep".to_owned());
    }
    Ok(Prepared { document, operation, variables: Map::new(), requested: 10.0 })
}

/// How deep connections are nested, and how many there are.
fn bulk_depth(
    document: &ExecutableDocument,
    selections: &[Selection],
    connections: &mut usize,
) -> usize {
    let mut deepest = 0;
    for selection in selections {
        let (below, own) = match selection {
            Selection::Field(field) => {
                let own = field.ty().inner_named_type().ends_with("Connection");
                (&field.selection_set, own)
            }
            Selection::InlineFragment(inline) => (&inline.selection_set, false),
            Selection::FragmentSpread(spread) => {
                match document.fragments.get(&spread.fragment_name) {
                    Some(fragment) => (&fragment.selection_set, false),
                    None => continue,
                }
            }
        };
        *connections += usize::from(own);
        let below = bulk_depth(document, &below.selections, connections);
        deepest = deepest.max(below + usize::from(own));
    }
    deepest
}

/// A document, parsed and validated, or taken from those that were.
fn document(text: &str) -> Result<Arc<Valid<ExecutableDocument>>, Vec<GraphError>> {
    static KNOWN: OnceLock<Mutex<HashMap<String, Arc<Valid<ExecutableDocument>>>>> =
        OnceLock::new();
    let known = KNOWN.get_or_init(Mutex::default);
    let lock = || known.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(document) = lock().get(text) {
        return Ok(Arc::clone(document));
    }
    let parsed = ExecutableDocument::parse_and_validate(schema(), text, "query.graphql");
    let document = Arc::new(parsed.map_err(|invalid| {
        let errors = invalid.errors.iter().map(|diagnostic| {
            let error = serde_json::to_value(diagnostic.to_json()).unwrap_or_default();
            let message = error["message"].as_str().unwrap_or("invalid document").to_owned();
            GraphError::coded(message, "GRAPHQL_VALIDATION_FAILED")
        });
        errors.collect::<Vec<_>>()
    })?);
    let mut known = lock();
    if known.len() >= DOCUMENTS_MAX {
        known.clear();
    }
    known.insert(text.to_owned(), Arc::clone(&document));
    Ok(document)
}
