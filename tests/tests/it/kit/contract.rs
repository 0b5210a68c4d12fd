//! Compares every response of the application with its OpenAPI document: status, headers and body. For an
//! accepted request, also checks that the document allows its parameters and members.
//!
//! So each of the other tests also tests the document.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex};

use anyhow::{Context, Result, anyhow, ensure};
use jsonschema::Validator;
use nexus_printable::pointer::below;
use reqwest::Request;
use serde_json::{Map, Value, json};

use crate::kit::answer::Answer;

static DOCUMENT: LazyLock<Value> = LazyLock::new(nexus_openapi::document);

/// The document, as the component `status` has it built in.
pub(crate) fn document() -> &'static Value {
    &DOCUMENT
}

/// The parts of a request that the document describes.
pub(crate) struct Sent {
    method: String,
    path: String,
    query: Vec<String>,
    body: Option<Vec<u8>>,
}

impl Sent {
    pub(crate) fn of(request: &Request) -> Self {
        let url = request.url();
        Self {
            method: request.method().as_str().to_lowercase(),
            path: url.path().to_owned(),
            query: url.query_pairs().map(|(name, _)| name.into_owned()).collect(),
            body: request.body().and_then(reqwest::Body::as_bytes).map(<[u8]>::to_vec),
        }
    }

    /// Checks the response to this request.
    pub(crate) fn check(&self, answer: &Answer) -> Result<()> {
        // These paths are not the API: the UI, and the files of the callback's page.
        let is_api =
            ["/api/", "/mcp", "/.well-known/"].iter().any(|own| self.path.starts_with(own));
        if !is_api || self.path.starts_with("/api/oauth/callback/done.") {
            return Ok(());
        }
        self.compare(answer).with_context(|| {
            format!("{} {} is not as documented: {answer:?}", self.method, self.path)
        })
    }

    fn compare(&self, answer: &Answer) -> Result<()> {
        let Some((template, item)) = path(&self.path) else {
            return holds(&["components", "responses", "404.not_found"], answer);
        };
        let method = if self.method == "head" { "get" } else { self.method.as_str() };
        let Some(operation) = item.get(method) else {
            let mut methods: Vec<_> = item.keys().map(|method| method.to_uppercase()).collect();
            let mut allowed: Vec<_> = answer.header("allow").split(", ").collect();
            methods.sort();
            allowed.sort();
            ensure!(methods == allowed, "the document has {methods:?}");
            return holds(&["components", "responses", "405.method_not_allowed"], answer);
        };
        let status = answer.status.as_str();
        let response = &operation["responses"][status];
        if template == PROXIED && answer.header("x-nexus-error").is_empty() {
            // A provider's response. The document promises nothing about its status and body.
            let provider = ["paths", template, method, "responses", "default"];
            return check_headers(at(&provider), answer);
        }
        ensure!(!response.is_null(), "no status {status}");
        match response["$ref"].as_str() {
            Some(reference) => {
                let code = answer.header("x-nexus-error");
                // A response to HEAD has no body to compare.
                let is_told = answer.text.is_empty() || answer.json()["code"] == code;
                ensure!(code.is_empty() || is_told, "x-nexus-error is {code}");
                holds(&reference.trim_start_matches("#/").split('/').collect::<Vec<_>>(), answer)?;
            }
            None if self.method == "head" => {}
            None => holds(&["paths", template, method, "responses", status], answer)?,
        }
        match answer.status.is_success() && !is_failure(template, answer) {
            true => self.was_good(template, method, operation),
            false => Ok(()),
        }
    }

    /// Checks that an accepted request has no undocumented parameter or member.
    fn was_good(&self, template: &str, method: &str, operation: &Value) -> Result<()> {
        let known = |name: &String| {
            operation["parameters"].as_array().into_iter().flatten().any(|parameter| {
                let parameter = resolve(parameter);
                parameter["in"] == "query" && parameter["name"] == *name
            })
        };
        for name in self.query.iter().filter(|_| operation["x-role"].is_string()) {
            ensure!(known(name), "the parameter {name} is not described");
        }
        let Some(body) = self.body.as_ref().filter(|_| operation["requestBody"].is_object()) else {
            return Ok(());
        };
        let at =
            ["paths", template, method, "requestBody", "content", "application/json", "schema"];
        valid(&at, &serde_json::from_slice(body)?).context("the request was accepted")
    }
}

