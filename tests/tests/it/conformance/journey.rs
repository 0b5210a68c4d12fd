//! What is done with each manifest: a connection that the provider refuses, one that it accepts, a call to each host,
//! the denied calls, the failures, a refresh, the revocation, and a refresh token that has ended.

use reqwest::Method;
use serde_json::{Map, Value, json};

use super::checks::health;
use super::failures::{Failure, OF_CALLS, OF_CHECKS};
use super::shape::{fill, fill_url, host_and_target, list, map, path, query, text};
use super::vendor::{Kind, Vendor};
use crate::kit::app::{Answer, App};
use crate::tokens::oauth::Flow;

/// The facts that the journey has shown about a manifest.
#[derive(Debug, Default)]
pub(super) struct Row {
    pub(super) id: String,
    /// The verify call tells a live credential from a dead one.
    pub(super) verified: bool,
    /// The hosts to which a call went.
    pub(super) hosts: usize,
    /// The calls that agents were denied.
    pub(super) denied: usize,
    pub(super) refreshed: bool,
    pub(super) revoked: bool,
}

type Outcome<T = ()> = Result<T, String>;

fn ensure(holds: bool, why: impl Fn() -> String) -> Outcome {
    if holds { Ok(()) } else { Err(why()) }
}

/// Does everything with one manifest.
pub(super) async fn travel(app: &App, vendor: &Vendor) -> Outcome<Row> {
    let traveller = Traveller { app, vendor };
    let result = traveller.travel().await;
    let complaints = std::mem::take(&mut vendor.state().complaints);
    match (result, complaints.first()) {
        (Err(why), None) => Err(why),
        (Err(why), Some(first)) => Err(format!("{why}; the provider complains: {first}")),
        (Ok(_), Some(first)) => Err(format!("{first} (and {} more)", complaints.len() - 1)),
        (Ok(row), None) => Ok(row),
    }
}

/// The answer to an attempt to connect, after the OAuth app was entered.
pub(super) async fn connect(app: &App, vendor: &Vendor) -> Answer {
    let traveller = Traveller { app, vendor };
    if vendor.is_oauth() {
        traveller.register().await.unwrap();
    }
    traveller.ask().await
}

/// The answer to an attempt to connect again.
pub(super) async fn reconnect(app: &App, vendor: &Vendor) -> Answer {
    Traveller { app, vendor }.reconnect().await
}

struct Traveller<'a> {
    app: &'a App,
    vendor: &'a Vendor,
}

