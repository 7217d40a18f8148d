//! The shop, the app's installation, subscriptions and bulk operations.

use serde_json::json;

use super::root::row;
use super::{gid, id, legacy, time};
use crate::graphql::{Call, FieldError, Object, Row, Search, VERSION, Val};
use crate::world::{BulkStatus, World};

pub(super) fn shop(world: &World) -> Val {
    let name = world.domain.split('.').next().unwrap_or_default();
    let plan = vec![
        ("displayName", Val::of("Twin")),
        ("publicDisplayName", Val::of("Twin")),
        ("partnerDevelopment", Val::of(true)),
        ("shopifyPlus", Val::of(false)),
    ];
    let domain = vec![
        ("host", Val::of(world.domain.clone())),
        ("url", Val::of(format!("https://{}", world.domain))),
        ("sslEnabled", Val::of(true)),
    ];
    let fields = vec![
        ("id", Val::of(gid("Shop", 1))),
        ("name", Val::of(name)),
        ("email", Val::of("owner@example.com")),
        ("contactEmail", Val::of("owner@example.com")),
        ("myshopifyDomain", Val::of(world.domain.clone())),
        ("url", Val::of(format!("https://{}", world.domain))),
        ("ianaTimezone", Val::of("Etc/UTC")),
        ("timezoneAbbreviation", Val::of("UTC")),
        ("timezoneOffset", Val::of("+0000")),
        ("timezoneOffsetMinutes", Val::of(0)),
        ("currencyCode", Val::of("USD")),
        ("weightUnit", Val::of("KILOGRAMS")),
        ("plan", Val::plain("ShopPlan", plan)),
        ("primaryDomain", Val::plain("Domain", domain)),
    ];
    Val::plain("Shop", fields)
}

pub(super) fn installation(world: &World) -> Val {
    let scope = |handle: &String| {
        let fields = vec![
            ("handle", Val::of(handle.clone())),
            ("description", Val::of(handle.replace('_', " "))),
        ];
        Val::plain("AccessScope", fields)
    };
    let app = vec![
        ("id", Val::of(gid("App", 1))),
        ("title", Val::of("Onhand")),
        ("handle", Val::of("onhand")),
        ("apiKey", Val::of(world.access.client_id.clone())),
    ];
    let fields = vec![
        ("id", Val::of(gid("AppInstallation", 1))),
        ("accessScopes", Val::List(world.access.scopes.iter().map(scope).collect())),
        ("app", Val::plain("App", app)),
    ];
    Val::plain("AppInstallation", fields)
}

pub(super) fn subscriptions(world: &World, call: &Call<'_>) -> Result<Vec<Row>, FieldError> {
    let search = Search::parse(call.text("query"), &["id", "created_at", "updated_at", "topic"])?;
    let topics = call.texts("topics");
    let uri = call.text("uri").or(call.text("callbackUrl"));
    let found = world.subscriptions.values().filter(|it| {
        (topics.is_empty() || topics.contains(&it.topic))
            && uri.is_none_or(|uri| uri == it.uri)
            && search.matches(|term| match term.field.as_str() {
                "topic" => term.is_text(&it.topic),
                "created_at" => term.is_time(it.created_at),
                "updated_at" => term.is_time(it.updated_at),
                _ => term.is_number(it.id),
            })
    });
    Ok(found.map(|it| row(0, it.id, Object::Subscription(it.id))).collect())
}

pub(super) fn subscription(world: &World, number: u64, call: &Call<'_>) -> Option<Val> {
    let it = world.subscriptions.get(&number)?;
    Some(match call.field {
        "id" => id(world, &Object::Subscription(number)),
        "legacyResourceId" => legacy(number),
        "topic" => Val::of(it.topic.clone()),
        "uri" | "callbackUrl" => Val::of(it.uri.clone()),
        "format" => Val::of(it.format.clone()),
        "filter" => Val::of(it.filter.clone()),
        "name" => Val::of(it.name.clone()),
        "includeFields" => Val::Json(json!(it.include_fields)),
        "metafieldNamespaces" | "metafields" => Val::List(Vec::new()),
        "createdAt" => time(it.created_at),
        "updatedAt" => time(it.updated_at),
        "endpoint" => {
            Val::plain("WebhookHttpEndpoint", vec![("callbackUrl", Val::of(it.uri.clone()))])
        }
        "apiVersion" => {
            let fields = vec![
                ("handle", Val::of(VERSION)),
                ("displayName", Val::of(VERSION)),
                ("supported", Val::of(true)),
            ];
            Val::plain("ApiVersion", fields)
        }
        _ => return None,
    })
}

pub(super) fn bulks(world: &World, call: &Call<'_>) -> Result<Vec<Row>, FieldError> {
    let search = Search::parse(call.text("query"), &["id", "status", "created_at"])?;
    let found = world.bulks.values().filter(|it| {
        search.matches(|term| match term.field.as_str() {
            "status" => term.is_text(it.status.name()),
            "created_at" => term.is_time(it.created_at),
            _ => term.is_number(it.id),
        })
    });
    Ok(found.map(|it| row(it.created_at, it.id, Object::Bulk(it.id))).collect())
}

pub(super) fn bulk(world: &World, number: u64, call: &Call<'_>) -> Option<Val> {
    let bulk = world.bulks.get(&number)?;
    let url = || Val::of(format!("{}/twin/bulk/{number}.jsonl", world.address));
    let has_rows = bulk.objects > 0;
    Some(match call.field {
        "id" => id(world, &Object::Bulk(number)),
        "status" => Val::of(bulk.status.name()),
        "type" => Val::of("QUERY"),
        "query" => Val::of(bulk.query.clone()),
        "createdAt" => time(bulk.created_at),
        "completedAt" => bulk.completed_at.map_or(Val::NULL, time),
        "errorCode" => Val::of(bulk.error.clone()),
        "objectCount" => Val::of(bulk.objects.to_string()),
        "rootObjectCount" => Val::of(bulk.roots.to_string()),
        "fileSize" if bulk.status == BulkStatus::Completed => Val::of(bulk.bytes.to_string()),
        // A query that found nothing has no file.
        "url" if bulk.status == BulkStatus::Completed && has_rows => url(),
        "partialDataUrl" if bulk.status == BulkStatus::Failed && has_rows => url(),
        "fileSize" | "url" | "partialDataUrl" => Val::NULL,
        _ => return None,
    })
}
