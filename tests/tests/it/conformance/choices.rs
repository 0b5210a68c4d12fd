//! What a call after connecting finds: one entry, several, none, and entries with which a provider, or somebody in its
//! place, tries to move the credential.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use super::journey::{connect, reconnect};
use super::tls::Hosts;
use super::vendor::{Kind, Vendor};
use crate::kit::app::{Answer, App, Options};
use crate::kit::process::is_spin;

const ONE: &str = "11223344-a1b2-3b33-c444-def123456789";
const OTHER: &str = "aaaaaaaa-a1b2-3b33-c444-def123456789";

struct Stage {
    app: App,
    hosts: Hosts,
    vendor: Arc<Vendor>,
}

impl Stage {
    /// The application, and the provider of a built-in manifest. `None` on Spin, which cannot be told where to connect to.
    async fn of(id: &str) -> Option<Self> {
        if is_spin() {
            return None;
        }
        let (app, hosts) = Self::begin().await;
        Some(Self::with(app, hosts, id).await)
    }

    /// The same with a manifest of the workspace.
    async fn own(manifest: &Value) -> Option<Self> {
        if is_spin() {
            return None;
        }
        let (app, hosts) = Self::begin().await;
        app.save(manifest).await;
        Some(Self::with(app, hosts, manifest["id"].as_str().unwrap()).await)
    }

    async fn begin() -> (App, Hosts) {
        let hosts = Hosts::start().await;
        let app = Options::default().connect_to(hosts.address, &hosts.root).start().await.unwrap();
        (app, hosts)
    }

    async fn with(app: App, hosts: Hosts, id: &str) -> Self {
        let manifest = app.get(&format!("/api/manifests/{id}")).as_admin().send().await.json();
        let vendor = Arc::new(Vendor::of(&manifest));
        hosts.serve(&[Arc::clone(&vendor)]);
        Self { app, hosts, vendor }
    }

    fn path(&self, end: &str) -> String {
        format!("/api/integrations/{}{end}", self.vendor.id)
    }

    /// The provider lists these values of the first found parameter from now on, each with its label.
    fn offer(&self, param: &str, entries: &[(&str, &str)]) {
        let entry = |(value, label): &(&str, &str)| {
            let values = BTreeMap::from([(param.to_owned(), (*value).to_owned())]);
            self.vendor.entry(&values, label)
        };
        self.vendor.state().offered = Some(entries.iter().map(entry).collect());
    }

    fn offer_raw(&self, entries: Vec<Value>) {
        self.vendor.state().offered = Some(entries);
    }

    async fn show(&self) -> Value {
        self.app.get(&self.path("")).as_admin().send().await.json()
    }

    /// Chooses the entry with this value of the parameter.
    async fn choose(&self, param: &str, value: &str) -> Answer {
        self.vendor.choose(param, value);
        self.put(json!({"choice": value})).await
    }

    async fn choices(&self) -> Answer {
        self.app.get(&self.path("/choices")).as_admin().send().await
    }

    async fn put(&self, body: Value) -> Answer {
        self.app.put(&self.path("")).as_admin().json(&body).send().await
    }

    async fn call(&self) -> Answer {
        let path = format!("/api/proxy/{}/x", self.vendor.id);
        self.app.get(&path).as_role("AGENT", "acme").send().await
    }

    /// A call is rejected, and its error says that a person can choose.
    async fn requires_a_choice(&self) {
        let problem = self.call().await.problem(409, "reauthorization_required");
        let detail = problem["detail"].as_str().unwrap();
        assert!(
            detail.contains("nobody has chosen yet") && detail.contains("can choose it: "),
            "{detail}"
        );
        assert!(detail.contains(problem["link"].as_str().unwrap()), "{problem}");
    }

    fn count(&self, kind: Kind) -> usize {
        self.vendor.state().count(kind)
    }

