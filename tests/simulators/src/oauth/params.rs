//! Parameters in OAuth's form `application/x-www-form-urlencoded`, in a query or a body.

use serde_json::Value;
use url::form_urlencoded::{self, Serializer};

use crate::request::Request;

/// Decoded parameters, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Params(Vec<(String, String)>);

impl Params {
    /// The parameters of the query.
    pub(crate) fn query(request: &Request) -> Self {
        Self::parse(request.query.as_bytes())
    }

    /// The parameters of the body, whatever its content type is.
    pub(crate) fn body(request: &Request) -> Self {
        Self::parse(&request.body)
    }

    /// The string members of a JSON body, if the content type is JSON. Otherwise the parameters of the form.
    pub(crate) fn body_or_json(request: &Request) -> Self {
        if media_type(request) != "application/json" {
            return Self::body(request);
        }
        let Value::Object(members) = request.json() else { return Self::default() };
        let text = |value: Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Self(members.into_iter().map(|(name, value)| (name, text(value))).collect())
    }

    fn parse(bytes: &[u8]) -> Self {
        Self(form_urlencoded::parse(bytes).into_owned().collect())
    }

    /// These parameters, followed by `more`.
    pub(crate) fn and(mut self, more: Self) -> Self {
        self.0.extend(more.0);
        self
    }

    /// The first parameter with this name. A parameter without a value counts as missing (RFC 6749 section
    /// 3.1).
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(key, value)| key == name && !value.is_empty())
            .map(|(_, value)| value.as_str())
    }

    /// The name of a duplicate parameter, which RFC 6749 section 3.1 forbids.
    pub(crate) fn repeated(&self) -> Option<&str> {
        self.0
            .iter()
            .enumerate()
            .find(|(index, (name, _))| self.0.iter().take(*index).any(|(other, _)| other == name))
            .map(|(_, (name, _))| name.as_str())
    }

    /// Whether a parameter with this name is there twice.
    pub(crate) fn is_repeated(&self, name: &str) -> bool {
        self.0.iter().filter(|(key, _)| key == name).count() > 1
    }

    /// The distinct words of a parameter, split at any of `separators`.
    pub(crate) fn words(&self, name: &str, separators: &[char]) -> Vec<String> {
        let mut words: Vec<String> = Vec::new();
        for word in self.get(name).unwrap_or_default().split(separators) {
            if !word.is_empty() && !words.iter().any(|known| known == word) {
                words.push(word.to_owned());
            }
        }
        words
    }
}

/// The media type of a request's body, in lower case and without parameters.
pub(crate) fn media_type(request: &Request) -> String {
    let value = request.header("content-type").unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

impl Request {
    /// Whether the content type of the body is that of a form.
    pub(crate) fn is_form(&self) -> bool {
        media_type(self) == "application/x-www-form-urlencoded"
    }
}

/// The form encoding of `pairs`.
pub(crate) fn encode<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}
