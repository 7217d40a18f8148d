//! Walks a selection over resolved values: aliases, fragments, nulls that propagate, and cost.

use apollo_compiler::ExecutableDocument;
use apollo_compiler::ast::Type;
use apollo_compiler::executable::{Field, Operation, Selection};
use apollo_compiler::schema::ExtendedType;
use serde_json::{Map, Value, json};

use super::value::{Call, FieldError, GraphError, Object, Row, Val};
use super::{coerce, cost, page, schema};
use crate::resolve;
use crate::world::World;

/// A request, taken apart.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parts<'a> {
    pub(crate) document: &'a ExecutableDocument,
    pub(crate) operation: &'a Operation,
    pub(crate) variables: &'a Map<String, Value>,
}

/// A field that may not be null has none: the nearest parent that may is null.
pub(crate) struct Propagate;

type Fields<'a> = Vec<(&'a str, Vec<&'a Field>)>;

/// Executes one request.
#[derive(Debug)]
pub(crate) struct Executor<'a> {
    parts: Parts<'a>,
    /// Fields that are refused by a fault, as `Type.field`.
    denied: Vec<String>,
    pub(crate) errors: Vec<GraphError>,
    /// Points used so far.
    pub(crate) cost: f64,
    /// Inside a list that counts once, after its first entry.
    free: bool,
    /// In a bulk operation: the rows so far.
    pub(crate) rows: Option<Vec<Value>>,
    path: Vec<Value>,
}

impl<'a> Executor<'a> {
    pub(crate) fn new(parts: Parts<'a>, denied: Vec<String>) -> Self {
        let (errors, path) = (Vec::new(), Vec::new());
        Self { parts, denied, errors, cost: 0.0, free: false, rows: None, path }
    }

