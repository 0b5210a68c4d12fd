//! Names that look alike. A name must not have invisible characters.

use serde_json::{Value, json};

use crate::kit::app::{Answer, App};
use crate::kit::token::{SECRET, claims, sign};
use crate::kit::upstream::{KEY, Reply, Upstream};

/// Zero width, soft hyphen, direction marks, separators, byte order mark, fillers, tags, music.
const INVISIBLE: [char; 20] = [
    '\u{ad}',
    '\u{34f}',
    '\u{61c}',
    '\u{180e}',
    '\u{200b}',
    '\u{200c}',
    '\u{200d}',
    '\u{200e}',
    '\u{202a}',
    '\u{202e}',
    '\u{2028}',
    '\u{2029}',
    '\u{2060}',
    '\u{2066}',
    '\u{2069}',
    '\u{feff}',
    '\u{3164}',
    '\u{fffb}',
    '\u{1d173}',
    '\u{e0041}',
];

fn refused_at(answer: &Answer, pointer: &str) {
    let problem = answer.problem(422, "invalid");
    let error = &problem["errors"][0];
    assert_eq!(error["pointer"], pointer, "{answer:?}");
    assert!(error["detail"].as_str().unwrap().contains("invisible"), "{answer:?}");
}

#[tokio::test]
async fn an_invisible_character_is_refused_wherever_a_name_is_entered() {
    let (app, upstream) = Upstream::connected().await;
    let named =
        |name: &str| json!({"manifest_id": "custom-up", "name": name, "credentials": {"key": KEY}});
    for c in INVISIBLE {
        let name = format!("U{c}p");
        let created = app.post("/api/integrations").as_admin().json(&named(&name)).send().await;
        refused_at(&created, "/name");
        let put = |body: Value| {
            let call = app.put("/api/integrations/up").as_admin();
            async move { call.json(&body).send().await }
        };
        refused_at(&put(json!({"name": name})).await, "/name");
        let agents = put(json!({"policy": {"agents": ["bot", format!("bot{c}")]}})).await;
        refused_at(&agents, "/policy/agents/1");
        let client = json!({"client_id": format!("app{c}"), "client_secret": "s"});
        let client = app.put("/api/oauth-clients/slack").as_admin().json(&client).send().await;
        refused_at(&client, "/client_id");
        let mut manifest = upstream.manifest(json!({}));
        manifest["id"] = json!("custom-other");
        manifest["name"] = json!(name);
        let saved = app.post("/api/manifests").as_admin().json(&manifest).send().await;
        refused_at(&saved, "/name");
        for claim in ["sub", "workspace_id"] {
            let mut claims = claims("ADMIN", "acme");
            claims[claim] = json!(format!("acme{c}"));
            let token = sign(&json!({"alg": "HS256"}), &claims, SECRET);
            let answer = app.get("/api/integrations").bearer(&token).send().await;
            let detail = answer.problem(401, "invalid_token")["detail"].to_string();
            assert!(detail.contains(claim) && detail.contains("invisible"), "{detail}");
        }
    }
    assert_eq!(app.count("integrations"), 1);
    // Visible but unusual characters are allowed: other scripts, and emoji with their selector.
    for name in ["B\u{fc}cher \u{65e5}\u{672c}", "\u{2764}\u{fe0f} Up"] {
        let created = app.post("/api/integrations").as_admin().json(&named(name)).send().await;
        assert_eq!(created.status, 201, "{created:?}");
    }
}

#[tokio::test]
async fn invisible_characters_are_removed_from_account_names() {
    let (app, upstream) = (App::start().await, Upstream::start().await);
    upstream.answer(|_| {
        Reply::json(200, &json!({"id": "acct_1", "label": "Ac\u{200b}me\u{202e} Inc\u{2028}x"}))
    });
    upstream.connect(&app, json!({"/verify/account": {"id": "/id", "label": "/label"}})).await;
    let one = app.get("/api/integrations/up").as_admin().send().await.json();
    assert_eq!(one["account"]["label"], "Acme Inc x", "{one}");
}
