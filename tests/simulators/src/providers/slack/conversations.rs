//! Channels, their messages, and their threads.
//!
//! - `conversations.list` and `conversations.replies` page by `limit` and `cursor`:
//!   <https://docs.slack.dev/apis/web-api/pagination>
//! - `conversations.replies` takes the `ts` of a thread's parent or of a message in it, answers the
//!   parent first, and of a message without replies that one alone:
//!   <https://docs.slack.dev/reference/methods/conversations.replies>
//! - `chat.postMessage` with `thread_ts` is a reply:
//!   <https://docs.slack.dev/reference/methods/chat.postMessage>

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::caller::Caller;
use super::{APP, BOT, USER};
use crate::oauth::Params;
use crate::state::State;
use crate::wire::Reply;

const CHANNELS: [(&str, &str); 2] = [("C0SIMULGEN", "general"), ("C0SIMULOPS", "ops")];

pub(super) fn list(params: &Params) -> Result<Reply, &'static str> {
    let channels: Vec<_> = CHANNELS
        .iter()
        .map(|(id, name)| {
            json!({
                "id": id, "name": name, "is_channel": true, "is_private": false,
                "is_archived": false, "is_member": true,
            })
        })
        .collect();
    let (channels, next) = page(params, &channels, 100)?;
    let next_cursor = next.unwrap_or_default();
    Ok(Reply::json(
        200,
        &json!({
            "ok": true, "channels": channels, "response_metadata": {"next_cursor": next_cursor},
        }),
    ))
}

/// The channel with this id. Only a post may use the name.
fn channel(id: Option<&str>) -> Result<&'static str, &'static str> {
    let found = CHANNELS.iter().find(|(known, _)| Some(*known) == id);
    found.map(|(id, _)| *id).ok_or("channel_not_found")
}

pub(super) fn post(
    state: &mut State,
    caller: &Caller,
    params: &Params,
) -> Result<Reply, &'static str> {
    let asked = params.get("channel").ok_or("channel_not_found")?;
    let name = asked.trim_start_matches('#');
    let named = CHANNELS.iter().find(|(_, known)| *known == name).map(|(id, _)| *id);
    let id = channel(Some(named.unwrap_or(asked)))?;
    let text = params.get("text").ok_or("no_text")?;
    let ts = format!("1760000000.{:06}", state.next());
    let user = if caller.bot { BOT } else { USER };
    let mut message = json!({
        "type": "message", "text": text, "user": user, "ts": ts, "app_id": APP,
        "team": caller.team.0,
    });
    if let (Some(parent), Some(members)) = (params.get("thread_ts"), message.as_object_mut()) {
        let thread = thread(state, id, parent)?;
        members.insert("parent_user_id".to_owned(), member(thread.first(), "user"));
        members.insert("thread_ts".to_owned(), member(thread.first(), "ts"));
    }
    state.messages.push(json!({"channel": id, "message": message}));
    Ok(Reply::json(200, &json!({"ok": true, "channel": id, "ts": ts, "message": message})))
}

pub(super) fn replies(state: &State, params: &Params) -> Result<Reply, &'static str> {
    let id = channel(params.get("channel"))?;
    let ts = params.get("ts").ok_or("thread_not_found")?;
    let mut messages = thread(state, id, ts)?;
    let count = messages.len() - 1;
    if let (true, Some(Value::Object(parent))) = (count > 0, messages.first_mut()) {
        parent.insert("thread_ts".to_owned(), parent.get("ts").cloned().unwrap_or_default());
        parent.insert("reply_count".to_owned(), count.into());
        parent.insert("subscribed".to_owned(), false.into());
    }
    let (messages, next) = page(params, &messages, 1000)?;
    let mut body = json!({"ok": true, "messages": messages, "has_more": next.is_some()});
    if let (Some(next), Some(members)) = (next, body.as_object_mut()) {
        members.insert("response_metadata".to_owned(), json!({ "next_cursor": next }));
    }
    Ok(Reply::json(200, &body))
}

/// The thread of the message `ts`: the parent, followed by the replies.
fn thread(state: &State, channel: &str, ts: &str) -> Result<Vec<Value>, &'static str> {
    let posted = || {
        let here =
            state.messages.iter().filter(|posted| member(Some(posted), "channel") == channel);
        here.filter_map(|posted| posted.get("message"))
    };
    let asked = posted().find(|one| member(Some(one), "ts") == ts).ok_or("thread_not_found")?;
    let parent = asked.get("thread_ts").and_then(Value::as_str).unwrap_or(ts);
    let of_it = |one: &&Value| {
        ["ts", "thread_ts"].iter().any(|name| one.get(*name) == Some(&parent.into()))
    };
    Ok(posted().filter(of_it).cloned().collect())
}

fn member(value: Option<&Value>, name: &str) -> Value {
    value.and_then(|value| value.get(name)).cloned().unwrap_or_default()
}

/// The page for `limit` and `cursor`, and the cursor of the next page.
fn page<'a>(
    params: &Params,
    items: &'a [Value],
    default: usize,
) -> Result<(&'a [Value], Option<String>), &'static str> {
    let limit = match params.get("limit") {
        None => default,
        Some(text) => {
            text.parse().ok().filter(|n| (1..=1000).contains(n)).ok_or("invalid_limit")?
        }
    };
    let from = match params.get("cursor") {
        None => 0,
        Some(text) => offset(text).filter(|from| *from < items.len()).ok_or("invalid_cursor")?,
    };
    let end = items.len().min(from.saturating_add(limit));
    let next = (end < items.len()).then(|| STANDARD.encode(format!("offset:{end}")));
    Ok((items.get(from..end).unwrap_or_default(), next))
}

fn offset(cursor: &str) -> Option<usize> {
    let text = String::from_utf8(STANDARD.decode(cursor).ok()?).ok()?;
    text.strip_prefix("offset:")?.parse().ok()
}
