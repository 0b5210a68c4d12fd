//! A person who is signed in by a session, and a program that asks the person for access.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Url;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::kit::app::{Answer, App};

/// The redirect URI of programs.
pub(crate) const CALLBACK: &str = "https://app.example.com/cb";
/// A PKCE verifier.
pub(crate) const VERIFIER: &str = "a-verifier-that-is-long-enough-0123456789-abcdef";

/// A person of `acme` with a session.
pub(crate) struct Person {
    pub(crate) id: String,
    pub(crate) cookie: String,
}

impl Person {
    /// Writes the rows of a person and a session, as a sign-in would.
    pub(crate) fn sign_in(app: &App, name: &str, role: &str) -> Self {
        let cookie = URL_SAFE_NO_PAD.encode(Sha256::digest(name));
        let id = id_of(name);
        let database = app.database();
        let now = "cast(unixepoch('subsec') * 1000 as integer)";
        database
            .execute(
                &format!(
                    "insert into people (id, workspace, name, role, source, created_at)
                     values (?1, 'acme', ?2, ?3, 'local', {now})"
                ),
                (&id, name, role),
            )
            .unwrap();
        let person = Self { id, cookie };
        person.sign_in_again(app);
        person
    }

    /// Writes the row of the session, after it has ended.
    pub(crate) fn sign_in_again(&self, app: &App) {
        let now = "cast(unixepoch('subsec') * 1000 as integer)";
        let sql = format!(
            "insert into sessions (id, secret_hash, workspace, person_id, method, created_at, used_at)
             values (?1, ?2, 'acme', ?3, 'link', {now}, {now})"
        );
        let id = format!("ses_{}", &self.cookie[..10]);
        let hash = Sha256::digest(&self.cookie);
        app.database().execute(&sql, (id, hash.as_slice(), &self.id)).unwrap();
    }

    /// Writes the rows of a connected app of this person, as the consent page would.
    pub(crate) fn has_app(&self, app: &App, id: &str) {
        let database = app.database();
        let now = "cast(unixepoch('subsec') * 1000 as integer)";
        for sql in [
            format!(
                "insert into agents (id, workspace, name, name_key, owner, kind, created_at, created_by)
                 values (?1, 'acme', 'App', 'app', ?2, 'connected_app', {now}, ?2)"
            ),
            format!(
                "insert into app_grants (agent_id, workspace, client_id, person_id, is_read_only, may_refresh,
                   scope, resource, created_at, expires_at)
                 values (?1, 'acme', 'nxc_x', ?2, 1, 1, 'integrations:read', 'x', {now}, {now} + 60000)"
            ),
        ] {
            database.execute(&sql, (id, &self.id)).unwrap();
        }
    }

    /// The header with the cookie.
    pub(crate) fn header(&self) -> String {
        format!("nexus-session={}", self.cookie)
    }
}

/// The id of a person. It is the same for the same name.
fn id_of(name: &str) -> String {
    const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let hash = Sha256::digest(name);
    let digits = hash.iter().take(26).map(|byte| char::from(DIGITS[usize::from(byte % 32)]));
    format!("per_{}", digits.collect::<String>())
}

/// An application with a registered client, and a person who is signed in.
pub(crate) async fn with_client(role: &str) -> (App, Program, Person) {
    let app = App::start().await;
    let program = Program::register(&app).await;
    let person = Person::sign_in(&app, "ann", role);
    (app, program, person)
}

/// A program that asks for access.
pub(crate) struct Program {
    pub(crate) id: String,
}

