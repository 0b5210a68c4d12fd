//! `nexus sign-in`: prints a link that signs a person in, once, for ten minutes.
//!
//! Whoever has a shell on the host is its owner. The link is signed with `sign_in_secret`, which only the host and
//! the component `auth` have. The secret of a link is in the part of the address that no browser sends and no log
//! has.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha2::Sha256;

use crate::state;
use crate::variables::Variables;

/// How long a link is valid, in seconds.
const VALID: u64 = 600;

/// The arguments of `nexus sign-in`.
#[derive(clap::Args)]
pub struct Args {
    /// The workspace [default: main; of `cargo xtask sign-in`: demo]
    #[arg(long)]
    pub workspace: Option<String>,
    /// The person's role
    #[arg(long, value_enum, ignore_case = true, default_value = "ADMIN")]
    pub role: PersonRole,
    /// The person's name. The same name is the same person next time
    #[arg(long, default_value = "Owner")]
    pub name: String,
    /// The URL of the application [default: the variable `public_url`]
    #[arg(long)]
    pub url: Option<String>,
    /// Directory of the installation, whose .env has the variables, unless they are in the environment
    /// [default: NEXUS_STATE_DIR, or that of `nexus up`; of `cargo xtask sign-in`: the repository]
    #[arg(long, conflicts_with = "env_file")]
    pub state_dir: Option<PathBuf>,
    /// The file with the variables, in place of .env in the state directory
    #[arg(long)]
    pub env_file: Option<PathBuf>,
}

/// The role of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum PersonRole {
    /// Everything
    #[value(name = "ADMIN")]
    Admin,
    /// Everything except people, OAuth apps, own manifests, emergency stops and audit export
    #[value(name = "MANAGER")]
    Manager,
}

impl PersonRole {
    const fn name(self) -> &'static str {
        match self {
            Self::Admin => "ADMIN",
            Self::Manager => "MANAGER",
        }
    }
}

/// Prints a link. `workspace` and `env_file` are the defaults.
///
/// # Errors
/// A variable or an argument is invalid.
pub fn run(args: &Args, workspace: &str, env_file: &Path) -> Result<()> {
    let in_directory = args.state_dir.as_ref().map(|directory| directory.join(state::VARIABLES));
    if let Some(file) = &in_directory {
        // A directory that was named by mistake must not look like one that has nothing in it.
        ensure!(file.exists(), "{} does not exist", file.display());
    }
    let named = args.env_file.as_deref().or(in_directory.as_deref());
    let variables = Variables::read(named.unwrap_or(env_file))?;
    let workspace = args.workspace.as_deref().unwrap_or(workspace);
    let url = match &args.url {
        Some(url) => url.as_str(),
        None => variables.require("public_url")?,
    };
    println!("{}", link(&variables, url, args.role, workspace, &args.name)?);
    Ok(())
}

/// A link to the application at `url`, valid from now for ten minutes.
///
/// # Errors
/// `sign_in_secret` is missing or short, or a name is not printable.
pub fn link(
    variables: &Variables,
    url: &str,
    role: PersonRole,
    workspace: &str,
    name: &str,
) -> Result<String> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).context("the clock is before 1970")?;
    let mut id = [0; 16];
    getrandom::fill(&mut id).context("cannot get random bytes from the system")?;
    link_at(variables, url, role, (workspace, name), now.as_secs(), &id)
}

fn link_at(
    variables: &Variables,
    url: &str,
    role: PersonRole,
    (workspace, name): (&str, &str),
    now: u64,
    id: &[u8],
) -> Result<String> {
    for (option, value) in [("--workspace", workspace), ("--name", name)] {
        let length = value.chars().count();
        if !(1..=128).contains(&length) || !nexus_printable::is_printable(value) {
            bail!("{option} must be 1 to 128 printable characters; it is {value:?}");
        }
    }
    let secret = variables.require("sign_in_secret")?;
    if secret.len() < 32 {
        bail!("sign_in_secret has {} bytes; it needs at least 32", secret.len());
    }
    let url = url.trim_end_matches('/');
    let claims = json!({
        "iss": "machine", "aud": url, "iat": now, "exp": now + VALID,
        "jti": URL_SAFE_NO_PAD.encode(id),
        "workspace": workspace, "role": role.name(), "name": name,
    });
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"nexus-link+jwt"}"#);
    let signed = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).context("sign_in_secret")?;
    mac.update(signed.as_bytes());
    let signature = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
    Ok(format!("{url}/sign-in#link={signed}.{signature}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(secret: &str) -> Variables {
        Variables::merge([("SPIN_VARIABLE_SIGN_IN_SECRET".to_owned(), secret.to_owned())], [])
    }

    #[test]
    fn the_secret_of_a_link_is_behind_its_hash_sign() {
        let variables = variables(&"s".repeat(32));
        let who = ("acme", "Ann");
        let link =
            link_at(&variables, "https://x.example/", PersonRole::Admin, who, 1_000, &[7; 16])
                .unwrap();
        let (page, token) = link.split_once("#link=").unwrap();
        assert_eq!(page, "https://x.example/sign-in");
        let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
        let claims: serde_json::Value = serde_json::from_slice(&payload).unwrap();
        assert_eq!(claims["exp"], 1_600);
        assert_eq!((&claims["workspace"], &claims["role"]), (&json!("acme"), &json!("ADMIN")));
        assert_eq!(claims["aud"], "https://x.example");
    }

    #[test]
    fn a_link_needs_a_secret_that_cannot_be_guessed_and_a_name_that_can_be_shown() {
        let link = |secret: &str, name: &str| {
            link_at(
                &variables(secret),
                "http://localhost:3000",
                PersonRole::Admin,
                ("demo", name),
                0,
                &[],
            )
        };
        assert!(link("short", "Ann").unwrap_err().to_string().contains("at least 32"));
        assert!(link("", "Ann").unwrap_err().to_string().contains("SIGN_IN_SECRET"));
        assert!(link(&"s".repeat(32), "a\nb").is_err());
        assert!(link(&"s".repeat(32), "").is_err());
    }
}
