//! The receipts of deleted integrations: kept by the server, true at each moment, and bound to the audit record.

use nexus_simulators::Kind;
use serde_json::{Value, json};

use crate::kit::app::App;
use crate::kit::upstream::{KEY, Upstream};
use crate::tokens::oauth::Pair;

async fn receipts(app: &App, id: &str) -> Value {
    let answer = app.get(&format!("/api/integrations/{id}/receipts")).as_role("MANAGER", "acme");
    let answer = answer.send().await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

fn states(deleted: &Value) -> Vec<&str> {
    let receipts = deleted["revocation"].as_array().unwrap();
    receipts.iter().map(|receipt| receipt["state"].as_str().unwrap()).collect()
}

fn details(deleted: &Value) -> Vec<&str> {
    let receipts = deleted["revocation"].as_array().unwrap();
    receipts.iter().map(|receipt| receipt["detail"].as_str().unwrap()).collect()
}

/// The audit records of `action` about the integration, newest first.
async fn records(app: &App, action: &str, id: &str) -> Vec<Value> {
    let path = format!("/api/audit?action={action}&target={id}");
    app.get(&path).as_admin().send().await.json()["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_receipt_follows_its_token_and_the_audit_record_says_how_it_ended() {
    let pair = Pair::start(Kind::Strict).await;
    let id = pair.connect().await["id"].as_str().unwrap().to_owned();
    pair.provider.fail_revocations(2);
    let deleted = pair.delete().await;
    assert_eq!(deleted.status, 202, "{deleted:?}");
    let kept = receipts(&pair.app, &id).await;
    assert_eq!(states(&kept), ["pending", "pending"], "{kept}");
    // It says what the provider answered, as the response of the deletion did.
    assert_eq!(details(&kept), details(&deleted.json()));
    let record = records(&pair.app, "integration.delete", &id).await[0].clone();
    assert_eq!(kept["audit"], json!({"seq": record["seq"], "hash": record["hash"]}));
    assert_eq!(kept["settled"], Value::Null);
    assert_eq!((&kept["name"], &kept["slug"]), (&json!("Primary"), &json!("primary")));
    assert_eq!(kept["deleted_by"], "user-1");
    assert_eq!(records(&pair.app, "integration.revocation", &id).await, [] as [Value; 0]);

    // A restart loses nothing.
    let pair = pair.restart().await;
    pair.app.database().execute("update outbox set next_at = 0", []).unwrap();
    assert_eq!(pair.app.tick().await["revoked"], 2);
    let settled = receipts(&pair.app, &id).await;
    assert_eq!(states(&settled), ["revoked", "revoked"]);
    for receipt in settled["revocation"].as_array().unwrap() {
        assert!(receipt["at"].as_str() > kept["deleted_at"].as_str(), "{settled}");
        assert_eq!(receipt["detail"], "the provider answered 200");
    }
    // One record for both tokens. It names the record of the deletion, which is as it was.
    let ends = records(&pair.app, "integration.revocation", &id).await;
    assert_eq!(ends.len(), 1, "{ends:?}");
    let end = &ends[0];
    assert_eq!(end["detail"]["revocation"], settled["revocation"]);
    assert_eq!(end["detail"]["deletion"], kept["audit"]);
    assert_eq!((&end["actor"], &end["role"]), (&json!("nexus"), &json!("SYSTEM")));
    assert_eq!(settled["settled"]["seq"], end["seq"]);
    assert_eq!(settled["settled"]["hash"], end["hash"]);
    assert_eq!(records(&pair.app, "integration.delete", &id).await[0], record);
    pair.app.tick().await;
    assert_eq!(records(&pair.app, "integration.revocation", &id).await.len(), 1);
}

#[tokio::test]
async fn a_deletion_whose_provider_answers_at_once_is_settled_at_once() {
    let pair = Pair::start(Kind::Strict).await;
    let id = pair.connect().await["id"].as_str().unwrap().to_owned();
    let deleted = pair.delete().await.json();
    let kept = receipts(&pair.app, &id).await;
    assert_eq!(states(&kept), states(&deleted));
    assert_eq!(details(&kept), details(&deleted));
    assert_eq!(records(&pair.app, "integration.revocation", &id).await.len(), 1);
}

#[tokio::test]
async fn a_kept_token_is_settled_twice_first_as_kept_and_then_as_revoked() {
    let pair = Pair::start(Kind::Strict).await;
    pair.connect().await;
    pair.begin_with(json!({"name": "Second"})).await.finish(&pair.app).await;
    let second = pair.app.get("/api/integrations/second").as_admin().send().await.json();
    let second = second["id"].as_str().unwrap().to_owned();
    pair.app.delete("/api/integrations/second").as_admin().send().await;
    let kept = receipts(&pair.app, &second).await;
    assert_eq!(states(&kept), ["superseded", "superseded"], "{kept}");
    assert_eq!(records(&pair.app, "integration.revocation", &second).await.len(), 1);
    // Its receipts are kept for as long as its tokens wait.
    let sql = "update deletions set deleted_at = deleted_at - 91 * 86400000";
    pair.app.database().execute(sql, []).unwrap();
    pair.app.tick().await;
    assert_eq!(states(&receipts(&pair.app, &second).await), ["superseded", "superseded"]);
    // The last connection takes them with it, and both deletions say so.
    let deleted = pair.delete().await.json();
    assert_eq!(states(&deleted), ["revoked"; 4], "{deleted}");
    assert_eq!(states(&receipts(&pair.app, &second).await), ["revoked", "revoked"]);
    let first = receipts(&pair.app, deleted["id"].as_str().unwrap()).await;
    assert_eq!(states(&first), ["revoked"; 4], "{first}");
    assert!(!records(&pair.app, "integration.revocation", &second).await.is_empty());
    // And then they are deleted, after 90 days.
    assert!(pair.app.tick().await["pruned"].as_i64() > Some(0));
    let path = format!("/api/integrations/{second}/receipts");
    pair.app.get(&path).as_admin().send().await.problem(404, "not_found");
}

#[tokio::test]
async fn a_token_that_is_given_up_after_the_deletion_gets_a_receipt_too() {
    let pair = Pair::start(Kind::Strict).await;
    let id = pair.connect().await["id"].as_str().unwrap().to_owned();
    pair.expire();
    pair.provider.hold_token_answers();
    let check = pair.check();
    let delete = async {
        pair.provider.wait_for_held(1).await.unwrap();
        let answer = pair.delete().await;
        pair.provider.release_token_answers();
        answer
    };
    let (_, deleted) = tokio::join!(check, delete);
    assert_eq!(deleted.status, 200, "{deleted:?} {}", pair.app.log());
    let planned = deleted.json()["revocation"].as_array().unwrap().len();
    pair.app.database().execute("update outbox set next_at = 0", []).unwrap();
    pair.app.tick().await;
    let kept = receipts(&pair.app, &id).await;
    assert!(states(&kept).len() >= planned, "{kept}");
    assert!(!states(&kept).contains(&"pending"), "{kept}");
}

#[tokio::test]
async fn an_attempt_that_failed_does_not_take_back_what_another_one_did() {
    let pair = Pair::start(Kind::Strict).await;
    let id = pair.connect().await["id"].as_str().unwrap().to_owned();
    pair.provider.fail_revocations(2);
    // Another request, which took the entry over, has revoked the token when this one puts off its own next attempt.
    let another = "create trigger another_request after update of kept_at on outbox begin
        update receipts set state = 'revoked', detail = 'the provider answered 200' where entry_id = new.id;
        delete from outbox where id = new.id;
      end;";
    pair.app.database().execute_batch(another).unwrap();
    let deleted = pair.delete().await.json();
    assert_eq!(states(&deleted), ["pending", "pending"], "{deleted}");
    assert_eq!(pair.app.count("outbox"), 0);
    let kept = receipts(&pair.app, &id).await;
    assert_eq!(states(&kept), ["revoked", "revoked"], "{kept}");
}

#[tokio::test]
async fn deleted_integrations_are_listed_page_by_page_for_their_workspace_only() {
    let (app, _upstream) = Upstream::connected().await;
    for name in ["One", "Two", "Three"] {
        let body = json!({"manifest_id": "custom-up", "name": name, "credentials": {"key": KEY}});
        app.post("/api/integrations").as_admin().json(&body).send().await;
        let slug = name.to_lowercase();
        let deleted = app.delete(&format!("/api/integrations/{slug}")).as_admin().send().await;
        assert_eq!(deleted.status, 200, "{deleted:?}");
    }
    let path = "/api/integrations?deleted=true";
    let (mut names, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = app.get(&format!("{path}&limit=2{cursor}")).as_role("MANAGER", "acme");
        let page = page.send().await.json();
        for item in page["items"].as_array().unwrap() {
            assert_eq!(states(item), ["unsupported"], "{item}");
            names.push(item["name"].as_str().unwrap().to_owned());
        }
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(names, ["Three", "Two", "One"]);
    let found = async |query: &str| {
        let page = app.get(&format!("{path}&{query}")).as_admin().send().await.json();
        page["items"].as_array().unwrap().len()
    };
    assert_eq!(found("q=TWO").await, 1);
    assert_eq!(found("q=nothing").await, 0);
    assert_eq!(found("manifest=custom-up").await, 3);
    assert_eq!(found("manifest=stripe").await, 0);
    for query in ["sort=name", "status=active", "health=healthy", "counts=true", "cursor=x"] {
        let answer = app.get(&format!("{path}&{query}")).as_admin().send().await;
        let name = query.split('=').next().unwrap();
        let problem = answer.problem(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], format!("?{name}"));
    }
    let other = app.get(path).as_role("ADMIN", "other").send().await.json();
    assert_eq!(other["items"], json!([]));
    let page = app.get(path).as_admin().send().await.json();
    let id = page["items"][0]["id"].as_str().unwrap();
    assert_eq!(receipts(&app, id).await, page["items"][0]);
    let one = format!("/api/integrations/{id}/receipts");
    app.get(&one).as_role("ADMIN", "other").send().await.problem(404, "not_found");
    app.get(&one).as_role("AGENT", "acme").send().await.problem(403, "forbidden");
    app.get(&format!("{one}?x=1")).as_admin().send().await.problem(422, "invalid");
    // An integration that exists has no receipts.
    let answer = app.get("/api/integrations/up/receipts").as_admin().send().await;
    answer.problem(404, "not_found");
    // A deletion whose provider is not asked ends with its own record.
    assert_eq!(page["items"][0]["settled"], Value::Null);
    assert_eq!(records(&app, "integration.revocation", id).await, [] as [Value; 0]);
}

#[tokio::test]
async fn a_deletion_is_found_by_its_name_in_any_case() {
    let (app, _upstream) = Upstream::connected().await;
    let body = json!({"manifest_id": "custom-up", "name": "GRÖßE École", "slug": "school",
        "credentials": {"key": KEY}});
    let made = app.post("/api/integrations").as_admin().json(&body).send().await;
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(app.delete("/api/integrations/school").as_admin().send().await.status, 200);
    for words in ["gr%C3%B6%C3%9Fe", "%C3%A9cole", "%C3%89COLE", "GR%C3%96%C3%9FE%20%C3%A9cole"] {
        let path = format!("/api/integrations?deleted=true&q={words}");
        let page = app.get(&path).as_admin().send().await.json();
        assert_eq!(page["items"].as_array().unwrap().len(), 1, "{path}: {page}");
    }
}
