//! Slack: installing an app with OAuth, and a little of its Web API.
//!
//! - The flow: `GET /oauth/v2/authorize` with `scope` (the bot's) and `user_scope`, separated by
//!   commas; a redirect URI must be one that is registered or below it, may be left out, and must
//!   be the same again in `oauth.v2.access` where it was sent; codes live for 10 minutes; a denial
//!   comes back as `error=access_denied`:
//!   <https://docs.slack.dev/authentication/installing-with-oauth>
//! - `oauth.v2.access` takes id and secret by Basic (preferred) or as parameters, answers 200 with
//!   `ok`, the bot's token at the top and the user's in `authed_user`, and names its errors:
//!   <https://docs.slack.dev/reference/methods/oauth.v2.access>; a code that comes twice is
//!   `code_already_used`: <https://github.com/kmrshntr/omniauth-slack/issues/54>
//! - Token rotation, where the app has it: tokens `xoxe.xoxb-…` and `xoxe.xoxp-…` for 43200 seconds,
//!   refresh tokens `xoxe-…` that are used up: <https://docs.slack.dev/authentication/using-token-rotation>;
//!   one that is used up is `invalid_refresh_token`:
//!   <https://github.com/CogniQ/CogniQ/issues/72>
//! - Methods are `GET` or `POST`, the token in the header or as `token`, errors are 200 with `ok:
//!   false`: <https://docs.slack.dev/apis/web-api/>; `auth.test`, `auth.revoke`, `apps.uninstall`,
//!   `chat.postMessage`, `conversations.list`: <https://docs.slack.dev/reference/methods>;
//!   `missing_scope` tells `needed` and `provided`
//!
//! - A bot's token can be copied from the app's own page once it is installed there:
//!   <https://docs.slack.dev/authentication/tokens>
//!
//! What the pages do not say, and how it is here: each consent gives new tokens; `auth.revoke` ends
//! the one token it is called with and nothing else, and takes refresh tokens too; the account is
//! the workspace, and its one user is `U0SIMULATED`; a reply to a message that is not there is
//! `thread_not_found`; threads are read by the scope `channels:history`, whoever has it.

mod access;
mod api;
mod caller;
mod conversations;

use crate::oauth::{Account, Ask, Authorizer, OAuth, Options, Params, authorize, error_page};
use crate::providers::redirect_uri;
use crate::request::Request;
use crate::state::State;
use crate::wire::Reply;

const USER: &str = "U0SIMULATED";
const BOT: &str = "U0SIMULBOT";
const APP: &str = "A0SIMULATED";

const AUTHORIZER: Authorizer = Authorizer {
    name: "Slack",
    ask,
    allow: |oauth, asked, account| {
        vec![("code", oauth.issue_code("5012345678.60123456789.", asked, account))]
    },
    deny: |_| vec![("error", "access_denied".to_owned())],
};

pub(crate) fn options() -> Options {
    Options { access_lifetime: Some(43_200), ..Options::default() }
}

pub(crate) fn account() -> Account {
    Account { id: "T0SIMULATED".to_owned(), label: "Simulated Workspace".to_owned() }
}

/// The bot token that a person copied. Secret scanners do not take it for a real one.
pub(crate) const DEFAULT_KEY: &str = "xoxb-sandbox-bot-token-0000000001";

pub(crate) const CLIENT: (&str, &str) =
    ("5012345678.60123456789", "slack0simulated0client0secret000");

pub(crate) fn answer(state: &mut State, request: &Request) -> Reply {
    match request.path.as_str() {
        "/oauth/v2/authorize" => authorize(&mut state.oauth, request, &AUTHORIZER),
        "/api/oauth.v2.access" => access::answer(&mut state.oauth, request),
        path => match path.strip_prefix("/api/") {
            Some(method) => api::answer(state, method, request),
            None => error_page(404, "Slack", "There is nothing here", path),
        },
    }
}

fn ask(oauth: &OAuth, params: Params) -> Result<Ask, Reply> {
    let refuse = |detail: &str| error_page(400, "Slack", "Something went wrong", detail);
    let id = params.get("client_id").ok_or_else(|| refuse("Invalid client_id parameter"))?;
    let client = oauth.clients.get(id).ok_or_else(|| refuse("Invalid client_id parameter"))?;
    let given = params.get("redirect_uri");
    let redirect = match given {
        None => client.redirect_uris().first().cloned(),
        Some(uri) => client
            .redirect_uris()
            .iter()
            .any(|known| redirect_uri::is_below(known, uri))
            .then(|| uri.to_owned()),
    };
    let redirect_uri = redirect.ok_or_else(|| {
        refuse("redirect_uri did not match any configured URIs (bad_redirect_uri)")
    })?;
    let scopes = params.words("scope", &[',', ' ']);
    if scopes.is_empty() && params.get("user_scope").is_none() {
        return Err(refuse("Please specify the scopes to request (no_scopes)"));
    }
    let (client, redirect_sent) = (id.to_owned(), given.is_some());
    Ok(Ask { client, redirect_uri, redirect_sent, scopes, params })
}
