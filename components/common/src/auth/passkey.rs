//! Passkeys, as components ask `auth` about them: what a browser is told, and what it sends back.
//!
//! `auth` makes the challenges and verifies what authenticators sign. A challenge is for one purpose and one
//! browser: it follows from the browser's cookie. This module must not verify anything.

use std::time::Duration;

use http::{HeaderValue, header};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::config;
use crate::error::Result;
use crate::http::{Inbound, cookie_value};
use crate::platform::http::Response;

/// How long a challenge is valid.
pub const CHALLENGE: Duration = Duration::from_secs(5 * 60);

/// The request to an authenticator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PasskeyPurpose {
    /// A signature, to sign in.
    SignIn,
    /// A new passkey of a person.
    Register {
        /// The workspace.
        workspace: String,
        /// The person: `per_…`.
        person: String,
    },
}

/// A purpose, as a request to `auth`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PasskeyBegin {
    /// The purpose.
    pub purpose: PasskeyPurpose,
}

/// The answer to a browser.
#[derive(Serialize, Deserialize)]
pub struct BegunPasskey {
    /// The options for the browser's API.
    pub options: Map<String, Value>,
    /// The value of the browser's cookie, from which the challenge follows.
    pub cookie: String,
}

/// A signature of an authenticator, as a browser sent it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SentPasskey {
    /// The value of the browser's cookie.
    pub cookie: String,
    /// The browser's JSON of the credential.
    pub credential: Map<String, Value>,
    /// The address of the client, for the limit of wrong proofs.
    pub address: Option<String>,
}

/// The person whose passkey signed.
#[derive(Debug, Serialize, Deserialize)]
pub struct PasskeyProof {
    /// The workspace.
    pub workspace: String,
    /// The person: `per_…`.
    pub person: String,
}

/// A new passkey, as a browser sent it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SentNewPasskey {
    /// The workspace.
    pub workspace: String,
    /// The person: `per_…`.
    pub person: String,
    /// The value of the browser's cookie.
    pub cookie: String,
    /// The browser's JSON of the credential.
    pub credential: Map<String, Value>,
}

/// A new passkey, which its authenticator has made for the person.
#[derive(Debug, Serialize, Deserialize)]
pub struct ReadPasskey {
    /// The id by which the authenticator knows it, in base64.
    pub credential_id: String,
    /// The COSE key, in base64.
    pub public_key: String,
    /// The COSE algorithm.
    pub algorithm: i32,
    /// How often the authenticator has signed. 0 if it does not count.
    pub sign_count: u32,
    /// Whether the authenticator may copy it to other devices.
    pub is_backup_eligible: bool,
    /// Whether the authenticator has copied it to other devices.
    pub is_backed_up: bool,
    /// How browsers reach the authenticator, as a JSON list.
    pub transports: String,
    /// The product that keeps it, if it says so and we know it.
    pub product: Option<String>,
}

/// Whether browsers can keep passkeys for this application: its address is a name.
///
/// # Errors
/// [`crate::Error::Misconfigured`].
pub async fn has_passkeys() -> Result<bool> {
    Ok(config::public_url().await?.domain().is_some())
}

/// The cookie of a browser that was asked for a passkey. Each purpose has its own, so that one tab can add a
/// passkey while another is on the sign-in page.
#[derive(Debug, Clone, Copy)]
pub enum PasskeyCookie {
    /// To sign in.
    SignIn,
    /// To add a passkey.
    Register,
}

impl PasskeyCookie {
    /// `__Host-nexus-…`, or `nexus-…` if `public_url` is http on a loopback address.
    async fn name(self) -> Result<&'static str> {
        let is_https = config::public_url().await?.is_https();
        Ok(match (self, is_https) {
            (Self::SignIn, true) => "__Host-nexus-passkey",
            (Self::SignIn, false) => "nexus-passkey",
            (Self::Register, true) => "__Host-nexus-new-passkey",
            (Self::Register, false) => "nexus-new-passkey",
        })
    }

    /// The value of the cookie of the request. It may be anything.
    ///
    /// # Errors
    /// [`crate::Error::Misconfigured`].
    pub async fn of(self, inbound: &Inbound) -> Result<Option<String>> {
        Ok(cookie_value(inbound, self.name().await?).map(str::to_owned))
    }

    /// Gives the cookie to the browser, for as long as its challenge is valid.
    ///
    /// # Errors
    /// [`crate::Error::Misconfigured`].
    pub async fn set(self, response: &mut Response, value: &str) -> Result<()> {
        self.write(response, value, CHALLENGE.as_secs()).await
    }

    /// Takes the cookie from the browser.
    ///
    /// # Errors
    /// [`crate::Error::Misconfigured`].
    pub async fn clear(self, response: &mut Response) -> Result<()> {
        self.write(response, "", 0).await
    }

    async fn write(self, response: &mut Response, value: &str, seconds: u64) -> Result<()> {
        let name = self.name().await?;
        let secure = if name.starts_with("__Host-") { "; Secure" } else { "" };
        let cookie =
            format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}");
        // Appended, because the response may also set the session cookie.
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        Ok(())
    }
}
