//! The providers. Each module follows its provider's documentation, and cites it.

use std::fmt;
use std::str::FromStr;

use crate::oauth::{Account, Options};
use crate::request::Request;
use crate::state::State;
use crate::wire::Reply;

mod airtable;
mod anthropic;
mod datadog;
mod github;
mod github_oauth;
mod google;
mod hostile;
mod linear;
mod microsoft;
mod notion;
mod openai;
mod redirect_uri;
mod resend;
mod sandbox;
mod sendgrid;
mod slack;
mod strict;
mod stripe;
mod stripe_connect;
mod twilio;
mod zendesk;

/// The provider that a simulator plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Airtable's Web API: personal access tokens.
    Airtable,
    /// Anthropic's API: keys in a header of their own.
    Anthropic,
    /// Datadog's API: an API key and an application key.
    Datadog,
    /// GitHub's REST API: personal access tokens.
    Github,
    /// Linear's GraphQL API: personal API keys.
    Linear,
    /// Notion's API: the secret of an internal integration.
    Notion,
    /// Resend's API: keys with full access, and keys that may only send.
    Resend,
    /// SendGrid's v3 API: keys with scopes.
    Sendgrid,
    /// Twilio's 2010 API: Basic, with an API key or the auth token.
    Twilio,
    /// Zendesk's Ticketing API: Basic, with an API token.
    Zendesk,
    /// Stripe's REST API: secret and restricted API keys.
    Stripe,
    /// OpenAI's REST API: bearer API keys.
    OpenAi,
    /// A simulated messaging service, for tests without an account anywhere.
    Sandbox,
    /// Slack: OAuth v2 installation, and a little of its Web API.
    Slack,
    /// Google: OAuth 2.0 for web server applications.
    Google,
    /// GitHub: OAuth apps, and expiring user tokens as an option.
    GithubOauth,
    /// Stripe Connect with OAuth.
    StripeConnect,
    /// The Microsoft identity platform, and `/v1.0/me`.
    Microsoft,
    /// An authorization server that follows the standards exactly.
    Strict,
    /// The strict server, which can be told to misbehave.
    Hostile,
}

impl Kind {
    /// All providers.
    pub const ALL: &[Self] = &[
        Self::Airtable,
        Self::Anthropic,
        Self::Datadog,
        Self::Github,
        Self::Linear,
        Self::Notion,
        Self::Resend,
        Self::Sendgrid,
        Self::Twilio,
        Self::Zendesk,
        Self::Stripe,
        Self::OpenAi,
        Self::Sandbox,
        Self::Slack,
        Self::Google,
        Self::GithubOauth,
        Self::StripeConnect,
        Self::Microsoft,
        Self::Strict,
        Self::Hostile,
    ];

