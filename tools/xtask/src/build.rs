//! `cargo xtask build`: builds the admin UI, then all components with one cargo command, and copies the
//! components to the place that `spin.toml` names.
//!
//! It must not build with `--workspace`: the host does not compile to WebAssembly, and the components do not
//! link natively.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use crate::cargo;
use crate::repo::{Member, Repo};
use crate::ui;

/// The target that every component is built for.
pub(crate) const TARGET: &str = "wasm32-wasip2";

/// The maximum size of a component as shipped, in bytes.
const LIMIT: u64 = 905_000;
/// The maximum size of `auth`, which verifies every kind of proof and fetches issuers' keys, in bytes. A third of it
/// verifies passkeys, with algorithms and attestations that nobody asks for: a debt.
const LIMIT_OF_AUTH: u64 = 1_415_000;
/// The maximum size of `ui`, which contains the files of the admin UI, in bytes. How much of them a browser loads at first
/// has a limit of its own, in static/build.mjs.
const LIMIT_OF_UI: u64 = 1_120_000;
/// The maximum size of `list`, which is compiled for speed, in bytes.
const LIMIT_OF_LIST: u64 = 945_000;
/// The components that contain the table of manifests. They have no size limit.
const WITH_THE_TABLE: [&str; 2] = ["nexus_broker.wasm", "nexus_catalog.wasm"];

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Build as shipped: fat LTO and stripped (profile `wasm`). The default is fast to build (`wasm-dev`)
    #[arg(long)]
    release: bool,
    /// Also build the host's test guests; they stay in cargo's target directory
    #[arg(long)]
    guests: bool,
    /// Fail if a component without the table of manifests is larger than 905 KB (`auth`: 1.415 MB, `ui`: 1.12 MB,
    /// `list`: 945 KB)
    #[arg(long, requires = "release")]
    check_sizes: bool,
}

/// One of the two wasm profiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Profile {
    /// A change is built in under a second.
    Dev,
    /// As shipped.
    Shipped,
}

impl Profile {
    /// The profile of components with or without `--release`.
    pub(crate) fn of(release: bool) -> Self {
        if release { Self::Shipped } else { Self::Dev }
    }

    /// Its name in `Cargo.toml`, and the name of cargo's directory for it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Dev => "wasm-dev",
            Self::Shipped => "wasm",
        }
    }
}

