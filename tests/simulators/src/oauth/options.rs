//! The options of an OAuth provider, which can change while it runs.

/// The options of an OAuth provider. The defaults of each kind follow its documentation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The lifetime of an access token, in seconds. `None` if it does not expire.
    pub access_lifetime: Option<i64>,
    /// The lifetime of a refresh token, in seconds. `None` if it does not expire.
    pub refresh_lifetime: Option<i64>,
    /// The lifetime of a code, in seconds.
    pub code_lifetime: i64,
    /// How clients must authenticate. Only `strict`, `hostile` and `sandbox` use this option.
    pub client_auth: ClientAuth,
    /// Whether tokens expire and refresh tokens rotate. For `slack` and `github-oauth`, it is the option of
    /// that name in the app's settings, and is off by default. For `strict`, `hostile` and `sandbox`, it says
    /// whether refresh tokens rotate, and is on by default. The others do not use it.
    pub rotation: bool,
    /// The effect of a second use of a refresh token. Only `strict`, `hostile` and `sandbox` use this option.
    pub on_reuse: Reuse,
    /// Whether refresh tokens are issued. Only `strict`, `hostile` and `sandbox` use this option.
    pub refresh_tokens: bool,
}

/// How a client must authenticate (RFC 6749 section 2.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAuth {
    /// With `Authorization: Basic` only.
    Basic,
    /// With `client_id` and `client_secret` in the body only.
    Post,
    /// In either way, but not in both at once.
    Either,
}

/// The effect of a second use of a refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reuse {
    /// The request is rejected, and every token of the same consent is revoked (RFC 9700 section 4.14.2).
    RevokeFamily,
    /// The request is rejected. Newer tokens stay valid.
    Refuse,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            access_lifetime: Some(3_600),
            refresh_lifetime: None,
            code_lifetime: 600,
            client_auth: ClientAuth::Either,
            rotation: false,
            on_reuse: Reuse::RevokeFamily,
            refresh_tokens: true,
        }
    }
}
