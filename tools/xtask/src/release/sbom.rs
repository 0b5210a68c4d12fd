//! The bill of materials: every package from a registry whose code is in the program, in the form of CycloneDX 1.6
//! (<https://cyclonedx.org/docs/1.6/json/>).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::build;
use crate::cargo;
use crate::repo::Repo;

/// Writes `nexus-<version>-<target>.cdx.json`, and returns its path.
pub(super) async fn write(repo: &Repo, target: &str, output: &Path) -> Result<PathBuf> {
    let digests = crate_digests(&fs::read_to_string(repo.root.join("Cargo.lock"))?)?;
    let mut crates = packages(repo, target, &["-p", "nexus-cli", "--features", "server"]).await?;
    let components = repo.components();
    let components = components.iter().flat_map(|member| ["-p", member.name.as_str()]);
    crates.extend(packages(repo, build::TARGET, &components.collect::<Vec<_>>()).await?);
    let mut entries: Vec<Value> = crates
        .iter()
        .filter_map(|((name, version), license)| {
            // Our own packages have no digest in the lock file.
            let digest = digests.get(&(name.clone(), version.clone()))?;
            Some(entry("cargo", name, version, license, ("SHA-256", digest)))
        })
        .collect();
    entries.extend(npm(&repo.root.join("static"))?);
    let bill = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application", "name": "nexus", "version": env!("CARGO_PKG_VERSION"),
                "bom-ref": "nexus", "licenses": [{"expression": env!("CARGO_PKG_LICENSE")}],
                "properties": [{"name": "target", "value": target}],
            },
        },
        "components": entries,
    });
    let path = output.join(format!("nexus-{}-{target}.cdx.json", env!("CARGO_PKG_VERSION")));
    fs::write(&path, format!("{bill:#}\n"))?;
    Ok(path)
}

/// One package. `digest`: the algorithm, and the hexadecimal digits.
fn entry(kind: &str, name: &str, version: &str, license: &str, digest: (&str, &str)) -> Value {
    let purl = format!("pkg:{kind}/{}@{version}", name.replace('@', "%40"));
    json!({
        "type": "library", "name": name, "version": version, "purl": purl, "bom-ref": purl,
        // Old packages write a slash between two licences of which one may be chosen.
        "licenses": [{"expression": license.replace('/', " OR ")}],
        "hashes": [{"alg": digest.0, "content": digest.1}],
    })
}

/// The packages that are linked into `of` on a target: name and version, with the licence.
async fn packages(
    repo: &Repo,
    target: &str,
    of: &[&str],
) -> Result<BTreeMap<(String, String), String>> {
    let mut args = vec!["tree", "--locked", "--edges", "normal", "--prefix", "none"];
    args.extend(["--format", "{p}|{l}", "--target", target]);
    args.extend(of);
    let output =
        cargo::command(&repo.root, &args).output().await.context("cannot run `cargo tree`")?;
    if !output.status.success() {
        bail!("`cargo tree` failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    let text = String::from_utf8(output.stdout)?;
    Ok(text.lines().filter_map(tree_line).collect())
}

/// `serde v1.0.0 (proc-macro)|MIT OR Apache-2.0 (*)`.
fn tree_line(line: &str) -> Option<((String, String), String)> {
    let (package, license) = line.split_once('|')?;
    let mut words = package.split_whitespace();
    let name = words.next()?.to_owned();
    let version = words.next()?.strip_prefix('v')?.to_owned();
    let license = license.trim_end_matches("(*)").trim().to_owned();
    Some(((name, version), license))
}

#[derive(Deserialize)]
struct Lock {
    package: Vec<Locked>,
}

#[derive(Deserialize)]
struct Locked {
    name: String,
    version: String,
    checksum: Option<String>,
}

/// The SHA-256 of each package from the registry.
fn crate_digests(lock: &str) -> Result<BTreeMap<(String, String), String>> {
    let lock: Lock = toml::from_str(lock).context("Cargo.lock")?;
    let with_digest = |one: Locked| Some(((one.name, one.version), one.checksum?));
    Ok(lock.package.into_iter().filter_map(with_digest).collect())
}

/// The npm packages in the UI. Those that only build it are not in the program.
fn npm(folder: &Path) -> Result<Vec<Value>> {
    let lock: Value = serde_json::from_slice(&fs::read(folder.join("package-lock.json"))?)?;
    let packages = lock.get("packages").and_then(Value::as_object);
    let packages = packages.context("package-lock.json has no packages")?;
    let mut found = Vec::new();
    for (place, package) in packages {
        let Some((_, name)) = place.rsplit_once("node_modules/") else { continue };
        if package.get("dev") == Some(&Value::Bool(true)) {
            continue;
        }
        let text = |member: &str| {
            package
                .get(member)
                .and_then(Value::as_str)
                .with_context(|| format!("package-lock.json: {name} has no {member}"))
        };
        let integrity = text("integrity")?.strip_prefix("sha512-").context("not a SHA-512")?;
        let digest: String = base64::Engine::decode(&base64::prelude::BASE64_STANDARD, integrity)?
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        found.push(entry("npm", name, text("version")?, text("license")?, ("SHA-512", &digest)));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_read_from_the_tree_of_cargo() {
        let expected = (("serde".to_owned(), "1.0.2".to_owned()), "MIT OR Apache-2.0".to_owned());
        for line in
            ["serde v1.0.2|MIT OR Apache-2.0", "serde v1.0.2 (proc-macro)|MIT OR Apache-2.0 (*)"]
        {
            assert_eq!(tree_line(line), Some(expected.clone()), "{line}");
        }
        assert_eq!(tree_line(""), None);
    }

    #[test]
    fn only_packages_from_the_registry_have_a_digest() {
        let lock = "version = 4\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nchecksum = \"00ff\"\n\
                    [[package]]\nname = \"nexus\"\nversion = \"0.1.0\"\n";
        let digests = crate_digests(lock).unwrap();
        assert_eq!(digests.len(), 1);
        assert_eq!(digests[&("a".to_owned(), "1.0.0".to_owned())], "00ff");
    }

    #[test]
    fn the_ui_has_packages_of_its_own() {
        let repo = Repo::find().unwrap();
        let found = npm(&repo.root.join("static")).unwrap();
        let names: Vec<_> = found.iter().map(|entry| entry["name"].as_str().unwrap()).collect();
        assert!(names.contains(&"preact") && !names.contains(&"esbuild"), "{names:?}");
    }
}
