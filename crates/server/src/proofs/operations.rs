//! The operations as the description has them.

use axum::http::Method;
use onhand_domain::Permission;
use serde_json::Value;

/// An operation of the description.
pub(super) struct Op {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) id: String,
    pub(super) tag: String,
    /// A permission's code, several with ` or ` between them, `own` or `public`.
    pub(super) permission: String,
    pub(super) spec: Value,
}

/// The description as JSON.
pub(super) fn document() -> Value {
    serde_json::to_value(crate::openapi()).expect("serialises")
}

/// All operations of the description.
pub(super) fn all(document: &Value) -> Vec<Op> {
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, spec) in item.as_object().expect("methods") {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            all.push(Op {
                method: method.to_uppercase().parse().expect("a method"),
                path: path.clone(),
                id: text(&spec["operationId"]),
                tag: text(&spec["tags"][0]),
                permission: text(&spec["x-permission"]),
                spec: spec.clone(),
            });
        }
    }
    assert!(all.len() > 20, "the description has only {} operations", all.len());
    all
}

impl Op {
    /// The request's media type and example; JSON where there is a choice.
    pub(super) fn body(&self) -> Option<(&str, &Value)> {
        let content = self.spec["requestBody"]["content"].as_object()?;
        let media =
            |(kind, media): (&'_ String, &'_ Value)| example_of(media).map(|_| kind.clone());
        let kinds: Vec<String> = content.iter().filter_map(media).collect();
        let kind = kinds.iter().find(|k| *k == "application/json").or(kinds.first())?;
        let (kind, media) = content.get_key_value(kind)?;
        Some((kind, example_of(media)?))
    }

    /// The parameters that stand `in` there.
    pub(super) fn parameters<'a>(&'a self, place: &'a str) -> impl Iterator<Item = &'a Value> {
        let all = self.spec["parameters"].as_array().map_or(&[][..], Vec::as_slice);
        all.iter().filter(move |p| p["in"] == place)
    }

    /// The permissions of which one is enough; none where it says anything else.
    pub(super) fn permissions(&self) -> Option<Vec<Permission>> {
        self.permission.split(" or ").map(Permission::from_code).collect()
    }

    /// Whether somebody has to hold a permission.
    pub(super) fn needs_permission(&self) -> bool {
        !matches!(self.permission.as_str(), "own" | "public")
    }
}

/// The example of a body, an answer or a parameter.
pub(super) fn example_of(media: &Value) -> Option<&Value> {
    let named = || media["examples"].as_object()?.values().next()?.get("value");
    media.get("example").or_else(named)
}
