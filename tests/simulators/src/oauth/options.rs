//! What can be set about an OAuth provider while it runs.

/// Settings of an OAuth provider. Each kind begins with what its documentation says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// How long an access token lives, in seconds; `None`: until it is revoked.
    pub access_lifetime: Option<i64>,
    /// How long a refresh token lives, in seconds; `None`: until it is revoked.
    pub refresh_lifetime: Option<i64>,
    /// How long a code can be exchanged, in seconds.
    pub code_lifetime: i64,
    /// How clients must prove themselves; only `strict`, `hostile` and `sandbox` look at it.
    pub client_auth: ClientAuth,
    /// Whether tokens expire and refresh tokens are used up: for `slack` and `github-oauth` the
    /// option of that name in the app's settings (off at first); for `strict`, `hostile` and
    /// `sandbox` whether refresh tokens rotate (on at first). The others do not look at it.
    pub rotation: bool,
    /// What the second use of a refresh token does; only `strict`, `hostile` and `sandbox` look at
    /// it.
    pub on_reuse: Reuse,
    /// Whether refresh tokens are issued at all; only `strict`, `hostile` and `sandbox` look at it.
    pub refresh_tokens: bool,
}

/// How a client must prove itself (RFC 6749 section 2.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAuth {
    /// By `Authorization: Basic` only.
    Basic,
    /// By `client_id` and `client_secret` in the body only.
    Post,
    /// By either, but not both at once.
    Either,
}

/// What happens when a refresh token comes that was used before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reuse {
    /// It is refused, and every token that descends from the same consent ends (RFC 9700 section
    /// 4.14.2).
    RevokeFamily,
    /// It is refused; what was issued meanwhile lives on.
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
