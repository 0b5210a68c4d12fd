//! The sign-in at an identity provider: what is let in, and what an attacker meets. The provider here says
//! whatever a test wants; `tokens::servers` has a real one.

use std::sync::{Arc, Mutex};

use reqwest::Url;
use serde_json::{Value, json};

use crate::kit::app::Answer;
use crate::kit::app::{App, Options};
use crate::kit::token;
use crate::kit::upstream::{Reply, Seen, Upstream};
use crate::trust::jwks::keys::{Key, p256};

const CLIENT: &str = "nexus-client";
const CLIENT_SECRET: &str = "a secret/of+the:client";
/// The address of the application in these tests, which need not be where it listens.
const URL: &str = "http://127.0.0.1:1";

/// A provider and an application that knows it.
pub(super) struct Scene {
    pub(super) app: App,
    provider: Upstream,
    says: Arc<Mutex<Says>>,
}

/// What the provider says.
#[derive(Clone)]
struct Says {
    /// Members of the metadata that differ.
    metadata: Value,
    /// The response of the token endpoint.
    token: (u16, Value),
}

impl Scene {
    pub(super) async fn new() -> Self {
        Self::with(|options| options).await
    }

    async fn with(change: impl FnOnce(Options) -> Options) -> Self {
        let rules = json!({"workspace_claim": "workspace_id", "role_claim": "role"});
        Self::by(&[json!({"audiences": ["api"]})], &rules, change).await
    }

    /// With these entries of `issuers` for the provider, each with `rules`.
    async fn by(entries: &[Value], rules: &Value, change: impl FnOnce(Options) -> Options) -> Self {
        let provider = Upstream::start().await;
        let says = Arc::new(Mutex::new(Says { metadata: json!({}), token: (500, json!({})) }));
        let (issuer, script) = (format!("http://{}", provider.host), Arc::clone(&says));
        let own = issuer.clone();
        provider.answer(move |seen| respond(seen, &own, &script.lock().unwrap()));
        let mut issuers = vec![json!({"issuer": token::ISSUER, "secret_variable": "jwt_secret",
            "audiences": [token::AUDIENCE], "workspace_claim": "workspace_id", "role_claim": "role"})];
        for entry in entries {
            let mut whole = json!({"issuer": issuer, "discovery": true});
            for members in [rules, entry] {
                whole.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
            }
            issuers.push(whole);
        }
        let issuers = json!(issuers);
        let options = Options::default()
            .var("issuers", &issuers.to_string())
            .var("oidc_issuer", &issuer)
            .var("oidc_client_id", CLIENT)
            .var("oidc_client_secret", CLIENT_SECRET)
            .var("oidc_hosts", &issuer);
        let app = change(options).start().await.unwrap();
        Self { app, provider, says }
    }

    pub(super) fn issuer(&self) -> String {
        format!("http://{}", self.provider.host)
    }

    /// Begins a sign-in: the cookie of the browser, and where the browser is sent.
    pub(super) async fn begin(&self, body: Value) -> (String, Url) {
        let call = self.app.post("/sign-in/oidc").header("sec-fetch-site", "same-origin");
        let answer = call.json(&body).send().await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let set = answer.header("set-cookie").to_owned();
        for part in ["nexus-oidc=", "; HttpOnly", "; SameSite=Lax", "; Path=/", "; Max-Age=600"] {
            assert!(set.contains(part), "{set}");
        }
        let url = Url::parse(answer.json()["url"].as_str().unwrap()).unwrap();
        (set.split(';').next().unwrap().to_owned(), url)
    }

    /// Claims that are accepted, for the request at `url`.
    pub(super) fn claims(&self, url: &Url, changes: &Value) -> Value {
        let now = token::now();
        let mut claims = json!({"iss": self.issuer(), "aud": CLIENT, "sub": "u-1", "iat": now,
            "exp": now + 300, "nonce": parameter(url, "nonce"), "name": "Ann",
            "email": "ann@acme.example", "email_verified": true});
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims
    }

    pub(super) fn will_say(&self, id_token: &str) {
        self.says.lock().unwrap().token = (200, json!({"id_token": id_token, "access_token": "a"}));
    }

    pub(super) async fn come_back(&self, cookie: &str, query: &str) -> Answer {
        let call = self.app.get(&format!("/sign-in/oidc/callback?{query}"));
        call.header("cookie", cookie).header("sec-fetch-site", "cross-site").send().await
    }

