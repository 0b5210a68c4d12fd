//! The runtime of the application: the Spin CLI if it is installed and new enough, otherwise the embedded
//! host, which is built when it is needed.

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use tokio::process::Command;

use crate::cargo;
use crate::repo::Repo;

/// The oldest version of Spin that supports the component model of the application's components.
const OLDEST: (u64, u64) = (4, 1);

/// The numbers of instances and of stacks that a runtime has room for. A burst of a thousand callers creates
/// about as many instances, each with two stacks. `deploy/README.md` has the calculation.
const ROOM: [(&str, &str); 2] =
    [("SPIN_MAX_INSTANCE_COUNT", "2000"), ("SPIN_WASMTIME_TOTAL_STACKS", "4000")];

/// The values of `--runtime`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Choice {
    /// Spin if it is installed and new enough, otherwise the embedded host
    Auto,
    /// The Spin CLI on PATH
    Spin,
    /// The host in tools/host
    Embedded,
}

/// How the embedded host is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HostProfile {
    /// For development: little is optimised, so that it compiles soon.
    Dev,
    /// Cargo's `release`.
    Release,
    /// As the program `nexus` of an archive is, but for the system of this machine, and with a compiler for components.
    Shipped,
}

impl HostProfile {
    /// `release` or, without it, `dev`.
    pub(crate) fn of(release: bool) -> Self {
        if release { Self::Release } else { Self::Dev }
    }

    /// The profile's name in `Cargo.toml`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Dev => "dev",
            Self::Release => "release",
            Self::Shipped => "shipped",
        }
    }

    /// The profile's folder in the target directory.
    fn folder(self) -> &'static str {
        match self {
            Self::Dev => "debug",
            Self::Release | Self::Shipped => self.name(),
        }
    }
}

/// The runtime of the application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Runtime {
    /// The Spin CLI on PATH.
    Spin,
    /// The binary of `tools/host`.
    Embedded(PathBuf),
}

impl fmt::Display for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Spin => "spin",
            Self::Embedded(_) => "embedded",
        })
    }
}

/// The parameters to start an application, the same for both runtimes.
pub(crate) struct Launch<'a> {
    /// The `spin.toml`.
    pub(crate) manifest: &'a Path,
    /// The port on loopback.
    pub(crate) port: u16,
    /// The directory of the databases.
    pub(crate) state: &'a Path,
    /// The `.env` file. Spin finds it by itself, so it must have this name and be in `dir`.
    pub(crate) env_file: &'a Path,
    /// The working directory.
    pub(crate) dir: &'a Path,
}

impl Runtime {
    /// Finds or builds the runtime for `choice`.
    pub(crate) async fn pick(choice: Choice, repo: &Repo, profile: HostProfile) -> Result<Self> {
        match (choice, spin().await) {
            (Choice::Spin | Choice::Auto, Ok(())) => Ok(Self::Spin),
            (Choice::Spin, Err(why)) => {
                bail!("{why}; use --runtime embedded, which does not need Spin")
            }
            (Choice::Auto | Choice::Embedded, _) => Ok(Self::Embedded(host(repo, profile).await?)),
        }
    }

    /// The command that runs the application until it is interrupted or its stdin closes.
    pub(crate) fn command(&self, launch: &Launch<'_>) -> Result<Command> {
        let mut command = match self {
            Self::Embedded(host) => {
                let mut command = Command::new(host);
                command.arg("up").arg("--env-file").arg(launch.env_file);
                command.arg("--exit-on-stdin-close");
                command
            }
            Self::Spin => {
                // Spin does not watch its stdin, so our guard does.
                let mut command = Command::new(
                    std::env::current_exe().context("cannot find the path of this program")?,
                );
                command.args(["guard", "--", "spin", "up"]);
                command
            }
        };
        for (name, value) in ROOM {
            if std::env::var_os(name).is_none() {
                command.env(name, value);
            }
        }
        // Only our own host listens on both loopback addresses for `localhost`.
        let host = if matches!(self, Self::Embedded(_)) { "localhost" } else { "127.0.0.1" };
        command
            .arg("--from")
            .arg(launch.manifest)
            .args(["--listen", &format!("{host}:{}", launch.port)])
            .arg("--state-dir")
            .arg(launch.state)
            .current_dir(launch.dir);
        Ok(command)
    }
}

