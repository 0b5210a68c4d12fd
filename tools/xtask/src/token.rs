//! `cargo xtask token`: creates a token like those of an identity provider, signed with the development
//! secret (HS256, RFC 7515 and 7519).

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::env::Variables;
use crate::repo::Repo;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The role of the token
    #[arg(long, value_enum, ignore_case = true, default_value = "ADMIN")]
    role: Role,
    /// The workspace of the token
    #[arg(long, default_value = "demo")]
    workspace: String,
    /// The subject of the token
    #[arg(long, default_value = "developer")]
    sub: String,
    /// The lifetime: a number and s, m, h or d
    #[arg(long, default_value = "8h", value_parser = duration)]
    ttl: Duration,
    /// The file with the signing secret, unless SPIN_VARIABLE_JWT_SECRET is set [default: .env at the
    /// repository's root]
    #[arg(long)]
    env_file: Option<PathBuf>,
}

/// A role, as written in tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Role {
    /// Everything
    #[value(name = "ADMIN")]
    Admin,
    /// Everything except OAuth clients, own manifests and audit export
    #[value(name = "MANAGER")]
    Manager,
    /// The proxy and MCP only
    #[value(name = "AGENT")]
    Agent,
}

impl Role {
    fn name(self) -> &'static str {
        match self {
            Self::Admin => "ADMIN",
            Self::Manager => "MANAGER",
            Self::Agent => "AGENT",
        }
    }
}

pub(crate) fn run(args: &Args) -> Result<ExitCode> {
    let file = match &args.env_file {
        Some(file) if !file.exists() => bail!("{} does not exist", file.display()),
        Some(file) => file.clone(),
        None => Repo::find()?.root.join(".env"),
    };
    let variables = Variables::read(&file)?;
    println!("{}", mint(&variables, args.role, &args.workspace, &args.sub, args.ttl)?);
    Ok(ExitCode::SUCCESS)
}

/// Creates a token that the application accepts, valid from now for `ttl`.
pub(crate) fn mint(
    variables: &Variables,
    role: Role,
    workspace: &str,
    sub: &str,
    ttl: Duration,
) -> Result<String> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).context("the clock is before 1970")?;
    mint_at(variables, role, workspace, sub, ttl, now.as_secs())
}

fn mint_at(
    variables: &Variables,
    role: Role,
    workspace: &str,
    sub: &str,
    ttl: Duration,
    now: u64,
) -> Result<String> {
    for (name, value) in [("--workspace", workspace), ("--sub", sub)] {
        if !(1..=128).contains(&value.chars().count()) || !nexus_printable::is_printable(value) {
            bail!("{name} must be 1 to 128 printable characters; it is {value:?}");
        }
    }
    if let Some(origin) = variables.get("jwt_jwks_origin") {
        bail!(
            "tokens are verified with the keys of {origin} (jwt_jwks_origin); only their owner can \
             sign a token. For development, set jwt_secret instead"
        );
    }
    let secret = variables.require("jwt_secret")?;
    if secret.len() < 32 {
        bail!("jwt_secret has {} bytes; HS256 needs at least 32", secret.len());
    }
    let most = max_lifetime(variables.get("jwt_max_lifetime"), role)?;
    if most != 0 && ttl.as_secs() > most {
        bail!(
            "--ttl is {} s, and the application accepts {} tokens of at most {most} s \
             (jwt_max_lifetime)",
            ttl.as_secs(),
            role.name()
        );
    }
    let mut claims = json!({
        "iss": variables.require("jwt_issuer")?,
        "aud": variables.require("jwt_audience")?,
        "sub": sub,
        "iat": now,
        "exp": now + ttl.as_secs(),
    });
    let mut claim = |variable, default: &str, value: &str| {
        let name = variables.get(variable).unwrap_or(default).to_owned();
        if let Some(claims) = claims.as_object_mut() {
            claims.insert(name, value.into());
        }
    };
    claim("jwt_workspace_claim", "workspace_id", workspace);
    claim("jwt_role_claim", "role", role.name());
    sign(&claims, secret.as_bytes())
}

/// The maximum lifetime of a token of `role`, in seconds. In `86400,ADMIN=3600` it is the role's number, or
/// else the first number. 0 means no limit.
fn max_lifetime(text: Option<&str>, role: Role) -> Result<u64> {
    let mut parts = text.unwrap_or("86400").split(',').map(str::trim);
    let first = parts.next().unwrap_or_default();
    let mut own = parts.filter_map(|part| part.split_once('='));
    let found = own.find(|(name, _)| name.trim() == role.name());
    let number = found.map_or(first, |(_, number)| number.trim());
    number.parse().with_context(|| format!("jwt_max_lifetime: {number:?} is not a number"))
}