    /// A whole sign-in with these claims.
    pub(super) async fn sign_in(&self, changes: Value, body: Value) -> Answer {
        let (cookie, url) = self.begin(body).await;
        self.will_say(&key().token("k", &self.claims(&url, &changes)));
        self.come_back(&cookie, &self.good(&url)).await
    }

    pub(super) fn good(&self, url: &Url) -> String {
        format!("code=c-1&state={}&iss={}", parameter(url, "state"), self.issuer())
    }

    pub(super) async fn me(&self, answer: &Answer) -> Value {
        let session = session(answer);
        let call = self.app.get("/api/me").header("cookie", &session);
        call.header("sec-fetch-site", "same-origin").send().await.json()
    }

    /// The secret of a new invitation.
    pub(super) async fn invite(&self, workspace: &str, role: &str) -> String {
        let call = self.app.post("/api/people/invitations").as_role("ADMIN", workspace);
        let url = call.json(&json!({ "role": role })).send().await.json()["url"].clone();
        url.as_str().unwrap().rsplit_once('=').unwrap().1.to_owned()
    }
}

pub(super) fn key() -> Key {
    p256(3)
}

fn respond(seen: &Seen, issuer: &str, says: &Says) -> Reply {
    match seen.target() {
        "/.well-known/openid-configuration" => {
            let mut metadata = json!({
                "issuer": issuer, "authorization_endpoint": format!("{issuer}/auth?tenant=1"),
                "token_endpoint": format!("{issuer}/token"), "jwks_uri": format!("{issuer}/keys"),
                "end_session_endpoint": format!("{issuer}/end"),
                "authorization_response_iss_parameter_supported": true,
            });
            for (name, value) in says.metadata.as_object().unwrap() {
                metadata[name] = value.clone();
            }
            Reply::json(200, &metadata)
        }
        "/keys" => Reply::json(200, &json!({"keys": [key().jwk("k")]})),
        "/token" => Reply::json(says.token.0, &says.token.1),
        _ => Reply::json(404, &json!({})),
    }
}

pub(super) fn parameter(url: &Url, name: &str) -> String {
    let found = url.query_pairs().find(|(found, _)| found == name);
    found.unwrap_or_else(|| panic!("{name}: {url}")).1.into_owned()
}

/// The session cookie in a response, whose attributes are checked.
fn session(answer: &Answer) -> String {
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, "/"), "{answer:?}");
    let mut sets = answer.headers.get_all("set-cookie").iter().map(|set| set.to_str().unwrap());
    let set = sets.find(|set| set.starts_with("nexus-session=")).expect("a session");
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax"), "{set}");
    set.split(';').next().unwrap().to_owned()
}

pub(super) fn is_signed_in(answer: &Answer) -> bool {
    answer.headers.get_all("set-cookie").iter().any(|set| {
        let set = set.to_str().unwrap();
        set.starts_with("nexus-session=") && !set.starts_with("nexus-session=;")
    })
}

