//! The providers. Each module says what its documentation says, and cites it.

use std::fmt;
use std::str::FromStr;

use crate::request::Request;
use crate::server::Reply;
use crate::state::State;

mod airtable;
mod anthropic;
mod datadog;
mod github;
mod linear;
mod notion;
mod openai;
mod resend;
mod sandbox;
mod sendgrid;
mod stripe;
mod twilio;
mod zendesk;

/// Which provider a simulator pretends to be.
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
    /// A pretend messaging service, for trying things out without an account anywhere.
    Sandbox,
}

impl Kind {
    /// Every provider there is.
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
    ];

    /// Its name: `stripe`, `openai`, `sandbox`, …
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
        }
    }

    /// The key a new simulator accepts; it has the form of the provider's and opens nothing.
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
