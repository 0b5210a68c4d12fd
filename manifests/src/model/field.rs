//! The fields of the form in which an admin enters a credential.

use serde::{Deserialize, Serialize};

/// One field of the form in which an admin enters a credential.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CredentialField {
    /// The name in templates: `[a-z][a-z0-9_]{0,63}`.
    pub name: String,
    /// The label in the form.
    pub label: String,
    /// Whether the form hides the value. A hint of a secret value is stored.
    pub secret: bool,
    /// A regular expression for the whole value (`\A(?:…)\z`). It catches paste errors, and must not be
    /// stricter than the provider's documentation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// The provider's page where such a credential is created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help_url: Option<String>,
    /// Shown in the empty field; never a real credential. It does not need to match `pattern`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<String>,
    /// The format of the value, which decides how the form shows it.
    #[serde(default, skip_serializing_if = "FieldFormat::is_text")]
    pub format: FieldFormat,
    /// The members of a file of the format `json` that are stored. The rest of the file is neither stored nor used.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<FileMember>,
}

/// The format of the value of a credential field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FieldFormat {
    /// One line of text.
    #[default]
    Text,
    /// A private key in PEM, with its first and its last line.
    Pem,
    /// The content of a JSON file, of which `members` are stored.
    Json,
}

/// A member of a JSON file that is stored as a field of the credential.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FileMember {
    /// The name in templates: `[a-z][a-z0-9_]{0,63}`.
    pub name: String,
    /// A JSON pointer (RFC 6901) into the file, to a string.
    pub pointer: String,
    /// Whether the value is secret.
    pub secret: bool,
    /// A regular expression for the whole value (`\A(?:…)\z`). It catches a file of another kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
}

impl FieldFormat {
    /// Whether the value is one line of text.
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "the form that serde asks for")]
    #[must_use]
    pub const fn is_text(&self) -> bool {
        matches!(self, Self::Text)
    }
}

impl CredentialField {
    /// The fields of a stored credential that this field makes: their names, and whether they are secret.
    pub(super) fn stored(&self) -> impl Iterator<Item = (&str, bool)> {
        let itself =
            (self.format != FieldFormat::Json).then_some((self.name.as_str(), self.secret));
        let members = self.members.iter().map(|member| (member.name.as_str(), member.secret));
        itself.into_iter().chain(members)
    }
}