#[tokio::test]
async fn the_claims_of_the_provider_sign_a_person_in() {
    let scene = Scene::new().await;
    let (cookie, url) = scene.begin(json!({})).await;
    assert!(url.as_str().starts_with(&format!("{}/auth?tenant=1&", scene.issuer())), "{url}");
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", CLIENT),
        ("redirect_uri", &format!("{URL}/sign-in/oidc/callback")),
        ("scope", "openid profile email"),
        ("code_challenge_method", "S256"),
    ] {
        assert_eq!(parameter(&url, name), value);
    }
    let random = cookie.split(['=', '.']).nth(2).unwrap();
    assert!(!url.as_str().contains(random), "the cookie is not in a URL");
    let mapped = json!({"workspace_id": "acme", "role": ["staff", "ADMIN"]});
    scene.will_say(&key().token("k", &scene.claims(&url, &mapped)));
    scene.provider.forget();
    let back = scene.come_back(&cookie, &scene.good(&url)).await;
    let me = scene.me(&back).await;
    assert_eq!(me["workspace"], "acme", "{me}");
    assert_eq!((&me["role"], &me["name"]), (&json!("ADMIN"), &json!("Ann")));

    // What was sent for the code.
    let seen = scene.provider.seen();
    let sent = seen.iter().find(|seen| seen.target() == "/token").unwrap();
    let form = String::from_utf8(sent.body.clone()).unwrap();
    let form = Url::parse(&format!("http://x/?{form}")).unwrap();
    assert_eq!(parameter(&form, "grant_type"), "authorization_code");
    assert_eq!(parameter(&form, "code"), "c-1");
    assert!(!form.as_str().contains("client_secret"));
    let encoded = "nexus-client:a+secret%2Fof%2Bthe%3Aclient";
    use base64::Engine as _;
    let basic = base64::engine::general_purpose::STANDARD.encode(encoded);
    assert_eq!(sent.all("authorization"), [format!("Basic {basic}")]);
    use sha2::Digest as _;
    let hash = sha2::Sha256::digest(parameter(&form, "code_verifier"));
    let challenge = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(hash);
    assert_eq!(parameter(&url, "code_challenge"), challenge);

    // The same browser cannot finish twice, and the next sign-in is another session of the same person.
    let twice = scene.come_back(&cookie, &scene.good(&url)).await;
    assert_eq!((twice.status.as_u16(), is_signed_in(&twice)), (400, false), "{twice:?}");
    let lowered = json!({"workspace_id": "acme", "role": "MANAGER"});
    let again = scene.sign_in(lowered, json!({})).await;
    assert_ne!(session(&back), session(&again));
    let lowered = scene.me(&again).await;
    assert_eq!((&lowered["person"], &lowered["role"]), (&me["person"], &json!("MANAGER")));
    assert_eq!(scene.app.count("people"), 1);

    // The provider takes the role away: the row must not keep it.
    let gone = scene.sign_in(json!({"workspace_id": "acme"}), json!({})).await;
    assert_eq!((gone.status.as_u16(), is_signed_in(&gone)), (403, false), "{gone:?}");

    // Switched off here, a role at the provider does not help.
    let path = format!("/api/people/{}", me["person"].as_str().unwrap());
    let off = scene.app.put(&path).as_admin().json(&json!({"status": "disabled"})).send().await;
    assert_eq!(off.status, 200, "{off:?}");
    let refused = scene.sign_in(mapped, json!({})).await;
    assert_eq!((refused.status.as_u16(), is_signed_in(&refused)), (403, false));
    assert!(refused.text.contains("switched you off"), "{refused:?}");
    let log = scene.app.log();
    assert!(!log.contains(CLIENT_SECRET) && !log.contains(random), "{log}");
}

#[tokio::test]
async fn an_unknown_person_needs_an_invitation_once() {
    let scene = Scene::new().await;
    let unknown = scene.sign_in(json!({"name": "<b>Eve</b>"}), json!({})).await;
    assert_eq!((unknown.status.as_u16(), is_signed_in(&unknown)), (403, false));
    assert!(unknown.text.contains("Ask an ADMIN"), "{unknown:?}");
    let unverified = json!({"name": "<b>Eve</b>", "email_verified": false});
    let unknown = scene.sign_in(unverified, json!({})).await;
    assert!(unknown.text.contains("&lt;b&gt;Eve") && !unknown.text.contains("<b>"), "{unknown:?}");
    assert_eq!(scene.app.count("people"), 0);

    let invitation = scene.invite("acme", "MANAGER").await;
    let open = json!({ "invitation": invitation });
    // The claim names another workspace than the invitation: it stays open.
    let elsewhere = scene.sign_in(json!({"workspace_id": "beta"}), open.clone()).await;
    assert_eq!((elsewhere.status.as_u16(), is_signed_in(&elsewhere)), (403, false));
    let joined = scene.sign_in(json!({}), open.clone()).await;
    let me = scene.me(&joined).await;
    assert_eq!((&me["workspace"], &me["role"]), (&json!("acme"), &json!("MANAGER")));
    // Used twice, by another person.
    let twice = scene.sign_in(json!({"sub": "u-2"}), open).await;
    assert_eq!((twice.status.as_u16(), is_signed_in(&twice)), (403, false));
    assert!(twice.text.contains("new one"), "{twice:?}");

    // From then on the person's own row decides, and an ADMIN can change it.
    let path = format!("/api/people/{}", me["person"].as_str().unwrap());
    let change = scene.app.put(&path).as_admin().json(&json!({"role": "ADMIN"})).send().await;
    assert_eq!(change.status, 200, "{change:?}");
    let next = scene.me(&scene.sign_in(json!({}), json!({})).await).await;
    assert_eq!((&next["person"], &next["role"]), (&me["person"], &json!("ADMIN")));
    let other = scene.sign_in(json!({"workspace_id": "beta"}), json!({})).await;
    assert_eq!((other.status.as_u16(), is_signed_in(&other)), (403, false));
    // An invitation with a lower role does not lower an ADMIN.
    let lower = json!({"invitation": scene.invite("acme", "MANAGER").await});
    assert_eq!(scene.me(&scene.sign_in(json!({}), lower).await).await["role"], "ADMIN");
}

