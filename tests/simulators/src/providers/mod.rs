//! The providers. Each module says what its documentation says, and cites it.

use std::fmt;
use std::str::FromStr;

use crate::request::Request;
use crate::server::Reply;
use crate::state::State;

mod openai;
mod sandbox;
mod stripe;

/// Which provider a simulator pretends to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Stripe's REST API: secret and restricted API keys.
    Stripe,
    /// OpenAI's REST API: bearer API keys.
    OpenAi,
    /// A pretend messaging service, for trying things out without an account anywhere.
    Sandbox,
}

impl Kind {
    /// Every provider there is.
    pub const ALL: [Self; 3] = [Self::Stripe, Self::OpenAi, Self::Sandbox];

    /// Its name: `stripe`, `openai`, `sandbox`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Stripe => "stripe",
            Self::OpenAi => "openai",
            Self::Sandbox => "sandbox",
        }
    }

    /// The key a new simulator accepts; it has the form of the provider's and opens nothing.
    pub fn default_key(self) -> &'static str {
        match self {
            Self::Stripe => stripe::DEFAULT_KEY,
            Self::OpenAi => openai::DEFAULT_KEY,
            Self::Sandbox => sandbox::DEFAULT_KEY,
        }
    }

    pub(crate) fn answer(self, state: &mut State, request: &Request) -> Reply {
        match self {
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
        Self::ALL.into_iter().find(|kind| kind.name() == name).ok_or_else(|| {
            let known: Vec<_> = Self::ALL.iter().map(|kind| kind.name()).collect();
            format!("no simulator is called {name:?}; there are: {}", known.join(", "))
        })
    }
}