impl Traveller<'_> {
    async fn travel(&self) -> Outcome<Row> {
        let vendor = self.vendor;
        let mut row = Row { id: vendor.id.clone(), ..Row::default() };
        if vendor.is_oauth() {
            self.register().await?;
        }
        if vendor.verifies() {
            self.refused().await?;
            row.verified = true;
        }
        self.connect().await?;
        row.hosts = self.calls().await?;
        row.denied = self.denied().await?;
        if vendor.refreshes() {
            self.refresh().await?;
            row.refreshed = true;
        }
        for failure in OF_CALLS {
            self.failing_call(failure).await?;
        }
        if vendor.verifies() {
            let health = self.check().await?;
            ensure(health == "healthy", || {
                format!("after a call got 401, a check finds {health}")
            })?;
            for failure in OF_CHECKS.into_iter().chain([Failure::Forbidden]) {
                self.failing_check(failure).await?;
            }
        }
        self.remove().await?;
        row.revoked = vendor.revokes();
        // Connected again: for a refresh token that has ended, and for a silent provider.
        self.connect().await?;
        if vendor.refreshes() {
            self.dead().await?;
            self.connect_again().await?;
        }
        Ok(row)
    }

    fn path(&self, end: &str) -> String {
        format!("/api/integrations/{}{end}", self.vendor.id)
    }

    /// Enters the OAuth app, unless it registers itself.
    async fn register(&self) -> Outcome {
        let vendor = self.vendor;
        if vendor.registers_apps() {
            return Ok(());
        }
        let mut pins = Map::new();
        for param in list(&vendor.manifest, "/params").filter(|param| param["whole_host"] == true) {
            let name = text(param, "/name");
            pins.insert(name.to_owned(), json!([vendor.params[name]]));
        }
        let (id, secret) = &vendor.client;
        let mut body = json!({"client_id": id, "params": pins});
        // A public client has no secret.
        if vendor.oauth2("/client_auth") != "none" {
            body["client_secret"] = json!(secret);
        }
        let call = self.app.put(&format!("/api/oauth-clients/{}", vendor.id)).as_admin();
        let answer = call.json(&body).send().await;
        ensure(answer.status == 200, || format!("the OAuth app: {answer:?}"))?;
        let redirect_uri = answer.json()["redirect_uri"].as_str().unwrap().to_owned();
        vendor.state().redirect_uri = redirect_uri;
        Ok(())
    }

    /// Begins a connection, and finishes it if it goes through a browser.
    async fn ask(&self) -> Answer {
        let vendor = self.vendor;
        let entered: Map<String, Value> = list(&vendor.manifest, "/params")
            .filter(|param| param["from"].is_null())
            .map(|param| text(param, "/name").to_owned())
            .map(|name| (name.clone(), vendor.params[&name].clone().into()))
            .collect();
        let mut body = json!({"manifest_id": vendor.id, "name": vendor.id, "params": entered});
        if !vendor.is_oauth() {
            body["credentials"] = json!(vendor.fields);
        }
        let answer = self.app.post("/api/integrations").as_admin().json(&body).send().await;
        if !vendor.is_oauth() || answer.status != 201 {
            return answer;
        }
        self.finish(&answer).await
    }

    /// Comes back from the provider with a code.
    async fn finish(&self, begun: &Answer) -> Answer {
        let flow = Flow::of(begun);
        let state = match self.check_authorization(&flow.url) {
            Ok(state) => state,
            Err(why) => {
                self.vendor.state().complaints.push(why);
                String::new()
            }
        };
        let redirect_uri = self.vendor.state().redirect_uri.clone();
        let callback = &redirect_uri[redirect_uri.find("/api/").unwrap()..];
        let code = match text(&self.vendor.manifest, "/oauth2/names/code") {
            "" => "code",
            own => own,
        };
        let mut back = format!("{callback}?{code}={}&state={state}", self.vendor.code);
        let issuer = text(&self.vendor.manifest, "/oauth2/issuer");
        if !issuer.is_empty() {
            back.push_str(&format!("&iss={issuer}"));
        }
        for param in list(&self.vendor.manifest, "/params") {
            let name = text(param, "/from/callback");
            if !name.is_empty() {
                let value = &self.vendor.params[text(param, "/name")];
                back.push_str(&format!("&{name}={value}"));
            }
        }
        flow.come_back(self.app, &back).await
    }

    /// Compares the authorization URL with the manifest, keeps its challenge, and returns its state.
    fn check_authorization(&self, url: &str) -> Outcome<String> {
        let vendor = self.vendor;
        let own = |name: &str| text(&vendor.manifest, &format!("/oauth2/{name}"));
        let (host, target) = host_and_target(url);
        let expected = host_and_target(&fill_url(own("authorization_url"), &vendor.params));
        ensure(host == expected.0 && path(&target) == path(&expected.1), || {
            format!("authorizes at {url}")
        })?;
        let sent: std::collections::BTreeMap<String, String> = query(&target).into_iter().collect();
        let state = vendor.state().redirect_uri.clone();
        let scopes = list(&vendor.manifest, "/oauth2/scopes/default").filter_map(Value::as_str);
        let scopes = scopes.collect::<Vec<_>>().join(own("scope_separator"));
        let own = |name: &str| vendor.named("authorize", name);
        for standard in ["client_id", "redirect_uri", "response_type", "scope"] {
            let is_renamed = own(standard).as_deref() != Some(standard);
            ensure(!(is_renamed && sent.contains_key(standard)), || {
                format!("{standard} under its standard name in {url}")
            })?;
        }
        let members = [
            ("client_id", vendor.client.0.clone()),
            ("redirect_uri", state),
            ("response_type", "code".to_owned()),
        ];
        let mut wanted: Vec<(String, String)> =
            members.into_iter().filter_map(|(name, value)| Some((own(name)?, value))).collect();
        let scope = own("scope").unwrap_or_default();
        let mut values = vendor.params.clone();
        values.insert("client_id".into(), vendor.client.0.clone());
        for (name, template) in map(&vendor.manifest, "/oauth2/authorize_params") {
            wanted.push((name, fill(&template, &values)));
        }
        if scopes.is_empty() {
            ensure(!sent.contains_key(&scope), || format!("asks for scopes: {url}"))?;
        } else {
            wanted.push((scope, scopes));
        }
        for (name, value) in wanted {
            ensure(sent.get(&name) == Some(&value), || format!("{name} is not {value} in {url}"))?;
        }
        let pkce = vendor.manifest.pointer("/oauth2/pkce") == Some(&json!(true));
        let challenge = sent.get("code_challenge").cloned();
        ensure(challenge.is_some() == pkce, || format!("the PKCE challenge in {url}"))?;
        vendor.state().challenge = challenge;
        Ok(sent.get("state").cloned().unwrap_or_default())
    }

    /// The provider refuses the credential: nothing is stored.
    async fn refused(&self) -> Outcome {
        self.vendor.state().is_refused = true;
        let answer = self.ask().await;
        self.vendor.state().is_refused = false;
        let code = match self.vendor.is_oauth() {
            true => answer.header("x-nexus-error").to_owned(),
            false => answer.json()["code"].as_str().unwrap_or_default().to_owned(),
        };
        ensure(code == "credential_refused", || format!("a refused credential: {answer:?}"))?;
        for field in
            list(&self.vendor.manifest, "/credentials").filter(|field| field["secret"] == true)
        {
            let secret = &self.vendor.fields[text(field, "/name")];
            ensure(!answer.text.contains(secret.as_str()), || {
                "a secret in the refusal".to_owned()
            })?;
        }
        if self.vendor.is_oauth() {
            // The row of an unfinished authorization stays, without a credential.
            self.app.delete(&self.path("")).as_admin().send().await;
        }
        let found = self.app.get(&self.path("")).as_admin().send().await;
        ensure(found.status == 404, || format!("a refused credential leaves {found:?}"))
    }

    async fn connect(&self) -> Outcome {
        let answer = self.ask().await;
        ensure(answer.status.is_success(), || format!("a connection: {answer:?}"))?;
        let one = self.app.get(&self.path("")).as_admin().send().await.json();
        let health = if self.vendor.verifies() { "healthy" } else { "unknown" };
        ensure(one["health"]["state"] == health, || format!("the health of {one}"))?;
        let (id, label) = self.vendor.account();
        let param = text(&self.vendor.manifest, "/verify/account/param");
        let id = if param.is_empty() { id } else { Some(self.vendor.params[param].clone()) };
        ensure(one["account"]["id"] == json!(id), || format!("the account of {one}"))?;
        ensure(one["account"]["label"] == json!(label), || format!("the account of {one}"))?;
        ensure(one["params"] == json!(self.vendor.params), || format!("the parameters of {one}"))?;
        ensure(one["scopes"]["missing"] == json!([]) || one["scopes"].is_null(), || {
            format!("scopes of {one}")
        })
    }

    /// The authorization of a connection that has one.
    async fn reconnect(&self) -> Answer {
        if self.vendor.logs_in() {
            let body = json!({"credentials": self.vendor.fields});
            return self.app.put(&self.path("")).as_admin().json(&body).send().await;
        }
        let call = self.app.post(&self.path("/authorize")).as_admin();
        let begun = call.json(&json!({})).send().await;
        if begun.status == 200 { self.finish(&begun).await } else { begun }
    }

    async fn connect_again(&self) -> Outcome {
        let answer = self.reconnect().await;
        ensure(answer.status == 200, || format!("connecting again: {answer:?}"))
    }

    /// A call to each host, which arrives as it was made.
    async fn calls(&self) -> Outcome<usize> {
        let vendor = self.vendor;
        let base =
            host_and_target(&fill_url(text(&vendor.manifest, "/api/base_url"), &vendor.params));
        let base_path = base.1.trim_end_matches('/');
        let hosts: Vec<String> = list(&vendor.manifest, "/api/hosts")
            .map(|host| fill(host.as_str().unwrap(), &vendor.params))
            .collect();
        for host in &hosts {
            let before = vendor.state().arrived.len();
            let target = "/nexus/conformance%20x?a=1&b=%2F&b=%20y";
            let call = self.app.get(&format!("/api/proxy/{}{target}", vendor.id));
            let call = call.as_role("AGENT", "acme").header("x-nexus-host", host);
            let answer = call.send().await;
            let is_ok = answer.status == 200 && answer.text == r#"{"answer":42}"#;
            ensure(is_ok, || format!("a call to {host}: {answer:?}"))?;
            let state = vendor.state();
            // A check of the connection may arrive at the same time.
            let arrived = state.arrived[before..].iter().filter(|one| one.kind == Kind::Call);
            let arrived: Vec<_> = arrived.collect();
            let [one] = arrived[..] else {
                return Err(format!("a call to {host} came as {arrived:?}"));
            };
            let whole = vendor.with_key(&format!("{base_path}{target}"));
            let sent = one.request.target();
            // A credential in the query comes after the agent's own.
            let is_same = sent == whole
                || sent.strip_prefix(&whole).is_some_and(|rest| rest.starts_with('&'));
            ensure(one.host == *host && is_same && one.request.method() == "GET", || {
                format!("a call to {host}{whole} came as {} {sent}", one.host)
            })?;
        }
        Ok(hosts.len())
    }

    /// Each call that the manifest denies, in its plainest spelling, does not arrive.
    async fn denied(&self) -> Outcome<usize> {
        let mut count = 0;
        for rule in list(&self.vendor.manifest, "/api/deny") {
            let method = match text(rule, "/method") {
                "*" => "POST",
                method => method,
            };
            let target = text(rule, "/path").replace("**", "x").replace('*', "x");
            self.require_denied(method, &target).await?;
            count += 1;
        }
        Ok(count + self.denied_queries().await? + self.denied_bodies().await?)
    }

    /// Each member of a body that the manifest denies does not arrive.
    async fn denied_bodies(&self) -> Outcome<usize> {
        let mut count = 0;
        for rule in list(&self.vendor.manifest, "/api/deny_body") {
            let method = match text(rule, "/method") {
                "" | "*" => "POST",
                method => method,
            };
            let path = text(rule, "/path").replace("**", "x").replace('*', "x");
            let path = if path.is_empty() { "/x" } else { &path };
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let before = self.vendor.state().arrived.len();
            let call =
                self.app.call(method.clone(), &format!("/api/proxy/{}{path}", self.vendor.id));
            let body = json!({"a": 1, text(rule, "/name"): "x"});
            let answer = call.as_role("AGENT", "acme").json(&body).send().await;
            let arrived = self.vendor.state().arrived.len() - before;
            ensure(answer.status == 403 && arrived == 0, || {
                format!("{method} {path} with {body}: {answer:?}")
            })?;
            count += 1;
        }
        Ok(count)
    }

    /// Each query parameter that the manifest denies does not arrive.
    async fn denied_queries(&self) -> Outcome<usize> {
        let mut count = 0;
        for rule in list(&self.vendor.manifest, "/api/deny_query") {
            let method = match text(rule, "/method") {
                "" | "*" => "GET",
                method => method,
            };
            let path = text(rule, "/path").replace("**", "x").replace('*', "x");
            let path = if path.is_empty() { "/x" } else { &path };
            let value = list(rule, "/values").next().and_then(Value::as_str).unwrap_or("1");
            let target = format!("{path}?{}={value}", text(rule, "/name"));
            self.require_denied(method, &target).await?;
            count += 1;
        }
        Ok(count)
    }

    /// Makes a call that must be denied and must not arrive. A check of the connection may arrive at the same time.
    async fn require_denied(&self, method: &str, target: &str) -> Outcome {
        let before = self.vendor.state().arrived.len();
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let path = format!("/api/proxy/{}{target}", self.vendor.id);
        let answer = self.app.call(method.clone(), &path).as_role("AGENT", "acme").send().await;
        let state = self.vendor.state();
        let has_arrived = state.arrived[before..].iter().any(|one| one.kind != Kind::Verify);
        ensure(answer.status == 403 && !has_arrived, || format!("{method} {target}: {answer:?}"))
    }

    /// Only calls fail: a call may make the application check the connection, at any later time.
    async fn failing_call(&self, failure: Failure) -> Outcome {
        self.vendor.state().failure = Some((Kind::Call, failure));
        let call = self.app.get(&format!("/api/proxy/{}/nexus", self.vendor.id));
        let answer = call.as_role("AGENT", "acme").send().await;
        self.vendor.state().failure = None;
        failure.check_call(&answer)
    }

    async fn check(&self) -> Outcome<String> {
        let answer = self.app.post(&self.path("/check")).as_admin().send().await;
        ensure(answer.status == 200, || format!("a check: {answer:?}"))?;
        Ok(answer.json()["health"]["state"].as_str().unwrap_or_default().to_owned())
    }

    /// Compares the result of a check that fails, and expects the next check to find the connection healthy again.
    async fn failing_check(&self, failure: Failure) -> Outcome {
        self.vendor.state().failure = Some((Kind::Verify, failure));
        let found = self.check().await;
        self.vendor.state().failure = None;
        let (found, expected) = (found?, health(failure, self.vendor));
        ensure(found == expected, || {
            format!("a check that meets {failure:?} finds {found}, not {expected}")
        })?;
        let after = self.check().await?;
        ensure(after == "healthy", || format!("after {failure:?} a check finds {after}"))
    }

    fn expire(&self) {
        let sql = "update credentials set expires_at = 1, refresh_at = 1 where integration_id in \
                   (select id from integrations where slug = ?1)";
        let changed = self.app.database().execute(sql, [self.vendor.id.as_str()]).unwrap();
        assert_eq!(changed, 1, "{}", self.vendor.id);
    }

    async fn call(&self) -> Answer {
        let call = self.app.get(&format!("/api/proxy/{}/nexus", self.vendor.id));
        call.as_role("AGENT", "acme").send().await
    }

    /// The token expires: the next call has a new one.
    async fn refresh(&self) -> Outcome {
        let before = self.vendor.state().count(Kind::Refresh);
        self.expire();
        let answer = self.call().await;
        ensure(answer.status == 200, || format!("a call after the token expired: {answer:?}"))?;
        let refreshes = self.vendor.state().count(Kind::Refresh) - before;
        ensure(refreshes == 1, || format!("{refreshes} refreshes after the token expired"))
    }

    /// The refresh token is refused: a person has to connect again.
    async fn dead(&self) -> Outcome {
        self.vendor.state().is_dead = true;
        self.expire();
        let answer = self.call().await;
        self.vendor.state().is_dead = false;
        let code = answer.json()["code"].as_str().unwrap_or_default().to_owned();
        ensure(code == "reauthorization_required", || format!("a dead refresh: {answer:?}"))?;
        let one = self.app.get(&self.path("")).as_admin().send().await.json();
        ensure(one["health"]["state"] == "reauthorize", || format!("after a dead refresh: {one}"))
    }

    /// Deletes the integration, and reads what became of its tokens.
    async fn remove(&self) -> Outcome {
        let before = self.vendor.state().count(Kind::Revoke);
        let answer = self.app.delete(&self.path("")).as_admin().send().await;
        ensure(answer.status == 200, || format!("deleting: {answer:?}"))?;
        let revoke = &self.vendor.manifest["revoke"];
        let expected = match (revoke.get("unsupported"), revoke.get("not_revocable")) {
            (Some(_), _) => "unsupported",
            (_, Some(_)) => "not_revocable",
            _ => "revoked",
        };
        let body = answer.json();
        // A token that the request does not end is said to be unsupported.
        let is_named = |token: &str| list(revoke, "/tokens").any(|named| named == token);
        let receipts: Vec<(&str, &str)> = list(&body, "/revocation")
            .map(|receipt| (text(receipt, "/token"), text(receipt, "/state")))
            .collect();
        // The entered credential outlives the tokens of a login.
        let outlives = |token: &str| self.vendor.logs_in() && token != "access_token";
        let fits_one = |(token, state): &(&str, &str)| {
            *state == expected
                || (outlives(token) && *state == "not_revocable")
                || (expected == "revoked" && !is_named(token) && *state == "unsupported")
        };
        let fits =
            receipts.iter().any(|(_, state)| *state == expected) && receipts.iter().all(fits_one);
        ensure(fits, || format!("the receipts are not {expected}: {body}"))?;
        let revocations = self.vendor.state().count(Kind::Revoke) - before;
        ensure((revocations > 0) == self.vendor.revokes(), || format!("{revocations} revocations"))
    }
}