#[tokio::test]
async fn nobody_is_signed_in_while_their_workspace_is_stopped() {
    let scene = Scene::new().await;
    let mapped = json!({"workspace_id": "acme", "role": "ADMIN"});
    let open = json!({"invitation": scene.invite("acme", "MANAGER").await});
    let stop = json!({"scope": "workspace", "reason": "a drill"});
    let stopped = scene.app.post("/api/panic").as_admin().json(&stop).send().await;
    assert_eq!(stopped.status, 201, "{stopped:?}");
    for (what, claims, body) in
        [("a role", mapped.clone(), json!({})), ("an invitation", json!({}), open.clone())]
    {
        let refused = scene.sign_in(claims, body).await;
        assert_eq!((refused.status.as_u16(), is_signed_in(&refused)), (403, false), "{what}");
        assert!(refused.text.contains("a drill"), "{what}: {refused:?}");
    }
    let path = format!("/api/panic/{}", stopped.json()["id"].as_str().unwrap());
    assert_eq!(scene.app.delete(&path).as_admin().send().await.status, 204);
    assert!(is_signed_in(&scene.sign_in(json!({}), open).await), "the invitation stayed valid");
    // The role that the claim gives from now on is in the record.
    assert!(is_signed_in(&scene.sign_in(mapped, json!({})).await));
    let audit = scene.app.get("/api/audit").as_admin().send().await.json();
    let changed = |one: &Value| {
        one["action"] == "person.update"
            && one["detail"]["method"] == "oidc"
            && one["detail"]["role"] == "ADMIN"
    };
    assert!(audit["items"].as_array().unwrap().iter().any(changed), "{audit}");
}

#[tokio::test]
async fn an_id_token_that_is_not_for_this_request_is_rejected() {
    let scene = Scene::new().await;
    let now = token::now();
    let mapped = |changes: Value| {
        let mut claims = json!({"workspace_id": "acme", "role": "ADMIN"});
        claims.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        claims
    };
    for (what, changes) in [
        ("another client", json!({"aud": "another"})),
        ("two audiences", json!({"aud": [CLIENT, "another"]})),
        ("another azp", json!({"aud": [CLIENT, "another"], "azp": "another"})),
        ("another azp alone", json!({"azp": "another"})),
        ("another issuer", json!({"iss": "https://evil.example"})),
        ("the issuer with a slash", json!({"iss": format!("{}/", scene.issuer())})),
        ("no nonce", json!({"nonce": null})),
        ("another nonce", json!({"nonce": "n"})),
        ("expired", json!({"iat": now - 400, "exp": now - 60})),
        ("too old", json!({"iat": now - 700, "exp": now + 60})),
        ("no exp", json!({"exp": null})),
        ("no iat", json!({"iat": null})),
        ("no subject", json!({"sub": null})),
        ("a subject that hides", json!({"sub": "a\u{202e}b"})),
        ("two workspaces", json!({"workspace_id": ["acme", "beta"]})),
    ] {
        let answer = scene.sign_in(mapped(changes), json!({})).await;
        assert_eq!(
            (answer.status.as_u16(), is_signed_in(&answer)),
            (502, false),
            "{what}: {answer:?}"
        );
    }
    type Sign = Box<dyn Fn(&Value) -> String>;
    let header = |typ: &str| json!({"alg": "ES256", "typ": typ, "kid": "k"});
    let (access, logout) = (header("at+jwt"), header("logout+jwt"));
    let forged: [(&str, Sign); 6] = [
        ("another key", Box::new(|claims| p256(4).token("k", claims))),
        ("an unknown key", Box::new(|claims| p256(4).token("other", claims))),
        ("an access token", Box::new(move |claims| key().sign(&access, claims))),
        ("a logout token", Box::new(move |claims| key().sign(&logout, claims))),
        (
            "the client secret",
            Box::new(|claims| {
                token::sign(
                    &json!({"alg": "HS256", "typ": "JWT", "kid": "k"}),
                    claims,
                    CLIENT_SECRET,
                )
            }),
        ),
        (
            "no signature",
            Box::new(|claims| {
                let none = json!({"alg": "none", "typ": "JWT"});
                let token = token::sign(&none, claims, "x");
                format!("{}.", token.rsplit_once('.').unwrap().0)
            }),
        ),
    ];
    for (what, sign) in forged {
        let (cookie, url) = scene.begin(json!({})).await;
        scene.will_say(&sign(&scene.claims(&url, &mapped(json!({})))));
        let answer = scene.come_back(&cookie, &scene.good(&url)).await;
        assert!([502, 503].contains(&answer.status.as_u16()), "{what}: {answer:?}");
        assert!(!is_signed_in(&answer), "{what}");
    }
    // An id token is not an access token.
    let (_, url) = scene.begin(json!({})).await;
    let good = key().token("k", &scene.claims(&url, &mapped(json!({}))));
    assert_eq!(scene.app.get("/api/me").bearer(&good).send().await.status, 401);
    assert_eq!((scene.app.count("people"), scene.app.count("sessions")), (0, 0));
}