    /// The root fields of the operation.
    pub(crate) fn root_fields(&self, kind: &str) -> Fields<'a> {
        let mut fields = Vec::new();
        self.collect(kind, &self.parts.operation.selection_set.selections, &mut fields);
        fields
    }

    /// Answers a query.
    pub(crate) fn query(&mut self, world: &World) -> Value {
        let fields = self.root_fields("QueryRoot");
        self.fields(world, &Object::Query, fields).map_or(Value::Null, Value::Object)
    }

    /// Answers a root field of a mutation that has happened.
    pub(crate) fn payload(
        &mut self,
        world: &World,
        fields: &[&'a Field],
        result: Result<Val, FieldError>,
    ) -> Value {
        self.cost += cost::MUTATION;
        let Some(field) = fields.first() else { return Value::Null };
        self.path.push(json!(field.response_key().as_str()));
        let value = match result {
            Ok(Val::Object(object)) => self.object(world, &object, fields).map(Value::Object),
            Ok(_) => Ok(Value::Null),
            Err(error) => {
                self.errors.push(GraphError::at(error, &self.path));
                Err(Propagate)
            }
        };
        self.path.pop();
        value.unwrap_or(Value::Null)
    }

    pub(crate) fn arguments(&self, field: &Field) -> Result<Map<String, Value>, FieldError> {
        coerce::arguments(schema(), field, self.parts.variables)
    }

    fn object(
        &mut self,
        world: &World,
        object: &Object,
        fields: &[&'a Field],
    ) -> Result<Map<String, Value>, Propagate> {
        let mut collected = Vec::new();
        for field in fields {
            let selections = &field.selection_set.selections;
            self.collect(object.type_name(), selections, &mut collected);
        }
        self.fields(world, object, collected)
    }

    fn collect(&self, kind: &str, selections: &'a [Selection], into: &mut Fields<'a>) {
        for selection in selections {
            if !self.is_included(selection) {
                continue;
            }
            match selection {
                Selection::Field(field) => {
                    let key = field.response_key().as_str();
                    match into.iter_mut().find(|(known, _)| *known == key) {
                        Some((_, fields)) => fields.push(field),
                        None => into.push((key, vec![field])),
                    }
                }
                Selection::InlineFragment(inline) => {
                    if inline.type_condition.as_ref().is_none_or(|it| applies(it, kind)) {
                        self.collect(kind, &inline.selection_set.selections, into);
                    }
                }
                Selection::FragmentSpread(spread) => {
                    let fragment = self.parts.document.fragments.get(&spread.fragment_name);
                    if let Some(fragment) = fragment
                        && applies(fragment.type_condition(), kind)
                    {
                        self.collect(kind, &fragment.selection_set.selections, into);
                    }
                }
            }
        }
    }

    fn is_included(&self, selection: &Selection) -> bool {
        let condition = |name: &str| {
            let directive = selection.directives().get(name)?;
            let value = directive.specified_argument_by_name("if")?;
            coerce::literal(value, self.parts.variables)?.as_bool()
        };
        !condition("skip").unwrap_or(false) && condition("include").unwrap_or(true)
    }

    fn fields(
        &mut self,
        world: &World,
        object: &Object,
        fields: Fields<'a>,
    ) -> Result<Map<String, Value>, Propagate> {
        let mut answer = Map::new();
        for (key, fields) in fields {
            self.path.push(json!(key));
            let value = self.field(world, object, &fields);
            self.path.pop();
            if let Some(value) = value? {
                answer.insert(key.to_owned(), value);
            }
        }
        Ok(answer)
    }

    /// The value of a field; None where a bulk operation writes it into rows of its own.
    fn field(
        &mut self,
        world: &World,
        object: &Object,
        fields: &[&'a Field],
    ) -> Result<Option<Value>, Propagate> {
        let Some(field) = fields.first() else { return Ok(None) };
        let (kind, name) = (object.type_name(), field.name.as_str());
        if name == "__typename" {
            return Ok(Some(json!(kind)));
        }
        let ty = field.ty();
        let resolved = self.resolve(world, object, field);
        let completed = match resolved {
            Ok((Val::Connection(_, rows), _)) if self.rows.is_some() => {
                self.bulk_rows(world, object, fields, &rows);
                return Ok(None);
            }
            Ok((Val::Connection(kind, rows), call)) => match page::cut(kind, rows, &call) {
                Ok(page) => {
                    self.charge(cost::CONNECTION);
                    self.complete(world, ty, Val::Object(page), fields)
                }
                Err(error) => self.fail(error),
            },
            Ok((value, _)) => self.complete(world, ty, value, fields),
            Err(error) => self.fail(error),
        };
        match completed {
            Err(Propagate) if !ty.is_non_null() => Ok(Some(Value::Null)),
            Err(Propagate) => Err(Propagate),
            Ok(value) => Ok(Some(value)),
        }
    }

    fn resolve(
        &self,
        world: &World,
        object: &Object,
        field: &'a Field,
    ) -> Result<(Val, Call<'a>), FieldError> {
        let (kind, name) = (object.type_name(), field.name.as_str());
        let path = format!("{kind}.{name}");
        let scope = resolve::scope_of(kind, name);
        let is_refused = scope.is_some_and(|scope| !world.access.has_scope(scope));
        if is_refused || self.denied.contains(&path) {
            return Err(denied(name, scope.unwrap_or("read_users")));
        }
        let call = Call { field: name, arguments: self.arguments(field)? };
        Ok((resolve::field(world, object, &call)?, call))
    }

    fn fail(&mut self, error: FieldError) -> Result<Value, Propagate> {
        self.errors.push(GraphError::at(error, &self.path));
        Err(Propagate)
    }

    fn charge(&mut self, points: f64) {
        if !self.free {
            self.cost += points;
        }
    }

    fn complete(
        &mut self,
        world: &World,
        ty: &Type,
        value: Val,
        fields: &[&'a Field],
    ) -> Result<Value, Propagate> {
        match value {
            Val::Json(Value::Null) if ty.is_non_null() => {
                self.fail(FieldError::new("INTERNAL_SERVER_ERROR", "the twin has no value for it"))
            }
            Val::Json(value) => Ok(value),
            Val::Object(object) => {
                let name = object.type_name();
                let is_free =
                    name.ends_with("Connection") || name.ends_with("Edge") || name == "PageInfo";
                if !is_free && !ty.is_list() {
                    self.charge(1.0);
                }
                self.object(world, &object, fields).map(Value::Object)
            }
            Val::List(list) => self.list(world, ty, list, fields),
            // Connections were cut into pages before.
            Val::Connection(..) => Err(Propagate),
        }
    }

    fn list(
        &mut self,
        world: &World,
        ty: &Type,
        list: Vec<Val>,
        fields: &[&'a Field],
    ) -> Result<Value, Propagate> {
        let item = ty.item_type();
        let name = fields.first().map_or("", |field| field.name.as_str());
        let counts_each = matches!(name, "nodes" | "edges");
        let was_free = self.free;
        let mut values = Vec::with_capacity(list.len());
        let mut result = Ok(());
        for (at, value) in list.into_iter().enumerate() {
            self.free = was_free || (at > 0 && !counts_each);
            // The entries themselves cost something in `nodes` alone.
            if !counts_each && matches!(value, Val::Object(_)) && !self.free {
                self.cost -= 1.0;
            }
            self.path.push(json!(at));
            let value = self.complete(world, item, value, fields);
            self.path.pop();
            match value {
                Ok(value) => values.push(value),
                Err(Propagate) if !item.is_non_null() => values.push(Value::Null),
                Err(Propagate) => {
                    result = Err(Propagate);
                    break;
                }
            }
        }
        self.free = was_free;
        result.map(|()| Value::Array(values))
    }

    /// Writes the objects of a connection as rows, each before its own children.
    pub(crate) fn bulk_rows(
        &mut self,
        world: &World,
        parent: &Object,
        fields: &[&'a Field],
        rows: &[Row],
    ) {
        let nodes = self.bulk_nodes(fields);
        let parent = resolve::global_id(world, parent);
        for row in rows {
            let at = self.rows.as_ref().map_or(0, Vec::len);
            if let Some(written) = &mut self.rows {
                written.push(Value::Null);
            }
            let mut line = self.object(world, &row.object, &nodes).unwrap_or_default();
            if let Some(parent) = &parent {
                line.insert("__parentId".to_owned(), json!(parent));
            }
            if let Some(written) = &mut self.rows {
                written[at] = Value::Object(line);
            }
        }
    }

    /// The fields `nodes` and `edges.node` of a connection.
    fn bulk_nodes(&self, fields: &[&'a Field]) -> Vec<&'a Field> {
        let mut nodes = Vec::new();
        for field in fields {
            let mut below = Vec::new();
            let kind = field.ty().inner_named_type().as_str();
            self.collect(kind, &field.selection_set.selections, &mut below);
            for field in below.into_iter().flat_map(|(_, fields)| fields) {
                match field.name.as_str() {
                    "nodes" | "node" => nodes.push(field),
                    "edges" => nodes.extend(self.bulk_nodes(&[field])),
                    _ => {}
                }
            }
        }
        nodes
    }
}

fn denied(field: &str, scope: &str) -> FieldError {
    let message =
        format!("Access denied for {field} field. Required access: `{scope}` access scope.");
    let mut error = FieldError::new("ACCESS_DENIED", message);
    let required = format!("`{scope}` access scope.");
    error.extensions.insert("requiredAccess".to_owned(), json!(required));
    let page = "https://shopify.dev/api/usage/access-scopes";
    error.extensions.insert("documentation".to_owned(), json!(page));
    error
}

/// Whether a fragment on `condition` applies to an object of the type `kind`.
fn applies(condition: &str, kind: &str) -> bool {
    if condition == kind {
        return true;
    }
    match schema().types.get(condition) {
        Some(ExtendedType::Interface(_)) => schema()
            .get_object(kind)
            .is_some_and(|object| object.implements_interfaces.contains(condition)),
        Some(ExtendedType::Union(union)) => union.members.contains(kind),
        _ => false,
    }
}
