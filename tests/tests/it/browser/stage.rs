//! The stage of a script: the application at a fixed address, and a provider with an API key side and an
//! OAuth side. The workspace `acme` has both manifests.

use std::io::Write as _;
use std::net::TcpListener;

use anyhow::{Context, Result, ensure};
use nexus_simulators::{Behaviour, Consent, Kind, Simulator};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::request::{Behaves, Decision, Request};
use crate::kit::app::{App, Options, TICK_SECRET, sandbox};
use crate::kit::{link, token};

/// The ids of the provider's two manifests.
const BY_KEY: &str = "custom-sandbox";
const BY_OAUTH: &str = "custom-sandbox-oauth";

/// An application that accepts links of the operator's tool.
fn options(port: u16) -> Options {
    Options::default().port(port).var("sign_in_secret", link::SECRET)
}

pub(super) struct Stage {
    port: u16,
    /// The address of the application. The script may change it.
    public_url: String,
    app: Option<App>,
    /// The data of the application while it is stopped.
    dir: Option<TempDir>,
    provider: Simulator,
}

impl Stage {
    /// Starts the application and the provider, and saves the provider's manifests in the application.
    pub(super) async fn set() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let app = options(port).start().await.unwrap();
        let provider = Simulator::start(Kind::Sandbox, 0).await.unwrap();
        for file in ["sandbox.json", "sandbox-oauth.json"] {
            app.save(&sandbox(file, &provider)).await;
        }
        let (id, secret) = Kind::Sandbox.default_client().unwrap();
        let client = json!({"client_id": id, "client_secret": secret});
        let call = app.put(&format!("/api/oauth-clients/{BY_OAUTH}")).as_admin();
        let answer = call.json(&client).send().await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let callback = answer.json()["redirect_uri"].as_str().unwrap().to_owned();
        provider.register_client(id, secret, &[&callback]);
        provider.clear_requests();
        let public_url = format!("http://127.0.0.1:{port}");
        Self { port, public_url, app: Some(app), dir: None, provider }
    }

    /// The facts that a script gets in `NEXUS_FACTS`.
    pub(super) fn facts(&self) -> Value {
        let token = |role| token::of(role, "acme");
        json!({
            "url": format!("http://127.0.0.1:{}", self.port),
            "tokens": {"ADMIN": token("ADMIN"), "MANAGER": token("MANAGER"), "AGENT": token("AGENT")},
            "workspace": "acme",
            "subject": "user-1",
            "provider": self.provider.origin(),
            "key": Kind::Sandbox.default_key(),
            "by_key": BY_KEY,
            "by_oauth": BY_OAUTH,
        })
    }

    /// The log of the application. Empty while the application is stopped.
    pub(super) fn log(&self) -> String {
        self.app.as_ref().map(App::log).unwrap_or_default()
    }

    /// Runs the request in a line, and returns the answer.
    pub(super) async fn answer(&mut self, line: &str) -> Value {
        let done = match serde_json::from_str(line) {
            Ok(request) => self.act(request).await.with_context(|| line.to_owned()),
            Err(error) => Err(error).with_context(|| format!("no request: {line}")),
        };
        match done {
            Ok(mut answer) => {
                answer["ok"] = true.into();
                answer
            }
            Err(error) => json!({"ok": false, "error": format!("{error:#}")}),
        }
    }

    async fn act(&mut self, request: Request) -> Result<Value> {
        match request {
            Request::StopApp => {
                let app = self.app.take().context("it is stopped already")?;
                self.dir = Some(app.kill().await);
            }
            Request::StartApp => {
                let dir = self.dir.take().context("it is running already")?;
                self.app = Some(options(self.port).dir(dir).start().await?);
            }
            Request::Configure { variables } => {
                let dir = self.app.take().context("it is stopped")?.kill().await;
                if let Some(url) = variables.get("public_url") {
                    self.public_url.clone_from(url);
                }
                let options = options(self.port).dir(dir);
                let set =
                    |options: Options, (name, value): (&String, &String)| options.var(name, value);
                self.app = Some(variables.iter().fold(options, set).start().await?);
            }
            Request::Token { role, seconds, workspace, subject, claims: more } => {
                let mut claims = token::claims(&role, workspace.as_deref().unwrap_or("acme"));
                let now = i64::try_from(token::now())?;
                claims["exp"] = (now + seconds.unwrap_or(600)).into();
                if let Some(subject) = subject {
                    claims["sub"] = subject.into();
                }
                for (name, value) in more {
                    claims[name] = value;
                }
                claims.as_object_mut().context("claims")?.retain(|_, value| !value.is_null());
                let header = json!({"alg": "HS256", "typ": "JWT"});
                return Ok(json!({"token": token::sign(&header, &claims, token::SECRET)}));
            }
            Request::SignInLink { role, name } => {
                return Ok(
                    json!({"url": link::link(&self.public_url, "acme", &role, &name).await}),
                );
            }
            Request::ProvidedRole { name, role } => {
                let sql = "update people set role = ?2, source = 'oidc' where name = ?1";
                self.running()?.database().execute(sql, [name, role])?;
            }
            Request::ExpireTokens => {
                self.provider.expire_access_tokens();
                self.execute("update credentials set refresh_at = 1, expires_at = 1")?;
            }
            Request::AgeFlows => {
                self.execute("update flows set created_at = created_at - 601000")?;
            }
            Request::Spaces { spaces } => {
                let named = spaces.iter().map(|(id, name)| (id.as_str(), name.as_str()));
                self.provider.set_spaces(&named.collect::<Vec<_>>());
                let mut manifest = sandbox("sandbox-oauth.json", &self.provider);
                let base = manifest["api"]["base_url"].as_str().context("a base URL")?.to_owned();
                manifest["find"] =
                    json!({"url": format!("{base}/spaces"), "list": "/items", "label": "/name"});
                manifest["params"] = json!([{"name": "space", "label": "Space", "pattern": "[a-z0-9-]+",
                    "example": "main", "from": {"found": "/id"}}]);
                manifest["api"]["base_url"] = format!("{base}/spaces/{{space}}").into();
                let path = format!("/api/manifests/{BY_OAUTH}?believe_effect=true");
                let answer = self.running()?.put(&path).as_admin().json(&manifest).send().await;
                ensure!(answer.status == 200, "{answer:?}");
            }
            Request::DueRevocations => self.execute("update outbox set next_at = 0")?,
            Request::PastUse { integration, agent, days, calls } => {
                // Fewer calls on every sixth and seventh day, and a failure now and then.
                let sql = "with recursive day (n) as (select 1 union all select n + 1 from day where n < ?3)
                    insert into usage (workspace, integration_id, minute, agent, calls, errors, bytes)
                    select 'acme', ?1, (unixepoch() / 86400 - n) * 86400000 + 43200000, ?2,
                      1 + ?4 * (7 + (n * 37) % 11) / 12 / iif(n % 7 in (2, 3), 4, 1), (n * 13) % 5 / 3, 4096
                    from day";
                let database = self.running()?.database();
                database.execute(sql, rusqlite::params![integration, agent, days, calls])?;
            }
            Request::Tick => {
                let app = self.running()?;
                let answer = app.post("/api/tick").bearer(TICK_SECRET).try_send().await?;
                ensure!(answer.status == 200, "{answer:?}");
                return Ok(json!({"done": answer.json()}));
            }
            // libtest captures stdout of a test that passes, so this goes to stderr.
            Request::Say { text } => writeln!(std::io::stderr(), "{text}")?,
            request => return direct(&self.provider, request).await,
        }
        Ok(json!({}))
    }

    fn running(&self) -> Result<&App> {
        self.app.as_ref().context("the application is stopped")
    }

    fn execute(&self, sql: &str) -> Result<()> {
        self.running()?.database().execute(sql, [])?;
        Ok(())
    }
}

