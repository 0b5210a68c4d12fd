//! The variables of the environment about traces. A wrong value stops the start: the libraries would ignore it, and send
//! nothing, or to another place.
//!
//! The variables of one signal come before those of all signals, as OpenTelemetry says. An empty variable is one that is
//! not set.

use std::ffi::OsString;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use http::Uri;
use http::header::{HeaderName, HeaderValue};

const ENDPOINT: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"];
const PROTOCOL: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL"];
const COMPRESSION: [&str; 2] =
    ["OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "OTEL_EXPORTER_OTLP_COMPRESSION"];
const HEADERS: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS"];
const TIMEOUT: [&str; 2] = ["OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT"];
const DISABLED: &str = "OTEL_SDK_DISABLED";
const SERVICE: &str = "OTEL_SERVICE_NAME";
const RESOURCE: &str = "OTEL_RESOURCE_ATTRIBUTES";
const SAMPLER: &str = "OTEL_TRACES_SAMPLER";
const SAMPLER_ARG: &str = "OTEL_TRACES_SAMPLER_ARG";

/// The greatest of [`COUNTS`]. The memory of the queue is taken at the start.
const MAX_COUNT: u64 = 1_000_000;

/// Sizes of the queue, and the delay of a batch in milliseconds.
const COUNTS: [&str; 3] =
    ["OTEL_BSP_MAX_QUEUE_SIZE", "OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "OTEL_BSP_SCHEDULE_DELAY"];

const SAMPLERS: [&str; 6] = [
    "always_on",
    "always_off",
    "traceidratio",
    "parentbased_always_on",
    "parentbased_always_off",
    "parentbased_traceidratio",
];

/// How long the collector may take for one request.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);

/// What the exporter does not read by itself.
#[derive(Debug, PartialEq)]
pub(super) struct Settings {
    pub(super) timeout: Duration,
    /// The name of the service. It comes before one in `OTEL_RESOURCE_ATTRIBUTES`.
    pub(super) service: Option<String>,
}

/// Reads and checks the variables. `None`: there are no traces.
pub(super) fn read(variable: impl Fn(&str) -> Option<OsString>) -> Result<Option<Settings>> {
    let variables = Variables(variable);
    let Some((name, endpoint)) = variables.first(&ENDPOINT)? else { return Ok(None) };
    if variables.is_disabled()? {
        return Ok(None);
    }
    require_url(name, &endpoint)?;
    variables.require_protocol()?;
    variables.require_no_compression()?;
    variables.require_headers()?;
    variables.require_sampler()?;
    variables.require_attributes()?;
    for name in COUNTS {
        variables.number(name, MAX_COUNT)?;
    }
    let timeout = match variables.first(&TIMEOUT)? {
        Some((name, _)) => variables.number(name, u32::MAX.into())?.map(Duration::from_millis),
        None => None,
    };
    Ok(Some(Settings {
        timeout: timeout.unwrap_or(DEFAULT_TIMEOUT),
        service: variables.text(SERVICE)?,
    }))
}

struct Variables<F>(F);

impl<F: Fn(&str) -> Option<OsString>> Variables<F> {
    fn text(&self, name: &str) -> Result<Option<String>> {
        match self.0(name).filter(|value| !value.is_empty()) {
            Some(value) => match value.into_string() {
                Ok(value) => Ok(Some(value)),
                Err(_) => bail!("{name}: the value is not UTF-8"),
            },
            None => Ok(None),
        }
    }

    /// The first of these variables that is set.
    fn first(&self, names: &[&'static str]) -> Result<Option<(&'static str, String)>> {
        for name in names {
            if let Some(value) = self.text(name)? {
                return Ok(Some((name, value)));
            }
        }
        Ok(None)
    }

    /// A number from 1 to `most`.
    fn number(&self, name: &str, most: u64) -> Result<Option<u64>> {
        let Some(value) = self.text(name)? else { return Ok(None) };
        let number = value.parse().ok().filter(|number| (1..=most).contains(number));
        let wrong = || format!("{name}: {value:?} is not a number from 1 to {most}");
        Ok(Some(number.with_context(wrong)?))
    }

    fn is_disabled(&self) -> Result<bool> {
        let Some(value) = self.text(DISABLED)? else { return Ok(false) };
        match value.to_ascii_lowercase().as_str() {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => bail!("{DISABLED}: {value:?} is neither `true` nor `false`"),
        }
    }

    fn require_protocol(&self) -> Result<()> {
        match self.first(&PROTOCOL)? {
            Some((name, value)) if value != "http/protobuf" => bail!(
                "{name}: {value:?} is not supported. Remove the variable, or set it to `http/protobuf`, and name the \
                 collector's port for HTTP, which is usually 4318"
            ),
            _ => Ok(()),
        }
    }

    fn require_no_compression(&self) -> Result<()> {
        match self.first(&COMPRESSION)? {
            Some((name, value)) if value != "none" => {
                bail!("{name}: {value:?} is not supported. Remove the variable")
            }
            _ => Ok(()),
        }
    }

    /// The values are often secrets, so the error does not show them.
    fn require_headers(&self) -> Result<()> {
        let Some((name, value)) = self.first(&HEADERS)? else { return Ok(()) };
        for (index, entry) in value.split_terminator(',').enumerate() {
            let is_header = entry.trim().split_once('=').is_some_and(|(key, value)| {
                HeaderName::try_from(key.trim()).is_ok() && HeaderValue::try_from(value).is_ok()
            });
            ensure!(
                is_header,
                "{name}: entry {} is not a header such as `authorization=Bearer%20…`",
                index + 1
            );
        }
        Ok(())
    }

    fn require_sampler(&self) -> Result<()> {
        let Some(sampler) = self.text(SAMPLER)? else { return Ok(()) };
        ensure!(
            SAMPLERS.contains(&sampler.as_str()),
            "{SAMPLER}: {sampler:?} is not supported. Use one of: {}",
            SAMPLERS.join(", ")
        );
        if sampler.ends_with("traceidratio") {
            let ratio = self.text(SAMPLER_ARG)?.unwrap_or_default();
            let is_ratio = ratio.parse().is_ok_and(|ratio| (0.0..=1.0).contains(&ratio));
            ensure!(is_ratio, "{SAMPLER_ARG}: {ratio:?} is not a number from 0 to 1");
        }
        Ok(())
    }

    fn require_attributes(&self) -> Result<()> {
        let attributes = self.text(RESOURCE)?.unwrap_or_default();
        for entry in attributes.split_terminator(',') {
            ensure!(
                entry.contains('='),
                "{RESOURCE}: {entry:?} is not an attribute such as `service.namespace=production`"
            );
        }
        Ok(())
    }
}

fn require_url(name: &str, value: &str) -> Result<()> {
    let url: Option<Uri> = value.parse().ok();
    let authority = url.as_ref().and_then(Uri::authority);
    ensure!(
        authority.is_none_or(|authority| !authority.as_str().contains('@')),
        "{name}: the URL has a user or a password. Set them in OTEL_EXPORTER_OTLP_HEADERS"
    );
    let is_http = matches!(url.as_ref().and_then(Uri::scheme_str), Some("http" | "https"));
    let has_host = authority.is_some_and(|authority| !authority.host().is_empty());
    // A value that is not a URL may still contain a password or a key.
    let shown = match value.contains(['@', '?']) {
        true => "the value".to_owned(),
        false => format!("{value:?}"),
    };
    ensure!(is_http && has_host, "{name}: {shown} is not a URL such as http://127.0.0.1:4318");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(variables: &[(&str, &str)]) -> Result<Option<Settings>> {
        read(|name| {
            let found = variables.iter().find(|(key, _)| *key == name);
            found.map(|(_, value)| OsString::from(value))
        })
    }

    fn with(name: &str, value: &str) -> Result<Option<Settings>> {
        read_all(&[(name, value), ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")])
    }

    #[test]
    fn an_endpoint_makes_traces() {
        assert_eq!(read_all(&[]).unwrap(), None);
        assert_eq!(read_all(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "")]).unwrap(), None);
        // Without an endpoint, nobody reads the others.
        assert_eq!(read_all(&[("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")]).unwrap(), None);
        let usual = Settings { timeout: DEFAULT_TIMEOUT, service: None };
        for name in ENDPOINT {
            assert_eq!(read_all(&[(name, "https://c.example/x")]).unwrap().as_ref(), Some(&usual));
        }
        assert_eq!(with("OTEL_SDK_DISABLED", "true").unwrap(), None);
        assert_eq!(with("OTEL_SDK_DISABLED", "false").unwrap(), Some(usual));
    }

    #[test]
    fn values_that_are_used() {
        let timeout = |name| with(name, "250").unwrap().unwrap().timeout.as_millis();
        assert_eq!((timeout(TIMEOUT[0]), timeout(TIMEOUT[1])), (250, 250));
        let named = with(SERVICE, "nexus-eu").unwrap().unwrap();
        assert_eq!(named.service.as_deref(), Some("nexus-eu"));
        for (name, value) in [
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            ("OTEL_EXPORTER_OTLP_COMPRESSION", "none"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Basic%20YQ==, x-scope=1"),
            ("OTEL_RESOURCE_ATTRIBUTES", "a=b,service.name=x"),
            ("OTEL_TRACES_SAMPLER", "always_on"),
            ("OTEL_BSP_SCHEDULE_DELAY", "100"),
        ] {
            assert!(with(name, value).unwrap().is_some(), "{name}={value}");
        }
    }

    #[test]
    fn a_wrong_value_is_named() {
        for (name, value) in [
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "localhost:4318"),
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "/v1/traces"),
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "ftp://c.example"),
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "not a url"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
            ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/json"),
            ("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "10s"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "0"),
            ("OTEL_SDK_DISABLED", "1"),
            ("OTEL_TRACES_SAMPLER", "xray"),
            ("OTEL_BSP_MAX_QUEUE_SIZE", "many"),
            ("OTEL_BSP_MAX_QUEUE_SIZE", "1000001"),
            ("OTEL_RESOURCE_ATTRIBUTES", "production"),
        ] {
            let error = with(name, value).unwrap_err().to_string();
            assert!(error.starts_with(name) && error.contains(value), "{error}");
        }
        let ratio = [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318"),
            ("OTEL_TRACES_SAMPLER", "traceidratio"),
            ("OTEL_TRACES_SAMPLER_ARG", "2"),
        ];
        let error = read_all(&ratio).unwrap_err().to_string();
        assert_eq!(error, "OTEL_TRACES_SAMPLER_ARG: \"2\" is not a number from 0 to 1");
    }

    #[test]
    fn a_secret_is_not_shown() {
        for (name, value) in [
            ("OTEL_EXPORTER_OTLP_HEADERS", "s3cret"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "ok=1,b ad=s3cret"),
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "https://u:s3cret@c.example"),
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "https://u:s3cret 1@c.example"),
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "u:s3cret@c.example"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "c.example/v1?key=s3cret"),
        ] {
            let error = with(name, value).unwrap_err().to_string();
            assert!(error.starts_with(name) && !error.contains("s3cret"), "{error}");
        }
    }
}
