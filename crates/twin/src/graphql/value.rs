//! What resolvers are asked and what they answer.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use crate::world::LevelKey;

/// A resolved value: plain, or something whose fields are still to be resolved.
#[derive(Clone, Debug)]
pub(crate) enum Val {
    Json(Value),
    Object(Object),
    List(Vec<Val>),
    /// Rows in ascending order of their keys; the executor cuts out the page.
    Connection(&'static str, Vec<Row>),
}

impl Val {
    pub(crate) const NULL: Self = Self::Json(Value::Null);

    pub(crate) fn of(value: impl Into<Value>) -> Self {
        Self::Json(value.into())
    }

    pub(crate) fn plain(kind: &'static str, fields: Vec<(&'static str, Self)>) -> Self {
        Self::Object(Object::Plain(Cow::Borrowed(kind), fields))
    }
}

/// A row of a connection.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// What it is sorted by, and its number.
    pub(crate) key: (i64, u64),
    pub(crate) object: Object,
}

/// Something with fields. The numbers are those of the world.
#[derive(Clone, Debug)]
pub(crate) enum Object {
    Query,
    Item(u64),
    Variant(u64),
    Product(u64),
    Level(LevelKey),
    Quantity(LevelKey, String),
    Location(u64),
    Group(u64),
    Change(u64, usize),
    Order(u64),
    /// Of an order.
    LineItem(u64, u64),
    FulfillmentOrder(u64, u64),
    /// Of an order's fulfilment order.
    FulfillmentOrderLine(u64, u64, u64),
    Fulfillment(u64, u64),
    Refund(u64, u64),
    Subscription(u64),
    Bulk(u64),
    /// All of its fields are known already.
    Plain(Cow<'static, str>, Vec<(&'static str, Val)>),
}

impl Object {
    pub(crate) fn type_name(&self) -> &str {
        match self {
            Self::Query => "QueryRoot",
            Self::Item(_) => "InventoryItem",
            Self::Variant(_) => "ProductVariant",
            Self::Product(_) => "Product",
            Self::Level(_) => "InventoryLevel",
            Self::Quantity(..) => "InventoryQuantity",
            Self::Location(_) => "Location",
            Self::Group(_) => "InventoryAdjustmentGroup",
            Self::Change(..) => "InventoryChange",
            Self::Order(_) => "Order",
            Self::LineItem(..) => "LineItem",
            Self::FulfillmentOrder(..) => "FulfillmentOrder",
            Self::FulfillmentOrderLine(..) => "FulfillmentOrderLineItem",
            Self::Fulfillment(..) => "Fulfillment",
            Self::Refund(..) => "Refund",
            Self::Subscription(_) => "WebhookSubscription",
            Self::Bulk(_) => "BulkOperation",
            Self::Plain(name, _) => name,
        }
    }
}

/// A field that is asked for, with its arguments coerced.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) field: &'a str,
    pub(crate) arguments: Map<String, Value>,
}

impl Call<'_> {
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.arguments.get(name)?.as_str()
    }

    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        self.arguments.get(name)?.as_i64()
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        self.arguments.get(name).and_then(Value::as_bool).unwrap_or_default()
    }

    pub(crate) fn texts(&self, name: &str) -> Vec<String> {
        let list = self.arguments.get(name).and_then(Value::as_array);
        let text = |value: &Value| value.as_str().map(ToOwned::to_owned);
        list.map(|list| list.iter().filter_map(text).collect()).unwrap_or_default()
    }
}

/// Why a field has no value.
#[derive(Clone, Debug)]
pub(crate) struct FieldError {
    pub(crate) message: String,
    pub(crate) code: &'static str,
    pub(crate) extensions: Map<String, Value>,
}

impl FieldError {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { message: message.into(), code, extensions: Map::new() }
    }

    /// The twin has no resolver for it: never a silent null.
    pub(crate) fn unknown(kind: &str, field: &str) -> Self {
        Self::new("TWIN_UNKNOWN", format!("the twin does not know {kind}.{field}"))
    }
}

/// An entry of a response's `errors`.
#[derive(Clone, Debug)]
pub(crate) struct GraphError {
    pub(crate) message: String,
    pub(crate) path: Vec<Value>,
    pub(crate) extensions: Map<String, Value>,
}

impl GraphError {
    pub(crate) fn coded(message: impl Into<String>, code: &str) -> Self {
        let mut extensions = Map::new();
        extensions.insert("code".to_owned(), json!(code));
        Self { message: message.into(), path: Vec::new(), extensions }
    }

    pub(crate) fn at(error: FieldError, path: &[Value]) -> Self {
        let mut coded = Self::coded(error.message, error.code);
        coded.path = path.to_vec();
        coded.extensions.extend(error.extensions);
        coded
    }

    pub(crate) fn to_json(&self) -> Value {
        let mut error = json!({ "message": self.message, "extensions": self.extensions });
        if !self.path.is_empty() {
            error["path"] = json!(self.path);
        }
        error
    }
}
