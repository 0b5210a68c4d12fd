//! The repository's paths: its root, cargo's target directory, and the crates that are built to WebAssembly.
//! They come from `cargo metadata`; nothing is guessed.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::cargo;

/// The workspace as cargo sees it.
pub(crate) struct Repo {
    /// The directory of the workspace's `Cargo.toml`.
    pub(crate) root: PathBuf,
    /// The directory that cargo builds to: `CARGO_TARGET_DIR` or the configured one.
    pub(crate) target: PathBuf,
    members: Vec<Member>,
}

/// One crate of the workspace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    /// The package's name, e.g. `nexus-list`.
    pub(crate) name: String,
    /// The directory, relative to the root.
    pub(crate) dir: PathBuf,
    /// Whether it builds a `cdylib`, which means that it is a component.
    pub(crate) cdylib: bool,
    /// Whether it has property tests, which means that it depends on `proptest`.
    has_properties: bool,
}

impl Member {
    /// The file that cargo builds for it: `nexus_list.wasm`.
    pub(crate) fn wasm(&self) -> String {
        format!("{}.wasm", self.name.replace('-', "_"))
    }
}

#[derive(Deserialize)]
struct Metadata {
    workspace_root: PathBuf,
    target_directory: PathBuf,
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    manifest_path: PathBuf,
    targets: Vec<Target>,
    #[serde(default)]
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
}

#[derive(Deserialize)]
struct Target {
    crate_types: Vec<String>,
}

impl Repo {
    /// Runs `cargo metadata` in this crate's directory.
    pub(crate) fn find() -> Result<Self> {
        // `cargo run` sets the variable. The compiled-in value is for a binary that was started directly.
        let dir = std::env::var("CARGO_MANIFEST_DIR")
            .unwrap_or_else(|_| env!("CARGO_MANIFEST_DIR").to_owned());
        let output = std::process::Command::new(cargo::program())
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .current_dir(&dir)
            .stderr(std::process::Stdio::inherit())
            .output()
            .with_context(|| format!("cannot run `cargo metadata` in {dir}"))?;
        if !output.status.success() {
            bail!("`cargo metadata` failed in {dir}");
        }
        Self::parse(&output.stdout)
    }

    fn parse(json: &[u8]) -> Result<Self> {
        let metadata: Metadata =
            serde_json::from_slice(json).context("cannot parse the output of `cargo metadata`")?;
        let root = metadata.workspace_root;
        let members = metadata
            .packages
            .into_iter()
            .map(|package| {
                let dir = package.manifest_path.parent().unwrap_or(Path::new(""));
                Member {
                    name: package.name,
                    dir: dir.strip_prefix(&root).unwrap_or(dir).to_owned(),
                    cdylib: package
                        .targets
                        .iter()
                        .any(|target| target.crate_types.iter().any(|kind| kind == "cdylib")),
                    has_properties: package.dependencies.iter().any(|one| one.name == "proptest"),
                }
            })
            .collect();
        Ok(Self { root, target: metadata.target_directory, members })
    }

    /// The application's components: the crates below `components/` that build a `cdylib`.
    pub(crate) fn components(&self) -> Vec<&Member> {
        self.members.iter().filter(|m| m.cdylib && m.dir.starts_with("components")).collect()
    }

    /// The guests that the host's tests and the benchmarks run.
    pub(crate) fn guests(&self) -> Vec<&Member> {
        self.members.iter().filter(|m| m.cdylib && m.dir.starts_with("tools/host/guests")).collect()
    }

    /// The crates with native unit tests: all except the guests and those that need a built host.
    pub(crate) fn unit_tested(&self) -> Vec<&Member> {
        self.members
            .iter()
            .filter(|m| {
                !m.dir.starts_with("tools/host")
                    && !matches!(m.name.as_str(), "nexus-host" | "nexus-tests")
            })
            .collect()
    }

    /// The crates with tests that run natively: all except the guests.
    pub(crate) fn tested(&self) -> Vec<&Member> {
        self.members.iter().filter(|m| !m.dir.starts_with("tools/host/guests")).collect()
    }

    /// The directories of all crates, relative to the root.
    #[cfg(test)]
    pub(crate) fn folders(&self) -> impl Iterator<Item = &Path> {
        self.members.iter().map(|member| member.dir.as_path())
    }

    /// The names of the crates that have property tests.
    pub(crate) fn with_properties(&self) -> Vec<String> {
        let all = self.members.iter().filter(|member| member.has_properties);
        all.map(|member| member.name.clone()).collect()
    }

    /// The directory of a wasm profile's files: `target/wasm32-wasip2/<profile>`.
    pub(crate) fn wasm_dir(&self, profile: &str) -> PathBuf {
        self.target.join("wasm32-wasip2").join(profile)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const METADATA: &str = r#"{"workspace_root":"/r","target_directory":"/t","packages":[
        {"name":"nexus-list","manifest_path":"/r/components/list/Cargo.toml",
         "targets":[{"crate_types":["cdylib"]}]},
        {"name":"nexus-common","manifest_path":"/r/components/common/Cargo.toml",
         "targets":[{"crate_types":["lib"]}],"dependencies":[{"name":"proptest","kind":"dev"}]},
        {"name":"nexus-host","manifest_path":"/r/tools/host/Cargo.toml",
         "targets":[{"crate_types":["bin"]}]},
        {"name":"guest-empty","manifest_path":"/r/tools/host/guests/empty/Cargo.toml",
         "targets":[{"crate_types":["cdylib"]},{"crate_types":["bin"]}]}]}"#;

    fn names(members: Vec<&Member>) -> Vec<&str> {
        members.into_iter().map(|member| member.name.as_str()).collect()
    }

    #[test]
    fn components_and_guests_are_distinguished() {
        let repo = Repo::parse(METADATA.as_bytes()).unwrap();
        assert_eq!(names(repo.components()), ["nexus-list"]);
        assert_eq!(repo.components()[0].wasm(), "nexus_list.wasm");
        assert_eq!(names(repo.guests()), ["guest-empty"]);
        assert_eq!(names(repo.unit_tested()), ["nexus-list", "nexus-common"]);
        assert_eq!(repo.with_properties(), ["nexus-common"]);
        assert_eq!(repo.wasm_dir("wasm-dev"), Path::new("/t/wasm32-wasip2/wasm-dev"));
    }

    #[test]
    fn our_own_crates_are_not_optimized_like_dependencies() {
        let repo = Repo::find().unwrap();
        let text = std::fs::read_to_string(repo.root.join("Cargo.toml")).unwrap();
        let manifest: toml::Table = text.parse().unwrap();
        let profile = &manifest["profile"]["dev"]["package"];
        let natively = repo.tested().into_iter().map(|member| member.name.as_str());
        let missing: Vec<_> = natively.filter(|name| profile.get(name).is_none()).collect();
        assert!(missing.is_empty(), "[profile.dev.package] in Cargo.toml lacks {missing:?}");
        assert!(profile["*"].get("opt-level").is_none(), "it would count for procedural macros");
    }

    #[test]
    fn this_repository_is_found() {
        let repo = Repo::find().unwrap();
        assert!(repo.root.join("tools/xtask/src/repo.rs").is_file());
        assert!(names(repo.components()).contains(&"nexus-list"));
    }
}
