//! The conformance matrix: every built-in manifest, unchanged, on its own hosts, against a provider that is made from
//! what the manifest declares. `docs/providers.md` is written from the result.
//!
//! The application reaches the hosts through the embedded host's `--resolve`, by TLS. On Spin there is no such
//! option, so the matrix runs on the embedded host only.
//!
//! - `assertion`: the JWT that a login signs
//! - `choices`: what a call after connecting finds, and who chooses it
//! - `document`: `docs/providers.md`
//! - `drafts`: manifests that are drafted from what an MCP server says
//! - `examples`: the responses that providers document
//! - `failures`: what a provider does when it fails, and what must come of it
//! - `found`: the call that lists what a connection can be made to
//! - `hosts`: hosts that an admin enters or a token response names, and who tries to move them
//! - `injection`: where the credential stands in a request
//! - `journey`: what is done with each manifest
//! - `in_path`: a key in the path of a call
//! - `login`: the request that exchanges an entered credential for a token
//! - `oauth`: the token endpoint and the revocation
//! - `registration`, `registrations`: an OAuth app that registers itself, and who tries to abuse that
//! - `sample`: values that match a pattern
//! - `shape`: JSON with values at pointers, and templates
//! - `tls`: a server that is every host
//! - `vendor`: the provider of one manifest

mod assertion;
mod checks;
mod choices;
mod document;
mod drafts;
mod examples;
mod failures;
mod found;
mod hosts;
mod in_path;
mod injection;
mod journey;
mod login;
mod oauth;
mod registration;
mod registrations;
mod sample;
mod shape;
mod tls;
mod vendor;

use std::sync::Arc;

use futures::StreamExt as _;
use serde_json::Value;

use crate::kit::app::{App, Options};
use crate::kit::process::is_spin;
use journey::Row;
use tls::Hosts;
use vendor::Vendor;

/// The manifests that are tried at the same time.
const AT_ONCE: usize = 8;

/// At least so many manifests have an example of the response to their verify request.
const DOCUMENTED: usize = 224;

/// Every built-in manifest, sorted by id.
async fn manifests(app: &App) -> Vec<Value> {
    let list = app.get("/api/manifests").as_admin().send().await.json();
    let mut manifests = Vec::new();
    for item in list["items"].as_array().unwrap() {
        let path = format!("/api/manifests/{}", item["id"].as_str().unwrap());
        manifests.push(app.get(&path).as_admin().send().await.json());
    }
    manifests.sort_by_key(|manifest| manifest["id"].as_str().unwrap().to_owned());
    manifests
}

/// The lines of a log about requests that took two seconds or longer, and about errors.
fn slow_or_failed(log: &str) -> String {
    let took = |line: &str| line.split_once(" ms=")?.1.split(' ').next()?.parse::<f64>().ok();
    let is_one = |line: &&str| line.contains("level=error") || took(line) >= Some(2_000.0);
    log.lines().filter(is_one).collect::<Vec<_>>().join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_built_in_manifest_does_what_it_declares() {
    if is_spin() || std::env::var_os("NEXUS_REUSE").is_some() {
        return;
    }
    let hosts = Hosts::start().await;
    let app = Options::default().connect_to(hosts.address, &hosts.root).start().await.unwrap();
    let manifests = manifests(&app).await;
    assert!(manifests.len() >= 117, "{} manifests", manifests.len());
    let vendors: Vec<Arc<Vendor>> = manifests.iter().map(Vendor::of).map(Arc::new).collect();
    hosts.serve(&vendors);
    let documented = vendors.iter().filter(|vendor| vendor.examples.verify.is_some()).count();
    assert!(documented >= DOCUMENTED, "{documented} manifests have an example of a response");

    let results: Vec<(String, Result<Row, String>)> = futures::stream::iter(&vendors)
        .map(async |vendor| (vendor.id.clone(), journey::travel(&app, vendor).await))
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let mut rows = Vec::new();
    let mut failures = Vec::new();
    for (id, result) in results {
        match result {
            Ok(row) => rows.push(row),
            Err(why) => failures.push(format!("{id}: {why}")),
        }
    }
    failures.extend(checks::time_outs(&app, &vendors).await);
    failures.extend(hosts.strays().into_iter().map(|stray| format!("nobody's: {stray}")));
    failures.sort();
    if !failures.is_empty() {
        eprintln!("the slow requests and the errors in the log:\n{}", slow_or_failed(&app.log()));
    }
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
    rows.sort_by(|a, b| a.id.cmp(&b.id));
    document::check(&manifests, &rows);
}
