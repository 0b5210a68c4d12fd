//! Slack tools for an agent. The agent holds a token of Integration Nexus but no Slack token; Nexus adds
//! that to each call. Pass [`tools`] to a framework, and the model's tool calls to [`Nexus::run`].
//!
//! The calls block: from an async framework, make them on a separate thread.
#![forbid(unsafe_code)]

mod slack;

use std::collections::BTreeMap;

use serde_json::{Value, json};

pub use slack::Nexus;

/// A tool, in the form that frameworks and MCP use.
pub struct Tool {
    /// The name for the model.
    pub name: &'static str,
    /// The description by which a model chooses the tool.
    pub description: &'static str,
    /// JSON Schema: an object of strings.
    pub input_schema: Value,
}

/// An error that a model can act on, as JSON for the model: `{error, message, …}`.
#[derive(Debug)]
pub struct Refusal(pub Value);

impl Refusal {
    fn new(error: &str, message: impl Into<String>) -> Self {
        Self(json!({"error": error, "message": message.into()}))
    }

    /// Adds a member, if it has a value.
    fn with(mut self, name: &str, value: Option<&str>) -> Self {
        if let (Some(value), Some(members)) = (value, self.0.as_object_mut()) {
            members.insert(name.to_owned(), value.into());
        }
        self
    }
}

/// All tools.
pub fn tools() -> Vec<Tool> {
    let text =
        |description: &str| json!({"type": "string", "minLength": 1, "description": description});
    let input = |required: &[&str], properties: Value| {
        json!({"type": "object", "properties": properties, "required": required,
            "additionalProperties": false})
    };
    let channel = text("The channel's id (C…), from list_channels");
    let cursor = text("next_cursor of the previous page, to get the next one");
    vec![
        Tool {
            name: "post_message",
            description: "Post a message in a Slack channel, or as a reply in a thread.",
            input_schema: input(
                &["channel", "text"],
                json!({
                    "channel": channel, "text": text("The message, in Slack's mrkdwn"),
                    "thread_ts": text("To reply: the ts of the thread's first message"),
                }),
            ),
        },
        Tool {
            name: "list_channels",
            description: "List the Slack workspace's public channels with their ids.",
            input_schema: input(&[], json!({ "cursor": cursor })),
        },
        Tool {
            name: "read_thread",
            description: "Read a Slack thread: its first message, then the replies.",
            input_schema: input(
                &["channel", "ts"],
                json!({
                    "channel": channel, "ts": text("The ts of a message in the thread"),
                    "cursor": cursor,
                }),
            ),
        },
    ]
}

/// A model's input to a tool, checked against the tool's schema.
pub(crate) struct Input(BTreeMap<String, String>);

impl Input {
    fn of(tool: &Tool, given: &Value) -> Result<Self, Refusal> {
        let invalid = |message: String| Refusal::new("invalid_input", message);
        let members = given.as_object().ok_or_else(|| invalid("must be an object".into()))?;
        let required = tool.input_schema.get("required").and_then(Value::as_array);
        for name in required.into_iter().flatten().filter_map(Value::as_str) {
            if !members.contains_key(name) {
                return Err(invalid(format!("{name} is missing")));
            }
        }
        let mut checked = BTreeMap::new();
        for (name, value) in members {
            if tool.input_schema.pointer(&format!("/properties/{name}")).is_none() {
                return Err(invalid(format!("{name} is not a parameter")));
            }
            let text = value.as_str().filter(|text| !text.is_empty());
            let text = text.ok_or_else(|| invalid(format!("{name} must be a non-empty string")))?;
            checked.insert(name.clone(), text.to_owned());
        }
        Ok(Self(checked))
    }

    /// The member `name`, if it was given.
    fn get(&self, name: &'static str) -> Option<(&'static str, &str)> {
        self.0.get(name).map(|text| (name, text.as_str()))
    }
}

impl Nexus {
    /// Runs a tool, and returns the result for the model.
    ///
    /// # Errors
    /// A [`Refusal`], which is also for the model.
    pub fn run(&self, name: &str, given: &Value) -> Result<Value, Refusal> {
        let all = tools();
        let Some(tool) = all.iter().find(|tool| tool.name == name) else {
            let names = all.iter().map(|tool| tool.name).collect::<Vec<_>>().join(", ");
            let message = format!("the tool {name} does not exist; the tools are: {names}");
            return Err(Refusal::new("unknown_tool", message));
        };
        let input = Input::of(tool, given)?;
        match name {
            "post_message" => self.post_message(&input),
            "list_channels" => self.list_channels(&input),
            _ => self.read_thread(&input),
        }
    }

    fn post_message(&self, input: &Input) -> Result<Value, Refusal> {
        let params = ["channel", "text", "thread_ts"].map(|name| input.get(name));
        let sent = self.post("chat.postMessage", &params)?;
        Ok(json!({"channel": sent.get("channel"), "ts": sent.get("ts")}))
    }

    fn list_channels(&self, input: &Input) -> Result<Value, Refusal> {
        let params =
            [Some(("exclude_archived", "true")), Some(("limit", "200")), input.get("cursor")];
        let answer = self.get("conversations.list", &params)?;
        let channels = picked(&answer, "channels", &["id", "name", "is_member"]);
        Ok(json!({"channels": channels, "next_cursor": next_cursor(&answer)}))
    }

    fn read_thread(&self, input: &Input) -> Result<Value, Refusal> {
        let params =
            [input.get("channel"), input.get("ts"), Some(("limit", "100")), input.get("cursor")];
        let answer = self.get("conversations.replies", &params)?;
        let messages = picked(&answer, "messages", &["ts", "user", "text"]);
        Ok(json!({"messages": messages, "next_cursor": next_cursor(&answer)}))
    }
}

/// These members of each item of the list `name`.
fn picked(answer: &Value, name: &str, members: &[&str]) -> Vec<Value> {
    let items = answer.get(name).and_then(Value::as_array).into_iter().flatten();
    let pick = |item: &Value| {
        let member =
            |name: &&str| ((*name).to_owned(), item.get(*name).cloned().unwrap_or_default());
        members.iter().map(member).collect()
    };
    items.map(pick).collect()
}

fn next_cursor(answer: &Value) -> Option<&str> {
    let cursor = answer.pointer("/response_metadata/next_cursor")?;
    cursor.as_str().filter(|cursor| !cursor.is_empty())
}
