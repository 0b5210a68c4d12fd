//! The application's variables for the commands: `SPIN_VARIABLE_*` of the environment, or else the `.env`
//! file, as Spin reads them.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use nexus_shared::dotenv;

use crate::keys::PREFIX;

/// The variables by their lower-case names; values are trimmed.
#[derive(Clone, Default)]
pub struct Variables(BTreeMap<String, String>);

impl Variables {
    /// Reads `file` if it exists. The process's environment overrides it.
    ///
    /// # Errors
    /// The file cannot be read, or a line of it is malformed.
    pub fn read(file: &Path) -> Result<Self> {
        Ok(Self::merge(dotenv::read(file)?, std::env::vars()))
    }

    /// Merges the values of a file with an environment that overrides them.
    pub fn merge(
        file: impl IntoIterator<Item = (String, String)>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Self {
        let mut variables = BTreeMap::new();
        for (name, value) in file.into_iter().chain(environment) {
            if let Some(name) = name.strip_prefix(PREFIX) {
                variables.insert(name.to_ascii_lowercase(), value.trim().to_owned());
            }
        }
        Self(variables)
    }

    /// The value, if it is set and not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The value of a required variable.
    pub fn require(&self, name: &str) -> Result<&str> {
        self.get(name).with_context(|| {
            format!(
                "{PREFIX}{} is not set in the environment or in the file with the variables; `nexus up` makes it on its \
                 first start, and `nexus keys new` for development",
                name.to_ascii_uppercase()
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn file(text: &str) -> HashMap<String, String> {
        dotenv::parse(text).unwrap()
    }

    #[test]
    fn the_environment_overrides_and_may_unset_a_variable() {
        let text = "SPIN_VARIABLE_A=k1:abc+/=\nSPIN_VARIABLE_B=x\nOTHER=1\nSPIN_VARIABLE_C=c\n";
        let environment = [("SPIN_VARIABLE_A", "new "), ("SPIN_VARIABLE_B", "")]
            .map(|(k, v)| (k.into(), v.into()));
        let variables = Variables::merge(file(text), environment);
        assert_eq!(variables.get("a"), Some("new"));
        assert_eq!(variables.get("b"), None);
        assert_eq!(variables.get("c"), Some("c"));
        assert_eq!(variables.get("other"), None);
    }

    #[test]
    fn a_variable_that_is_missing_is_named() {
        let error = Variables::default().require("jwt_secret").err().unwrap().to_string();
        assert!(error.contains("SPIN_VARIABLE_JWT_SECRET") && error.contains("keys new"));
    }

    #[test]
    fn a_file_with_new_keys_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(".env");
        crate::keys::write(&path, false, crate::keys::Use::Development, "http://127.0.0.1:4000")
            .unwrap();
        let variables = Variables::merge(dotenv::read(&path).unwrap(), []);
        assert_eq!(variables.get("public_url"), Some("http://127.0.0.1:4000"));
        assert!(variables.require("encryption_keys").unwrap().starts_with("k1:"));
    }
}
