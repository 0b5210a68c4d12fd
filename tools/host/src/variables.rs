//! Application variables: the sources of their values, and the templates that use them.
//!
//! Everything is resolved once, before the first request. No message contains a value, because any variable
//! may be a secret.

use std::collections::{BTreeMap, HashMap};

use anyhow::{Context, Result, bail};

use crate::manifest::Variable;

/// The prefix of the variables in the environment and in the file.
pub(crate) const PREFIX: &str = "SPIN_VARIABLE_";

/// The values of all application variables.
pub(crate) struct Variables(HashMap<String, String>);

impl Variables {
    /// `SPIN_VARIABLE_<NAME>` in the environment comes first, then the env file, then the default. One error
    /// names all required variables without a value.
    pub(crate) fn resolve(
        declared: &BTreeMap<String, Variable>,
        environment: impl Fn(&str) -> Option<String>,
        env_file: &HashMap<String, String>,
    ) -> Result<Self> {
        let mut values = HashMap::new();
        let mut missing = Vec::new();
        for (name, variable) in declared {
            check_name(name).map_err(anyhow::Error::msg)?;
            let key = format!("{PREFIX}{}", name.to_ascii_uppercase());
            let given = environment(&key).or_else(|| env_file.get(&key).cloned());
            match given.or_else(|| variable.default.clone()) {
                Some(value) => drop(values.insert(name.clone(), value)),
                None => missing.push(key),
            }
        }
        if !missing.is_empty() {
            bail!(
                "required variables have no value; set {} in the environment or the env file",
                missing.join(", ")
            );
        }
        Ok(Self(values))
    }

    /// Replaces every `{{ name }}` by the value of that variable.
    pub(crate) fn expand(&self, template: &str) -> Result<String> {
        let mut result = String::new();
        let mut rest = template;
        while let Some((literal, tail)) = rest.split_once("{{") {
            let (name, tail) = tail
                .split_once("}}")
                .with_context(|| format!("unmatched `{{{{` in the template {template:?}"))?;
            let name = name.trim();
            let value = self.0.get(name).with_context(|| {
                format!("the template {template:?} uses the unknown variable {name:?}")
            })?;
            result.push_str(literal);
            result.push_str(value);
            rest = tail;
        }
        result.push_str(rest);
        Ok(result)
    }

    /// The variables of one component, expanded.
    pub(crate) fn of_component(
        &self,
        templates: &BTreeMap<String, String>,
    ) -> Result<HashMap<String, String>> {
        templates
            .iter()
            .map(|(name, template)| {
                check_name(name).map_err(anyhow::Error::msg)?;
                Ok((name.clone(), self.expand(template)?))
            })
            .collect()
    }
}

/// Whether a string is a template.
pub(crate) fn is_template(text: &str) -> bool {
    text.contains("{{")
}

/// Checks Spin's rules for the name of a variable. The error names the rule.
pub(crate) fn check_name(name: &str) -> Result<(), String> {
    let rule = if name.is_empty() {
        Some("must not be empty".to_owned())
    } else if let Some(c) =
        name.chars().find(|c| !(c.is_ascii_lowercase() || c.is_ascii_digit() || *c == '_'))
    {
        Some(format!(
            "invalid character {c:?}: only lower-case letters, digits and underscores are allowed"
        ))
    } else if name.split('_').any(|word| !word.starts_with(|c: char| c.is_ascii_lowercase())) {
        Some("each word between underscores must start with a lower-case letter".to_owned())
    } else {
        None
    };
    match rule {
        Some(rule) => Err(format!("{name:?}: {rule}")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declared(text: &str) -> BTreeMap<String, Variable> {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn the_environment_comes_before_the_file_before_the_default() -> Result<()> {
        let declared =
            declared("a = { default = 'd' }\nb = { default = 'd' }\nc = { default = 'd' }");
        let file = HashMap::from([
            ("SPIN_VARIABLE_A".to_owned(), "file".to_owned()),
            ("SPIN_VARIABLE_B".to_owned(), "file".to_owned()),
        ]);
        let environment = |key: &str| (key == "SPIN_VARIABLE_A").then(|| "env".to_owned());
        let variables = Variables::resolve(&declared, environment, &file)?;
        assert_eq!(variables.expand("{{ a }}-{{b}}-{{ c}}")?, "env-file-d");
        Ok(())
    }

    #[test]
    fn a_name_follows_the_rules_of_spin() {
        for name in ["a", "issuer_hosts", "a1_b2"] {
            assert_eq!(check_name(name), Ok(()));
        }
        for name in ["", "issuer_hosts_2", "2a", "_a", "a_", "a__b", "A", "a-b"] {
            assert!(check_name(name).is_err(), "{name}");
        }
    }

    #[test]
    fn all_missing_variables_are_named() {
        let declared =
            declared("a = { required = true }\nb = { default = '' }\nc = { required = true }");
        let error = Variables::resolve(&declared, |_| None, &HashMap::new()).err().unwrap();
        let error = error.to_string();
        assert!(error.contains("SPIN_VARIABLE_A, SPIN_VARIABLE_C"), "{error}");
        assert!(!error.contains("SPIN_VARIABLE_B"), "{error}");
    }

    #[test]
    fn a_template_with_an_unknown_name_or_an_open_brace_is_an_error() {
        let variables = Variables(HashMap::new());
        assert!(variables.expand("{{ nobody }}").is_err());
        assert!(variables.expand("{{ open").is_err());
        assert_eq!(variables.expand("none").unwrap(), "none");
    }
}
