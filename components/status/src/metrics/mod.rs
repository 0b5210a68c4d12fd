//! `GET /api/metrics`: what an operator watches, in the text format of Prometheus.
//!
//! The holder of the tick secret gets the metrics of the deployment. An ADMIN gets only those that belong to the
//! workspace. This module must not show a name or an id: no workspace, integration, agent or person.

mod counted;
mod exposition;

use http::StatusCode;
use nexus_common::auth::Role;
use nexus_common::domain::manifest_id::provider_label;
use nexus_common::http::{Inbound, typed};
use nexus_common::platform::http::Response;
use nexus_common::store::{
    Metered, MeteredScope, last_tick_seconds, read_counters, schema_version,
};
use nexus_common::{Result, access, tick_secret};

use exposition::{CONTENT_TYPE, Exposition, Kind};

/// The metrics that the caller may see.
///
/// # Errors
/// 401, [`nexus_common::Error::Forbidden`], 422, [`nexus_common::Error::RateLimited`],
/// [`nexus_common::Error::Storage`].
pub(crate) async fn show(inbound: &Inbound) -> Result<Response> {
    let text = match tick_secret::is_held_by(inbound).await {
        true => {
            inbound.query(&[])?;
            of_deployment().await?
        }
        false => {
            let caller = access::require(inbound, Role::Admin, "metrics.read").await?;
            inbound.query(&[])?;
            let (mut text, scope) =
                (Exposition::default(), MeteredScope::Workspace(&caller.workspace));
            let integrations = scope.integrations().await?;
            gauges(&mut text, scope, &integrations).await?;
            text
        }
    };
    Ok(typed(StatusCode::OK, CONTENT_TYPE, text.into_text()))
}

async fn of_deployment() -> Result<Exposition> {
    let (mut text, scope) = (Exposition::default(), MeteredScope::Deployment);
    let integrations = scope.integrations().await?;
    gauges(&mut text, scope, &integrations).await?;
    let schema = schema_version().await?;
    text.family("nexus_database_schema", Kind::Gauge, "The version of the database's schema.");
    text.sample("nexus_database_schema", &[], schema);
    let mut providers: Vec<&str> =
        integrations.iter().map(|one| provider_label(&one.words[0])).collect();
    providers.sort_unstable();
    providers.dedup();
    counted::show(&mut text, read_counters().await?, &providers);
    Ok(text)
}

/// Adds the gauges that are read from rows of the scope.
async fn gauges(
    text: &mut Exposition,
    scope: MeteredScope<'_>,
    integrations: &[Metered<3>],
) -> Result<()> {
    let version = env!("CARGO_PKG_VERSION");
    text.family("nexus_build_info", Kind::Gauge, "The version of the application. Always 1.");
    text.sample("nexus_build_info", &[("version", version)], 1);

    let name = "nexus_integrations";
    text.family(name, Kind::Gauge, "Integrations, by whether they are switched on and by health.");
    for Metered { words: [manifest, status, health], value } in integrations {
        let provider = provider_label(manifest);
        let labels = [("provider", provider), ("status", status), ("health", health)];
        text.sample(name, &labels, value);
    }

    let (depths, ages) = scope.outbox().await?;
    let states = ["due", "kept", "retrying"];
    let name = "nexus_outbox_entries";
    text.family(name, Kind::Gauge, "Tokens that wait to be revoked at their provider.");
    by_word(text, name, "state", &states, &depths);
    let name = "nexus_outbox_oldest_seconds";
    text.family(name, Kind::Gauge, "The age of the oldest token that waits, in seconds.");
    by_word(text, name, "state", &states, &ages);

    let name = "nexus_stops";
    text.family(name, Kind::Gauge, "Emergency stops in force, by scope.");
    let scopes = ["agent", "integration", "person", "provider", "workspace"];
    by_word(text, name, "scope", &scopes, &scope.stops().await?);

    let name = "nexus_last_tick_timestamp_seconds";
    text.family(name, Kind::Gauge, "When the background work was last completed. 0: never.");
    text.sample(name, &[], last_tick_seconds().await?.unwrap_or(0));
    Ok(())
}

/// Adds a sample for each of `words`, in which a word without a row is 0.
fn by_word(text: &mut Exposition, name: &str, label: &str, words: &[&str], rows: &[Metered<1>]) {
    for word in words {
        let found = rows.iter().find(|row| row.words[0] == *word);
        text.sample(name, &[(label, *word)], found.map_or(0, |row| row.value));
    }
}
