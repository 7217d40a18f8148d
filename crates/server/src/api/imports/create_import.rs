//! `POST /imports`

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::{Request, State},
    http::StatusCode,
};
use onhand_domain::{FacilityId, FacilityScope, Permission};
use onhand_store::catalog::NewImport;
use serde::Deserialize;
use tokio::sync::Semaphore;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{Import, ImportKind, ImportMode, run, upload};
use crate::{Problem, api::ApiResult, caller::Caller, extract::ApiQuery, state::AppState};

/// Imports that one process runs at once; each holds a file on the disk.
const IMPORTS_AT_ONCE_MAX: usize = 4;

/// Who may run, in this process. Nothing else depends on it.
static PLACES: Semaphore = Semaphore::const_new(IMPORTS_AT_ONCE_MAX);

/// How to import.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CreateImport {
    /// `catalog` reads Shopify's product export, `stock` its inventory export.
    #[param(inline)]
    kind: ImportKind,
    /// Catalogue: where its quantities open; without it they are not looked at. Stock: only the
    /// quantities there, all facilities without it.
    facility_id: Option<Uuid>,
    /// What is written.
    #[serde(default)]
    #[param(inline, required = false)]
    mode: ImportMode,
    /// Stock: facility codes of locations that are called otherwise in the file.
    #[param(example = "Moon=S1;Harbour=S2")]
    locations: Option<String>,
}

/// A form with the file.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the form, which is read as a stream")]
pub(crate) struct ImportForm {
    /// The CSV.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// Starts an import and answers at once; ask `GET /imports/{id}` how far it is. The same file
/// twice changes nothing.
#[utoipa::path(
    post,
    path = "/imports",
    operation_id = "create_import",
    tag = "imports",
    params(CreateImport),
    request_body(content(
        (ImportForm = "multipart/form-data"),
        (String = "text/csv", example =
            "Handle,Title,Variant SKU,Variant Price,Variant Inventory Qty\ncap,Cap,C-1,10.00,5\n"),
    ), description = "The export, at most 256 MiB"),
    responses((status = 202, description = "The import has started", body = Import,
        example = json!({
            "id": "01900000-0000-7000-8000-000000000009", "kind": "catalog",
            "facility_id": "01900000-0000-7000-8000-00000000000a", "mode": "good_rows",
            "file_name": "products_export.csv", "status": "running", "rows_done": 0,
            "rows_total": null, "report": null, "failure": null,
            "started_at": "2026-03-01T09:30:00Z", "finished_at": null,
        }))),
    extensions(("x-permission" = json!("catalog.import"))),
)]
pub(crate) async fn create_import(
    State(state): State<AppState>,
    caller: Caller,
    ApiQuery(query): ApiQuery<CreateImport>,
    request: Request,
) -> ApiResult<(StatusCode, Json<Import>)> {
    let facility = query.facility_id.map(FacilityId);
    let scope = caller.scope_at(Permission::CatalogImport, facility).await?;
    // A catalogue without a facility is everybody's; the quantities of a stock file are its
    // facilities' own.
    let everybodys = query.kind == ImportKind::Catalog && facility.is_none();
    let rule_at = match &scope {
        FacilityScope::Only(ids) if !everybodys => ids.first().copied(),
        _ => facility,
    };
    let by = caller.authorise(Permission::CatalogImport, rule_at).await?.by;
    if let Some(id) = facility
        && state.store.facility(id).await?.is_none()
    {
        return Err(Problem::unknown("facility"));
    }
    let locations = read_locations(query.locations.as_deref().unwrap_or_default())?;
    let place = PLACES.try_acquire().map_err(|_| Problem::busy("other imports are running"))?;
    let upload = upload::receive(request).await?;
    let (kind, mode) = (query.kind.into(), query.mode.into());
    run::check(kind, &upload).await.map_err(|error| unreadable(&error))?;
    let id = state.store.ids().next();
    let new = NewImport { id, kind, facility, mode, file_name: upload.name.clone() };
    let import = state.store.start_import(&by, new).await?;
    let job = run::Job { id, upload, kind, mode, by, facility, scope, locations, _place: place };
    tokio::spawn(run::run(state.clone(), job));
    Ok((StatusCode::ACCEPTED, Json(import.into())))
}

fn unreadable(error: &onhand_catalog::FileError) -> Problem {
    let title = "The file can't be imported";
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "unreadable-file", title)
        .detail(error.to_string())
        .at("/file", error.to_string())
}

