//! `nexus keys new`: writes a `.env` with new keys, for development.
//!
//! It must not print a key. It must not overwrite a key without `--force`, because credentials that were
//! sealed with a lost encryption key can never be opened.

use std::fmt::Write as _;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The prefix of every variable of the application, in the environment and in the file.
pub const PREFIX: &str = "SPIN_VARIABLE_";

/// The verbs of `nexus keys`.
#[derive(clap::Subcommand)]
pub enum Verb {
    /// Write a .env (mode 600, git-ignored) with new random keys
    New(New),
}

/// The arguments of `nexus keys new`.
#[derive(clap::Args)]
pub struct New {
    /// Overwrite the file; credentials stored under its keys can then never be read again
    #[arg(long)]
    force: bool,
    /// The path of the file
    #[arg(long, default_value = ".env")]
    path: PathBuf,
}

/// Writes the file, and prints its path.
pub fn run(verb: &Verb) -> Result<()> {
    let Verb::New(New { force, path }) = verb;
    write(path, *force, Use::Development, "http://localhost:3000")?;
    println!("wrote {} (mode 600)", path.display());
    warn_if_tracked(path);
    Ok(())
}

/// The purpose of the keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Development: tokens are signed with a secret in the file, and providers on this machine can be called.
    Development,
    /// An installation that people use: they sign in, and nobody can sign a token.
    Production,
}

/// Writes a new file, and overwrites an existing file only with `force`.
///
/// # Errors
/// The file exists, or cannot be written.
pub fn write(path: &Path, force: bool, use_for: Use, public_url: &str) -> Result<()> {
    if path.exists() && !force {
        bail!(
            "{} exists. With new keys, every credential stored under the old keys becomes permanently \
             unreadable. To overwrite the file nevertheless: nexus keys new --force",
            path.display()
        );
    }
    let text = render(use_for, public_url, &mut |length| {
        let mut bytes = vec![0; length];
        getrandom::fill(&mut bytes).context("cannot get random bytes from the system")?;
        Ok(bytes)
    })?;
    // The final name never has half of the content, or another mode.
    let mut temporary = path.as_os_str().to_owned();
    temporary.push(format!(".{}", std::process::id()));
    let temporary = PathBuf::from(temporary);
    let result = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&temporary)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        // If two first starts run at once, only one makes the keys: a link does not replace a file, a rename
        // does.
        .and_then(|()| match force {
            true => fs::rename(&temporary, path),
            false => fs::hard_link(&temporary, path),
        });
    let _ = fs::remove_file(&temporary);
    result.with_context(|| format!("cannot write {}", path.display()))
}

/// Adds the secret that signs links to a file that was made before there were links. Returns whether it was
/// missing.
///
/// # Errors
/// The file cannot be read or written.
pub fn add_sign_in_secret(path: &Path) -> Result<bool> {
    let line = format!("{PREFIX}SIGN_IN_SECRET=");
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    if text.contains(&line) {
        return Ok(false);
    }
    let mut bytes = [0; 48];
    getrandom::fill(&mut bytes).context("cannot get random bytes from the system")?;
    let mut file = OpenOptions::new().append(true).open(path)?;
    let separator = if text.ends_with('\n') || text.is_empty() { "" } else { "\n" };
    writeln!(file, "{separator}{line}{}", STANDARD.encode(bytes))?;
    Ok(true)
}

/// The text of the file; `random` returns this many random bytes.
fn render(
    use_for: Use,
    public_url: &str,
    random: &mut dyn FnMut(usize) -> Result<Vec<u8>>,
) -> Result<String> {
    let mut secret = |length| random(length).map(|bytes| STANDARD.encode(bytes));
    let mut values = vec![
        ("public_url", public_url.to_owned()),
        ("encryption_keys", format!("k1:{}", secret(32)?)),
        ("broker_secret", secret(48)?),
        ("tick_secret", secret(48)?),
        ("sign_in_secret", secret(48)?),
    ];
    let head = match use_for {
        Use::Production => {
            "# Made by `nexus up` on its first start. Keep a copy where the backups of the database are\n\
             # not: without `encryption_keys`, no stored credential can ever be read again, and whoever\n\
             # has them and the database can read every one. An environment variable of the same name\n\
             # overrides a line here. The documentation lists all variables.\n"
        }
        Use::Development => {
            values.extend([
                ("jwt_issuer", "https://issuer.nexus.invalid".to_owned()),
                ("jwt_audience", "integration-nexus".to_owned()),
                ("jwt_secret", secret(48)?),
                ("private_hosts", "http://127.0.0.0/8:*".to_owned()),
            ]);
            "# For development, made by `nexus keys new`. Never commit this file: whoever has it\n\
             # can read every stored credential and sign tokens. An environment variable of the same\n\
             # name overrides a line here.\n"
        }
    };
    let mut text = String::from(head);
    for (name, value) in values {
        let _ = writeln!(text, "{PREFIX}{}={value}", name.to_ascii_uppercase());
    }
    Ok(text)
}

