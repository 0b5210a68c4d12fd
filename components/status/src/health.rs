//! `GET /api/health`: whether this deployment works and, for an ADMIN or the tick secret, why not. This
//! module must not show the reasons to anyone else.

use http::{StatusCode, header};
use nexus_common::auth::{self, Caller, Role};
use nexus_common::broker::{ReportHealth, VariableProblem};
use nexus_common::http::{Inbound, Respond, json_response, set};
use nexus_common::platform::http::Response;
use nexus_common::platform::variables;
use nexus_common::quota::Quota;
use nexus_common::rpc::{Client, Component, Nothing};
use nexus_common::{Error, Result, config, store, tick_secret};
use serde_json::json;

/// The status `ok`, `misconfigured` or `failing`, with details for an ADMIN or the tick secret.
///
/// # Errors
/// This function does not fail. Every problem is part of the response.
pub(crate) async fn show(inbound: &Inbound) -> Result<Response> {
    let mut found =
        Findings { problems: vec![], failures: vec![], request_id: &inbound.request_id };
    // Before all others, which need the newest schema.
    if may_migrate().await {
        found.note(store::migrate_now().await);
    }
    found.note(auth::ready().await);
    found.note(config::public_url().await.map(drop));
    found.note(config::proxy_domain().await.map(drop));
    found.note(tick_secret::secret().await.map(drop));
    found.note(Quota::of_integrations().await.map(drop));
    found.note(Quota::of_manifest_versions().await.map(drop));
    let mut keys = Vec::new();
    let broker = Client::new(Component::Status, &inbound.request_id);
    match broker.call::<ReportHealth>(&Nothing {}).await {
        Ok(health) => {
            found.problems.extend(health.problems);
            keys = health.keys;
        }
        Err(error) => found.note(Err(error)),
    }
    let schema = store::schema_version().await;
    let version = schema.as_ref().ok().copied();
    found.note(schema.map(drop));
    let last_tick = match version {
        Some(_) => store::last_tick().await,
        None => Ok(None),
    };
    let ticked_at = last_tick.as_ref().ok().cloned().flatten();
    found.note(last_tick.map(drop));

    let Findings { problems, failures, .. } = found;
    let status = match (problems.is_empty(), failures.is_empty()) {
        (false, _) => "misconfigured",
        (true, false) => "failing",
        (true, true) => "ok",
    };
    let body = if may_see_details(inbound).await {
        json!({
            "status": status, "problems": problems, "failures": failures,
            "keys": keys, "schema": version, "last_tick": ticked_at,
        })
    } else {
        json!({ "status": status })
    };
    let code = if status == "ok" { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let mut response = json_response(code, body.to_string());
    if status != "ok" {
        set(&mut response, header::RETRY_AFTER, "10");
    }
    Ok(response)
}

/// The problems that were found.
struct Findings<'a> {
    problems: Vec<VariableProblem>,
    failures: Vec<String>,
    request_id: &'a str,
}

impl Findings<'_> {
    fn note(&mut self, result: Result<()>) {
        let failure = match result {
            Ok(()) => return,
            Err(Error::Misconfigured { variable, rule }) => {
                let problem = VariableProblem { variable, rule };
                if !self.problems.contains(&problem) {
                    self.problems.push(problem);
                }
                return;
            }
            Err(Error::KeysUnavailable { .. }) => {
                "jwks_unavailable: no keys could be fetched yet (`jwt_jwks_origin` or `issuers`)"
                    .into()
            }
            Err(Error::SchemaBehind { found, known }) => {
                format!(
                    "schema_behind: the database has schema {found}, and this version needs {known}; run \
                     `nexus migrate`"
                )
            }
            Err(Error::DatabaseNewer { found, known }) => {
                format!(
                    "database_newer: the database has schema {found}, but only {known} is known"
                )
            }
            Err(other) => {
                other.log_beside(self.request_id, "health");
                other.problem(self.request_id).detail
            }
        };
        self.failures.push(failure);
    }
}

/// Whether this process may migrate a database on a server: `nexus migrate` says so by the variable `migrate`.
async fn may_migrate() -> bool {
    variables::get("migrate").await.is_some_and(|value| value == "true")
}

async fn may_see_details(inbound: &Inbound) -> bool {
    tick_secret::is_held_by(inbound).await
        || Caller::of(inbound).await.is_ok_and(|caller| caller.may(Role::Admin))
}
