//! The verify request, as it is sent and as it is shown.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use nexus_manifests::answer::is_limited;
use nexus_manifests::{Inject, Manifest, Verify, around_key, params, template};
use ureq::Agent;
use ureq::http::{HeaderName, HeaderValue, Request, header};
use url::Url;
use zeroize::Zeroizing;

use super::MAX_BODY;
use super::mask::Secrets;

/// The names that the injected templates use, each once.
pub(super) fn needed(manifest: &Manifest) -> Result<Vec<String>> {
    let mut names: Vec<String> = Vec::new();
    for inject in &manifest.inject {
        for text in inject.templates() {
            for name in template::names(text).with_context(|| format!("`{text}`"))? {
                if !names.iter().any(|known| known == name) {
                    names.push(name.to_owned());
                }
            }
        }
    }
    Ok(names)
}

/// Where the segment that holds a key stands.
struct KeyPlace<'a> {
    /// The path of the base URL, without a slash at its end.
    base: &'a str,
    /// Paths that the segment follows.
    below: &'a [String],
}

/// What is sent.
pub(super) struct Prepared {
    method: String,
    url: Url,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Option<String>,
    /// The request for people, with the names of credentials in place of their values.
    pub(super) shown: String,
}

/// A response.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) content_type: String,
    pub(super) is_limited: bool,
    pub(super) location: Option<String>,
    pub(super) body: Vec<u8>,
}

impl Prepared {
    pub(super) fn new(
        manifest: &Manifest,
        url: Url,
        values: &BTreeMap<String, String>,
        secrets: &Secrets,
    ) -> Result<Self> {
        let Verify::Request { method, headers, json, form, .. } = &manifest.verify else {
            bail!("there is no verify request");
        };
        // What the application sends: later entries replace earlier ones.
        let mut all = BTreeMap::new();
        set(&mut all, "accept", "application/json");
        set(&mut all, "user-agent", "integration-nexus");
        for (name, value) in manifest.api.headers.iter().chain(headers) {
            set(&mut all, name, value);
        }
        set(&mut all, "accept-encoding", "identity");
        let mut body = json.as_ref().map(ToString::to_string);
        if json.is_some() {
            set(&mut all, "content-type", "application/json");
        }
        if let Some(form) = form {
            let mut written = url::form_urlencoded::Serializer::new(String::new());
            for (name, value) in form {
                let value = template::expand(value, &|name| values.get(name).cloned());
                written.append_pair(name, &value.with_context(|| format!("/verify/form/{name}"))?);
            }
            body = Some(written.finish());
            set(&mut all, "content-type", "application/x-www-form-urlencoded");
        }
        let mut prepared =
            Self { method: method.clone(), url, headers: Vec::new(), body, shown: String::new() };
        let mut lines = Vec::new();
        for (name, value) in &all {
            prepared.header(name, value)?;
            lines.push(format!("  {name}: {value}"));
        }
        let mut shown_url = prepared.url.to_string();
        let base = params::base_url(manifest, values).ok();
        let base = base.map_or_else(String::new, |url| url.path().trim_end_matches('/').to_owned());
        for inject in &manifest.inject {
            if let Inject::Path { value, below } = inject {
                let place = KeyPlace { base: &base, below };
                prepared.inject_in_path(value, place, (values, secrets), &mut shown_url)?;
                continue;
            }
            prepared.inject(inject, values, secrets, &mut lines, &mut shown_url)?;
        }
        if let Some(body) = &prepared.body {
            lines.push(format!("\n  {body}"));
        }
        prepared.shown = format!("{method} {shown_url}\n{}", lines.join("\n"));
        Ok(prepared)
    }

