//! `docs/providers.md`, written from the manifests and from what the matrix has shown.

use std::fmt::Write as _;

use serde_json::Value;

use super::journey::Row;
use super::shape::{list, text};
use crate::kit::programs::repo;

/// Set by `cargo xtask docs`: the document is written, not compared.
const WRITE: &str = "NEXUS_WRITE_DOCS";
const FILE: &str = "docs/providers.md";

/// Compares the document with the result, or writes it.
pub(super) fn check(manifests: &[Value], rows: &[Row]) {
    let file = repo().join(FILE);
    let document = document(manifests, rows);
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(&file, document).unwrap();
        return;
    }
    let committed = std::fs::read_to_string(&file).unwrap_or_default();
    let line = committed.lines().zip(document.lines()).position(|(a, b)| a != b);
    let line = line.unwrap_or_else(|| committed.lines().count().min(document.lines().count()));
    assert!(
        committed == document,
        "{FILE} is not current from line {}: run `cargo xtask docs`",
        line + 1
    );
}

fn document(manifests: &[Value], rows: &[Row]) -> String {
    let mut families: Vec<&str> = manifests.iter().map(|one| text(one, "/family")).collect();
    families.sort_unstable();
    families.dedup();
    let mut out = format!(
        "# Providers\n\n\
         This file is generated from `manifests/` by `cargo xtask docs`. A test fails if it is not current.\n\n\
         {} manifests of {} vendors are built in. Each is tested, unchanged, against a server that is made from what \
         the manifest declares: on its own hosts, by TLS, without the internet. **No test has called a provider \
         itself.** The facts are from the pages under *Sources*, read on the given day.\n\n\
         In the table:\n\n\
         - *verify*: a refused credential is not stored, and a check tells it from trouble of the provider (429, 500, \
         a page in HTML, silence, a compressed or mislabelled response);\n\
         - *hosts*: the hosts that agents' calls reach, with path, query and credential as declared;\n\
         - *denied*: the calls that an agent may not make, unless a policy names them, and the query parameters and members of bodies that it may not send;\n\
         - *refresh*: an expired token is renewed, and a refresh token or a login that is refused asks for a person;\n\
         - *revoke*: deleting a connection revokes the credential at the provider, or a person must.\n\n\
         | provider | manifest | way in | verify | hosts | denied | refresh | revoke |\n\
         |---|---|---|---|---|---|---|---|\n",
        manifests.len(),
        families.len()
    );
    let mut sorted: Vec<(&Value, &Row)> = manifests.iter().zip(rows).collect();
    sorted.sort_by_key(|(manifest, _)| {
        (text(manifest, "/name").to_lowercase(), text(manifest, "/id"))
    });
    for (manifest, row) in &sorted {
        assert_eq!(text(manifest, "/id"), row.id);
        let _ = writeln!(
            out,
            "| [{}](#{}) | `{}` | {} | {} | {} | {} | {} | {} |",
            text(manifest, "/name"),
            anchor(manifest),
            row.id,
            way_in(manifest),
            if row.verified { "yes" } else { "no such call" },
            row.hosts,
            row.denied,
            refresh(manifest, row),
            if row.revoked { "request" } else { "by a person" },
        );
    }
    for (manifest, _) in sorted {
        provider(&mut out, manifest);
    }
    out
}

/// The heading of a provider.
fn heading(manifest: &Value) -> String {
    format!("{} ({})", text(manifest, "/name"), text(manifest, "/id"))
}

/// The address of the heading, as GitHub makes it.
fn anchor(manifest: &Value) -> String {
    let heading = heading(manifest).to_lowercase().replace(' ', "-");
    heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).collect()
}

fn way_in(manifest: &Value) -> &'static str {
    match text(manifest, "/auth_method") {
        "oauth2" => "OAuth 2.0",
        "oauth2_client_credentials" => "client credentials",
        "basic" => "Basic",
        "login" => "server-to-server",
        _ => "key",
    }
}

fn refresh(manifest: &Value, row: &Row) -> &'static str {
    match text(manifest, "/auth_method") {
        "oauth2" | "login" if row.refreshed => "yes",
        "oauth2" => "no refresh token",
        "login" => "signed anew",
        _ => "–",
    }
}

fn provider(out: &mut String, manifest: &Value) {
    let get = |pointer: &str| text(manifest, pointer);
    let _ = writeln!(out, "\n## {}\n", heading(manifest));
    if let Some(ends) = manifest.get("ends") {
        let _ = writeln!(
            out,
            "**Ends on {}.** {} ([source](<{}>)).\n",
            text(ends, "/on"),
            text(ends, "/why"),
            text(ends, "/source")
        );
    }
    let _ = writeln!(out, "{} [API documentation](<{}>)\n", get("/description"), get("/docs_url"));
    entered(out, manifest);
    scopes(out, manifest);
    revocation(out, manifest);
    limits(out, manifest);
    for source in list(manifest, "/sources") {
        let pages: Vec<String> = list(source, "/pages")
            .filter_map(Value::as_str)
            .map(|page| format!("<{page}>"))
            .collect();
        let _ = writeln!(out, "- Sources, read on {}: {}", text(source, "/read"), pages.join(", "));
    }
}

