//! The needs of a connection beyond its authentication method.

use serde::Serialize;

use super::{FieldFormat, Manifest};

/// The needs of a connection that a person should know before. They are a part of an item of the catalogue's list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Needs<'a> {
    /// How an OAuth app comes about without a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registration: Option<Registration>,
    /// The format of a field that does not take a line of text: a private key, or the content of a JSON file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paste: Option<FieldFormat>,
    /// The label of the entries that a person may have to choose from after connecting: `Site`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub choice: Option<&'a str>,
}

/// How this application becomes an OAuth app of a provider by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Registration {
    /// At the provider's registration URL.
    Endpoint,
    /// By the URL of a document, which works only if this application is reached by https.
    Document,
}

impl Manifest {
    /// The needs of a connection beyond its authentication method. `None` if it has no others.
    #[must_use]
    pub fn needs(&self) -> Option<Needs<'_>> {
        let registration = self.oauth2.as_ref().and_then(|oauth2| {
            let document = oauth2.client_metadata.then_some(Registration::Document);
            oauth2.registration_url.as_ref().map(|_| Registration::Endpoint).or(document)
        });
        let mut formats = self.credentials.iter().map(|field| field.format);
        let paste = formats.find(|format| !format.is_text());
        let choice = self.found_params().next().map(|(param, _)| param.label.as_str());
        let needs = Needs { registration, paste, choice };
        (needs != Needs { registration: None, paste: None, choice: None }).then_some(needs)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn an_app_is_registered_at_an_endpoint_or_by_a_document() {
        let needs = |more: Value| {
            let mut oauth2 = json!({"token_url": "https://a.example/token", "client_auth": "none"});
            if let (Some(members), Value::Object(more)) = (oauth2.as_object_mut(), more) {
                members.extend(more);
            }
            let manifest: Manifest = serde_json::from_value(json!({
                "id": "custom-a", "auth_method": "oauth2", "inject": [], "oauth2": oauth2,
                "api": {"base_url": "https://a.example"}, "verify": {"unsupported": "a test"},
                "revoke": {"unsupported": "a test"},
            }))
            .unwrap();
            manifest.needs().map(|needs| json!(needs))
        };
        let register = "https://a.example/register";
        assert_eq!(needs(json!({})), None);
        let endpoint = Some(json!({"registration": "endpoint"}));
        assert_eq!(needs(json!({"registration_url": register})), endpoint);
        assert_eq!(needs(json!({"registration_url": register, "client_metadata": true})), endpoint);
        let document = Some(json!({"registration": "document"}));
        assert_eq!(needs(json!({"client_metadata": true})), document);
    }
}
