//! Builds everything that the tests need natively with one `cargo` command: the test programs of the whole workspace, and
//! the programs that they run. Then runs the test programs of some packages.
//!
//! Cargo resolves the features of dependencies anew for each selection of packages and kinds of targets. A second selection
//! compiled Wasmtime and a hundred other crates again. Examples in documentation are not compiled: they belong into
//! `examples/`.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::Command;

use super::tally::Tally;
use crate::build::{self as wasm, Profile};
use crate::cargo;
use crate::release;
use crate::repo::{Member, Repo};
use crate::runtime::{self, HostProfile};
use crate::ui;

/// The features that tests need: the program `nexus` with the application, and the schema of manifests, of which a test says
/// whether it is current.
const FEATURES: &str = "nexus-cli/server,nexus-manifests/schema";

/// What is built: test programs, the programs that they run, and the examples, which nothing runs.
const TARGETS: [&str; 8] =
    ["--tests", "--examples", "--bin", "nexus-host", "--bin", "nexus", "--bin", "slack-tools"];

/// The test programs of the workspace.
pub(super) struct TestPrograms {
    programs: Vec<TestProgram>,
}

/// A program that libtest runs.
struct TestProgram {
    /// The name of the package.
    package: String,
    /// The directory of the package, in which its tests run.
    dir: PathBuf,
    path: PathBuf,
}

/// The part that is read here of a line of `cargo --message-format=json`.
#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    manifest_path: PathBuf,
    #[serde(default)]
    profile: MessageProfile,
    executable: Option<PathBuf>,
}

#[derive(Default, Deserialize)]
struct MessageProfile {
    test: bool,
}

impl TestPrograms {
    /// Builds the components, the test programs of all packages that are tested natively, and the programs that they run.
    pub(super) async fn build(repo: &Repo, profile: Profile) -> Result<Self> {
        runtime::ensure_c_compiler()?;
        ui::build(repo).await?;
        let guests = repo.guests();
        // At the same time: each has parts that keep only one processor busy.
        tokio::try_join!(
            wasm::components_alone(repo, profile, &guests, &[]),
            Self::build_with(repo, Path::new("")),
        )?;
        // The host compiles the components that `nexus` then contains.
        let host = runtime::host_path(repo, HostProfile::Dev);
        Self::build_with(repo, &release::bundle(repo, &host, None).await?).await
    }

    /// As [`TestPrograms::build`], where `nexus` contains the components in the directory `bundle`. If the path is empty, it
    /// contains none.
    async fn build_with(repo: &Repo, bundle: &Path) -> Result<Self> {
        let tested = repo.tested();
        let args = ["build", "--message-format=json-render-diagnostics", "--features", FEATURES];
        let mut command = cargo::command(&repo.root, &args);
        let mut child = command
            .args(TARGETS)
            .args(tested.iter().flat_map(selected))
            .env("NEXUS_BUNDLE", bundle)
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot run cargo build")?;
        let mut programs = Vec::new();
        let stdout = child.stdout.take().context("cargo has no standard output")?;
        let mut lines = BufReader::new(stdout).lines();
        while let Some(line) = lines.next_line().await? {
            let Ok(Message { manifest_path, profile: MessageProfile { test: true }, executable }) =
                serde_json::from_str(&line)
            else {
                continue;
            };
            let Some(path) = executable else { continue };
            let dir = manifest_path.parent().unwrap_or(Path::new("")).to_owned();
            let member = tested.iter().find(|member| repo.root.join(&member.dir) == dir);
            let package = member.with_context(|| format!("no package is in {}", dir.display()))?;
            programs.push(TestProgram { package: package.name.clone(), dir, path });
        }
        let status = child.wait().await?;
        if !status.success() {
            bail!("building the tests failed ({status}); see the messages above");
        }
        programs
            .sort_by(|one, other| (&one.package, &one.path).cmp(&(&other.package, &other.path)));
        Ok(Self { programs })
    }

    /// Runs the tests of `packages`, one program after the other, and adds up their results.
    pub(super) async fn run(
        &self,
        packages: &[String],
        env: &[(&'static str, String)],
        args: &[&str],
    ) -> Result<Tally> {
        let mut total = Tally::default();
        for program in self.programs.iter().filter(|program| packages.contains(&program.package)) {
            let name = program.path.file_name().unwrap_or_default().to_string_lossy();
            println!("     Running {} ({name})", program.package);
            let mut command = Command::new(&program.path);
            command.current_dir(&program.dir).env("CARGO_MANIFEST_DIR", &program.dir);
            total.add(tallied(command.args(args), env).await?);
        }
        Ok(total)
    }
}

/// The arguments of cargo that select the package `member`.
fn selected(member: &&Member) -> [String; 2] {
    ["-p".to_owned(), member.name.clone()]
}

/// Runs `command`, streams its output, and adds up the results in it.
async fn tallied(command: &mut Command, env: &[(&'static str, String)]) -> Result<Tally> {
    let mut child = command
        .envs(env.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .context("cannot run the tests")?;
    let stdout = child.stdout.take().context("the tests have no standard output")?;
    let mut tally = streamed(stdout).await?;
    let status = child.wait().await?;
    if !status.success() && tally.failed == 0 {
        // The test program crashed. That must not look like a pass.
        println!("FAILED without a result ({status})");
        tally.failed += 1;
    }
    Ok(tally)
}

async fn streamed(stdout: impl AsyncRead + Unpin) -> Result<Tally> {
    let mut tally = Tally::default();
    let mut lines = BufReader::new(stdout).split(b'\n');
    while let Some(line) = lines.next_segment().await? {
        let line = String::from_utf8_lossy(&line);
        println!("{line}");
        tally.line(&line);
    }
    Ok(tally)
}