/// The things that a person registers and enters.
fn entered(out: &mut String, manifest: &Value) {
    let url = text(manifest, "/oauth2/register_url");
    if !url.is_empty() {
        let note = text(manifest, "/oauth2/register_note");
        let note = if note.is_empty() { String::new() } else { format!(" {note}.") };
        let _ = writeln!(out, "- Register an OAuth app: <{url}>.{note}");
    }
    for (place, kind) in [("/params", "parameter"), ("/credentials", "credential")] {
        for field in list(manifest, place) {
            let mut line = format!(
                "- Enter the {kind} `{}`: {}.",
                text(field, "/name"),
                text(field, "/label")
            );
            if !field["from"].is_null() {
                line = format!(
                    "- The {kind} `{}` comes with the authorization: {}.",
                    text(field, "/name"),
                    text(field, "/label")
                );
            }
            if field["whole_host"] == true {
                line.push_str(" **The credential is sent to the host that you enter.**");
            }
            let choices: Vec<&str> = list(field, "/choices").filter_map(Value::as_str).collect();
            if !choices.is_empty() {
                let _ = write!(line, " One of `{}`.", choices.join("`, `"));
            }
            let help = text(field, "/help_url");
            if !help.is_empty() {
                let _ = write!(line, " Where: <{help}>");
            }
            let _ = writeln!(out, "{line}");
        }
    }
}

fn scopes(out: &mut String, manifest: &Value) {
    if manifest.get("oauth2").is_none() {
        return;
    }
    let defaults: Vec<&str> =
        list(manifest, "/oauth2/scopes/default").filter_map(Value::as_str).collect();
    let known = list(manifest, "/oauth2/scopes/known").count();
    let described = |name: &&str| {
        let scope =
            list(manifest, "/oauth2/scopes/known").find(|scope| text(scope, "/name") == *name);
        let words = scope.map_or("", |scope| text(scope, "/description"));
        if words.is_empty() { format!("`{name}`") } else { format!("`{name}` ({words})") }
    };
    let line = match defaults.is_empty() {
        true => "- Scopes: none are requested unless you choose some".to_owned(),
        false => {
            let names: Vec<String> = defaults.iter().map(described).collect();
            format!("- Scopes that are requested unless you choose others: {}", names.join("; "))
        }
    };
    let _ = writeln!(out, "{line}. The form offers {known}.");
}

fn revocation(out: &mut String, manifest: &Value) {
    let revoke = &manifest["revoke"];
    let get = |pointer: &str| text(revoke, pointer);
    let by_request = match get("/effect") {
        "grant" => {
            "ends the whole authorization of this user for this OAuth app, other connections included"
        }
        _ if manifest.get("login").is_some() => "ends the token",
        _ => "ends this credential",
    };
    let page = match get("/manage_url") {
        "" => String::new(),
        url => format!(" See `{url}`."),
    };
    let manage = text(manifest, "/login/manage_url");
    let outlives = match manage {
        "" => String::new(),
        url => format!(
            " The entered credential outlives its tokens: a person revokes it, see `{url}`."
        ),
    };
    let words = match (get("/unsupported"), get("/not_revocable")) {
        ("", "") => format!("a request of the application {by_request}.{outlives}"),
        ("", why) => format!("a person must, at the provider. {why}.{page}"),
        (why, _) => format!("the provider has no way. {why}.{page}"),
    };
    let _ = writeln!(out, "- Revoking: {words}");
}

fn limits(out: &mut String, manifest: &Value) {
    for pointer in ["/api/deny_gap", "/verify/unsupported"] {
        let words = text(manifest, pointer);
        if !words.is_empty() {
            let _ = writeln!(out, "- Known limit: {words}.");
        }
    }
    if text(manifest, "/auth_method") == "oauth2" && manifest.pointer("/oauth2/refresh").is_none() {
        let _ = writeln!(
            out,
            "- Known limit: the provider issues no refresh tokens. If an access token ends, a person connects again."
        );
    }
    if manifest.pointer("/oauth2/refresh/rotates") == Some(&Value::Bool(true)) {
        let _ = writeln!(
            out,
            "- Known limit: each refresh replaces the refresh token. After an older backup is restored, a person may have \
             to connect again."
        );
    }
    if manifest.pointer("/oauth2/authorization_url").is_some()
        && manifest["oauth2"]["pkce"] == false
    {
        let _ =
            writeln!(out, "- Known limit: the provider documents no PKCE for apps with a secret.");
    }
}