#[tokio::test]
async fn only_the_browser_that_began_a_sign_in_finishes_it() {
    let scene = Scene::new().await;
    let mapped = json!({"workspace_id": "acme", "role": "ADMIN"});
    let (cookie, url) = scene.begin(json!({})).await;
    let (other_cookie, other_url) = scene.begin(json!({})).await;
    let (state, issuer) = (parameter(&url, "state"), scene.issuer());
    assert_ne!(state, parameter(&other_url, "state"));
    scene.will_say(&key().token("k", &scene.claims(&url, &mapped)));
    scene.provider.forget();
    let good = scene.good(&url);
    let old = cookie.replacen(|c: char| c.is_ascii_digit(), "0", 1);
    for (what, cookie, query) in [
        ("no cookie: login CSRF", "", good.clone()),
        ("the cookie of another sign-in", other_cookie.as_str(), good.clone()),
        ("an old or changed cookie", old.as_str(), good.clone()),
        ("a malformed cookie", "nexus-oidc=x", good.clone()),
        ("no state", cookie.as_str(), format!("code=c-1&iss={issuer}")),
        ("the state of another", cookie.as_str(), scene.good(&other_url)),
        ("two states", cookie.as_str(), format!("{good}&state={state}")),
        ("no iss", cookie.as_str(), format!("code=c-1&state={state}")),
        (
            "another iss: mix-up",
            cookie.as_str(),
            format!("code=c-1&state={state}&iss=https://evil.example"),
        ),
        ("two iss", cookie.as_str(), format!("{good}&iss=https://evil.example")),
        ("no code", cookie.as_str(), format!("state={state}&iss={issuer}")),
        ("two codes", cookie.as_str(), format!("{good}&code=c-2")),
    ] {
        let answer = scene.come_back(cookie, &query).await;
        assert_eq!(
            (answer.status.as_u16(), is_signed_in(&answer)),
            (400, false),
            "{what}: {answer:?}"
        );
        assert!(answer.header("set-cookie").starts_with("nexus-oidc=;"), "{what}: {answer:?}");
        assert_eq!(answer.header("x-frame-options"), "DENY");
        assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"));
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
    }
    let denied =
        format!("error=access_denied&error_description=%3Cscript%3E&state={state}&iss={issuer}");
    let answer = scene.come_back(&cookie, &denied).await;
    assert_eq!((answer.status.as_u16(), is_signed_in(&answer)), (403, false));
    assert!(
        answer.text.contains("access_denied") && !answer.text.contains("<script"),
        "{answer:?}"
    );
    assert!(scene.provider.seen().iter().all(|seen| seen.target() != "/token"), "no code was sent");
    // The browser that began it finishes it, and goes to `/`, whatever the query says.
    let answer = scene.come_back(&cookie, &format!("{good}&next=https://evil.example")).await;
    assert_eq!(scene.me(&answer).await["workspace"], "acme");
    // Another site cannot begin a sign-in.
    for site in ["cross-site", "same-site", "none"] {
        let call = scene.app.post("/sign-in/oidc").header("sec-fetch-site", site);
        call.json(&json!({})).send().await.problem(403, "cross_site");
    }
}