/// Runs a request that concerns only the provider.
async fn direct(provider: &Simulator, request: Request) -> Result<Value> {
    match request {
        Request::AcceptKey { key } => provider.accept_key(&key),
        Request::RevokeKey { key } => {
            provider.revoke_key(key.as_deref().unwrap_or(Kind::Sandbox.default_key()));
        }
        Request::RestrictKey { key } => provider.restrict_key(&key),
        Request::Consent { decision } => provider.set_consent(match decision {
            Decision::Allow => Consent::Allow,
            Decision::Deny => Consent::Deny,
            Decision::Page => Consent::Page,
        }),
        Request::Account { id, label } => provider.set_account(&id, &label),
        Request::GrantOnly { scopes } => {
            provider.grant_only(&scopes.iter().map(String::as_str).collect::<Vec<_>>());
        }
        Request::Provider { behaves } => {
            let behaviour = match behaves {
                Behaves::Ok => Behaviour::Ok,
                Behaves::Down => Behaviour::Down,
                Behaves::Hang => Behaviour::Hang,
                Behaves::Html => Behaviour::HtmlInsteadOfJson(200),
                Behaves::InvalidJson => Behaviour::InvalidJson,
            };
            provider.set_behaviour(behaviour).await?;
        }
        Request::ProviderStatus { status } => {
            provider.set_behaviour(Behaviour::Status(status)).await?;
        }
        Request::WaitForRequests { count } => provider.wait_for_requests(count).await?,
        Request::Requests => {
            let of = |request: &nexus_simulators::Request| json!({"method": request.method, "path": request.path});
            let requests: Vec<_> = provider.requests().iter().map(of).collect();
            return Ok(json!({"requests": requests}));
        }
        Request::HoldTokens => provider.hold_token_answers(),
        Request::WaitForHeld { count } => provider.wait_for_held(count).await?,
        Request::ReleaseTokens => provider.release_token_answers(),
        Request::DropTokenAnswers { count } => provider.drop_token_answers(count),
        Request::FailRevocations { count } => provider.fail_revocations(count),
        Request::RevokeGrants => provider.revoke_all_grants(),
        Request::LiveTokens => return Ok(json!({"tokens": provider.live_tokens().len()})),
        other => anyhow::bail!("{other:?} is not the provider's"),
    }
    Ok(json!({}))
}