    /// No request went where no secret may go, and the provider has nothing to complain of.
    fn check_nothing_strayed(&self) {
        assert!(self.hosts.strays().is_empty(), "{:?}", self.hosts.strays());
        let complaints = self.vendor.state().complaints.clone();
        assert!(complaints.is_empty(), "{complaints:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_chooses_among_several_sites_before_the_connection_can_be_used() {
    let Some(stage) = Stage::of("jira").await else { return };
    // A site is listed once for each product.
    let sites =
        [(ONE, "https://one.atlassian.net"), (OTHER, "https://two.atlassian.net"), (ONE, "again")];
    stage.offer("cloud_id", &sites);
    let page = connect(&stage.app, &stage.vendor).await;
    assert_eq!(page.status, 200, "{page:?}");
    assert!(page.text.contains("choose what to connect"), "{page:?}");
    let one = stage.show().await;
    assert_eq!(one["health"]["state"], "pending", "{one}");
    assert_eq!(one["health"]["next_action"], "choose", "{one}");
    assert!(one["credential"].is_object() && one["params"] == json!({}), "{one}");
    let listed = stage.app.get("/api/integrations").as_admin().send().await.json();
    assert_eq!(listed["items"][0]["health"]["next_action"], "choose", "{listed}");

    // Until then, no call is made for an agent, no check, and no verify request.
    stage.requires_a_choice().await;
    let checked = stage.app.post(&stage.path("/check")).as_admin().send().await.json();
    assert_eq!(checked["health"]["next_action"], "choose", "{checked}");
    assert_eq!((stage.count(Kind::Verify), stage.count(Kind::Call)), (0, 0));
    let agents = stage.app.get("/api/proxy").as_role("AGENT", "acme").send().await.text;
    assert!(!agents.contains("jira"), "{agents}");
    // A refresh that fails meanwhile changes the health, and not what the person has to do.
    let failing = "update integrations set health = 'failing'";
    stage.app.database().execute(failing, []).unwrap();
    stage.requires_a_choice().await;
    let pending = "update integrations set health = 'pending'";
    stage.app.database().execute(pending, []).unwrap();

    let choices = stage.choices().await.json();
    let expected = json!({"label": "Site", "items": [
        {"value": ONE, "label": "https://one.atlassian.net", "chosen": false},
        {"value": OTHER, "label": "https://two.atlassian.net", "chosen": false},
    ]});
    assert_eq!(choices, expected);
    let agent = stage.app.get(&stage.path("/choices")).as_role("AGENT", "acme").send().await;
    agent.problem(403, "forbidden");
    let unknown = stage.put(json!({"choice": "99999999-a1b2-3b33-c444-def123456789"})).await;
    assert_eq!(unknown.problem(422, "invalid")["errors"][0]["pointer"], "/choice");
    stage.put(json!({"choice": OTHER, "params": {}})).await.problem(422, "invalid");
    stage.put(json!({"params": {"cloud_id": OTHER}})).await.problem(422, "invalid");

    let made = stage.choose("cloud_id", OTHER).await;
    assert_eq!(made.status, 200, "{made:?}");
    let made = made.json();
    assert_eq!(made["health"]["state"], "healthy", "{made}");
    assert_eq!(made["health"]["next_action"], json!(null), "{made}");
    assert_eq!(made["params"], json!({"cloud_id": OTHER}), "{made}");
    assert_eq!(stage.call().await.status, 200);
    let arrived = stage.vendor.state().arrived.last().unwrap().clone();
    assert_eq!(arrived.request.target(), format!("/ex/jira/{OTHER}/x"));
    assert_eq!(stage.count(Kind::Revoke), 0, "the tokens stay");

    // Another site can be chosen later, with the same tokens.
    let moved = stage.choose("cloud_id", ONE).await.json();
    assert_eq!(moved["params"], json!({"cloud_id": ONE}), "{moved}");
    assert_eq!(stage.choices().await.json()["items"][0]["chosen"], true);
    let events = stage.app.get(&stage.path("/events")).as_admin().send().await.text;
    assert!(events.contains(ONE), "the record says what was chosen: {events}");
    stage.check_nothing_strayed();
}

#[tokio::test(flavor = "multi_thread")]
async fn connecting_again_keeps_the_choice_while_it_is_offered() {
    let Some(stage) = Stage::of("jira").await else { return };
    stage.offer("cloud_id", &[(ONE, "one"), (OTHER, "two")]);
    connect(&stage.app, &stage.vendor).await;
    assert_eq!(stage.choose("cloud_id", OTHER).await.status, 200);
    assert_eq!(reconnect(&stage.app, &stage.vendor).await.status, 200);
    let one = stage.show().await;
    assert_eq!(
        (&one["params"], &one["health"]["state"]),
        (&json!({"cloud_id": OTHER}), &json!("healthy"))
    );

    // The other site, alone or among others, is another account.
    let kept = stage.vendor.state().generation;
    let third = "bbbbbbbb-a1b2-3b33-c444-def123456789";
    for offered in [&[(ONE, "one")][..], &[(ONE, "one"), (third, "three")]] {
        stage.offer("cloud_id", offered);
        let page = reconnect(&stage.app, &stage.vendor).await;
        assert_eq!(page.header("x-nexus-error"), "account_mismatch", "{page:?}");
        assert_eq!(stage.show().await["params"], json!({"cloud_id": OTHER}));
    }
    stage.vendor.state().generation = kept;
    assert_eq!(stage.call().await.status, 200, "the connection before works as it did");
    stage.check_nothing_strayed();
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_entry_nothing_is_stored() {
    let Some(stage) = Stage::of("xero").await else { return };
    stage.offer_raw(vec![json!({"tenantType": "PRACTICE", "tenantId": ONE, "tenantName": "P"})]);
    let page = connect(&stage.app, &stage.vendor).await;
    assert_eq!(page.status, 422, "{page:?}");
    assert_eq!(page.header("x-nexus-error"), "nothing_found", "{page:?}");
    let one = stage.show().await;
    assert_eq!(one["health"]["next_action"], "reconnect", "{one}");
    assert!(one["credential"].is_null(), "{one}");
    assert_eq!(stage.count(Kind::Revoke), 1, "the tokens are revoked");
    stage.check_nothing_strayed();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_waits_for_a_choice_is_refreshed_and_deleted_like_any_other() {
    let Some(stage) = Stage::of("xero").await else { return };
    stage.offer("tenant_id", &[(ONE, "One"), (OTHER, "Two")]);
    connect(&stage.app, &stage.vendor).await;
    let sql = "update credentials set expires_at = 1, refresh_at = 1";
    stage.app.database().execute(sql, []).unwrap();
    assert_eq!(stage.choices().await.status, 200);
    assert_eq!(stage.count(Kind::Refresh), 1);
    let deleted = stage.app.delete(&stage.path("")).as_admin().send().await;
    assert_eq!(deleted.status, 200, "{deleted:?}");
    assert!(deleted.text.contains("revoked"), "{deleted:?}");
    assert_eq!(stage.count(Kind::Revoke), 1);
    stage.check_nothing_strayed();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_choice_waits_for_a_refresh_that_may_still_store_its_tokens() {
    let Some(stage) = Stage::of("xero").await else { return };
    stage.offer("tenant_id", &[(ONE, "One"), (OTHER, "Two")]);
    connect(&stage.app, &stage.vendor).await;
    let database = stage.app.database();
    // The lease of a request that has asked the provider, and then could not reach the database.
    let leave = |ended_ago: i64| {
        let sql = "update credentials set attempt = 'another', lease_until = unixepoch('subsec') * 1000 - ?1,
                     connected_at = 5, forced_at = 7";
        database.execute(sql, [ended_ago]).unwrap();
    };
    for (ended_ago, words) in [(-5_000, "is being refreshed"), (60_000, "may still arrive")] {
        leave(ended_ago);
        let refused = stage.choose("tenant_id", OTHER).await.problem(409, "changed_meanwhile");
        let detail = refused["detail"].as_str().unwrap();
        assert!(detail.contains(words) && detail.contains("Try again"), "{detail}");
    }
    leave(121_000);
    let chosen = stage.choose("tenant_id", OTHER).await;
    assert_eq!(chosen.json()["params"]["tenant_id"], OTHER, "{chosen:?}");
    // The tokens are those of before. So a forced revocation, which spares later connections, still covers this one.
    let sql = "select connected_at, forced_at from credentials";
    let times: (i64, i64) =
        database.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    assert_eq!(times, (5, 7));
    stage.check_nothing_strayed();
}

/// A provider by key, whose customers have hosts of their own.
fn by_key(params: &Value, host: &str) -> Value {
    json!({
        "id": "custom-sites", "name": "Sites", "auth_method": "api_key",
        "params": params,
        "credentials": [{"name": "key", "label": "Key", "secret": true, "pattern": "sites_[a-z0-9]{24}"}],
        "inject": [{"in": "header", "name": "Authorization", "value": "Bearer {key}"}],
        "find": {"url": "https://id.acme.example/sites", "list": "/sites", "label": "/name"},
        "api": {"base_url": format!("https://{host}/v1"), "hosts": [host, "id.acme.example"]},
        "verify": {"method": "GET", "path": "/me", "account": {"id": "/id", "label": "/name"}},
        "revoke": {"not_revocable": "In the console", "manage_url": "https://acme.example/keys"},
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_connected_to_one_of_its_sites() {
    let params = json!([{"name": "site", "label": "Site", "pattern": "[a-z]+", "example": "acme",
        "from": {"found": "/id"}}]);
    let Some(stage) = Stage::own(&by_key(&params, "{site}.acme.example")).await else { return };
    // One site needs nobody.
    let answer = connect(&stage.app, &stage.vendor).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!(answer.json()["params"], json!({"site": "acme"}), "{answer:?}");
    assert_eq!(answer.json()["health"]["state"], "healthy", "{answer:?}");
    stage.app.delete(&stage.path("")).as_admin().send().await;

    stage.offer("site", &[("alpha", "Alpha"), ("beta", "Beta")]);
    let answer = connect(&stage.app, &stage.vendor).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!(answer.json()["health"]["next_action"], "choose", "{answer:?}");
    let made = stage.choose("site", "beta").await;
    assert_eq!(made.json()["health"]["state"], "healthy", "{made:?}");
    assert_eq!(stage.call().await.status, 200);
    assert_eq!(stage.vendor.state().arrived.last().unwrap().host, "beta.acme.example");

    // A new key keeps the choice. One that cannot reach it has to be asked about.
    let credentials = json!({"credentials": stage.vendor.fields});
    let same = stage.put(credentials.clone()).await.json();
    assert_eq!(same["params"], json!({"site": "beta"}), "{same}");
    stage.offer("site", &[("alpha", "Alpha"), ("gamma", "Gamma")]);
    let other = stage.put(credentials).await.json();
    assert_eq!(other["health"]["next_action"], "choose", "{other}");
    stage.call().await.problem(409, "reauthorization_required");

    stage.offer_raw(Vec::new());
    let answer = stage.put(json!({"credentials": stage.vendor.fields})).await;
    answer.problem(422, "nothing_found");
    stage.vendor.state().is_refused = true;
    stage.choices().await.problem(422, "credential_refused");
    stage.check_nothing_strayed();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_response_moves_no_credential_outside_the_manifest() {
    let label = json!([{"name": "site", "label": "Site", "pattern": "[a-z]+", "example": "acme",
        "from": {"found": "/id"}}]);
    let within = json!([{"name": "site", "label": "Site", "within": ["acme.example"],
        "example": "acme.acme.example", "from": {"found": "/id"}}]);
    for (params, host, good) in
        [(label, "{site}.acme.example", "alpha"), (within, "{site}", "alpha.acme.example")]
    {
        let Some(stage) = Stage::own(&by_key(&params, host)).await else { return };
        stage.vendor.choose("site", good);
        for lie in [
            json!("evil.example"),
            json!("evil.example/"),
            json!("evil.example#"),
            json!("a.acme.example@evil.example"),
            json!("acme.example.evil.example"),
            json!("a.acme.example:8443"),
            json!("broker.spin.internal"),
            json!("127.0.0.1"),
            json!("Alpha"),
            json!(" alpha"),
            json!(""),
            json!(null),
            json!(["alpha"]),
            json!({"id": "alpha"}),
        ] {
            stage.offer_raw(vec![json!({"id": lie, "name": "Evil"})]);
            let answer = connect(&stage.app, &stage.vendor).await;
            let problem = answer.problem(502, "provider_error");
            assert!(!problem["detail"].as_str().unwrap().contains("evil"), "{lie}: {problem}");
            // Beside a site that may be chosen, it is not offered.
            stage.offer_raw(vec![
                json!({"id": lie, "name": "Evil"}),
                json!({"id": good, "name": "Good"}),
            ]);
            let answer = connect(&stage.app, &stage.vendor).await;
            assert_eq!(answer.json()["params"], json!({"site": good}), "{lie}: {answer:?}");
            let path = stage.path("");
            assert_eq!(stage.app.delete(&path).as_admin().send().await.status, 200);
        }
        // Nor is a key that comes back as the name of a site.
        let key = stage.vendor.fields["key"].clone();
        stage.offer_raw(vec![json!({"id": good, "name": format!("see {key}")})]);
        let answer = connect(&stage.app, &stage.vendor).await;
        assert!(!answer.text.contains(&key), "{answer:?}");
        let choices = stage.choices().await;
        assert_eq!(choices.json()["items"][0]["label"], good, "{choices:?}");
        assert!(!choices.text.contains(&key), "{choices:?}");

        // Who may change the row cannot choose another host.
        let changed = "update integrations set params = '{\"site\":\"evil\"}'";
        stage.app.database().execute(changed, []).unwrap();
        let arrived = stage.vendor.state().arrived.len();
        assert!(!stage.call().await.status.is_success());
        stage.choices().await.problem(422, "credentials_required");
        // And who removes the choice gets the list of a host that is not pinned for it.
        stage.app.database().execute("update integrations set params = '{}'", []).unwrap();
        assert!(!stage.call().await.status.is_success());
        stage.choices().await.problem(422, "credentials_required");
        assert_eq!(stage.vendor.state().arrived.len(), arrived);
        assert!(stage.hosts.strays().is_empty(), "{:?}", stage.hosts.strays());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_says_itself_where_it_belongs() {
    let Some(stage) = Stage::of("mailchimp").await else { return };
    let ask = async |key: &str| {
        let body =
            json!({"manifest_id": "mailchimp", "name": "M", "credentials": {"api_key": key}});
        stage.app.post("/api/integrations").as_admin().json(&body).send().await
    };
    for key in [
        "0123456789abcdef",
        "0123456789abcdef-",
        "0123456789abcdef-us19.evil.example",
        "0123456789abcdef-US19",
    ] {
        let problem = ask(key).await.problem(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/credentials/api_key", "{key}: {problem}");
        assert!(!problem.to_string().contains("0123456789"), "{problem}");
    }
    assert!(stage.vendor.state().arrived.is_empty());
    let made = connect(&stage.app, &stage.vendor).await;
    assert_eq!(made.json()["params"], json!({"server": "us19"}), "{made:?}");
    assert_eq!(stage.call().await.status, 200);
    stage.put(json!({"params": {"server": "us1"}})).await.problem(422, "invalid");
    assert!(stage.vendor.state().arrived.iter().all(|one| one.host == "us19.api.mailchimp.com"));
    stage.check_nothing_strayed();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_integration_without_a_choice_says_so() {
    let Some(stage) = Stage::of("resend").await else { return };
    connect(&stage.app, &stage.vendor).await;
    stage.choices().await.problem(409, "nothing_to_choose");
    stage.put(json!({"choice": "x"})).await.problem(409, "nothing_to_choose");
    stage.put(json!({"choice": ""})).await.problem(422, "invalid");
}