    /// The name of the provider: `stripe`, `openai`, `sandbox`, …
    pub fn name(self) -> &'static str {
        match self {
            Self::Airtable => "airtable",
            Self::Anthropic => "anthropic",
            Self::Datadog => "datadog",
            Self::Github => "github",
            Self::Linear => "linear",
            Self::Notion => "notion",
            Self::Resend => "resend",
            Self::Sendgrid => "sendgrid",
            Self::Twilio => "twilio",
            Self::Zendesk => "zendesk",
            Self::Stripe => "stripe",
            Self::OpenAi => "openai",
            Self::Sandbox => "sandbox",
            Self::Slack => "slack",
            Self::Google => "google",
            Self::GithubOauth => "github-oauth",
            Self::StripeConnect => "stripe-connect",
            Self::Microsoft => "microsoft",
            Self::Strict => "strict",
            Self::Hostile => "hostile",
        }
    }

    /// The key that a new simulator accepts. It has the form of the provider's keys, and is worth nothing.
    /// Empty for providers that have only OAuth tokens.
    pub fn default_key(self) -> &'static str {
        match self {
            Self::Airtable => airtable::DEFAULT_KEY,
            Self::Anthropic => anthropic::DEFAULT_KEY,
            Self::Datadog => datadog::DEFAULT_KEY,
            Self::Github => github::DEFAULT_KEY,
            Self::Linear => linear::DEFAULT_KEY,
            Self::Notion => notion::DEFAULT_KEY,
            Self::Resend => resend::DEFAULT_KEY,
            Self::Sendgrid => sendgrid::DEFAULT_KEY,
            Self::Twilio => twilio::DEFAULT_KEY,
            Self::Zendesk => zendesk::DEFAULT_KEY,
            Self::Stripe => stripe::DEFAULT_KEY,
            Self::OpenAi => openai::DEFAULT_KEY,
            Self::Sandbox => sandbox::DEFAULT_KEY,
            Self::Slack => slack::DEFAULT_KEY,
            Self::Google
            | Self::GithubOauth
            | Self::StripeConnect
            | Self::Microsoft
            | Self::Strict
            | Self::Hostile => "",
        }
    }

    /// The id and the secret of an OAuth client, in the provider's form. A test registers it with its own
    /// redirect URIs. `None` if the provider has no OAuth side.
    pub fn default_client(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Sandbox => Some(sandbox::CLIENT),
            Self::Slack => Some(slack::CLIENT),
            Self::Google => Some(google::CLIENT),
            Self::GithubOauth => Some(github_oauth::CLIENT),
            Self::StripeConnect => Some(stripe_connect::CLIENT),
            Self::Microsoft => Some(microsoft::CLIENT),
            Self::Strict | Self::Hostile => Some(strict::CLIENT),
            _ => None,
        }
    }

    /// The path of the authorization endpoint. `None` if the provider has no OAuth side.
    pub fn authorization_path(self) -> Option<&'static str> {
        match self {
            Self::Sandbox | Self::StripeConnect => Some("/oauth/authorize"),
            Self::Slack => Some("/oauth/v2/authorize"),
            Self::Google => Some("/o/oauth2/v2/auth"),
            Self::GithubOauth => Some("/login/oauth/authorize"),
            Self::Microsoft => Some("/common/oauth2/v2.0/authorize"),
            Self::Strict | Self::Hostile => Some("/authorize"),
            _ => None,
        }
    }

    /// The account that consents at a new simulator.
    pub(crate) fn default_account(self) -> Account {
        match self {
            Self::Sandbox => sandbox::account(),
            Self::Slack => slack::account(),
            Self::Google => google::account(),
            Self::GithubOauth => github_oauth::account(),
            Self::StripeConnect => stripe_connect::account(),
            Self::Microsoft => microsoft::account(),
            Self::Strict | Self::Hostile => strict::account(),
            _ => Account::default(),
        }
    }

    /// The OAuth options of a new simulator.
    pub(crate) fn default_options(self) -> Options {
        match self {
            Self::Sandbox => sandbox::options(),
            Self::Slack => slack::options(),
            Self::Google => google::options(),
            Self::GithubOauth => github_oauth::options(),
            Self::StripeConnect => stripe_connect::options(),
            Self::Microsoft => microsoft::options(),
            Self::Strict | Self::Hostile => strict::options(),
            _ => Options::default(),
        }
    }

    pub(crate) fn answer(self, state: &mut State, request: &Request) -> Reply {
        match self {
            Self::Airtable => airtable::answer(state, request),
            Self::Anthropic => anthropic::answer(state, request),
            Self::Datadog => datadog::answer(state, request),
            Self::Github => github::answer(state, request),
            Self::Linear => linear::answer(state, request),
            Self::Notion => notion::answer(state, request),
            Self::Resend => resend::answer(state, request),
            Self::Sendgrid => sendgrid::answer(state, request),
            Self::Twilio => twilio::answer(state, request),
            Self::Zendesk => zendesk::answer(state, request),
            Self::Stripe => stripe::answer(state, request),
            Self::OpenAi => openai::answer(state, request),
            Self::Sandbox => sandbox::answer(state, request),
            Self::Slack => slack::answer(state, request),
            Self::Google => google::answer(state, request),
            Self::GithubOauth => github_oauth::answer(state, request),
            Self::StripeConnect => stripe_connect::answer(state, request),
            Self::Microsoft => microsoft::answer(state, request),
            Self::Strict => strict::answer(state, request),
            Self::Hostile => hostile::answer(state, request),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name).ok_or_else(|| {
            let known: Vec<_> = Self::ALL.iter().map(|kind| kind.name()).collect();
            format!("no simulator is called {name:?}; there are: {}", known.join(", "))
        })
    }
}
