//! The output of `up` when the application is ready.

use nexus_simulators::Kind;
use serde_json::json;

use super::{Format, WORKSPACE};
use crate::runtime::Runtime;
use crate::up::sandbox::Sandbox;

/// A running application.
pub(crate) struct ReadyReport<'a> {
    pub(crate) url: &'a str,
    pub(crate) runtime: &'a Runtime,
    pub(crate) token: &'a str,
    pub(crate) sign_in: &'a str,
    pub(crate) sandbox: Option<&'a Sandbox>,
}

impl ReadyReport<'_> {
    /// One line of JSON, or text for people, without a trailing newline.
    pub(crate) fn render(&self, format: Format) -> String {
        match format {
            Format::Json => {
                json!({"url": self.url, "runtime": self.runtime.to_string(), "token": self.token,
                    "sign_in": self.sign_in})
                .to_string()
            }
            Format::Text => self.text(),
        }
    }

    fn text(&self) -> String {
        let Self { url, runtime, sign_in, .. } = self;
        let mut text = format!(
            "\nIntegration Nexus is running at {url} (runtime: {runtime})\n\n\
             Sign in as ADMIN of the workspace \"{WORKSPACE}\" within ten minutes:\n\n  \
             {sign_in}\n\n\
             Or from a shell:\n\n  \
             curl {url}/api/integrations -H \"authorization: Bearer $(cargo xtask token)\"\n\n\
             The link signs in once. `cargo xtask sign-in` prints another.\n"
        );
        if let Some(sandbox) = self.sandbox {
            text.push_str(&format!(
                "\nA sandbox provider runs at {}; {}.\n\
                 Connect it again with the pretend key {}, which opens nothing.\n\
                 A pretend Slack runs at {}, connected as \"{}\": examples/agent-tools uses it.\n\
                 When they stop, they forget their messages and the keys that they created.\n",
                sandbox.simulator.origin(),
                sandbox.integration,
                Kind::Sandbox.default_key(),
                sandbox.slack.origin(),
                sandbox.slack_slug,
            ));
        }
        text.push_str("\nPress Ctrl-C to stop.");
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ready() -> ReadyReport<'static> {
        ReadyReport {
            url: "http://localhost:3000",
            runtime: &Runtime::Spin,
            token: "a.b.c",
            sign_in: "http://localhost:3000/sign-in#link=d.e.f",
            sandbox: None,
        }
    }

    #[test]
    fn json_is_one_line_with_exactly_four_members() {
        let line = ready().render(Format::Json);
        assert!(!line.contains('\n'));
        let value: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(
            value,
            json!({"url": "http://localhost:3000", "runtime": "spin", "token": "a.b.c",
                "sign_in": "http://localhost:3000/sign-in#link=d.e.f"})
        );
    }

    #[test]
    fn text_has_the_link_and_the_curl() {
        let text = ready().render(Format::Text);
        assert!(text.contains("http://localhost:3000/sign-in#link=d.e.f"));
        assert!(text.contains("curl http://localhost:3000/api/integrations -H"));
        assert!(!text.contains("a.b.c"), "a token is not for people");
        assert_eq!(text.matches("d.e.f").count(), 1, "the output contains the link only once");
    }
}
