//! Brings variables and arguments into the form that the schema demands.

use apollo_compiler::Schema;
use apollo_compiler::ast::{Type, Value as Literal};
use apollo_compiler::executable::{Field, Operation};
use apollo_compiler::schema::ExtendedType;
use serde_json::{Map, Value, json};

use super::value::{FieldError, GraphError};

/// Entries that a list in an argument may have.
const INPUT_LIST_MAX: usize = 250;

/// What is wrong with a value, and where in it.
struct Problem {
    path: Vec<Value>,
    explanation: String,
}

impl Problem {
    fn new(explanation: impl Into<String>) -> Self {
        Self { path: Vec::new(), explanation: explanation.into() }
    }

    fn within(mut self, part: impl Into<Value>) -> Self {
        self.path.insert(0, part.into());
        self
    }
}

pub(super) fn variables(
    schema: &Schema,
    operation: &Operation,
    given: &Map<String, Value>,
) -> Result<Map<String, Value>, GraphError> {
    let mut coerced = Map::new();
    for definition in &operation.variables {
        let name = definition.name.as_str();
        let value = match given.get(name) {
            Some(value) => value.clone(),
            None => match &definition.default_value {
                Some(default) => literal(default, &Map::new()).unwrap_or_default(),
                None if definition.ty.is_non_null() => Value::Null,
                // Left out is not the same as null: whoever asks for the key finds none.
                None => continue,
            },
        };
        let coerced_value = coerce(schema, &definition.ty, &value).map_err(|problem| {
            let place = problem.path.iter().map(plain).collect::<Vec<_>>().join(".");
            let place = if place.is_empty() { String::new() } else { format!(" for {place}") };
            let message = format!(
                "Variable ${name} of type {} was provided invalid value{place} ({})",
                definition.ty, problem.explanation
            );
            let mut error = GraphError::coded(message, "INVALID_VARIABLE");
            let problems = json!([{ "path": problem.path, "explanation": problem.explanation }]);
            error.extensions.insert("value".to_owned(), value.clone());
            error.extensions.insert("problems".to_owned(), problems);
            error
        })?;
        coerced.insert(name.to_owned(), coerced_value);
    }
    Ok(coerced)
}

fn plain(part: &Value) -> String {
    part.as_str().map_or_else(|| part.to_string(), ToOwned::to_owned)
}

/// The arguments of a field.
pub(super) fn arguments(
    schema: &Schema,
    field: &Field,
    variables: &Map<String, Value>,
) -> Result<Map<String, Value>, FieldError> {
    let mut arguments = Map::new();
    for definition in &field.definition.arguments {
        let given = field.arguments.iter().find(|argument| argument.name == definition.name);
        let value = given.and_then(|argument| literal(&argument.value, variables));
        let value = match (value, &definition.default_value) {
            (Some(value), _) => value,
            (None, Some(default)) => literal(default, variables).unwrap_or_default(),
            (None, None) if definition.ty.is_non_null() => Value::Null,
            (None, None) => continue,
        };
        let coerced = coerce(schema, &definition.ty, &value).map_err(|problem| {
            let message = format!("Argument '{}': {}", definition.name, problem.explanation);
            FieldError::new("INVALID_FIELD_ARGUMENTS", message)
        })?;
        if let Some(size) = longest(&coerced).filter(|size| *size > INPUT_LIST_MAX) {
            let message = format!(
                "The input array size of {size} is greater than the maximum allowed of 250."
            );
            return Err(FieldError::new("MAX_INPUT_SIZE_EXCEEDED", message));
        }
        arguments.insert(definition.name.to_string(), coerced);
    }
    Ok(arguments)
}

fn longest(value: &Value) -> Option<usize> {
    match value {
        Value::Array(list) => list.iter().filter_map(longest).chain([list.len()]).max(),
        Value::Object(fields) => fields.values().filter_map(longest).max(),
        _ => None,
    }
}

/// A literal as JSON; None for a variable that was not given.
pub(super) fn literal(value: &Literal, variables: &Map<String, Value>) -> Option<Value> {
    Some(match value {
        Literal::Null => Value::Null,
        Literal::Enum(name) => json!(name.as_str()),
        Literal::Variable(name) => return variables.get(name.as_str()).cloned(),
        Literal::String(text) => json!(text),
        Literal::Boolean(flag) => json!(flag),
        Literal::Int(number) => number.as_str().parse::<i64>().map_or(Value::Null, Into::into),
        Literal::Float(number) => number.as_str().parse::<f64>().map_or(Value::Null, Into::into),
        Literal::List(list) => {
            list.iter().map(|item| literal(item, variables).unwrap_or_default()).collect()
        }
        Literal::Object(fields) => {
            let given = fields
                .iter()
                .filter_map(|(name, value)| Some((name.to_string(), literal(value, variables)?)));
            Value::Object(given.collect())
        }
    })
}

fn coerce(schema: &Schema, ty: &Type, value: &Value) -> Result<Value, Problem> {
    if value.is_null() {
        return if ty.is_non_null() {
            Err(Problem::new("Expected value to not be null"))
        } else {
            Ok(Value::Null)
        };
    }
    let name = match ty {
        Type::List(inner) | Type::NonNullList(inner) => {
            let Value::Array(list) = value else {
                return coerce(schema, inner, value).map(|value| json!([value]));
            };
            let each = list.iter().enumerate();
            return each
                .map(|(at, item)| coerce(schema, inner, item).map_err(|it| it.within(at)))
                .collect();
        }
        Type::Named(name) | Type::NonNullNamed(name) => name,
    };
    match schema.types.get(name) {
        Some(ExtendedType::InputObject(object)) => {
            let Value::Object(given) = value else {
                return Err(Problem::new(format!("Expected {value} to be a key-value object.")));
            };
            if let Some(key) = given.keys().find(|key| !object.fields.contains_key(key.as_str())) {
                let problem = Problem::new(format!("Field is not defined on {name}"));
                return Err(problem.within(key.as_str()));
            }
            let mut coerced = Map::new();
            for (key, definition) in &object.fields {
                let value = match (given.get(key.as_str()), &definition.default_value) {
                    (Some(value), _) => value.clone(),
                    (None, Some(default)) => literal(default, &Map::new()).unwrap_or_default(),
                    (None, None) if definition.ty.is_non_null() => Value::Null,
                    (None, None) => continue,
                };
                let value = coerce(schema, &definition.ty, &value)
                    .map_err(|problem| problem.within(key.as_str()))?;
                coerced.insert(key.to_string(), value);
            }
            Ok(Value::Object(coerced))
        }
        Some(ExtendedType::Enum(values)) => {
            let known = value.as_str().is_some_and(|text| values.values.contains_key(text));
            let wrong = || Problem::new(format!("Expected {value} to be one of {name}'s values"));
            known.then(|| value.clone()).ok_or_else(wrong)
        }
        _ => scalar(name, value),
    }
}

fn scalar(name: &str, value: &Value) -> Result<Value, Problem> {
    let wrong = || Problem::new(format!("Could not coerce value {value} to {name}"));
    let fits = match name {
        "Int" => value.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
        "Float" => value.is_number(),
        "Boolean" => value.is_boolean(),
        "ID" => match value {
            Value::Number(number) if number.is_i64() || number.is_u64() => {
                return Ok(json!(number.to_string()));
            }
            other => other.is_string(),
        },
        "String" | "URL" | "DateTime" => value.is_string(),
        _ => true,
    };
    fits.then(|| value.clone()).ok_or_else(wrong)
}
