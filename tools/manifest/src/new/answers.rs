//! The facts of a new manifest: from options, or from a person who is asked for what the options lack.

use anyhow::Result;

use crate::ask;

/// How a caller authenticates to the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Kind {
    /// A key
    #[value(name = "api_key")]
    ApiKey,
    /// A user name and a password
    #[value(name = "basic")]
    Basic,
    /// A sign-in at the provider
    #[value(name = "oauth2")]
    Oauth2,
    /// A client ID and a secret, without a sign-in
    #[value(name = "oauth2_client_credentials")]
    ClientCredentials,
}

#[derive(clap::Args, Default, PartialEq, Eq)]
pub(crate) struct Args {
    /// The id: the vendor's name in small letters, and `-oauth` for a second way to connect
    pub(super) id: String,
    /// Ask nothing, also at a terminal
    #[arg(long)]
    pub(super) no_input: bool,
    /// The name that people use
    #[arg(long)]
    pub(super) name: Option<String>,
    /// The kind of the credential
    #[arg(long, value_enum)]
    pub(super) kind: Option<Kind>,
    /// The URL that an agent's path is appended to
    #[arg(long)]
    pub(super) base_url: Option<String>,
    /// Where the credential goes: bearer, header:NAME, header:NAME:TEXT-BEFORE, query:NAME or basic
    #[arg(long)]
    pub(super) inject: Option<String>,
    /// The label of the credential in the form
    #[arg(long)]
    pub(super) label: Option<String>,
    /// A regular expression for the whole credential
    #[arg(long)]
    pub(super) pattern: Option<String>,
    /// What the empty field shows; never a real credential
    #[arg(long)]
    pub(super) example: Option<String>,
    /// The provider's page where a credential is made
    #[arg(long)]
    pub(super) key_url: Option<String>,
    /// The verify request, such as "GET /me"
    #[arg(long)]
    pub(super) verify: Option<String>,
    /// A JSON pointer to the account's id in its response
    #[arg(long)]
    pub(super) account_id: Option<String>,
    /// A JSON pointer to the account's name in its response
    #[arg(long)]
    pub(super) account_label: Option<String>,
    /// The provider's page where a person revokes the credential
    #[arg(long)]
    pub(super) revoke_page: Option<String>,
    /// How a person revokes it there
    #[arg(long)]
    pub(super) revoke_how: Option<String>,
    /// OAuth: the URL that the browser is sent to
    #[arg(long)]
    pub(super) authorization_url: Option<String>,
    /// OAuth: the URL where codes are exchanged
    #[arg(long)]
    pub(super) token_url: Option<String>,
    /// OAuth: how the client authenticates there, post or basic
    #[arg(long)]
    pub(super) client_auth: Option<String>,
    /// OAuth: whether the provider accepts PKCE with S256
    #[arg(long)]
    pub(super) pkce: Option<bool>,
    /// OAuth: a scope that is requested; may be repeated
    #[arg(long = "scope")]
    pub(super) scopes: Vec<String>,
    /// OAuth: the page where an app is registered
    #[arg(long)]
    pub(super) register_url: Option<String>,
    /// OAuth: whether a refresh replaces the refresh token: rotates, keeps, or none without refresh tokens
    #[arg(long)]
    pub(super) refresh: Option<String>,
    /// OAuth: the endpoint that revokes tokens (RFC 7009)
    #[arg(long)]
    pub(super) revocation_url: Option<String>,
    /// The page of the API documentation
    #[arg(long)]
    pub(super) docs_url: Option<String>,
    /// The vendor [default: the id]
    #[arg(long)]
    pub(super) family: Option<String>,
    /// A word to browse by; may be repeated
    #[arg(long = "category")]
    pub(super) categories: Vec<String>,
    /// One sentence: what an agent can do with the provider
    #[arg(long)]
    pub(super) description: Option<String>,
    /// The brand's colour, #RRGGBB
    #[arg(long)]
    pub(super) color: Option<String>,
    /// The name of the mark in simple-icons [default: the family]
    #[arg(long)]
    pub(super) icon: Option<String>,
    /// A call that agents may not make: "METHOD /path why"; may be repeated
    #[arg(long = "deny")]
    pub(super) denied: Vec<String>,
    /// Which calls `--deny` cannot name, or why there is none
    #[arg(long)]
    pub(super) deny_gap: Option<String>,
    /// A page that these facts come from, read today; may be repeated
    #[arg(long = "source")]
    pub(super) sources: Vec<String>,
}

