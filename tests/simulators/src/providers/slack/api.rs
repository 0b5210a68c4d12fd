//! The Web API methods: the token first, then the scope, then the arguments.

use serde_json::json;

use super::caller::Caller;
use super::{BOT, USER, account, conversations};
use crate::oauth::{OAuth, Params, Presented, TokenState};
use crate::request::Request;
use crate::state::{KeyState, State};
use crate::wire::Reply;

/// The scopes of `DEFAULT_KEY`.
const SCOPES: [&str; 3] = ["chat:write", "channels:read", "channels:history"];

pub(super) fn answer(state: &mut State, method: &str, request: &Request) -> Reply {
    serve(state, method, request).unwrap_or_else(error)
}

/// 200 with the error, because HTTP statuses are only for the transport.
pub(super) fn error(code: &'static str) -> Reply {
    Reply::json(200, &json!({"ok": false, "error": code}))
}

fn serve(state: &mut State, method: &str, request: &Request) -> Result<Reply, &'static str> {
    let known = [
        "auth.test",
        "auth.revoke",
        "apps.uninstall",
        "chat.postMessage",
        "conversations.list",
        "conversations.replies",
        "api.test",
    ];
    if !known.contains(&method) {
        return Err("unknown_method");
    }
    let params = Params::body_or_json(request).and(Params::query(request));
    if method == "api.test" {
        return Ok(Reply::json(200, &json!({"ok": true})));
    }
    let caller = caller(state, request, &params)?;
    let header = caller.scopes.join(",");
    let reply = match method {
        "auth.test" => auth_test(&state.oauth, &caller),
        "auth.revoke" => auth_revoke(state, &caller, &params),
        "apps.uninstall" => uninstall(&mut state.oauth, &caller, request, &params)?,
        "conversations.list" => match caller.lacks("channels:read") {
            Some(refusal) => refusal,
            None => conversations::list(&params)?,
        },
        "conversations.replies" => match caller.lacks("channels:history") {
            Some(refusal) => refusal,
            None => conversations::replies(state, &params)?,
        },
        _ => match caller.lacks("chat:write") {
            Some(refusal) => refusal,
            None => conversations::post(state, &caller, &params)?,
        },
    };
    Ok(reply.header("x-oauth-scopes", header))
}

/// The token in the header, or otherwise in the parameters.
fn caller(state: &State, request: &Request, params: &Params) -> Result<Caller, &'static str> {
    let token = request.bearer().or_else(|| params.get("token")).unwrap_or_default();
    if token.is_empty() {
        return Err("not_authed");
    }
    if let Some(known) = state.key(token) {
        return installed(token, known);
    }
    let oauth = &state.oauth;
    match oauth.tokens.state(token, oauth.now()) {
        TokenState::Unknown => return Err("invalid_auth"),
        TokenState::Expired => return Err("token_expired"),
        TokenState::Revoked => return Err("token_revoked"),
        TokenState::Live => {}
    }
    let issue = oauth.tokens.get(token).map(|token| &token.issue).ok_or("invalid_auth")?;
    let team = oauth.grants.account(issue.grant);
    Ok(Caller {
        token: token.to_owned(),
        scopes: issue.scopes.clone(),
        bot: token.contains("xoxb-"),
        team: (team.id, team.label),
    })
}

/// The caller with a bot token that was copied from the app's page.
fn installed(token: &str, known: KeyState) -> Result<Caller, &'static str> {
    let scopes = match known {
        KeyState::Accepted => SCOPES.map(str::to_owned).to_vec(),
        KeyState::Restricted => Vec::new(),
        KeyState::Revoked => return Err("token_revoked"),
    };
    let team = account();
    Ok(Caller { token: token.to_owned(), scopes, bot: true, team: (team.id, team.label) })
}

fn auth_test(oauth: &OAuth, caller: &Caller) -> Reply {
    let (team_id, team) = &caller.team;
    let mut body = json!({
        "ok": true, "url": format!("{}/", oauth.origin), "team": team, "team_id": team_id,
        "user": if caller.bot { "simulated-bot" } else { "ada" },
        "user_id": if caller.bot { BOT } else { USER },
        "is_enterprise_install": false,
    });
    if let (true, Some(members)) = (caller.bot, body.as_object_mut()) {
        members.insert("bot_id".to_owned(), "B0SIMULATED".into());
    }
    Reply::json(200, &body)
}

fn auth_revoke(state: &mut State, caller: &Caller, params: &Params) -> Reply {
    if state.oauth.faults.revocation_fails() {
        return Reply::json(500, &json!({"ok": false, "error": "internal_error"}));
    }
    if matches!(params.get("test"), Some("1" | "true")) {
        return Reply::json(200, &json!({"ok": true, "revoked": false}));
    }
    if state.key(&caller.token).is_some() {
        state.set_key(&caller.token, KeyState::Revoked);
    }
    let oauth = &mut state.oauth;
    oauth.tokens.revoke(&caller.token);
    if let Some(grant) = oauth.tokens.get(&caller.token).map(|token| token.issue.grant) {
        oauth.count_revocation(grant);
    }
    Reply::json(200, &json!({"ok": true, "revoked": true}))
}

fn uninstall(
    oauth: &mut OAuth,
    caller: &Caller,
    request: &Request,
    params: &Params,
) -> Result<Reply, &'static str> {
    if oauth.faults.revocation_fails() {
        return Ok(Reply::json(500, &json!({"ok": false, "error": "internal_error"})));
    }
    let presented = Presented { basic: None, ..Presented::new(request, params) };
    let (client, secret) = presented.either();
    oauth.clients.check(client, secret).map_err(|_| "invalid_client_id")?;
    let grant = oauth.tokens.get(&caller.token).map(|token| token.issue.grant);
    let grant = grant.filter(|grant| oauth.grants.is_of(*grant, client));
    let grant = grant.ok_or("client_id_token_mismatch")?;
    oauth.count_revocation(grant);
    for grant in oauth.grants.ids() {
        // Every installation of the app in this workspace.
        let same = oauth.grants.stats(grant).is_some_and(|stats| {
            !stats.ended && stats.client_id == client && stats.account_id == caller.team.0
        });
        if same {
            oauth.end_grant(grant);
        }
    }
    Ok(Reply::json(200, &json!({"ok": true})))
}