    fn inject(
        &mut self,
        inject: &Inject,
        values: &BTreeMap<String, String>,
        secrets: &Secrets,
        lines: &mut Vec<String>,
        shown_url: &mut String,
    ) -> Result<()> {
        let real = |text: &str| -> Result<Zeroizing<String>> {
            let expanded = template::expand(text, &|name| value_of(name, values, secrets));
            Ok(Zeroizing::new(expanded.with_context(|| format!("`{text}`"))?))
        };
        let shown = |text: &str| {
            let lookup =
                |name: &str| Some(values.get(name).cloned().unwrap_or_else(|| format!("‹{name}›")));
            template::expand(text, &lookup).unwrap_or_else(|_| text.to_owned())
        };
        match inject {
            Inject::Header { name, value } => {
                self.header(name, &real(value)?)?;
                lines.push(format!("  {name}: {}", shown(value)));
            }
            Inject::Query { name, value } => {
                self.url.query_pairs_mut().append_pair(name, &real(value)?);
                let joint = if shown_url.contains('?') { '&' } else { '?' };
                shown_url.push_str(&format!("{joint}{name}={}", shown(value)));
            }
            Inject::Basic { username, password } => {
                let pair = Zeroizing::new(format!("{}:{}", &*real(username)?, &*real(password)?));
                let value = Zeroizing::new(format!("Basic {}", STANDARD.encode(pair.as_bytes())));
                self.header(header::AUTHORIZATION.as_str(), &value)?;
                let pair = format!("{}:{}", shown(username), shown(password));
                lines.push(format!("  Authorization: Basic base64({pair})"));
            }
            // `inject_in_path` adds it.
            Inject::Path { .. } => {}
        }
        Ok(())
    }

    /// Adds the segment of the path that holds the key. It follows the path of the base URL, or one of `place.below`.
    fn inject_in_path(
        &mut self,
        text: &str,
        place: KeyPlace<'_>,
        (values, secrets): (&BTreeMap<String, String>, &Secrets),
        shown_url: &mut String,
    ) -> Result<()> {
        let segment = template::expand_segment(text, &|name| value_of(name, values, secrets));
        let segment = Zeroizing::new(segment.with_context(|| format!("`{text}`"))?);
        let path = self.url.path().to_owned();
        let rest = path.strip_prefix(place.base).unwrap_or(&path);
        let base = path.strip_suffix(rest).unwrap_or_default();
        let (before, after) = around_key(place.below, rest);
        let shown = format!("{base}{before}/{}{after}", text.replace('{', "‹").replace('}', "›"));
        *shown_url = shown_url.replacen(&path, &shown, 1);
        self.url.set_path(&Zeroizing::new(format!("{base}{before}/{}{after}", segment.as_str())));
        Ok(())
    }

    /// Adds a header. Its value is not in an error.
    fn header(&mut self, name: &str, value: &str) -> Result<()> {
        let value = HeaderValue::from_str(value);
        let value = value.ok().with_context(|| {
            format!("the value of the header {name} has characters that no header may have")
        })?;
        let name = HeaderName::from_bytes(name.as_bytes()).with_context(|| format!("`{name}`"))?;
        self.headers.push((name, value));
        Ok(())
    }

    /// Sends the request, and reads the response. A redirect is not followed: the credential is for this host alone.
    pub(super) fn send(&self, agent: &Agent) -> Result<Answer> {
        let mut request = Request::builder().method(self.method.as_str()).uri(self.url.as_str());
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let response = match &self.body {
            Some(body) => agent.run(request.body(body.clone())?)?,
            None => agent.run(request.body(())?)?,
        };
        let (head, body) = response.into_parts();
        let text = |name: &str| {
            let value = head.headers.get(name).and_then(|value| value.to_str().ok());
            value.map(str::to_owned)
        };
        let body = body.into_with_config().limit(MAX_BODY).read_to_vec();
        Ok(Answer {
            status: head.status.as_u16(),
            content_type: text("content-type").unwrap_or_else(|| "no content type".to_owned()),
            is_limited: is_limited(|name| head.headers.get(name).map(HeaderValue::as_bytes)),
            location: text("location"),
            body: body.context("the response is larger than 1 MiB, or breaks off")?,
        })
    }
}

/// Sets a header, in place of one with the same name.
fn set(headers: &mut BTreeMap<String, String>, name: &str, value: &str) {
    headers.retain(|known, _| !known.eq_ignore_ascii_case(name));
    headers.insert(name.to_owned(), value.to_owned());
}

/// The parameter or the credential field `name`.
fn value_of<'a>(
    name: &str,
    values: &'a BTreeMap<String, String>,
    secrets: &'a Secrets,
) -> Option<&'a str> {
    values.get(name).map(String::as_str).or_else(|| secrets.get(name))
}
