//! The variables, as far as they can be judged without the application. `network` asks the application.

use url::Url;

use super::Finding;
use crate::variables::Variables;

/// The secrets of every installation, with what does not work without each.
const SECRETS: [(&str, &str); 3] = [
    ("broker_secret", "nothing works"),
    ("tick_secret", "no credential is refreshed in the background"),
    ("sign_in_secret", "`nexus sign-in` cannot make links"),
];
const SHORTEST: usize = 32;

pub(super) fn check(variables: &Variables) -> Vec<Finding> {
    let mut findings = vec![public_url(variables), encryption_keys(variables)];
    findings.extend(SECRETS.iter().map(|(name, without)| secret(variables, name, without)));
    findings
}

fn public_url(variables: &Variables) -> Finding {
    let what = "public_url";
    let Some(text) = variables.get(what) else {
        return Finding::bad(what, "it is not set; set it to the URL that browsers use");
    };
    let Ok(url) = Url::parse(text) else {
        return Finding::bad(what, format!("{} is not a URL", nexus_printable::shown(text)));
    };
    match (url.scheme(), url.host_str()) {
        ("https", Some(host)) if host.contains(':') || host.parse::<std::net::IpAddr>().is_ok() => {
            Finding::warning(what, format!("{url}: passkeys need a name in place of an address"))
        }
        ("https", Some(_)) => Finding::good(what, url.as_str()),
        ("http", Some("localhost")) => Finding::warning(
            what,
            format!(
                "{url} can be reached from this machine only; set https:// and a name for others"
            ),
        ),
        _ => Finding::bad(
            what,
            format!(
                "{url} is neither https nor http://localhost: cookies and passkeys do not work"
            ),
        ),
    }
}

fn encryption_keys(variables: &Variables) -> Finding {
    let what = "encryption_keys";
    match variables.get(what) {
        None => Finding::bad(
            what,
            "they are not set. Without the old keys, no stored credential can be read",
        ),
        Some(keys) => {
            // The ids are no secret, the keys are.
            let ids: Vec<_> = keys.split(',').filter_map(|key| key.split(':').next()).collect();
            Finding::good(
                what,
                format!("ids {}, the first is used for new credentials", ids.join(", ")),
            )
        }
    }
}

fn secret(variables: &Variables, name: &'static str, without: &str) -> Finding {
    match variables.get(name).map(str::len) {
        None => Finding::bad(name, format!("it is not set, so {without}")),
        Some(length) if length < SHORTEST => {
            Finding::bad(name, format!("it has {length} bytes; it needs at least {SHORTEST}"))
        }
        Some(length) => Finding::good(name, format!("{length} bytes")),
    }
}
