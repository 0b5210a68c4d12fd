//! Policies name agents. A rule for one agent does not apply to another agent with the same name.

use serde_json::{Value, json};

use crate::kit::app::{Answer, App, Options, until};
use crate::kit::link::SECRET;
use crate::kit::token;
use crate::kit::upstream::{KEY, Upstream};
use crate::trust::jwks::{issuer::Issuer, keys};
use crate::trust::people::{link, me, sign_in, with};

/// A token of `sub` with `role`.
fn of(sub: &str, role: &str) -> String {
    let mut claims = token::claims(role, "acme");
    claims["sub"] = sub.into();
    token::sign(&json!({"alg": "HS256", "typ": "JWT"}), &claims, token::SECRET)
}

async fn call(app: &App, token: &str) -> u16 {
    app.get("/api/proxy/up/x").bearer(token).send().await.status.as_u16()
}

async fn register(app: &App, name: &str) -> String {
    let made = app.post("/api/agents").as_admin().json(&json!({ "name": name })).send().await;
    made.json()["id"].as_str().unwrap().to_owned()
}

/// The id of the agent with this subject, once it is stored.
async fn agent_of(app: &App, subject: &str) -> String {
    until(&format!("{subject} appears"), async || {
        let listed = app.get("/api/agents").as_admin().send().await.json();
        let mut all = listed["items"].as_array().unwrap().iter();
        let found = all.find(|one| one["subject"] == subject)?;
        Some(found["id"].as_str().unwrap().to_owned())
    })
    .await
}

async fn set_policy(app: &App, policy: Value) -> Answer {
    let body = json!({ "policy": policy });
    app.put("/api/integrations/up").as_admin().json(&body).send().await
}

#[tokio::test]
async fn a_subject_that_looks_like_an_id_is_not_the_agent_with_that_id() {
    let (app, upstream) = Upstream::connected().await;
    let (active, off, gone) =
        (register(&app, "Bot").await, register(&app, "Off").await, register(&app, "Gone").await);
    let policy = json!({"agents": [active, off, gone]});
    assert_eq!(set_policy(&app, policy.clone()).await.status, 200);
    let switch = app.put(&format!("/api/agents/{off}")).as_admin();
    let switched = switch.json(&json!({"status": "disabled"})).send().await;
    assert_eq!(switched.status, 200, "{switched:?}");
    let path = format!("/api/agents/{gone}");
    assert_eq!(app.delete(&path).as_admin().send().await.status, 204);
    for subject in [&active, &off, &gone] {
        for role in ["AGENT", "MANAGER"] {
            let token = of(subject, role);
            let status = call(&app, &token).await;
            assert!([401, 403].contains(&status), "{subject} {role}: {status}");
            let listed = app.get("/api/proxy").bearer(&token).send().await;
            let items = listed.json()["items"].as_array().map_or(0, Vec::len);
            assert_eq!(items, 0, "{subject} {role}: {listed:?}");
        }
    }
    assert!(upstream.seen().is_empty());
    // A policy that names a deleted agent by its id does not apply to a new agent whose name is that id.
    register(&app, &gone).await;
    let refused = set_policy(&app, policy).await;
    assert_eq!(refused.status, 422, "{refused:?}");
    assert!(refused.text.contains("/policy/agents/2"), "{refused:?}");
}

