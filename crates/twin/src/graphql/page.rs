//! Cuts a page out of a connection.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::value::{Call, FieldError, Object, Row, Val};

const PAGE_MAX: i64 = 250;

/// The connection as an object: the page that the arguments ask for.
pub(super) fn cut(
    kind: &'static str,
    mut rows: Vec<Row>,
    call: &Call<'_>,
) -> Result<Object, FieldError> {
    rows.sort_by_key(|row| row.key);
    if call.flag("reverse") {
        rows.reverse();
    }
    let size = size(call)?;
    let place = |name| match call.text(name) {
        None => Ok(None),
        Some(text) => parse(text).map(Some).ok_or_else(|| {
            FieldError::new("BAD_REQUEST", format!("Invalid cursor for argument '{name}'"))
        }),
    };
    let (after, before) = (place("after")?, place("before")?);
    let descends = call.flag("reverse");
    let lies = |key: (i64, u64), beyond: (i64, u64)| {
        if descends { key < beyond } else { key > beyond }
    };
    let total = rows.len();
    let start =
        after.map_or(0, |after| rows.iter().position(|row| lies(row.key, after)).unwrap_or(total));
    let end = before.map_or(total, |before| {
        rows.iter().position(|row| !lies(before, row.key)).unwrap_or(total)
    });
    let end = end.max(start);
    let (start, end) = match size {
        Size::First(count) => (start, end.min(start + count)),
        Size::Last(count) => (start.max(end.saturating_sub(count)), end),
    };
    Ok(object(kind, &rows[start..end], start > 0, end < total))
}

enum Size {
    First(usize),
    Last(usize),
}

fn size(call: &Call<'_>) -> Result<Size, FieldError> {
    let wrong = |message: &str| Err(FieldError::new("BAD_REQUEST", message));
    let (first, last) = (call.number("first"), call.number("last"));
    let count = match (first, last) {
        (Some(_), Some(_)) => return wrong("providing both `first` and `last` is not supported"),
        (None, None) => return wrong("you must provide one of first or last"),
        (Some(count), None) | (None, Some(count)) => count,
    };
    if !(0..=PAGE_MAX).contains(&count) {
        return wrong("`first` and `last` must be between 0 and 250");
    }
    let count = usize::try_from(count).unwrap_or_default();
    Ok(if first.is_some() { Size::First(count) } else { Size::Last(count) })
}

fn object(kind: &'static str, rows: &[Row], has_previous: bool, has_next: bool) -> Object {
    let cursor = |row: Option<&Row>| row.map_or(Value::Null, |row| json!(write(row.key)));
    let edge = |row: &Row| {
        let fields = vec![
            ("cursor", Val::Json(cursor(Some(row)))),
            ("node", Val::Object(row.object.clone())),
        ];
        Val::Object(Object::Plain(Cow::Owned(format!("{kind}Edge")), fields))
    };
    let page = Val::plain(
        "PageInfo",
        vec![
            ("hasNextPage", Val::of(has_next)),
            ("hasPreviousPage", Val::of(has_previous)),
            ("startCursor", Val::Json(cursor(rows.first()))),
            ("endCursor", Val::Json(cursor(rows.last()))),
        ],
    );
    let nodes = rows.iter().map(|row| Val::Object(row.object.clone())).collect();
    let fields = vec![
        ("edges", Val::List(rows.iter().map(edge).collect())),
        ("nodes", Val::List(nodes)),
        ("pageInfo", page),
    ];
    Object::Plain(Cow::Owned(format!("{kind}Connection")), fields)
}

/// An opaque text, so that nobody builds cursors by hand.
fn write(key: (i64, u64)) -> String {
    STANDARD.encode(format!("{},{}", key.0, key.1))
}

fn parse(text: &str) -> Option<(i64, u64)> {
    let text = String::from_utf8(STANDARD.decode(text).ok()?).ok()?;
    let (sort, id) = text.split_once(',')?;
    Some((sort.parse().ok()?, id.parse().ok()?))
}