impl Args {
    /// Whether there are no options but the id.
    pub(super) fn has_no_facts(&self) -> bool {
        let none = Self { id: self.id.clone(), no_input: self.no_input, ..Self::default() };
        *self == none
    }

    pub(super) fn is_oauth(&self) -> bool {
        matches!(self.kind, Some(Kind::Oauth2 | Kind::ClientCredentials))
    }

    /// Asks a person for what no option says. An empty answer leaves a fact out.
    pub(super) fn ask(&mut self) -> Result<()> {
        eprintln!("An empty answer leaves a fact out. What is missing is listed at the end.");
        want(&mut self.name, "Name that people use", "")?;
        while self.kind.is_none() {
            let question = "Credential: api_key, basic, oauth2 or oauth2_client_credentials";
            let word = ask::text(question, "api_key")?;
            self.kind = <Kind as clap::ValueEnum>::from_str(&word, false).ok();
        }
        want(&mut self.base_url, "Base URL, without a slash at the end", "")?;
        if self.is_oauth() {
            self.ask_oauth()?
        } else {
            self.ask_key()?
        }
        want(
            &mut self.verify,
            "Verify request: a call that reads and needs the credential",
            "GET /me",
        )?;
        want(&mut self.account_id, "JSON pointer to the account's id in its response", "/id")?;
        want(&mut self.account_label, "JSON pointer to the account's name, if there is one", "")?;
        want(&mut self.revoke_page, "Page where a person revokes the credential", "")?;
        want(&mut self.revoke_how, "How a person does that, in a few words", "")?;
        want(&mut self.docs_url, "Page of the API documentation", "")?;
        let id = self.id.clone();
        want(&mut self.family, "Vendor", id.strip_suffix("-oauth").unwrap_or(&id))?;
        want(&mut self.description, "One sentence: what can an agent do with it?", "")?;
        want_all(&mut self.categories, "Category, such as payments")?;
        want(&mut self.color, "Colour of the brand, #RRGGBB", "")?;
        want_all(
            &mut self.denied,
            "Call that makes credentials or grants rights: METHOD /path why",
        )?;
        want(&mut self.deny_gap, "Such calls that a path cannot name, or that there are none", "")?;
        want_all(&mut self.sources, "Page that these facts come from")
    }

    fn ask_key(&mut self) -> Result<()> {
        if self.kind == Some(Kind::ApiKey) {
            let question = "Where the key goes: bearer, header:NAME, header:NAME:TEXT-BEFORE, query:NAME or basic";
            want(&mut self.inject, question, "bearer")?;
            want(&mut self.label, "Label of the key in the form", "API key")?;
        }
        want(&mut self.pattern, "Regular expression for the whole credential", "")?;
        want(&mut self.example, "What the empty field shows", "")?;
        want(&mut self.key_url, "Page where the credential is made", "")
    }

    fn ask_oauth(&mut self) -> Result<()> {
        let is_flow = self.kind == Some(Kind::Oauth2);
        if is_flow {
            want(&mut self.authorization_url, "Authorization URL", "")?;
        }
        want(&mut self.token_url, "Token URL", "")?;
        want(&mut self.client_auth, "Client authentication there: post or basic", "post")?;
        if is_flow {
            if self.pkce.is_none() {
                let word =
                    ask::text("Does the provider accept PKCE with S256? yes, no, or empty", "")?;
                self.pkce = match word.as_str() {
                    "yes" | "y" | "true" => Some(true),
                    "no" | "n" | "false" => Some(false),
                    _ => None,
                };
            }
            want(&mut self.register_url, "Page where an app is registered", "")?;
            want(&mut self.refresh, "Refresh tokens: rotates, keeps or none", "")?;
            want_all(&mut self.scopes, "Scope that is requested")?;
        }
        want(&mut self.revocation_url, "Revocation endpoint (RFC 7009), if there is one", "")
    }
}

/// Asks for one fact.
fn want(fact: &mut Option<String>, question: &str, default: &str) -> Result<()> {
    if fact.is_none() {
        let answer = ask::text(question, default)?;
        *fact = (!answer.is_empty()).then_some(answer);
    }
    Ok(())
}

/// Asks for facts until an answer is empty.
fn want_all(facts: &mut Vec<String>, question: &str) -> Result<()> {
    if facts.is_empty() {
        loop {
            let answer = ask::text(&format!("{question} (empty ends the list)"), "")?;
            if answer.is_empty() {
                break;
            }
            facts.push(answer);
        }
    }
    Ok(())
}
