//! Reads method overrides: with `?_HttpMethod=DELETE`, a `POST` makes some providers delete.
//!
//! If the manifest declares such a parameter or header, its value counts as a method of the call, as the sent
//! method does. An agent must not get another override past a rule that names methods.

use http::{HeaderMap, HeaderName, Method};
use nexus_common::call::CallMethod;
use nexus_common::{Error, Result};
use nexus_manifests::{Api, MethodOverride};

use super::query;

/// Parameters with which frameworks override the method, in the form of [`query::name`].
const PARAMETERS: [&str; 9] = [
    "_method",
    "_httpmethod",
    "_http_method",
    "http_method",
    "_method_override",
    "method_override",
    "x_http_method",
    "x_http_method_override",
    "x_method_override",
];

/// The methods as which a provider may read a call.
pub(super) struct Methods {
    /// The method that is sent, and the method that overrides it.
    pub(super) all: Vec<CallMethod>,
    /// A parameter with which some frameworks override the method, and which the manifest does not declare.
    pub(super) undeclared: Option<String>,
}

impl Methods {
    /// The methods of a call.
    ///
    /// # Errors
    /// [`Error::MethodNotAllowed`] for a method that is not one of the seven. [`Error::Invalid`] for a
    /// declared override that is not one of them, or for two overrides.
    pub(super) fn of(method: &Method, query: &str, headers: &HeaderMap, api: &Api) -> Result<Self> {
        let sent = CallMethod::require(method)?;
        let mut methods = Self { all: vec![sent], undeclared: None };
        let none = MethodOverride::default();
        let declared = api.method_override.as_ref().unwrap_or(&none);
        for (name, value) in query::parameters(query) {
            let is_it = |own: &String| query::name(own) == name;
            if declared.query.iter().any(is_it) {
                methods.add_override(&format!("?{name}"), &value)?;
            } else if PARAMETERS.contains(&name.as_str()) {
                methods.undeclared = Some(name);
            }
        }
        for name in declared.headers.iter().filter_map(|name| HeaderName::try_from(name).ok()) {
            for value in headers.get_all(&name) {
                methods.add_override(name.as_str(), value.to_str().unwrap_or_default())?;
            }
        }
        Ok(methods)
    }

    fn add_override(&mut self, place: &str, value: &str) -> Result<()> {
        let method = CallMethod::parse(&value.trim().to_ascii_uppercase()).ok_or_else(|| {
            let shown = nexus_printable::shortened(value);
            let rule = format!("overrides the method and must be one of {}", CallMethod::ALLOW);
            Error::invalid(place, format!("{rule}, but is {shown:?}"))
        })?;
        if self.all.len() > 1 {
            return Err(Error::invalid(
                place,
                "overrides the method a second time: send one override",
            ));
        }
        self.all.push(method);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn read(query: &str, header: Option<&str>) -> Result<(String, Option<String>)> {
        let api: Api = serde_json::from_value(serde_json::json!({
            "base_url": "https://api.acme.com", "hosts": ["api.acme.com"],
            "method_override": {"query": ["_HttpMethod"], "headers": ["X-HTTP-Method-Override"]},
        }))
        .unwrap();
        let mut headers = HeaderMap::new();
        if let Some(value) = header {
            let name = HeaderName::from_static("x-http-method-override");
            headers.insert(name, HeaderValue::from_str(value).unwrap());
        }
        let methods = Methods::of(&Method::POST, query, &headers, &api)?;
        let all: Vec<&str> = methods.all.iter().map(|method| method.as_str()).collect();
        Ok((all.join(","), methods.undeclared))
    }

    #[test]
    fn a_declared_override_is_read_and_an_undeclared_one_is_reported() {
        for (query, header, all, undeclared) in [
            ("a=b", None, "POST", None),
            ("_HttpMethod=DELETE", None, "POST,DELETE", None),
            ("_httpmethod=delete", None, "POST,DELETE", None),
            ("a=1&%5FHttpMethod=PATCH", None, "POST,PATCH", None),
            ("a=1;_HttpMethod=PATCH", None, "POST,PATCH", None),
            ("", Some("put"), "POST,PUT", None),
            ("_method=DELETE", None, "POST", Some("_method")),
            ("x-http-method-override=DELETE", None, "POST", Some("x_http_method_override")),
            ("_method%5B%5D=DELETE", None, "POST", Some("_method")),
        ] {
            let found = read(query, header).unwrap();
            assert_eq!(found, (all.to_owned(), undeclared.map(str::to_owned)), "{query}");
        }
        for (query, header) in [
            ("_HttpMethod=BREW", None),
            ("_HttpMethod=", None),
            ("_HttpMethod=GET&_HttpMethod=DELETE", None),
            ("_HttpMethod=GET", Some("DELETE")),
        ] {
            assert!(read(query, header).is_err(), "{query}");
        }
    }
}