#[tokio::test]
async fn a_policy_must_say_which_of_two_agents_it_names() {
    let other = Issuer::start(&[keys::p256(1).jwk("k")]).await;
    let rules = json!({"workspace_claim": "workspace_id", "role_claim": "role"});
    let entry = |mut entry: Value| {
        entry.as_object_mut().unwrap().extend(rules.as_object().unwrap().clone());
        entry
    };
    let issuers = json!([
        entry(json!({"issuer": token::ISSUER, "secret_variable": "jwt_secret",
            "audiences": [token::AUDIENCE]})),
        entry(json!({"issuer": "https://b.test", "jwks_uri": format!("{}/keys", other.origin()),
            "audiences": [token::AUDIENCE]})),
    ]);
    let app = Options::default()
        .without("jwt_issuer")
        .without("jwt_audience")
        .var("issuer_hosts", "http://127.0.0.1:*")
        .var("issuers", &issuers.to_string());
    let (app, upstream) = (app.start().await.unwrap(), Upstream::start().await);
    upstream.connect(&app, json!({})).await;
    let ours = of("bot", "AGENT");
    let mut claims = token::claims("AGENT", "acme");
    (claims["iss"], claims["sub"]) = ("https://b.test".into(), "bot".into());
    let theirs = keys::p256(1).token("k", &claims);
    let denied = |who: &str| {
        json!({"agents": ["*"],
        "rules": [{"effect": "deny", "methods": ["*"], "path": "/**", "agents": [who]}]})
    };
    // No agent has this subject yet. A rule cannot name it, but `policy.agents` can.
    assert_eq!(set_policy(&app, denied("bot")).await.status, 422);
    let put = set_policy(&app, json!({"agents": ["bot"]})).await;
    assert_eq!(put.json()["policy"]["agents"], json!(["bot"]), "{put:?}");
    assert_eq!(call(&app, &ours).await, 200);
    let first = agent_of(&app, "bot").await;
    for policy in [json!({"agents": ["bot", "*"]}), denied("bot")] {
        let put = set_policy(&app, policy).await;
        assert!(put.text.contains(&first), "one agent has the subject: {put:?}");
    }
    assert_eq!(call(&app, &theirs).await, 200);
    let both = until("both appear", async || {
        let listed = app.get("/api/agents").as_admin().send().await.json();
        let all = listed["items"].as_array().unwrap().iter();
        let all: Vec<String> = all.map(|one| one["id"].as_str().unwrap().to_owned()).collect();
        (all.len() == 2).then_some(all)
    })
    .await;
    for (policy, pointer) in [
        (json!({"agents": ["*", "bot"]}), "/policy/agents/1"),
        (denied("bot"), "/policy/rules/0/agents/0"),
    ] {
        let refused = set_policy(&app, policy).await;
        assert_eq!(refused.status, 422, "{refused:?}");
        assert!(refused.text.contains(pointer), "{refused:?}");
        assert!(refused.text.contains("several agents"), "{refused:?}");
    }
    let second = both.iter().find(|id| **id != first).unwrap();
    for (id, expected) in [(&first, (403, 200)), (second, (200, 403))] {
        assert_eq!(set_policy(&app, denied(id)).await.status, 200);
        assert_eq!((call(&app, &ours).await, call(&app, &theirs).await), expected, "{id}");
    }
    // A registered agent with the subject's name does not change the subject's access. But the name then
    // means two agents.
    register(&app, "Lonely").await;
    assert_eq!(set_policy(&app, denied("lonely")).await.status, 200);
    assert_eq!(call(&app, &of("lonely", "AGENT")).await, 200);
    agent_of(&app, "lonely").await;
    assert_eq!(set_policy(&app, denied("lonely")).await.status, 422);
}

/// Without an outside issuer, no agent can come from elsewhere: a name that is unknown now is a mistake.
#[tokio::test]
async fn an_unknown_name_is_rejected_where_no_outside_issuer_has_tokens() {
    let elsewhere = json!([{"issuer": token::ISSUER, "secret_variable": "jwt_secret",
        "audiences": [token::AUDIENCE], "workspace": "beta", "role_claim": "role"}]);
    let alone = Options::default().without("jwt_secret");
    let of_beta = Options::default().var("issuers", &elsewhere.to_string());
    for (options, workspaces) in
        [(alone, vec![("acme", 422)]), (of_beta, vec![("acme", 422), ("beta", 200)])]
    {
        let options = options.without("jwt_issuer").without("jwt_audience");
        let app = options.var("sign_in_secret", SECRET).start().await.unwrap();
        let upstream = Upstream::start().await;
        for (workspace, expected) in workspaces {
            let ann = sign_in(&app, &link(workspace, "ADMIN", "Ann").await).await;
            let own = me(&app, &ann).await.json()["person"].clone();
            let manifest = upstream.manifest(json!({}));
            let saved = with(app.post("/api/manifests?believe_effect=true"), &ann);
            assert_eq!(saved.json(&manifest).send().await.status, 201);
            let bot = with(app.post("/api/agents"), &ann).json(&json!({"name": "Bot"}));
            let bot = bot.send().await.json()["id"].clone();
            let create = async |name: &str, agents: Value| {
                let body = json!({"manifest_id": "custom-up", "name": name,
                    "credentials": {"key": KEY}, "policy": {"agents": agents}});
                with(app.post("/api/integrations"), &ann).json(&body).send().await
            };
            let made = create("Up", json!(["bot", own])).await;
            assert_eq!(made.json()["policy"]["agents"], json!([bot, own]), "{made:?}");
            let put = async |agents: Value| {
                let body = json!({"policy": {"agents": agents}});
                with(app.put("/api/integrations/up"), &ann).json(&body).send().await
            };
            for agents in [json!([]), json!(["*"]), json!([bot]), json!(["BOT", "*"])] {
                let changed = put(agents.clone()).await;
                assert_eq!(changed.status, 200, "{workspace} {agents}: {changed:?}");
            }
            let created = create("Second", json!(["Support bto"])).await;
            assert_eq!(created.status.is_success(), expected == 200, "{workspace}: {created:?}");
            let changed = put(json!(["Bot", "Support bto"])).await;
            if expected == 200 {
                assert_eq!(changed.json()["policy"]["agents"], json!([bot, "Support bto"]));
                continue;
            }
            for (answer, pointer) in [(created, "/policy/agents/0"), (changed, "/policy/agents/1")]
            {
                let problem = answer.problem(422, "invalid");
                assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
                let detail = problem["errors"][0]["detail"].as_str().unwrap();
                assert!(detail.contains("there is no agent \"Support bto\""), "{problem}");
                assert!(detail.contains("/api/agents"), "{problem}");
            }
        }
    }
}