/// Warns if git would include the file in a commit.
fn warn_if_tracked(path: &Path) {
    let Some(dir) = path.parent() else { return };
    let dir = if dir.as_os_str().is_empty() { Path::new(".") } else { dir };
    let Some(name) = path.file_name() else { return };
    let status = std::process::Command::new("git")
        .args(["check-ignore", "--quiet"])
        .arg(name)
        .current_dir(dir)
        .stderr(std::process::Stdio::null())
        .status();
    // 0: ignored, 1: not ignored, 128: not in a repository.
    if status.is_ok_and(|status| status.code() == Some(1)) {
        eprintln!("warning: git does not ignore {}; it must not be committed", path.display());
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    /// The file's variables by their lower-case names.
    fn values(text: &str) -> BTreeMap<String, String> {
        let lines = text.lines().filter_map(|line| line.strip_prefix(PREFIX)?.split_once('='));
        lines.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect()
    }

    #[test]
    fn written_keys_are_read_back_and_long_enough() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(".env");
        write(&path, false, Use::Development, "http://127.0.0.1:4000").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let text = fs::read_to_string(&path).unwrap();
        let variables = values(&text);
        assert_eq!(variables.get("public_url").unwrap(), "http://127.0.0.1:4000");
        let key = variables.get("encryption_keys").unwrap().strip_prefix("k1:").unwrap();
        assert_eq!(STANDARD.decode(key).unwrap().len(), 32);
        for name in ["broker_secret", "jwt_secret", "tick_secret", "sign_in_secret"] {
            assert!(variables.get(name).unwrap().len() >= 32, "{name}");
        }
        assert_ne!(variables.get("jwt_secret"), variables.get("broker_secret"));
        for name in ["jwt_issuer", "jwt_audience", "private_hosts"] {
            assert!(variables.get(name).is_some_and(|value| !value.is_empty()), "{name}");
        }
    }

    #[test]
    fn an_installation_has_no_secret_that_signs_tokens() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(".env");
        write(&path, false, Use::Production, "https://nexus.example").unwrap();
        let text = fs::read_to_string(&path).unwrap();
        let names: Vec<_> = values(&text).into_keys().collect();
        let expected =
            ["broker_secret", "encryption_keys", "public_url", "sign_in_secret", "tick_secret"];
        assert_eq!(names, expected);
    }

    #[test]
    fn an_older_file_gets_the_missing_secret_once() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(".env");
        fs::write(&path, "SPIN_VARIABLE_PUBLIC_URL=http://127.0.0.1:1").unwrap();
        assert!(add_sign_in_secret(&path).unwrap());
        assert!(!add_sign_in_secret(&path).unwrap());
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(values(&text).get("public_url").unwrap(), "http://127.0.0.1:1");
        assert!(values(&text).get("sign_in_secret").unwrap().len() >= 32);
    }

    #[test]
    fn an_existing_file_is_kept_unless_forced() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(".env");
        fs::write(&path, "mine").unwrap();
        let error =
            write(&path, false, Use::Development, "http://127.0.0.1:1").unwrap_err().to_string();
        assert!(error.contains("--force") && error.contains("unreadable"), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
        write(&path, true, Use::Development, "http://127.0.0.1:1").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn values_need_no_quotes() {
        let text =
            render(Use::Development, "http://127.0.0.1:3000", &mut |n| Ok(vec![0xfb; n])).unwrap();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (_, value) = line.split_once('=').unwrap();
            assert!(
                !value.contains(|c: char| c.is_whitespace() || "'\"\\$#".contains(c)),
                "{line}"
            );
        }
    }
}
