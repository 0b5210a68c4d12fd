//! `oauth.v2.access`: exchanges a code or a refresh token for tokens.

use serde_json::{Map, Value, json};

use super::{APP, BOT, USER, api};
use crate::oauth::{
    Account, BadClient, BadCode, Check, Code, GrantId, Issue, OAuth, Params, Presented, Redirect,
    Use,
};
use crate::request::Request;
use crate::wire::Reply;

pub(super) fn answer(oauth: &mut OAuth, request: &Request) -> Reply {
    let answer = serve(oauth, request);
    let refused = answer.is_err();
    oauth.token_answer(answer.unwrap_or_else(api::error), refused)
}

fn serve(oauth: &mut OAuth, request: &Request) -> Result<Reply, &'static str> {
    let params = match request.method.as_str() {
        "GET" => Params::query(request),
        _ => Params::body_or_json(request).and(Params::query(request)),
    };
    let presented = Presented::new(request, &params);
    let (client, secret) = presented.either();
    oauth.clients.check(client, secret).map_err(|bad| match bad {
        BadClient::Unknown => "invalid_client_id",
        BadClient::Secret => "bad_client_secret",
    })?;
    match params.get("grant_type") {
        None | Some("authorization_code") => exchange(oauth, client, &params),
        Some("refresh_token") => refresh(oauth, client, &params),
        Some(_) => Err("invalid_grant_type"),
    }
}

fn exchange(oauth: &mut OAuth, client: &str, params: &Params) -> Result<Reply, &'static str> {
    let value = params.get("code").ok_or("invalid_code")?;
    let redirect_uri = params.get("redirect_uri");
    let verifier = params.get("code_verifier");
    let check = Check { client, redirect_uri, verifier, now: oauth.now() };
    let code = oauth.codes.check(value, check, Redirect::IfAsked).map_err(|bad| match bad {
        BadCode::Used(_) => "code_already_used",
        BadCode::RedirectUri => "bad_redirect_uri",
        _ => "invalid_code",
    })?;
    let user_scopes = code.ask.params.words("user_scope", &[',', ' ']);
    let all = [code.scopes.clone(), user_scopes.clone()].concat();
    let grant = oauth.grants.open(client, &code.account, &all);
    oauth.count_exchange(grant);
    let (bot, line) = (!code.scopes.is_empty()).then(|| Line::new(oauth, grant, "xoxb-")).unzip();
    let (user, user_line) =
        (!user_scopes.is_empty()).then(|| Line::new(oauth, grant, "xoxp-")).unzip();
    oauth.codes.mark_used(value, line.or(user_line).unwrap_or_default());
    let mut body = installation(&code);
    if let (Some(bot), Some(members)) = (bot, body.as_object_mut()) {
        members.extend(bot.tokens(oauth, &code.scopes, "bot"));
        members.insert("bot_user_id".to_owned(), BOT.into());
    }
    let mut authed_user = json!({"id": USER});
    if let (Some(user), Some(members)) = (user, authed_user.as_object_mut()) {
        members.extend(user.tokens(oauth, &user_scopes, "user"));
    }
    if let Some(members) = body.as_object_mut() {
        members.insert("authed_user".to_owned(), authed_user);
    }
    Ok(Reply::json(200, &body))
}

fn installation(code: &Code) -> Value {
    let Account { id, label } = &code.account;
    json!({
        "ok": true, "app_id": APP, "team": {"id": id, "name": label}, "enterprise": null,
        "is_enterprise_install": false,
    })
}

fn refresh(oauth: &mut OAuth, client: &str, params: &Params) -> Result<Reply, &'static str> {
    let value = params.get("refresh_token").ok_or("invalid_refresh_token")?;
    let now = oauth.now();
    let token = oauth.tokens.live(value, Use::Refresh, now).ok_or("invalid_refresh_token")?;
    let issue = token.issue.clone();
    if !oauth.grants.is_of(issue.grant, client) {
        return Err("invalid_refresh_token");
    }
    oauth.tokens.spend(value);
    oauth.count_refresh(issue.grant);
    let account = oauth.grants.account(issue.grant);
    let bot = oauth.tokens.access_of(issue.line).is_some_and(|token| token.contains("xoxb-"));
    let (kind, token_type) = if bot { ("xoxb-", "bot") } else { ("xoxp-", "user") };
    let line = Line { grant: issue.grant, line: issue.line, kind };
    let mut body = json!({
        "ok": true, "app_id": APP, "team": {"id": account.id, "name": account.label},
        "enterprise": null, "is_enterprise_install": false,
    });
    if let Some(members) = body.as_object_mut() {
        members.extend(line.tokens(oauth, &issue.scopes, token_type));
        if bot {
            members.insert("bot_user_id".to_owned(), BOT.into());
        }
    }
    Ok(Reply::json(200, &body))
}

/// The tokens of the bot, or of the user, of one installation.
struct Line {
    grant: GrantId,
    line: u64,
    /// The prefix of its access tokens.
    kind: &'static str,
}

impl Line {
    fn new(oauth: &mut OAuth, grant: GrantId, kind: &'static str) -> (Self, u64) {
        let line = oauth.tokens.line();
        (Self { grant, line, kind }, line)
    }

    /// Issues tokens: with rotation, two that expire. Without rotation, one that does not.
    fn tokens(self, oauth: &mut OAuth, scopes: &[String], token_type: &str) -> Map<String, Value> {
        let rotation = oauth.options.rotation;
        let issue = |purpose, expires_at| Issue {
            purpose,
            grant: self.grant,
            line: self.line,
            scopes: scopes.to_vec(),
            expires_at,
        };
        let mut members = Map::new();
        let mut set = |name: &str, value: Value| members.insert(name.to_owned(), value);
        let expiry = if rotation { oauth.access_expiry() } else { None };
        let prefix = format!("{}{}", if rotation { "xoxe." } else { "" }, self.kind);
        set("access_token", oauth.issue(&prefix, issue(Use::Access, expiry)).into());
        set("scope", scopes.join(",").into());
        set("token_type", token_type.into());
        if rotation {
            let expiry = oauth.refresh_expiry();
            set("refresh_token", oauth.issue("xoxe-1-", issue(Use::Refresh, expiry)).into());
            set("expires_in", oauth.options.access_lifetime.unwrap_or_default().into());
        }
        members
    }
}
