//! A stop, a switch or a revocation in the middle of work. Calls that have not begun are not made.

use std::sync::Mutex;

use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use crate::kit::app::{App, Options, until};
use crate::kit::shortcuts::stop;
use crate::kit::token;
use crate::kit::upstream::{Reply, Upstream};

/// A registered agent with one key.
struct Bot {
    id: String,
    key_id: String,
    key: String,
}

impl Bot {
    async fn register(app: &App, name: &str) -> Self {
        let made = app.post("/api/agents").as_admin().json(&json!({ "name": name })).send().await;
        let id = made.json()["id"].as_str().unwrap().to_owned();
        let path = format!("/api/agents/{id}/keys");
        let made = app.post(&path).as_admin().json(&json!({})).send().await.json();
        let text = |name: &str| made[name].as_str().unwrap().to_owned();
        Self { id, key_id: text("id"), key: text("key") }
    }
}

/// Makes `upstream` hold its next response until the sender is dropped. All later requests get a response at
/// once.
fn hold_one(upstream: &Upstream) -> UnboundedSender<Vec<u8>> {
    let (sender, receiver) = unbounded_channel();
    let receiver = Mutex::new(Some(receiver));
    upstream.answer(move |_| match receiver.lock().unwrap().take() {
        Some(receiver) => Reply::Stream(b"HTTP/1.1 200 X\r\n".to_vec(), receiver),
        None => Reply::json(200, &json!({"id": "acct_1"})),
    });
    sender
}

fn let_go(held: UnboundedSender<Vec<u8>>) {
    held.send(b"content-length: 2\r\n\r\n{}".to_vec()).unwrap();
}

async fn first_request(upstream: &Upstream) {
    until("the first call arrives", async || (!upstream.seen().is_empty()).then_some(())).await;
}

/// The codes of the results of a list of MCP messages. `None` for a result that is not an error.
fn codes(answer: &Value) -> Vec<Option<&str>> {
    let results = answer.as_array().unwrap().iter().map(|one| &one["result"]);
    results
        .map(|result| {
            let code = result["structuredContent"]["code"].as_str();
            assert_eq!(result["isError"].as_bool(), Some(code.is_some()), "{result}");
            code
        })
        .collect()
}

#[tokio::test]
async fn the_rest_of_a_list_of_messages_is_not_processed_after_a_stop() {
    let (app, upstream) = Upstream::connected().await;
    for (number, (how, code)) in [
        ("agent", "stopped"),
        ("workspace", "stopped"),
        ("integration", "stopped"),
        ("disabled", "invalid_token"),
        ("key", "invalid_token"),
        ("deleted", "invalid_token"),
    ]
    .into_iter()
    .enumerate()
    {
        let bot = Bot::register(&app, &format!("Bot {number}")).await;
        let message = |id: usize, name: &str, arguments: Value| {
            json!({"jsonrpc": "2.0", "id": id,
            "method": "tools/call", "params": {"name": name, "arguments": arguments}})
        };
        let mut list: Vec<Value> = (0..10)
            .map(|id| {
                let path = format!("/things/{id}");
                message(
                    id,
                    "call_api",
                    json!({"integration": "up", "method": "DELETE", "path": path}),
                )
            })
            .collect();
        list.push(message(10, "describe_integration", json!({"integration": "up"})));
        list.push(message(11, "list_integrations", json!({})));
        upstream.forget();
        let held = hold_one(&upstream);
        let sent = app.post("/mcp").bearer(&bot.key).json(&json!(list)).send();
        let meanwhile = async {
            first_request(&upstream).await;
            let lift = match how {
                "agent" => Some(stop(&app, how, Some(&bot.id)).await),
                "workspace" => Some(stop(&app, how, None).await),
                "integration" => Some(stop(&app, how, Some("up")).await),
                "disabled" => {
                    let off = app.put(&format!("/api/agents/{}", bot.id)).as_admin();
                    let off = off.json(&json!({"status": "disabled"})).send().await;
                    assert_eq!(off.status, 200, "{off:?}");
                    None
                }
                _ => {
                    let path = match how {
                        "key" => format!("/api/agents/{}/keys/{}", bot.id, bot.key_id),
                        _ => format!("/api/agents/{}", bot.id),
                    };
                    assert_eq!(app.delete(&path).as_admin().send().await.status, 204);
                    None
                }
            };
            let_go(held);
            lift
        };
        let (answer, lift) = tokio::join!(sent, meanwhile);
        assert_eq!(upstream.seen().len(), 1, "{how}: {answer:?}");
        let answer = answer.json();
        let codes = codes(&answer);
        let (calls, others) = codes.split_at(10);
        assert_eq!(calls[0], None, "{how}: the first call was under way");
        assert_eq!(calls[1..], [Some(code); 9], "{how}");
        // A stop of an integration does not stop the agent.
        let expected = if how == "integration" { None } else { Some(code) };
        assert_eq!(others, [expected; 2], "{how}");
        if let Some(path) = lift {
            assert_eq!(app.delete(&path).as_admin().send().await.status, 204, "{how}");
        }
    }
}

#[tokio::test]
async fn a_call_that_waits_for_a_place_is_not_made_after_its_agent_was_switched_off() {
    let upstream = Upstream::start().await;
    let app = Options::default().var("max_calls_per_integration", "1").start().await.unwrap();
    upstream.connect(&app, json!({})).await;
    let bot = Bot::register(&app, "Bot").await;
    let mut claims = token::claims("AGENT", "acme");
    claims["sub"] = "waits".into();
    let waits = token::sign(&json!({"alg": "HS256", "typ": "JWT"}), &claims, token::SECRET);
    let held = hold_one(&upstream);
    let first = app.get("/api/proxy/up/first").bearer(&bot.key).send();
    let second = async {
        first_request(&upstream).await;
        app.get("/api/proxy/up/second").bearer(&waits).send().await
    };
    let meanwhile = async {
        // The second caller has been verified, and is stored a moment later.
        let id = until("the second caller appears", async || {
            let listed = app.get("/api/agents").as_admin().send().await.json();
            let all = listed["items"].as_array().unwrap();
            let found = all.iter().find(|agent| agent["subject"] == "waits")?;
            Some(found["id"].as_str().unwrap().to_owned())
        })
        .await;
        let off = app.put(&format!("/api/agents/{id}")).as_admin();
        let off = off.json(&json!({"status": "disabled"})).send().await;
        assert_eq!(off.status, 200, "{off:?}");
        let_go(held);
    };
    let (first, second, ()) = tokio::join!(first, second, meanwhile);
    assert_eq!(first.status, 200, "{first:?}");
    // On a slow machine, the call may have waited for too long instead.
    assert!([401, 429].contains(&second.status.as_u16()), "{second:?}");
    let seen: Vec<String> = upstream.seen().iter().map(|seen| seen.target().to_owned()).collect();
    assert_eq!(seen, ["/base/first"]);
}