impl Program {
    pub(crate) async fn register(app: &App) -> Self {
        let body = json!({"client_name": "Claude", "redirect_uris": [CALLBACK],
            "grant_types": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_method": "none"});
        let answer = app.post("/oauth/register").json(&body).send().await;
        assert_eq!(answer.status, 201, "{answer:?}");
        Self { id: answer.json()["client_id"].as_str().unwrap().to_owned() }
    }

    /// The parameters of a valid request, with some changed. An empty value removes a parameter.
    pub(crate) fn request(&self, changes: &[(&str, &str)]) -> String {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
        let mut parameters = BTreeMap::from([
            ("response_type", "code"),
            ("client_id", self.id.as_str()),
            ("redirect_uri", CALLBACK),
            ("state", "a state & more"),
            ("code_challenge", challenge.as_str()),
            ("code_challenge_method", "S256"),
            ("resource", "http://127.0.0.1:1/mcp"),
        ]);
        parameters.extend(changes.iter().copied());
        let mut url = Url::parse("http://x/oauth/authorize").unwrap();
        url.query_pairs_mut()
            .extend_pairs(parameters.iter().filter(|(_, value)| !value.is_empty()));
        format!("/oauth/authorize?{}", url.query().unwrap())
    }

    /// The page that asks the person for consent.
    pub(crate) async fn ask(&self, app: &App, person: &Person, changes: &[(&str, &str)]) -> Answer {
        let call = app.get(&self.request(changes)).header("cookie", &person.header());
        call.header("sec-fetch-site", "cross-site").send().await
    }

    /// The code after the person has agreed.
    pub(crate) async fn agreed(&self, app: &App, person: &Person, form: &str) -> String {
        let asked = self.ask(app, person, &[]).await;
        let answer = submit(app, person, &token_of(&asked), form).await;
        assert_eq!(answer.status, 303, "{answer:?}");
        parameter(answer.header("location"), "code").unwrap()
    }

    /// Exchanges a code, with some parameters changed.
    pub(crate) async fn exchange(&self, app: &App, code: &str, changes: &[(&str, &str)]) -> Answer {
        let mut form = BTreeMap::from([
            ("grant_type", "authorization_code"),
            ("client_id", self.id.as_str()),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ]);
        form.extend(changes.iter().copied());
        post(app, "/oauth/token", form.into_iter()).await
    }

    /// Exchanges a refresh token.
    pub(crate) async fn refresh(&self, app: &App, token: &str, changes: &[(&str, &str)]) -> Answer {
        let mut form = BTreeMap::from([
            ("grant_type", "refresh_token"),
            ("client_id", self.id.as_str()),
            ("refresh_token", token),
        ]);
        form.extend(changes.iter().copied());
        post(app, "/oauth/token", form.into_iter()).await
    }

    /// The tokens of an app that a person has just connected.
    pub(crate) async fn connect(&self, app: &App, person: &Person, form: &str) -> Value {
        let code = self.agreed(app, person, form).await;
        let answer = self.exchange(app, &code, &[]).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }
}

/// The form of a person who lets an app do everything.
pub(crate) const EVERYTHING: &str = "decision=allow&access=call&which=all&days=30";

/// Posts a form. Empty values are omitted.
pub(crate) async fn post<'a>(
    app: &App,
    path: &str,
    form: impl Iterator<Item = (&'a str, &'a str)>,
) -> Answer {
    let mut url = Url::parse("http://x/").unwrap();
    url.query_pairs_mut().extend_pairs(form.filter(|(_, value)| !value.is_empty()));
    let body = url.query().unwrap_or_default().to_owned();
    app.post(path).body("application/x-www-form-urlencoded", body).send().await
}

/// Submits the form of the page that has the token `token`.
pub(crate) async fn submit(app: &App, person: &Person, token: &str, form: &str) -> Answer {
    let call = app.post("/oauth/authorize").header("cookie", &person.header());
    let call = call.header("sec-fetch-site", "same-origin");
    let body = format!("token={token}&{form}");
    call.body("application/x-www-form-urlencoded", body).send().await
}

/// The one-time token in the form of a page.
pub(crate) fn token_of(page: &Answer) -> String {
    assert_eq!(page.status, 200, "{page:?}");
    let rest = page.text.split_once("name=\"token\" value=\"").unwrap().1;
    rest.split('"').next().unwrap().to_owned()
}

/// A parameter in the query of a URL.
pub(crate) fn parameter(url: &str, name: &str) -> Option<String> {
    let url = Url::parse(url).unwrap();
    url.query_pairs().find(|(found, _)| found == name).map(|(_, value)| value.into_owned())
}

/// A member of a response as text.
pub(crate) fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("no {name}: {value}")).to_owned()
}