#[tokio::test]
async fn a_provider_that_fails_or_lies_signs_nobody_in() {
    let scene = Scene::new().await;
    for (token, status) in [
        ((400, json!({"error": "invalid_grant"})), 502),
        ((500, json!("<html>")), 502),
        ((200, json!({"access_token": "only"})), 502),
        ((200, json!({"id_token": "not.a.token"})), 502),
        ((302, json!({"id_token": "x"})), 502),
    ] {
        let (cookie, url) = scene.begin(json!({})).await;
        scene.says.lock().unwrap().token = token.clone();
        let answer = scene.come_back(&cookie, &scene.good(&url)).await;
        assert_eq!(
            (answer.status.as_u16(), is_signed_in(&answer)),
            (status, false),
            "{token:?}: {answer:?}"
        );
    }
    for metadata in [
        json!({"issuer": "https://evil.example"}),
        json!({"token_endpoint": "http://elsewhere.example/token"}),
        json!({"authorization_endpoint": "javascript:alert(1)"}),
    ] {
        // A new application, which has no metadata yet.
        let scene = Scene::new().await;
        scene.says.lock().unwrap().metadata = metadata.clone();
        let call = scene.app.post("/sign-in/oidc").header("sec-fetch-site", "same-origin");
        let answer = call.json(&json!({})).send().await;
        answer.problem(503, "jwks_unavailable");
        let options = scene.app.get("/sign-in/options").send().await.json();
        assert_eq!(
            options,
            json!({"identity_provider": scene.issuer(), "sign_out": false, "passkeys": false}),
            "{metadata}"
        );
    }
}

/// Anyone can make a cookie with its `state`. That alone writes nothing, and does not wait for those who write.
#[tokio::test]
async fn a_sign_in_that_the_provider_does_not_know_writes_nothing() {
    let scene = Scene::new().await;
    // The database is there once it was needed.
    scene.invite("acme", "MANAGER").await;
    let (cookie, url) = scene.begin(json!({})).await;
    scene.says.lock().unwrap().token = (400, json!({"error": "invalid_grant"}));
    let database = scene.app.database();
    database.execute_batch("begin immediate").unwrap();
    let answer = scene.come_back(&cookie, &scene.good(&url)).await;
    assert_eq!((answer.status.as_u16(), is_signed_in(&answer)), (502, false), "{answer:?}");
    assert!(answer.text.contains("rejected the code"), "{answer:?}");
    database.execute_batch("rollback").unwrap();
    assert_eq!(scene.app.count("used_proofs"), 0);
    // The same sign-in can be finished with a good code, and only once.
    scene.will_say(
        &key().token("k", &scene.claims(&url, &json!({"workspace_id": "acme", "role": "ADMIN"}))),
    );
    assert!(is_signed_in(&scene.come_back(&cookie, &scene.good(&url)).await));
    let exchanged =
        || scene.provider.seen().iter().filter(|seen| seen.target() == "/token").count();
    let before = exchanged();
    let again = scene.come_back(&cookie, &scene.good(&url)).await;
    assert_eq!((again.status.as_u16(), is_signed_in(&again)), (400, false), "{again:?}");
    assert_eq!(exchanged(), before, "a finished sign-in does not exchange a code");
}

#[tokio::test]
async fn a_client_that_is_not_in_the_header_is_in_the_form() {
    let scene = Scene::new().await;
    scene.says.lock().unwrap().metadata =
        json!({"token_endpoint_auth_methods_supported": ["client_secret_post"]});
    scene.sign_in(json!({}), json!({})).await;
    let seen = scene.provider.seen();
    let sent = seen.iter().find(|seen| seen.target() == "/token").unwrap();
    let form = String::from_utf8(sent.body.clone()).unwrap();
    assert!(form.contains("&client_id=nexus-client&client_secret=a+secret%2Fof"), "{form}");
    assert!(sent.all("authorization").is_empty());
}

