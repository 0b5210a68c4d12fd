//! `manifest try`: makes the verify request with a real credential, and shows what the manifest makes of the response.
//!
//! The credential is read from the terminal or a pipe. It is not stored, and what is shown is masked.

mod mask;
mod report;
mod request;

use std::net::IpAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use nexus_manifests::guard::{self, OwnHosts};
use nexus_manifests::{Manifest, params, parse};
use serde_json::{Map, Value};
use ureq::Agent;
use url::{Host, Url};
use zeroize::Zeroizing;

use crate::ask;
use crate::folder::Folder;
use mask::Secrets;
use request::{Prepared, needed};

/// How long the request may take.
const TIMEOUT: Duration = Duration::from_secs(30);
/// The most that is read of the response, in bytes.
const MAX_BODY: u64 = 1024 * 1024;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The id of a manifest or of a draft
    id: String,
    /// A parameter of the manifest, NAME=VALUE; may be repeated. Never a credential
    #[arg(long = "param")]
    params: Vec<String>,
    /// Show the body of the response. It is masked, but it may hold other secrets of the account
    #[arg(long)]
    body: bool,
    /// Allow an address of this machine, also without TLS: for a simulator
    #[arg(long)]
    loopback: bool,
}

/// Makes the request. Returns whether the provider accepts the credential.
///
/// # Errors
/// The manifest has no verify request, the address is not public https, or nothing answers.
pub(crate) fn run(args: &Args, folder: &Folder) -> Result<bool> {
    let text = folder.read(&args.id)?;
    let manifest = parse(&text).map_err(|fault| anyhow::anyhow!("{}: {fault}", args.id))?;
    let values = entered_params(&manifest, &args.params)?;
    let url = params::verify_url(&manifest, &values).map_err(|fault| anyhow::anyhow!("{fault}"))?;
    let Some(url) = url else {
        bail!("{} has no verify request: `verify` says `unsupported`", args.id)
    };
    // Before anything is asked: a credential is entered for an address that is allowed.
    require_allowed(&url, args.loopback)?;
    let secrets = credentials(&manifest, &values)?;
    let prepared = Prepared::new(&manifest, url, &values, &secrets)?;
    println!("{}", prepared.shown);
    let agent: Agent = Agent::config_builder()
        .timeout_global(Some(TIMEOUT))
        .http_status_as_error(false)
        .max_redirects(0)
        .build()
        .into();
    let begun = Instant::now();
    let answer = prepared.send(&agent);
    // An error of the transport may quote the address, which may have the credential in its query.
    let answer =
        answer.map_err(|error| anyhow::anyhow!("{}", secrets.masked(&format!("{error:#}"))))?;
    let took = begun.elapsed();
    let report = report::of(&manifest, &answer, took, &secrets, args.body);
    println!("{}", report.text);
    Ok(report.is_live)
}

/// The parameters: from the options, or from a person.
fn entered_params(
    manifest: &Manifest,
    given: &[String],
) -> Result<std::collections::BTreeMap<String, String>> {
    let mut values = Map::new();
    for one in given {
        let (name, value) = one.split_once('=').context("each --param must be NAME=VALUE")?;
        let is_known = manifest.params.iter().any(|param| param.name == name);
        ensure!(is_known, "--param {name}: the manifest has no such parameter");
        values.insert(name.to_owned(), Value::from(value));
    }
    // A flow supplies these. Here, a person does.
    let mut supplied = std::collections::BTreeMap::new();
    for param in &manifest.params {
        let value = match values.get(&param.name).and_then(Value::as_str) {
            Some(value) => value.to_owned(),
            None if ask::is_person() => {
                ask::text(&format!("{} ({})", param.label, param.example), "")?
            }
            None => bail!("the manifest needs --param {}=…, such as {}", param.name, param.example),
        };
        if param.from.is_some() {
            values.remove(&param.name);
            supplied.insert(param.name.clone(), value);
        } else {
            values.insert(param.name.clone(), Value::from(value));
        }
    }
    let mut checked = params::check_params(manifest, &values).map_err(|faults| {
        let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
        anyhow::anyhow!("{}", lines.join("\n"))
    })?;
    checked.append(&mut supplied);
    Ok(checked)
}

/// Checks that a credential may be sent to `url`: public https, or this machine if that is asked for.
fn require_allowed(url: &Url, loopback: bool) -> Result<()> {
    let is_here = match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::from(address).is_loopback(),
        // A name may resolve to another machine.
        _ => false,
    };
    let is_allowed = |_: &Url| loopback && is_here;
    guard::check_url(url, &OwnHosts::default(), &is_allowed)
        .with_context(|| format!("no credential is sent to {}", url.origin().ascii_serialization()))
}

/// Asks for each value that the manifest injects and that is not a parameter.
fn credentials(
    manifest: &Manifest,
    values: &std::collections::BTreeMap<String, String>,
) -> Result<Secrets> {
    let mut secrets = Secrets::default();
    let mut entered = Map::new();
    for name in needed(manifest)? {
        if values.contains_key(&name) {
            continue;
        }
        let field = manifest.credentials.iter().find(|field| field.name == name);
        let label = label_of(manifest, &name);
        // A user name may be shown, but it is a part of what is sent as Basic.
        let may_be_shown = manifest.has_field(&name) && !manifest.has_secret_field(&name);
        let value = if may_be_shown && ask::is_person() {
            Zeroizing::new(ask::text(&label, "")?)
        } else {
            ask::secret(&name, &label)?
        };
        if field.is_some() {
            entered.insert(name.clone(), Value::from(value.as_str()));
        }
        secrets.add(&name, value);
    }
    if entered.len() == manifest.credentials.len() && !entered.is_empty() {
        warn_of_form(manifest, &entered);
    }
    Ok(secrets)
}

/// What the form calls a value: the label of its field, or that of its file and its name in the file.
fn label_of(manifest: &Manifest, name: &str) -> String {
    for field in &manifest.credentials {
        if field.name == name {
            return field.label.clone();
        }
        if field.members.iter().any(|member| member.name == name) {
            return format!("{}, {name}", field.label);
        }
    }
    name.to_owned()
}

/// Says where a credential does not have the form that the manifest says. The request is made all the same: the pattern
/// may be what is wrong.
fn warn_of_form(manifest: &Manifest, entered: &Map<String, Value>) {
    if let Err(faults) = params::check_credentials(manifest, entered) {
        for fault in faults {
            eprintln!("note: {fault}");
        }
    }
}