/// `Moon=S1;Harbour=S2`
fn read_locations(text: &str) -> Result<BTreeMap<String, String>, Problem> {
    text.split(';')
        .filter(|pair| !pair.trim().is_empty())
        .map(|pair| {
            pair.rsplit_once('=')
                .map(|(name, code)| (name.trim().to_owned(), code.trim().to_owned()))
                .ok_or_else(|| {
                    let detail = "write each location as NAME=CODE, with ; between them";
                    Problem::malformed("invalid-query", format!("?locations: {detail}"))
                        .at("?locations", detail)
                })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use axum::{
        body::Body,
        http::{Request, header},
    };
    use onhand_domain::Scope;
    use serde_json::json;

    use crate::{
        api::imports::testing::{CAP, finished, import},
        testing::TestState,
    };

    #[tokio::test]
    async fn a_form_is_imported_once() {
        let state = TestState::new().await;
        let home = state.facility("S1").await;
        let controller = state.user("inventory_controller", Scope::All).await;
        let form = format!(
            "--x\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\n1\r\n--x\r\n\
             Content-Disposition: form-data; name=\"file\"; filename=\"caps.csv\"\r\n\
             Content-Type: text/csv\r\n\r\n{CAP}\r\n--x--\r\n"
        );
        let send = || async {
            let request = Request::post(format!("/api/v1/imports?kind=catalog&facility_id={home}"))
                .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x")
                .body(Body::from(form.clone()))
                .expect("a request");
            let started = state.as_(&controller).send(request).await.expect(202);
            assert_eq!((&started["status"], &started["report"]), (&json!("running"), &json!(null)));
            assert_eq!(started["file_name"], "caps.csv");
            finished(&state, &controller, &started).await
        };
        let first = send().await;
        assert_eq!((&first["status"], &first["failure"]), (&json!("done"), &json!(null)));
        assert_eq!(first["report"]["products"]["created"], 2);
        assert_eq!(first["report"]["opening"], json!({"posted": 2, "units": 9, "negative": 0}));
        assert_eq!((&first["rows_done"], &first["rows_total"]), (&json!(4), &json!(4)));
        let second = send().await;
        assert_eq!(second["report"]["products"]["unchanged"], 2);
        assert_eq!(second["report"]["opening"]["posted"], 0);
    }

    #[tokio::test]
    async fn what_is_no_csv_is_refused_and_nothing_is_recorded() {
        let state = TestState::new().await;
        let controller = state.user("inventory_controller", Scope::All).await;
        for (body, part) in [
            ("\u{89}PNG", "missing"),
            ("PK\u{3}\u{4}", "Excel workbook (XLSX)"),
            ("Name,Mail\n", "no column \"Handle\""),
            ("", "empty"),
        ] {
            let reply = import(&state, &controller, "kind=catalog", body).await;
            let problem = reply.problem(422, "unreadable-file");
            let detail = problem["detail"].as_str().expect("a text");
            assert!(part == "missing" || detail.contains(part), "{detail}");
            assert_eq!(problem["errors"][0]["pointer"], "/file");
        }
        let list = state.as_(&controller).get("/imports").await.ok();
        assert_eq!(list["items"], json!([]));
        let json = state.as_(&controller).post("/imports?kind=catalog", &json!({})).await;
        json.problem(415, "unsupported-media-type");
        state
            .as_(&controller)
            .post("/imports?kind=x", &json!({}))
            .await
            .problem(400, "invalid-query");
    }

    #[tokio::test]
    async fn a_file_that_breaks_off_fails_with_its_line() {
        let state = TestState::new().await;
        let controller = state.user("inventory_controller", Scope::All).await;
        let body = "Handle,Title\na,A\nb,\"B\n";
        let started = import(&state, &controller, "kind=catalog", body).await.expect(202);
        let ended = finished(&state, &controller, &started).await;
        assert_eq!(ended["status"], "failed");
        assert_eq!(ended["report"]["errors"][0]["line"], 3);
        assert!(ended["failure"].as_str().is_some_and(|text| text.contains("never closed")));
    }

    #[tokio::test]
    async fn who_may_import_and_where() {
        let state = TestState::new().await;
        let (home, other) = (state.facility("S1").await, state.facility("S2").await);
        let manager = state.user("facility_manager", Scope::Facility(home)).await;
        let at = |id| format!("kind=catalog&facility_id={id}");
        let refused = import(&state, &manager, &at(home), CAP).await;
        assert_eq!(refused.problem(403, "not-permitted")["permission"], "catalog.import");
        let local = state.user("inventory_controller", Scope::Facility(home)).await;
        import(&state, &local, &at(other), CAP).await.problem(404, "unknown-facility");
        import(&state, &local, "kind=catalog", CAP).await.problem(403, "not-permitted");
        let started = import(&state, &local, &at(home), CAP).await.expect(202);
        finished(&state, &local, &started).await;
        let everywhere = state.user("inventory_controller", Scope::All).await;
        let unknown = at(onhand_domain::FacilityId(state.id()));
        import(&state, &everywhere, &unknown, CAP).await.problem(404, "unknown-facility");
    }

    #[tokio::test]
    async fn stock_of_hidden_facilities_stays_as_it_is() {
        let state = TestState::new().await;
        let (home, other) = (state.facility("S1").await, state.facility("S2").await);
        let controller = state.user("inventory_controller", Scope::All).await;
        let started = import(&state, &controller, "kind=catalog", CAP).await.expect(202);
        finished(&state, &controller, &started).await;
        let local = state.user("inventory_controller", Scope::Facility(home)).await;
        let stock = "Handle,Title,Option1 Value,Location,Available\n\
                     cap,Cap,Red,Moon,3\ncap,Cap,Red,S2,4\n";
        let started =
            import(&state, &local, "kind=stock&locations=Moon%3DS1", stock).await.expect(202);
        let ended = finished(&state, &local, &started).await;
        assert_eq!(ended["report"]["opening"]["units"], 3);
        assert_eq!(ended["report"]["errors"][0]["value"], "S2");
        let seen =
            state.as_(&controller).get(&format!("/products?q=cap&facility_id={other}")).await;
        assert_eq!(seen.ok()["items"][0]["on_hand"], 0);
    }
}
