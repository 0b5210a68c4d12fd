//! The user at the authorization endpoint: the account, the decision, and the redirect back.
//!
//! This module must not redirect a browser before the provider has checked the redirect URI in
//! [`Authorizer::ask`].

use std::collections::BTreeMap;

use crate::oauth::page::{consent_page, error_page};
use crate::oauth::{Account, Ask, OAuth, Params, encode};
use crate::request::Request;
use crate::wire::Reply;

/// The behaviour of the authorization endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consent {
    /// The browser is redirected with a code at once.
    Allow,
    /// The browser is redirected with `access_denied` at once.
    Deny,
    /// The browser gets a page with an Allow and a Deny button.
    Page,
}

/// The state of the authorization endpoint.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(crate) consent: Consent,
    pub(crate) account: Account,
    /// The number of requests to deny next, whatever `consent` says.
    pub(crate) deny_next: u32,
    /// If set, only these of the requested scopes are granted.
    pub(crate) only: Option<Vec<String>>,
    /// Requests whose consent page is open, by ticket.
    pending: BTreeMap<String, Ask>,
}

impl Desk {
    pub(crate) fn new(account: Account) -> Self {
        let pending = BTreeMap::new();
        Self { consent: Consent::Allow, account, deny_next: 0, only: None, pending }
    }

    /// The granted scopes of the requested ones.
    pub(crate) fn granted(&self, asked: &[String]) -> Vec<String> {
        let allowed = |scope: &&String| self.only.as_ref().is_none_or(|only| only.contains(scope));
        asked.iter().filter(allowed).cloned().collect()
    }
}

/// A provider at the authorization endpoint.
pub(crate) struct Authorizer {
    /// The provider's name on its pages.
    pub(crate) name: &'static str,
    /// Checks the request. Returns the request, or the response that rejects it.
    pub(crate) ask: fn(&OAuth, Params) -> Result<Ask, Reply>,
    /// The parameters of the callback after consent, without `state`.
    pub(crate) allow: fn(&mut OAuth, &Ask, &Account) -> Vec<(&'static str, String)>,
    /// The parameters of the callback after a denial, without `state`.
    pub(crate) deny: fn(&OAuth) -> Vec<(&'static str, String)>,
}

/// The authorization endpoint: `GET` with the request in the query, or `POST` of the page's form.
pub(crate) fn authorize(oauth: &mut OAuth, request: &Request, authorizer: &Authorizer) -> Reply {
    match request.method.as_str() {
        "GET" => get(oauth, request, authorizer),
        "POST" => decided(oauth, request, authorizer),
        _ => error_page(405, authorizer.name, "Method not allowed", "Only GET and POST are.")
            .header("allow", "GET, POST"),
    }
}

fn get(oauth: &mut OAuth, request: &Request, authorizer: &Authorizer) -> Reply {
    let ask = match (authorizer.ask)(oauth, Params::query(request)) {
        Ok(ask) => ask,
        Err(reply) => return reply,
    };
    let account = oauth.desk.account.clone();
    if oauth.desk.deny_next > 0 {
        oauth.desk.deny_next -= 1;
        return deny(oauth, &ask, authorizer, 302);
    }
    match oauth.desk.consent {
        Consent::Allow => allow(oauth, &ask, &account, authorizer, 302),
        Consent::Deny => deny(oauth, &ask, authorizer, 302),
        Consent::Page => {
            let ticket = oauth.secret("ticket-");
            let page = consent_page(authorizer.name, &request.path, &ask, &account, &ticket);
            oauth.desk.pending.insert(ticket, ask);
            page
        }
    }
}

/// Handles the form. The browser is redirected with 303, because its POST must not be repeated at the client
/// (RFC 9700 section 4.12).
fn decided(oauth: &mut OAuth, request: &Request, authorizer: &Authorizer) -> Reply {
    let form = Params::body(request);
    let pending = form.get("ticket").and_then(|ticket| oauth.desk.pending.remove(ticket));
    let Some(ask) = pending else {
        return error_page(
            400,
            authorizer.name,
            "This page has expired",
            "It was answered before, or the provider was started again. Start once more.",
        );
    };
    if form.get("decision") != Some("allow") {
        return deny(oauth, &ask, authorizer, 303);
    }
    let own = oauth.desk.account.clone();
    let account = Account {
        id: form.get("account_id").map_or(own.id, str::to_owned),
        label: form.get("account_label").map_or(own.label, str::to_owned),
    };
    allow(oauth, &ask, &account, authorizer, 303)
}

fn allow(
    oauth: &mut OAuth,
    ask: &Ask,
    account: &Account,
    authorizer: &Authorizer,
    status: u16,
) -> Reply {
    let callback = (authorizer.allow)(oauth, ask, account);
    redirect(status, &ask.redirect_uri, &callback, ask.params.get("state"))
}

fn deny(oauth: &mut OAuth, ask: &Ask, authorizer: &Authorizer, status: u16) -> Reply {
    oauth.stats.denials += 1;
    let callback = (authorizer.deny)(oauth);
    redirect(status, &ask.redirect_uri, &callback, ask.params.get("state"))
}

/// Redirects the browser to `uri` with `pairs` and `state` in the query.
pub(crate) fn redirect(
    status: u16,
    uri: &str,
    pairs: &[(&'static str, String)],
    state: Option<&str>,
) -> Reply {
    let pairs = pairs.iter().map(|(name, value)| (*name, value.as_str()));
    let query = encode(pairs.chain(state.map(|state| ("state", state))));
    let joint = if uri.contains('?') { '&' } else { '?' };
    Reply {
        status,
        headers: vec![
            ("location", format!("{uri}{joint}{query}")),
            ("cache-control", "no-store".to_owned()),
        ],
        body: String::new(),
    }
}