#[tokio::test]
async fn a_person_can_sign_out_at_the_provider_too() {
    let scene = Scene::new().await;
    let options = scene.app.get("/sign-in/options").send().await.json();
    assert_eq!(
        options,
        json!({"identity_provider": scene.issuer(), "sign_out": true, "passkeys": false})
    );
    let answer = scene.app.get("/sign-in/oidc/sign-out").send().await;
    assert_eq!(answer.status, 303);
    let to = Url::parse(answer.header("location")).unwrap();
    assert!(to.as_str().starts_with(&format!("{}/end?", scene.issuer())), "{to}");
    assert_eq!(parameter(&to, "post_logout_redirect_uri"), format!("{URL}/sign-in"));
    let next = scene.app.get("/sign-in/oidc/sign-out?next=https://evil.example").send().await;
    assert_eq!(next.status, 422, "{next:?}");

    let without = App::start().await;
    let options = without.get("/sign-in/options").send().await.json();
    assert_eq!(options, json!({"identity_provider": null, "sign_out": false, "passkeys": false}));
    let call = without.post("/sign-in/oidc").header("sec-fetch-site", "same-origin");
    call.json(&json!({})).send().await.problem(404, "not_found");
    without.get("/sign-in/oidc/sign-out").send().await.problem(404, "not_found");
}

#[tokio::test]
async fn on_https_the_cookies_belong_to_this_host_alone() {
    let scene = Scene::with(|options| options.var("public_url", "https://nexus.example")).await;
    let call = scene.app.post("/sign-in/oidc").header("origin", "https://nexus.example");
    let answer = call.json(&json!({})).send().await;
    let set = answer.header("set-cookie").to_owned();
    assert!(set.starts_with("__Host-nexus-oidc=") && set.ends_with("; Secure"), "{set}");
    let url = Url::parse(answer.json()["url"].as_str().unwrap()).unwrap();
    let mapped = json!({"workspace_id": "acme", "role": "ADMIN"});
    scene.will_say(&key().token("k", &scene.claims(&url, &mapped)));
    let back = scene.come_back(set.split(';').next().unwrap(), &scene.good(&url)).await;
    let sets: Vec<_> =
        back.headers.get_all("set-cookie").iter().map(|set| set.to_str().unwrap()).collect();
    let session =
        sets.iter().find(|set| set.starts_with("__Host-nexus-session=")).expect("a session");
    assert!(
        session.contains("; Secure")
            && session.contains("; Path=/;")
            && !session.contains("Domain")
    );
}

/// Several customers at one provider: its id tokens are all for one client, and no claim says whose they are.
#[tokio::test]
async fn the_first_entry_of_the_provider_does_not_decide_for_the_others() {
    let rules = json!({"audience_claim": "client_id", "role_claim": "groups",
        "role_map": {"admins": "ADMIN", "staff": "MANAGER"}});
    let groups = json!({"groups": ["admins"]});
    let customer =
        |workspace: &str, client: &str| json!({"workspace": workspace, "audiences": [client]});
    let entries = [customer("beta", "beta-app"), customer("acme", "acme-app")];
    let scene = Scene::by(&entries, &rules, |options| options).await;
    let refused = scene.sign_in(groups.clone(), json!({})).await;
    assert_eq!(refused.status, 403, "{refused:?}");
    // An invitation decides, and the claim's role does not count.
    let invitation = scene.invite("acme", "MANAGER").await;
    let admitted = scene.sign_in(groups.clone(), json!({ "invitation": invitation })).await;
    let shown = scene.me(&admitted).await;
    assert_eq!((&shown["workspace"], &shown["role"]), (&json!("acme"), &json!("MANAGER")));

    // The entry that names the client counts.
    let entries = [customer("beta", "beta-app"), customer("acme", CLIENT)];
    let scene = Scene::by(&entries, &rules, |options| options).await;
    let shown = scene.me(&scene.sign_in(groups.clone(), json!({})).await).await;
    assert_eq!((&shown["workspace"], &shown["role"]), (&json!("acme"), &json!("ADMIN")));

    // Entries of one workspace: the least of their roles counts.
    let mut people = customer("acme", "acme-app");
    people["role_map"] = json!({"admins": "MANAGER"});
    let entries = [customer("acme", "acme-app"), people];
    let scene = Scene::by(&entries, &rules, |options| options).await;
    let shown = scene.me(&scene.sign_in(groups, json!({})).await).await;
    assert_eq!((&shown["workspace"], &shown["role"]), (&json!("acme"), &json!("MANAGER")));
}
