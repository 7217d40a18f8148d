//! The API's description: what every operation has in common is added here, once.

mod answers;

use axum::http::Method;
use utoipa::openapi::{
    Content, OpenApi, Ref, RefOr, Response,
    path::{Operation, PathItem},
    security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityRequirement, SecurityScheme},
    tag::TagBuilder,
};

use crate::{caller::SESSION_COOKIE, problem::PROBLEM_JSON};

/// The extension in which each operation says which permission it needs: a permission's code
/// or several with ` or ` between them, `own` (whoever is signed in, with what is their own)
/// or [`PUBLIC`].
pub(crate) const PERMISSION: &str = "x-permission";
/// Nobody has to be signed in.
pub(crate) const PUBLIC: &str = "public";

/// The areas, in the order in which a reader needs them.
const TAGS: &[(&str, &str)] = &[
    ("session", "Signing in and out, and who the caller is."),
    ("catalogue", "Products, their SKUs, the codes on them, pictures."),
    ("stock", "How much of a SKU a facility has, and every movement that made it so."),
    ("orders", "What is promised to customers: orders reserve units until they are filled."),
    ("variances", "Differences between record and shelf: logging, undoing, listing, reasons."),
    ("variance-requests", "Variances that wait for somebody who may post them."),
    ("counts", "Looking at the shelf: work orders, sessions, scans, review, results."),
    ("work", "What there is to do now, and live changes."),
    ("channels", "The shops that are kept equal to the ledger, and what they are told."),
    ("imports", "The catalogue and opening stock from files."),
    ("facilities", "Stores and warehouses, and their groups."),
    ("settings", "What holds for the retailer as a whole."),
    ("people", "People, roles with their limits, API keys."),
    ("webhooks", "Other systems that are told what happens here."),
    ("audit", "Who decided what, by which rule."),
    ("ledger", "Whether the books are as the movements say."),
];

/// An operation of the description.
pub(crate) struct Described {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) id: String,
}

/// All operations, in the document's order.
pub(crate) fn operations(api: &OpenApi) -> Vec<Described> {
    let mut all = Vec::new();
    for (path, item) in &api.paths.paths {
        for (method, operation) in methods(item) {
            all.push(Described {
                method,
                path: path.clone(),
                id: operation.operation_id.clone().unwrap_or_default(),
            });
        }
    }
    all
}

fn methods(item: &PathItem) -> impl Iterator<Item = (Method, &Operation)> {
    [
        (Method::GET, &item.get),
        (Method::POST, &item.post),
        (Method::PUT, &item.put),
        (Method::PATCH, &item.patch),
        (Method::DELETE, &item.delete),
    ]
    .into_iter()
    .filter_map(|(method, operation)| Some((method, operation.as_ref()?)))
}

/// What an operation says it needs.
pub(crate) fn permission(operation: &Operation) -> Option<&str> {
    operation.extensions.as_ref()?.get(PERMISSION)?.as_str()
}

/// Adds to the collected operations what they have in common: how to sign in, and that any
/// refusal is a problem document.
pub(crate) fn finish(mut api: OpenApi) -> OpenApi {
    api.info.title = String::from("Onhand");
    api.info.version = String::from(env!("CARGO_PKG_VERSION"));
    api.info.description = Some(include_str!("description.md").to_owned());
    let tag = |(name, about): &(&str, &str)| {
        TagBuilder::new().name(*name).description(Some(*about)).build()
    };
    api.tags = Some(TAGS.iter().map(tag).collect());
    api.info.license = None;
    api.info.contact = None;
    let components = api.components.get_or_insert_default();
    components.add_security_scheme(
        "session",
        SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(SESSION_COOKIE))),
    );
    components.add_security_scheme("key", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    // Parameters refer to these, but only bodies bring their schemas along.
    components.schemas.insert("Cursor".to_owned(), schema::<crate::wire::Cursor>());
    components.schemas.insert("Limit".to_owned(), schema::<crate::wire::Limit>());
    components.schemas.insert("Problem".to_owned(), schema::<crate::Problem>());
    components.schemas.insert("FieldError".to_owned(), schema::<crate::problem::FieldError>());
    answers::complete(&mut components.schemas);
    for item in api.paths.paths.values_mut() {
        let all = [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete];
        all.into_iter().flatten().for_each(finish_operation);
    }
    api
}

fn schema<T: utoipa::PartialSchema>() -> RefOr<utoipa::openapi::Schema> {
    T::schema()
}

fn finish_operation(operation: &mut Operation) {
    if permission(operation) != Some(PUBLIC) {
        let none: [&str; 0] = [];
        operation.security = Some(vec![
            SecurityRequirement::new("session", none),
            SecurityRequirement::new("key", none),
        ]);
    }
    let content = Content::new(Some(Ref::from_schema_name("Problem")));
    let mut problem = Response::new("What went wrong, as a problem document (RFC 9457)");
    problem.content.insert(PROBLEM_JSON.to_owned(), RefOr::T(content));
    operation.responses.responses.insert("default".to_owned(), RefOr::T(problem));
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::TAGS;

    fn document() -> Value {
        serde_json::to_value(crate::openapi()).expect("serialises")
    }

    #[test]
    fn what_an_answer_always_has_is_required() {
        let schemas = &document()["components"]["schemas"];
        let required = |schema: &Value, member: &str| {
            schema["required"].as_array().is_some_and(|all| all.contains(&json!(member)))
        };
        let is = |name: &str, member: &str| required(&schemas[name], member);
        assert!(is("Movement", "reported_by"), "null, but there");
        assert!(is("VarianceRequest", "decided_by"), "null or another schema");
        assert!(
            required(&schemas["Level"]["allOf"][1], "last_counted_at"),
            "beside a flattened one"
        );
        assert!(is("Page_Movement", "next_cursor"));
        assert!(!is("ApiKey", "secret"), "left out but in one answer");
        assert_eq!(schemas["ApiKey"]["properties"]["secret"]["type"], "string", "and never null");
        assert!(!is("NewVariance", "note"), "a request may say nothing");
    }

    #[test]
    fn a_page_refers_to_its_entries() {
        for (name, page) in document()["components"]["schemas"].as_object().expect("schemas") {
            if let Some(entry) = name.strip_prefix("Page_") {
                let reference = format!("#/components/schemas/{entry}");
                assert_eq!(page["properties"]["items"]["items"], json!({ "$ref": reference }));
            }
        }
    }

    #[test]
    fn every_area_says_what_it_is_about() {
        for (path, item) in document()["paths"].as_object().expect("paths") {
            for operation in item.as_object().expect("operations").values() {
                let tag = operation["tags"][0].as_str().expect("a tag");
                assert!(TAGS.iter().any(|(name, _)| *name == tag), "{path}: {tag}");
            }
        }
    }
}
