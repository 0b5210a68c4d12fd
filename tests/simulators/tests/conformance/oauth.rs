//! A client for the tests of the OAuth providers. It sends what a test says and checks nothing.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use nexus_simulators::client::{self, Answer};
use nexus_simulators::{Kind, Simulator};
use sha2::{Digest, Sha256};
use url::form_urlencoded::{self, Serializer};

pub(crate) const CALLBACK: &str = "https://client.example/callback";
pub(crate) const VERIFIER: &str = "a-verifier-of-forty-three-characters-or-more";

/// A provider with its default client registered at [`CALLBACK`].
pub(crate) async fn start(kind: Kind) -> Simulator {
    let simulator = Simulator::start(kind, 0).await.unwrap();
    let (id, secret) = kind.default_client().unwrap();
    simulator.register_client(id, secret, &[CALLBACK]);
    simulator
}

pub(crate) fn encode(pairs: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}

pub(crate) fn challenge() -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER))
}

pub(crate) fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

/// A browser that does not follow redirects.
pub(crate) async fn browse(simulator: &Simulator, path: &str, query: &[(&str, &str)]) -> Answer {
    let target = format!("{path}?{}", encode(query));
    client::send(simulator.port(), "GET", &target, &[], b"").await.unwrap()
}

/// Posts a form.
pub(crate) async fn post(
    simulator: &Simulator,
    path: &str,
    headers: &[(&str, &str)],
    form: &[(&str, &str)],
) -> Answer {
    send(simulator, path, headers, form).await.unwrap()
}

/// Posts a form. The response may be missing.
pub(crate) async fn send(
    simulator: &Simulator,
    path: &str,
    headers: &[(&str, &str)],
    form: &[(&str, &str)],
) -> anyhow::Result<Answer> {
    let mut all = vec![("content-type", "application/x-www-form-urlencoded")];
    all.extend_from_slice(headers);
    client::send(simulator.port(), "POST", path, &all, encode(form).as_bytes()).await
}

/// The parameters that the browser brings back to the client.
pub(crate) struct Back(Vec<(String, String)>);

impl Back {
    pub(crate) fn of(answer: &Answer) -> Self {
        assert!(matches!(answer.status, 302 | 303), "{} {}", answer.status, answer.text());
        let location = answer.header("location").unwrap();
        let (uri, query) = location.split_once('?').unwrap();
        assert_eq!(uri, CALLBACK, "{location}");
        Self(form_urlencoded::parse(query.as_bytes()).into_owned().collect())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn code(&self) -> String {
        self.get("code").unwrap().to_owned()
    }
}

/// A string member of a response.
pub(crate) fn text(answer: &Answer, name: &str) -> String {
    let value = answer.json();
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {}", answer.text())).to_owned()
}

/// The status and the `error` member.
pub(crate) fn error(answer: &Answer) -> (u16, String) {
    (answer.status, text(answer, "error"))
}