/// Whether a 200 of MCP is, or contains, an error of the protocol.
fn is_failure(template: &str, answer: &Answer) -> bool {
    let told: Value = serde_json::from_str(&answer.text).unwrap_or_default();
    let all = told.as_array().map_or(std::slice::from_ref(&told), Vec::as_slice);
    template == "/mcp" && all.iter().any(|one| !one["error"].is_null())
}

/// The template of calls that go to a provider. Its `path` may have several segments.
const PROXIED: &str = "/api/proxy/{id}/{path}";

/// The template of `path`, and its methods.
fn path(path: &str) -> Option<(&'static str, &'static Map<String, Value>)> {
    if path.strip_prefix("/api/proxy/").is_some_and(|below| !below.is_empty()) {
        return Some((PROXIED, DOCUMENT["paths"][PROXIED].as_object()?));
    }
    let segments: Vec<_> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let fits = |template: &str| {
        let parts: Vec<_> = template.split('/').skip(1).collect();
        let fit = |(part, segment): (&&str, &&str)| part.starts_with('{') || part == segment;
        parts.len() == segments.len() && parts.iter().zip(&segments).all(fit)
    };
    let (template, item) = DOCUMENT["paths"].as_object()?.iter().find(|(path, _)| fits(path))?;
    Some((template, item.as_object()?))
}

/// The target of a reference. Any other value is returned as it is.
fn resolve(value: &Value) -> &Value {
    let pointer = value["$ref"].as_str().map(|reference| reference.trim_start_matches('#'));
    pointer.map_or(value, |pointer| DOCUMENT.pointer(pointer).unwrap())
}

/// The value at this path in the document.
fn at(names: &[&str]) -> &'static Value {
    names.iter().fold(document(), |value, name| &value[name])
}

/// Checks that `answer` has the headers of `response`.
fn check_headers(response: &Value, answer: &Answer) -> Result<()> {
    for (name, header) in response["headers"].as_object().into_iter().flatten() {
        let header = resolve(header);
        if header["required"] == false && !answer.headers.contains_key(name) {
            continue;
        }
        let schema = &header["schema"];
        let text = answer.headers.get(name).with_context(|| format!("no header {name}"))?;
        let text = text.to_str()?;
        let value = match schema["type"].as_str() {
            Some("integer") => json!(text.parse::<i64>()?),
            _ => json!(text),
        };
        jsonschema::validate(schema, &value).map_err(|error| anyhow!("{name}: {error}"))?;
    }
    Ok(())
}

/// Checks that `answer` fits the response at this path in the document.
fn holds(names: &[&str], answer: &Answer) -> Result<()> {
    let response = at(names);
    ensure!(response["headers"].is_object(), "no response at {names:?}");
    check_headers(response, answer)?;
    let Some(content) = response["content"].as_object() else {
        ensure!(answer.text.is_empty(), "a body that is not described");
        return Ok(());
    };
    let kind = answer.header("content-type").split(';').next().unwrap_or_default();
    ensure!(content.contains_key(kind), "the content type {kind} is not described");
    if answer.text.is_empty() || kind.starts_with("text/") {
        // Responses to HEAD, pages for people, and metrics. The tests of metrics run the parser of
        // Prometheus.
        return Ok(());
    }
    let names: Vec<_> = names.iter().copied().chain(["content", kind, "schema"]).collect();
    valid(&names, &serde_json::from_str(&answer.text)?)
}

/// Checks that `value` fits the schema at `at`.
fn valid(at: &[&str], value: &Value) -> Result<()> {
    static KNOWN: Mutex<BTreeMap<String, Arc<Validator>>> = Mutex::new(BTreeMap::new());
    let pointer = at.iter().fold(String::new(), |pointer, part| below(&pointer, part));
    let known = KNOWN.lock().unwrap().get(&pointer).cloned();
    let validator = match known {
        Some(validator) => validator,
        None => {
            // The whole document is the schema, and refers to one of its parts. So references resolve.
            let mut schema = document().clone();
            schema["$ref"] = format!("#{}", pointer.replace('{', "%7B").replace('}', "%7D")).into();
            let options = jsonschema::options().should_validate_formats(true);
            let made = options.build(&schema).map_err(|error| anyhow!("{pointer}: {error}"))?;
            let made = Arc::new(made);
            KNOWN.lock().unwrap().insert(pointer, Arc::clone(&made));
            made
        }
    };
    validator.validate(value).map_err(|error| anyhow!("{}: {error}", error.instance_path()))
}
