//! `cargo xtask release`: makes the program `nexus`, with the application in it, for each target, and everything
//! that is published with it: archives, their digests, and a bill of materials.
//!
//! The bytes of a release must not depend on the place or the time of the build: no path, user or time of the build
//! may get in.

mod archive;
mod sbom;
mod zig;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use tokio::process::Command;

use crate::build::{self, Profile};
use crate::cargo;
use crate::repo::Repo;
use crate::ui;

/// The targets of a release: static, so that they need no library of the system.
const TARGETS: [&str; 2] = ["x86_64-unknown-linux-musl", "aarch64-unknown-linux-musl"];

/// The profile of the program in `Cargo.toml`.
const PROFILE: &str = "shipped";

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The targets [default: all of a release]
    #[arg(long)]
    target: Vec<String>,
    /// The directory that receives the files [default: dist in cargo's target directory]
    #[arg(long)]
    output: Option<PathBuf>,
}

pub(crate) async fn run(args: Args) -> Result<ExitCode> {
    let repo = Repo::find()?;
    let output = args.output.unwrap_or_else(|| repo.target.join("dist"));
    let targets = match args.target.as_slice() {
        [] => TARGETS.map(str::to_owned).to_vec(),
        named => named.to_vec(),
    };
    fs::create_dir_all(&output)?;
    let commit = Commit::of(&repo.root).await?;
    let remap = Remap::new(&repo)?;
    ui::build(&repo).await?;
    let config = remap.config(build::TARGET)?;
    build::components_alone(&repo, Profile::Shipped, &[], &["--config", &config]).await?;
    let compiler = compiler(&repo).await?;
    let zig = zig::install(&repo).await?;
    let mut files = Vec::new();
    for target in &targets {
        let bundle = bundle(&repo, &compiler, Some(target)).await?;
        let program = program(&repo, &zig, target, &bundle, &remap).await?;
        let bill = sbom::write(&repo, target, &output).await?;
        files.push(archive::write(&repo, &output, target, &program, &bill, &commit)?);
        files.push(bill);
    }
    let sums = archive::digests(&output, &files)?;
    print!("{}", fs::read_to_string(&sums)?);
    Ok(ExitCode::SUCCESS)
}

/// The commit that is released.
pub(crate) struct Commit {
    /// When it was made, in seconds since 1970: the time of everything in a release.
    pub(crate) time: u64,
}

impl Commit {
    async fn of(root: &Path) -> Result<Self> {
        let output = Command::new("git")
            .args(["log", "-1", "--format=%ct"])
            .current_dir(root)
            .output()
            .await
            .context("cannot run git")?;
        let time = String::from_utf8_lossy(&output.stdout);
        let time =
            time.trim().parse().context("`git log` printed no time: a release needs a commit")?;
        Ok(Self { time })
    }
}

/// Names of our own for the folders whose paths would get into the programs.
struct Remap(Vec<(PathBuf, &'static str)>);

impl Remap {
    fn new(repo: &Repo) -> Result<Self> {
        let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
        let home = home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
        let home = home.context("neither CARGO_HOME nor HOME is set")?;
        Ok(Self(vec![
            (home, "/cargo"),
            (repo.root.clone(), "/nexus"),
            (repo.target.clone(), "/target"),
        ]))
    }

    fn flags(&self) -> Vec<String> {
        let all = self.0.iter();
        all.map(|(from, to)| format!("--remap-path-prefix={}={to}", from.display())).collect()
    }

    /// A `--config` for cargo that adds the flags to those that a target has.
    fn config(&self, target: &str) -> Result<String> {
        Ok(format!("target.{target}.rustflags={}", serde_json::to_string(&self.flags())?))
    }

    /// The same for C.
    fn c_flags(&self) -> String {
        let all = self.0.iter();
        let maps = all.map(|(from, to)| format!("-ffile-prefix-map={}={to}", from.display()));
        format!("-g0 {}", maps.collect::<Vec<_>>().join(" "))
    }
}

/// Builds the program that compiles components for every target.
async fn compiler(repo: &Repo) -> Result<PathBuf> {
    let args = ["build", "-p", "nexus-host", "--features", "cross"];
    cargo::run(&repo.root, &args, "building the compiler of components").await?;
    Ok(repo.target.join("debug/nexus-host"))
}

/// Compiles the components for one target, or for exactly this machine. Returns the directory of the bundle.
pub(crate) async fn bundle(repo: &Repo, compiler: &Path, target: Option<&str>) -> Result<PathBuf> {
    let output = repo.target.join("bundle").join(target.unwrap_or("here"));
    let mut command = Command::new(compiler);
    command.arg("bundle").arg("--from").arg(repo.root.join("spin.toml"));
    command.arg("--output").arg(&output);
    if let Some(target) = target {
        command.args(["--target", target]);
    }
    let status = command.stdout(cargo::to_stderr()).status().await?;
    if !status.success() {
        bail!(
            "compiling the components for {} failed; see above",
            target.unwrap_or("this machine")
        );
    }
    Ok(output)
}

/// Builds the program for one target. Returns its path.
async fn program(
    repo: &Repo,
    zig: &Path,
    target: &str,
    bundle: &Path,
    remap: &Remap,
) -> Result<PathBuf> {
    build::ensure_target(&repo.root, target).await?;
    let config = remap.config(target)?;
    let mut args = vec!["zigbuild", "-p", "nexus-cli", "--bin", "nexus", "--features", "server"];
    args.extend(["--profile", PROFILE, "--target", target, "--config", &config]);
    let (path, c_flags) = (zig::path(zig)?, remap.c_flags());
    let variables = [
        ("PATH", path.as_os_str()),
        ("NEXUS_BUNDLE", bundle.as_os_str()),
        ("CFLAGS", OsStr::new(&c_flags)),
    ];
    cargo::run_with(&repo.root, &args, &variables, &format!("building nexus for {target}")).await?;
    Ok(repo.target.join(target).join(PROFILE).join("nexus"))
}
