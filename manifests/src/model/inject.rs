//! Where a credential is placed in a request.

use serde::{Deserialize, Deserializer, Serialize};

use super::form::{ensure_absent, require_member, through_form};

/// Where a credential is placed in a request to the provider. Values are templates: parameters, credential
/// fields, for OAuth `access_token` and `client_id`, and for a login `access_token`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(deny_unknown_fields))]
#[serde(tag = "in", rename_all = "snake_case")]
pub enum Inject {
    /// A request header.
    Header {
        /// The name of the header. It must not be a hop-by-hop header, `host`, `content-*` or `x-nexus-*`.
        name: String,
        /// A template, such as `Bearer {api_key}`.
        value: String,
    },
    /// A query parameter.
    Query {
        /// The parameter's name.
        name: String,
        /// A template; percent-encoded after expansion.
        value: String,
    },
    /// A segment of the path: it stands directly after the path of `api.base_url`, before the path of a call. Agents
    /// see and write paths without it. Use it only for a provider that accepts its key in no other place.
    Path {
        /// A template, such as `bot{bot_token}`: one secret field, and at least one letter or digit beside it. It is
        /// percent-encoded after expansion, so that a value cannot begin another segment.
        value: String,
        /// Paths that the segment follows, for calls below them, such as `/file`.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        below: Vec<String>,
    },
    /// `Authorization: Basic` (RFC 7617).
    Basic {
        /// A template.
        username: String,
        /// A template; may be empty.
        password: String,
    },
}

impl Inject {
    /// The templates of the entry.
    #[must_use]
    pub fn templates(&self) -> Vec<&str> {
        match self {
            Self::Header { value, .. } | Self::Query { value, .. } | Self::Path { value, .. } => {
                vec![value]
            }
            Self::Basic { username, password } => vec![username, password],
        }
    }
}

/// The parts of a path before and after the segment that holds a key ([`Inject::Path`]). `path` is the part after the path of
/// the base URL. The segment stands at its beginning, or after the longest of the paths `below` that it is below.
#[must_use]
pub fn around_key<'a>(below: &[String], path: &'a str) -> (&'a str, &'a str) {
    let is_below =
        |own: &&String| path.strip_prefix(own.as_str()).is_some_and(|rest| rest.starts_with('/'));
    let longest = below.iter().filter(is_below).map(String::len).max();
    path.split_at(longest.unwrap_or(0))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InjectForm {
    r#in: String,
    name: Option<String>,
    value: Option<String>,
    below: Option<Vec<String>>,
    username: Option<String>,
    password: Option<String>,
}

impl<'de> Deserialize<'de> for Inject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        through_form::<InjectForm, Self, D>(deserializer)
    }
}

impl TryFrom<InjectForm> for Inject {
    type Error = String;

    fn try_from(form: InjectForm) -> Result<Self, String> {
        let InjectForm { r#in, name, value, below, username, password } = form;
        if r#in != "path" {
            ensure_absent(&below, "below", "unless `in` is `path`")?;
        }
        let inject = match r#in.as_str() {
            "header" => Self::Header {
                name: require_member(name, "name")?,
                value: require_member(value, "value")?,
            },
            "query" => Self::Query {
                name: require_member(name, "name")?,
                value: require_member(value, "value")?,
            },
            "path" => {
                ensure_absent(&name, "name", "when `in` is `path`")?;
                Self::Path {
                    value: require_member(value, "value")?,
                    below: below.unwrap_or_default(),
                }
            }
            "basic" => {
                ensure_absent(&name, "name", "when `in` is `basic`")?;
                ensure_absent(&value, "value", "when `in` is `basic`")?;
                return Ok(Self::Basic {
                    username: require_member(username, "username")?,
                    password: require_member(password, "password")?,
                });
            }
            other => {
                return Err(format!(
                    "`in` is `{other}`; it must be `header`, `query`, `path` or `basic`"
                ));
            }
        };
        ensure_absent(&username, "username", "unless `in` is `basic`")?;
        ensure_absent(&password, "password", "unless `in` is `basic`")?;
        Ok(inject)
    }
}