/// Checks whether the Spin on PATH is usable. The error is the reason why it is not.
pub(crate) async fn spin() -> Result<(), String> {
    let output = match Command::new("spin").arg("--version").output().await {
        Ok(output) => String::from_utf8_lossy(&output.stdout).into_owned(),
        Err(_) => return Err("`spin` is not on PATH".to_owned()),
    };
    let first = output.lines().next().unwrap_or_default();
    match version(first) {
        Some(found) if found >= OLDEST => Ok(()),
        Some((major, minor)) => Err(format!(
            "the Spin on PATH is {major}.{minor}; {}.{} or newer is required",
            OLDEST.0, OLDEST.1
        )),
        None => Err(format!("`spin --version` printed {first:?}, which contains no version")),
    }
}

/// The major and minor version in `spin 4.1.0 (0a1b2c3 2026-01-31)`. A pre-release of a `.0` counts as older.
fn version(line: &str) -> Option<(u64, u64)> {
    let word = line.split_whitespace().find(|w| w.starts_with(|c: char| c.is_ascii_digit()))?;
    let mut parts = word.splitn(3, '.');
    let major: u64 = parts.next()?.parse().ok()?;
    let minor: u64 = parts.next()?.parse().ok()?;
    let patch = parts.next().unwrap_or("0");
    if patch.starts_with("0-") {
        return match (major, minor) {
            (0, 0) => None,
            (major, 0) => Some((major - 1, u64::MAX)),
            (major, minor) => Some((major, minor - 1)),
        };
    }
    Some((major, minor))
}

/// The path of the embedded host after it is built.
pub(crate) fn host_path(repo: &Repo, profile: HostProfile) -> PathBuf {
    repo.target.join(profile.folder()).join("nexus-host")
}

/// Checks that there is a C compiler, which SQLite needs.
pub(crate) fn ensure_c_compiler() -> Result<()> {
    let named = std::env::var_os("CC").is_some();
    if !named && !["cc", "gcc", "clang"].iter().any(|name| cargo::on_path(name).is_some()) {
        bail!(
            "the embedded host needs a C compiler to build SQLite, and there is no cc, gcc or \
             clang on PATH: install one (Debian: apt-get install gcc libc6-dev), or Spin {}.{}",
            OLDEST.0,
            OLDEST.1
        );
    }
    Ok(())
}

/// Builds the embedded host and returns its path.
pub(crate) async fn host(repo: &Repo, profile: HostProfile) -> Result<PathBuf> {
    ensure_c_compiler()?;
    let host = host_path(repo, profile);
    let args = ["build", "-p", "nexus-host", "--profile", profile.name()];
    cargo::run(&repo.root, &args, "building the embedded host").await?;
    if !host.is_file() {
        bail!("cargo did not build {}", host.display());
    }
    Ok(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_what_spin_prints() {
        assert_eq!(version("spin 4.1.0 (0a1b2c3 2026-01-31)"), Some((4, 1)));
        assert_eq!(version("spin 3.10.2"), Some((3, 10)));
        assert_eq!(version("spin 4.2.0-pre0 (0a1b2c3 2026-05-01)"), Some((4, 1)));
        assert_eq!(version("spin 4.1.0-rc.1"), Some((4, 0)));
        assert!(version("spin 4.0.0-pre0").unwrap() < OLDEST);
        assert!(version("spin 10.0.1").unwrap() > OLDEST);
        assert_eq!(version("spin canary"), None);
        assert_eq!(version(""), None);
    }

    #[test]
    fn both_runtimes_receive_the_same_settings() {
        let launch = Launch {
            manifest: Path::new("/a/spin.toml"),
            port: 3000,
            state: Path::new(".spin"),
            env_file: Path::new("/a/.env"),
            dir: Path::new("/a"),
        };
        for (runtime, host) in
            [(Runtime::Spin, "127.0.0.1"), (Runtime::Embedded("/h".into()), "localhost")]
        {
            let command = runtime.command(&launch).unwrap();
            let args: Vec<_> = command.as_std().get_args().map(|a| a.to_str().unwrap()).collect();
            let args = args.join(" ");
            assert!(
                args.ends_with(&format!(
                    "--from /a/spin.toml --listen {host}:3000 --state-dir .spin"
                )),
                "{args}"
            );
        }
    }
}
