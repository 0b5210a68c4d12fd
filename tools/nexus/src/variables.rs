//! The application's variables for the commands: `SPIN_VARIABLE_*` of the environment, or else the `.env`
//! file, as Spin reads them.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::keys::PREFIX;

/// The variables by their lower-case names; values are trimmed.
#[derive(Clone, Default)]
pub struct Variables(BTreeMap<String, String>);

impl Variables {
    /// Reads `file` if it exists. The process's environment overrides it.
    pub fn read(file: &Path) -> Result<Self> {
        Self::merge(&Self::file(file)?, std::env::vars())
    }

    /// Reads `file` alone; the text of a missing file is empty.
    pub fn file(file: &Path) -> Result<String> {
        match std::fs::read_to_string(file) {
            Ok(text) => Ok(text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
            Err(error) => Err(error).with_context(|| format!("cannot read {}", file.display())),
        }
    }

    /// Merges the text of a file with an environment that overrides it.
    pub fn merge(
        text: &str,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self> {
        let mut variables = BTreeMap::new();
        for (name, value) in parse(text)?.into_iter().chain(environment) {
            if let Some(name) = name.strip_prefix(PREFIX) {
                variables.insert(name.to_ascii_lowercase(), value.trim().to_owned());
            }
        }
        Ok(Self(variables))
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

/// The pairs of a dotenv file: `NAME=value`, an optional `export` before it, `#` comments, and quotes around
/// the value. Syntax that this function does not know is an error, never a guess.
fn parse(text: &str) -> Result<Vec<(String, String)>> {
    let mut pairs = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        let line = line.strip_prefix("export ").unwrap_or(line).trim_start();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let Some((name, value)) = line.split_once('=') else {
            // The line may be half of a secret, so the error does not show it.
            bail!("line {} of the env file is not NAME=value", number + 1);
        };
        let value = unquote(value.trim())
            .with_context(|| format!("line {} of the env file: {}", number + 1, name.trim()))?;
        pairs.push((name.trim().to_owned(), value));
    }
    Ok(pairs)
}

fn unquote(value: &str) -> Result<String> {
    for quote in ['"', '\''] {
        let Some(rest) = value.strip_prefix(quote) else { continue };
        let Some((inner, after)) = rest.split_once(quote) else {
            bail!("the closing {quote} of the value is missing");
        };
        if !(after.trim().is_empty() || after.trim_start().starts_with('#')) {
            bail!("unexpected text after the closing {quote} of the value");
        }
        if quote == '"' && inner.contains('\\') {
            bail!("escapes are not supported; put the value in single quotes");
        }
        return Ok(inner.to_owned());
    }
    // A comment begins with a # after a space.
    let end = value.find(" #").unwrap_or(value.len());
    Ok(value.get(..end).unwrap_or(value).trim_end().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# keys\nSPIN_VARIABLE_A=k1:abc+/=\nexport SPIN_VARIABLE_B='x y' # why\n\
                        SPIN_VARIABLE_C=\"q#q\"\nOTHER=1\nSPIN_VARIABLE_D=\nSPIN_VARIABLE_E=v # c\n";

    #[test]
    fn values_are_read_as_they_are_written() {
        let variables = Variables::merge(FILE, []).unwrap();
        assert_eq!(variables.get("a"), Some("k1:abc+/="));
        assert_eq!(variables.get("b"), Some("x y"));
        assert_eq!(variables.get("c"), Some("q#q"));
        assert_eq!(variables.get("d"), None);
        assert_eq!(variables.get("e"), Some("v"));
        assert_eq!(variables.get("other"), None);
    }

    #[test]
    fn the_environment_overrides_and_may_unset_a_variable() {
        let environment = [("SPIN_VARIABLE_A", "new "), ("SPIN_VARIABLE_B", "")]
            .map(|(k, v)| (k.into(), v.into()));
        let variables = Variables::merge(FILE, environment).unwrap();
        assert_eq!(variables.get("a"), Some("new"));
        assert_eq!(variables.get("b"), None);
    }

    #[test]
    fn errors_name_the_line_and_not_its_content() {
        let error = Variables::merge("A=1\nsecretsecret\n", []).err().unwrap();
        assert!(error.to_string().contains("line 2") && !error.to_string().contains("secret"));
        assert!(Variables::merge("A='x\n", []).is_err());
        let error = Variables::default().require("jwt_secret").err().unwrap().to_string();
        assert!(error.contains("SPIN_VARIABLE_JWT_SECRET") && error.contains("keys new"));
    }

    #[test]
    fn a_file_with_new_keys_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join(".env");
        crate::keys::write(&file, false, crate::keys::Use::Development, "http://127.0.0.1:4000")
            .unwrap();
        let variables = Variables::merge(&Variables::file(&file).unwrap(), []).unwrap();
        assert_eq!(variables.get("public_url"), Some("http://127.0.0.1:4000"));
        assert!(variables.require("encryption_keys").unwrap().starts_with("k1:"));
    }

    #[test]
    fn a_missing_file_is_empty() {
        assert_eq!(Variables::file(Path::new("/nonexistent/.env")).unwrap(), "");
    }
}