pub(crate) async fn run(args: Args) -> Result<ExitCode> {
    let repo = Repo::find()?;
    let profile = Profile::of(args.release);
    let guests = if args.guests { repo.guests() } else { Vec::new() };
    let copied = components(&repo, profile, &guests).await?;
    if let Some(sizes) = ui::sizes(&repo) {
        println!("{sizes}");
    }
    for (file, size) in &copied {
        println!("{:>9}  {}", human(*size), shown(file, &repo.root));
    }
    for guest in guests {
        let file = repo.wasm_dir(profile.name()).join(guest.wasm());
        let size = fs::metadata(&file).with_context(|| missing(&file))?.len();
        println!("{:>9}  {}", human(size), file.display());
    }
    let total: u64 = copied.iter().map(|(_, size)| size).sum();
    println!("{:>9}  {} components, profile {}", human(total), copied.len(), profile.name());
    let too_large = if args.check_sizes { too_large(&copied) } else { Vec::new() };
    for (file, size) in &too_large {
        eprintln!("error: {file} has {size} bytes, more than its limit");
    }
    Ok(if too_large.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The maximum size of a component, in bytes. `None` if it has none.
fn limit(name: &str) -> Option<u64> {
    match name {
        "nexus_auth.wasm" => Some(LIMIT_OF_AUTH),
        "nexus_ui.wasm" => Some(LIMIT_OF_UI),
        "nexus_list.wasm" => Some(LIMIT_OF_LIST),
        _ => (!WITH_THE_TABLE.contains(&name)).then_some(LIMIT),
    }
}

/// The components that exceed the limit, with their sizes.
fn too_large(components: &[(PathBuf, u64)]) -> Vec<(String, u64)> {
    let named = components.iter().filter_map(|(file, size)| {
        let name = file.file_name()?.to_string_lossy().into_owned();
        Some((name, *size))
    });
    named.filter(|(name, size)| limit(name).is_some_and(|limit| *size > limit)).collect()
}

/// Builds the UI, all components and `guests`. Copies the components to `target/components` below the
/// repository's root, and returns each copy with its size in bytes.
pub(crate) async fn components(
    repo: &Repo,
    profile: Profile,
    guests: &[&Member],
) -> Result<Vec<(PathBuf, u64)>> {
    ui::build(repo).await?;
    components_alone(repo, profile, guests, &[]).await
}

/// Like `components`, without the UI, which must have been built, and with further arguments for cargo.
pub(crate) async fn components_alone(
    repo: &Repo,
    profile: Profile,
    guests: &[&Member],
    arguments: &[&str],
) -> Result<Vec<(PathBuf, u64)>> {
    let components = repo.components();
    if components.is_empty() {
        bail!("no crate below {}/components builds a cdylib", repo.root.display());
    }
    ensure_target(&repo.root, TARGET).await?;
    let mut args = vec!["build", "--target", TARGET, "--profile", profile.name()];
    for member in components.iter().chain(guests) {
        args.extend(["-p", &member.name]);
    }
    args.extend(arguments);
    cargo::run(&repo.root, &args, "building the components").await?;

    let from = repo.wasm_dir(profile.name());
    let to = repo.root.join("target/components");
    fs::create_dir_all(&to).with_context(|| format!("cannot create {}", to.display()))?;
    components.iter().map(|member| copy(&from, &to, &member.wasm())).collect()
}

/// Copies a file by way of a temporary file, so that a running host never reads half of it. Leaves the copy
/// alone if it is unchanged, so that caches stay valid.
fn copy(from: &Path, to: &Path, name: &str) -> Result<(PathBuf, u64)> {
    let source = from.join(name);
    let bytes = fs::read(&source).with_context(|| missing(&source))?;
    let target = to.join(name);
    if fs::read(&target).ok().as_deref() != Some(&bytes) {
        let temporary = to.join(format!(".{name}.{}", std::process::id()));
        fs::write(&temporary, &bytes)
            .and_then(|()| fs::rename(&temporary, &target))
            .with_context(|| format!("cannot write {}", target.display()))?;
    }
    Ok((target, bytes.len() as u64))
}

fn missing(file: &Path) -> String {
    format!("cargo did not build {}", file.display())
}

fn shown(file: &Path, root: &Path) -> String {
    file.strip_prefix(root).unwrap_or(file).display().to_string()
}

fn human(bytes: u64) -> String {
    if bytes < 1_000_000 {
        format!("{} KB", bytes.div_ceil(1_000))
    } else {
        format!("{}.{:02} MB", bytes / 1_000_000, bytes % 1_000_000 / 10_000)
    }
}

/// Installs the target with rustup if the toolchain lacks it. With `RUSTUP_AUTO_INSTALL=0` the targets of
/// `rust-toolchain.toml` are not installed automatically.
pub(crate) async fn ensure_target(root: &Path, target: &str) -> Result<()> {
    let output = tokio::process::Command::new("rustc")
        .args(["--print", "target-libdir", "--target", target])
        .current_dir(root)
        .output()
        .await
        .context("cannot run rustc; install Rust with https://rustup.rs")?;
    let libdir = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if output.status.success() && Path::new(&libdir).is_dir() {
        return Ok(());
    }
    if cargo::on_path("rustup").is_none() {
        bail!(
            "this Rust toolchain has no standard library for {target}, and there is no rustup to \
             add it; install Rust with https://rustup.rs or your system's package for that target"
        );
    }
    eprintln!("adding the Rust target {target}");
    let status = tokio::process::Command::new("rustup")
        .args(["target", "add", target])
        .current_dir(root)
        .stdout(cargo::to_stderr())
        .status()
        .await
        .context("cannot run rustup")?;
    if !status.success() {
        bail!("`rustup target add {target}` failed; nothing can be built for it");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_copied_once_and_again_when_it_changes() {
        let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::write(from.path().join("a.wasm"), b"one").unwrap();
        let (target, size) = copy(from.path(), to.path(), "a.wasm").unwrap();
        assert_eq!(size, 3);
        let first = fs::metadata(&target).unwrap().modified().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(20));
        copy(from.path(), to.path(), "a.wasm").unwrap();
        assert_eq!(fs::metadata(&target).unwrap().modified().unwrap(), first);
        fs::write(from.path().join("a.wasm"), b"two!").unwrap();
        copy(from.path(), to.path(), "a.wasm").unwrap();
        assert_eq!(fs::read(&target).unwrap(), b"two!");
        assert_eq!(fs::read_dir(to.path()).unwrap().count(), 1);
        let error = copy(from.path(), to.path(), "b.wasm").unwrap_err();
        assert!(error.to_string().contains("b.wasm"));
    }

    #[test]
    fn sizes_are_readable() {
        assert_eq!(human(450_001), "451 KB");
        assert_eq!(human(1_234_567), "1.23 MB");
    }

    #[test]
    fn only_components_with_the_table_may_be_large() {
        let built = [
            ("nexus_list.wasm", LIMIT),
            ("nexus_create.wasm", LIMIT + 1),
            ("nexus_broker.wasm", LIMIT + 1),
            ("nexus_auth.wasm", LIMIT_OF_AUTH),
        ];
        let built: Vec<_> =
            built.map(|(name, size)| (Path::new("target/components").join(name), size)).into();
        assert_eq!(too_large(&built), [("nexus_create.wasm".to_owned(), LIMIT + 1)]);
    }
}
