//! Reads `spin.toml` (manifest version 2): only the keys that this application needs.
//!
//! An unknown key is an error that names the key. If a right or a limit were silently ignored, a test on this
//! host would prove nothing about Spin.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

#[cfg(feature = "compiler")]
use anyhow::Context as _;
use anyhow::{Result, bail, ensure};
use serde::Deserialize;

use crate::toml_file;

/// The content of `spin.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    spin_manifest_version: u32,
    #[serde(rename = "application")]
    _application: Application,
    #[serde(default)]
    pub(crate) variables: BTreeMap<String, Variable>,
    pub(crate) trigger: Triggers,
    #[serde(default, rename = "component")]
    pub(crate) components: BTreeMap<String, Component>,
}

/// `[application]`. Only the name is used.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Application {
    #[serde(rename = "name")]
    _name: String,
    #[serde(default, rename = "version")]
    _version: String,
    #[serde(default, rename = "description")]
    _description: String,
    #[serde(default, rename = "authors")]
    _authors: Vec<String>,
    #[serde(default, rename = "trigger")]
    _trigger: toml::Table,
    #[serde(default, rename = "tool")]
    _tool: toml::Table,
}

/// `[variables]`: exactly one of `default` and `required`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Variable {
    pub(crate) default: Option<String>,
    #[serde(default)]
    pub(crate) required: bool,
    #[serde(default, rename = "secret")]
    _secret: bool,
    #[serde(default, rename = "description")]
    _description: Option<String>,
}

/// `[[trigger.http]]`; other triggers are not supported here.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Triggers {
    #[serde(default)]
    pub(crate) http: Vec<HttpTrigger>,
}

/// One `[[trigger.http]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HttpTrigger {
    #[serde(default, rename = "id")]
    _id: String,
    pub(crate) route: Route,
    pub(crate) component: String,
}

/// A path pattern, or `{ private = true }`: reachable only by other components.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Route {
    Path(String),
    Private(Private),
}

/// The table form of a route.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Private {
    private: bool,
}

/// One `[component.<id>]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Component {
    pub(crate) source: PathBuf,
    #[serde(default, rename = "description")]
    _description: String,
    #[serde(default)]
    pub(crate) files: Vec<FileMount>,
    #[serde(default)]
    pub(crate) environment: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) variables: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) sqlite_databases: Vec<String>,
    #[serde(default)]
    pub(crate) key_value_stores: Vec<String>,
    #[serde(default)]
    pub(crate) allowed_outbound_hosts: Vec<String>,
    #[serde(default, rename = "build")]
    _build: Option<Build>,
    #[serde(default, rename = "tool")]
    _tool: toml::Table,
}

/// `[component.<id>.build]`: parsed to detect invalid keys; `cargo xtask build` runs it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Build {
    #[serde(rename = "command")]
    _command: toml::Value,
    #[serde(default, rename = "workdir")]
    _workdir: Option<PathBuf>,
    #[serde(default, rename = "watch")]
    _watch: Vec<String>,
}

/// An entry of `files`: a path or a glob pattern that is mounted at the same place, or a path that is mounted elsewhere.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum FileMount {
    Pattern(String),
    Placement(Placement),
}

/// `{ source = "…", destination = "…" }`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Placement {
    pub(crate) source: PathBuf,
    pub(crate) destination: String,
}

/// The only database and store. Spin has others only through its runtime configuration.
pub(crate) const DEFAULT_LABEL: &str = "default";

/// The path of the manifest that a person named, by itself or by its directory.
#[cfg(feature = "compiler")]
pub(crate) fn manifest_file(from: &Path) -> Result<PathBuf> {
    let mut manifest = std::path::absolute(from)?;
    if manifest.is_dir() {
        manifest.push("spin.toml");
    }
    Ok(manifest)
}

impl Manifest {
    /// Reads and checks the manifest. Errors name the file, the line, the table and the key.
    #[cfg(feature = "compiler")]
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let manifest: Self = toml_file::read(path, "manifest")?;
        manifest.check().with_context(|| path.display().to_string())?;
        Ok(manifest)
    }

    /// Checks the text of the manifest that this program contains.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let manifest: Self = toml_file::parse(text, Path::new("spin.toml"))?;
        manifest.check()?;
        Ok(manifest)
    }

    fn check(&self) -> Result<()> {
        ensure!(
            self.spin_manifest_version == 2,
            "spin_manifest_version is {}; this host supports only 2",
            self.spin_manifest_version
        );
        for (name, variable) in &self.variables {
            ensure!(
                variable.required != variable.default.is_some(),
                "variable {name:?} must have either `required = true` or a `default`"
            );
        }
        ensure!(!self.trigger.http.is_empty(), "[[trigger.http]] is missing");
        for trigger in &self.trigger.http {
            let component = &trigger.component;
            ensure!(
                self.components.contains_key(component),
                "[[trigger.http]] names the component {component:?}, which is not defined"
            );
            if let Route::Private(Private { private: false }) = trigger.route {
                bail!(
                    "[[trigger.http]] of {component:?}: a route is a string or {{ private = true }}"
                );
            }
        }
        for (id, component) in &self.components {
            for label in component.sqlite_databases.iter().chain(&component.key_value_stores) {
                ensure!(
                    label == DEFAULT_LABEL,
                    "component {id:?} uses the store {label:?}, but only {DEFAULT_LABEL:?} is defined"
                );
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINIMAL: &str = r#"
spin_manifest_version = 2
[application]
name = "x"
[[trigger.http]]
route = "/..."
component = "a"
[component.a]
source = "a.wasm"
"#;

    fn read(text: &str) -> Result<Manifest> {
        Manifest::parse(text)
    }

    fn error(text: &str) -> String {
        format!("{:#}", read(text).unwrap_err())
    }

    #[test]
    fn the_smallest_manifest_is_valid() {
        assert_eq!(read(MINIMAL).unwrap()._application._name, "x");
    }

    #[test]
    fn an_unknown_key_is_named_with_its_table_and_line() {
        let error = error(&format!("{MINIMAL}ai_models = []\n"));
        assert!(error.contains("[component.a]"), "{error}");
        assert!(error.contains("line 10") && error.contains("ai_models"), "{error}");
    }

    #[test]
    fn an_unknown_key_of_an_inline_table_is_named() {
        let text = format!("{MINIMAL}[variables]\nv = {{ default = \"\", colour = 1 }}\n");
        let error = error(&text);
        assert!(error.contains("[variables]") && error.contains("colour"), "{error}");
    }

    #[test]
    fn an_undefined_database_is_rejected() {
        let error = error(&format!("{MINIMAL}sqlite_databases = [\"other\"]\n"));
        assert!(error.contains("\"other\""), "{error}");
    }

    #[test]
    fn a_variable_is_required_or_has_a_default() {
        let error = error(&format!("{MINIMAL}[variables]\nv = {{ secret = true }}\n"));
        assert!(error.contains("\"v\""), "{error}");
    }
}
