//! One call: who may make it, which parameters it takes, and which responses it gives.

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::component;
use crate::problems::{self, Problem};

/// An operation of a path, and the problems that it can respond with.
pub(crate) struct Operation {
    pub(crate) value: Value,
    pub(crate) problems: Vec<Problem>,
    marked: bool,
}

/// The least role that may make a call.
#[derive(Clone, Copy)]
pub(crate) enum Role {
    Agent,
    Manager,
    Admin,
}

/// The ways in which a caller can authenticate.
pub(crate) fn security_schemes() -> Value {
    json!({
        "token": {
            "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
            "description": "A token of the deployment's issuer, with a workspace and a role: ADMIN, \
                            MANAGER or AGENT.",
        },
        "session": {
            "type": "apiKey", "in": "cookie", "name": "__Host-nexus-session",
            "description": "The session of a browser, for requests from pages of the application only.",
        },
        "tick_secret": {
            "type": "http", "scheme": "bearer",
            "description": "The variable `tick_secret` of the deployment.",
        },
    })
}

impl Operation {
    /// A call that anybody may make.
    pub(crate) fn new(id: &str, tag: &str, summary: &str) -> Self {
        let parameters = [component("parameters", "request_id")];
        let value = json!({
            "operationId": id, "tags": [tag], "summary": summary, "security": [],
            "parameters": parameters, "responses": {},
        });
        let operation = Self { value, problems: Vec::new(), marked: false };
        operation.problem(problems::LOOP).problem(problems::UPGRADE)
    }

    /// Marks the problems that are added from here on. Their header says that they are not a provider's
    /// response.
    pub(crate) fn marked(self) -> Self {
        Self { marked: true, ..self }
    }

    /// For callers whose token has at least `role`. Adds every problem that each such call can respond with.
    pub(crate) fn role(self, role: Role) -> Self {
        let (name, others) = match role {
            Role::Agent => ("AGENT", "Roles: AGENT, MANAGER, ADMIN."),
            Role::Manager => ("MANAGER", "Roles: MANAGER, ADMIN."),
            Role::Admin => ("ADMIN", "Role: ADMIN."),
        };
        self.describe(others)
            .set("x-role", json!(name))
            .set("security", json!([{"token": []}]))
            .problem(problems::TOKEN)
            .problem(problems::FORBIDDEN)
            .problem(problems::RATE_LIMITED)
            .problem(problems::FAULT)
            .problem(problems::UNAVAILABLE)
    }

    /// Adds a description.
    pub(crate) fn describe(self, text: &str) -> Self {
        let before = self.value.get("description").and_then(Value::as_str);
        let description = before.map_or(text.to_owned(), |before| format!("{text} {before}"));
        self.set("description", json!(description))
    }

    /// Any of these ways to authenticate. `{}` means no authentication.
    pub(crate) fn security(self, schemes: Value) -> Self {
        self.set("security", schemes)
    }

    /// Takes a parameter: one of the components.
    pub(crate) fn parameter(mut self, parameter: &str) -> Self {
        if let Some(Value::Array(parameters)) = self.value.get_mut("parameters") {
            parameters.push(component("parameters", parameter));
        }
        self
    }

    /// Takes query parameters. Any other query parameter is rejected with 422.
    pub(crate) fn query(self, parameters: &[&str]) -> Self {
        parameters.iter().fold(self, |operation, name| operation.parameter(name)).rejects(INVALID)
    }

    /// Takes a JSON body of this schema. `examples` are by name.
    pub(crate) fn body(self, schema: &str, examples: &[(&str, Value)]) -> Self {
        let operation = self.content(schema, examples);
        let operation = operation.problem(problems::REQUEST_TIMEOUT).problem(problems::BROKEN_BODY);
        operation.problem(problems::TOO_LARGE).problem(problems::MEDIA_TYPE)
    }

    /// Like `body`, without the problems that a body can cause.
    pub(crate) fn content(self, schema: &str, examples: &[(&str, Value)]) -> Self {
        let examples: serde_json::Map<_, _> = examples
            .iter()
            .map(|(name, value)| ((*name).to_owned(), json!({ "value": value })))
            .collect();
        let content = json!({"schema": component("schemas", schema), "examples": examples});
        let body = json!({"required": true, "content": {"application/json": content}});
        self.set("requestBody", body)
    }

    /// Takes an optional body of any media type.
    pub(crate) fn any_body(self) -> Self {
        self.set("requestBody", json!({"required": false, "content": {"*/*": {}}}))
    }

    /// Gives this response with `status`.
    pub(crate) fn responds(self, status: u16, answer: Answer) -> Self {
        self.responds_as(&status.to_string(), answer)
    }

    /// Gives this response for a range of statuses, or for all statuses that are not named.
    pub(crate) fn responds_as(self, statuses: &str, answer: Answer) -> Self {
        self.response(statuses, answer.value())
    }

    /// May respond with this problem. There is one problem per status.
    pub(crate) fn problem(mut self, problem: Problem) -> Self {
        let problem = Problem { marked: self.marked || problem.marked, ..problem };
        self.problems.retain(|other| other.status != problem.status);
        self.problems.push(problem);
        self.response(&problem.status.to_string(), component("responses", &problem.name()))
    }

    /// May respond with 422 and one of these codes.
    pub(crate) fn rejects(self, codes: &'static [&'static str]) -> Self {
        self.problem(Problem { status: 422, codes, marked: false })
    }

    /// May respond with 409 and one of these codes.
    pub(crate) fn conflicts(self, codes: &'static [&'static str]) -> Self {
        self.problem(Problem { status: 409, codes, marked: false })
    }

    fn response(mut self, statuses: &str, response: Value) -> Self {
        if let Some(Value::Object(responses)) = self.value.get_mut("responses") {
            responses.insert(statuses.to_owned(), response);
        }
        self
    }

    fn set(mut self, member: &str, value: Value) -> Self {
        if let Value::Object(members) = &mut self.value {
            members.insert(member.to_owned(), value);
        }
        self
    }
}

/// The code of every 422 that is about the form of a request.
const INVALID: &[&str] = &["invalid"];