fn sign(claims: &Value, secret: &[u8]) -> Result<String> {
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    let signed = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).context("jwt_secret")?;
    mac.update(signed.as_bytes());
    Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())))
}

/// `90s`, `15m`, `8h`, `7d`.
fn duration(text: &str) -> Result<Duration, String> {
    let rule = || format!("{text:?} is not a duration; use a number and s, m, h or d, such as 8h");
    let unit = text.chars().next_back().ok_or_else(rule)?;
    let number: u64 = text.strip_suffix(unit).and_then(|n| n.parse().ok()).ok_or_else(rule)?;
    let seconds = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => return Err(rule()),
    };
    let seconds = number.checked_mul(seconds).filter(|s| (1..=31_536_000).contains(s));
    seconds.map(Duration::from_secs).ok_or_else(|| format!("{text:?} is not between 1s and 365d"))
}

#[cfg(test)]
mod tests {
    use nexus_shared::dotenv;

    use super::*;

    fn variables(more: &str) -> Variables {
        let text = format!(
            "SPIN_VARIABLE_JWT_SECRET={}\nSPIN_VARIABLE_JWT_ISSUER=i\nSPIN_VARIABLE_JWT_AUDIENCE=a\n{more}",
            "s".repeat(32)
        );
        Variables::merge(dotenv::parse(&text).unwrap(), [])
    }

    fn claims(token: &str) -> Value {
        let payload = token.split('.').nth(1).unwrap();
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
    }

    #[test]
    fn the_claims_match_the_application() {
        let hour = Duration::from_secs(3_600);
        let token = mint_at(&variables(""), Role::Manager, "acme", "ada", hour, 1_000).unwrap();
        assert_eq!(
            claims(&token),
            json!({"iss":"i","aud":"a","sub":"ada","iat":1_000,"exp":4_600,"workspace_id":"acme","role":"MANAGER"})
        );
        let named = variables("SPIN_VARIABLE_JWT_ROLE_CLAIM=https://x/role\n");
        let token = mint_at(&named, Role::Agent, "acme", "ada", hour, 0).unwrap();
        assert_eq!(claims(&token)["https://x/role"], "AGENT");
    }

    /// RFC 7515, appendix A.1, with its key and its exact bytes.
    #[test]
    fn the_signature_is_that_of_the_rfc() {
        let key = URL_SAFE_NO_PAD
            .decode("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")
            .unwrap();
        let signed = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
        let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
        mac.update(signed.as_bytes());
        assert_eq!(
            URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()),
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        );
    }

    #[test]
    fn invalid_tokens_are_not_signed() {
        let hour = Duration::from_secs(3_600);
        let short =
            Variables::merge([("SPIN_VARIABLE_JWT_SECRET".to_owned(), "short".to_owned())], []);
        let error = mint_at(&short, Role::Admin, "w", "s", hour, 0).unwrap_err().to_string();
        assert!(error.contains("at least 32"), "{error}");
        assert!(mint_at(&variables(""), Role::Admin, "", "s", hour, 0).is_err());
        assert!(mint_at(&variables(""), Role::Admin, "w", "a\nb", hour, 0).is_err());
        let long = |more, role| {
            mint_at(&variables(more), role, "w", "s", Duration::from_secs(86_401), 0).is_ok()
        };
        assert!(!long("", Role::Agent));
        assert!(long("SPIN_VARIABLE_JWT_MAX_LIFETIME=0\n", Role::Agent));
        let by_role = "SPIN_VARIABLE_JWT_MAX_LIFETIME=600,AGENT=604800\n";
        assert!(long(by_role, Role::Agent) && !long(by_role, Role::Admin));
        let jwks = variables("SPIN_VARIABLE_JWT_JWKS_ORIGIN=https://id.example\n");
        assert!(mint_at(&jwks, Role::Admin, "w", "s", hour, 0).is_err());
    }

    #[test]
    fn durations() {
        assert_eq!(duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("8h"), Ok(Duration::from_secs(28_800)));
        assert_eq!(duration("7d"), Ok(Duration::from_secs(604_800)));
        for wrong in ["", "h", "8", "8w", "-1h", "0s", "366d", "99999999999999999999h"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}
