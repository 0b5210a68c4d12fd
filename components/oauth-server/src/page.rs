//! The pages for people: the question whether to connect an app, and what went wrong.
//!
//! A page must not have a script, an inline style, or a text that is not escaped. It must not be framed or cached,
//! and its URL must not be sent in a `Referer`.

use std::fmt::Write as _;

use http::{StatusCode, header};
use nexus_common::http::{HtmlPage, Theme, escaped, set, typed};
use nexus_common::platform::http::Response;
use nexus_common::store::Offered;

/// There is no opener policy: the page of a program in a browser waits for the answer in the window that it opened.
const PAGE: HtmlPage = HtmlPage { loads: "style-src 'self'", has_form: true, opener: None };
/// For how many days a person may agree.
pub(crate) const DAYS: [(i64, &str); 4] =
    [(1, "1 day"), (30, "30 days"), (90, "90 days"), (365, "1 year")];
/// The number of days that is chosen at first.
const FIRST: i64 = 30;

/// The question to a person.
pub(crate) struct Consent<'a> {
    /// The theme that the person has chosen.
    pub(crate) theme: Theme,
    /// The app's name, which nobody has verified.
    pub(crate) app: &'a str,
    /// The host of the app's id, if that is a URL.
    pub(crate) host: Option<&'a str>,
    /// Where the answer goes.
    pub(crate) place: &'a str,
    /// The workspace.
    pub(crate) workspace: &'a str,
    /// The person's name.
    pub(crate) person: &'a str,
    /// The integrations that can be chosen.
    pub(crate) offered: &'a [Offered],
    /// Whether the app asks only to read.
    pub(crate) is_read_only: bool,
    /// Whether the app stays connected for longer than an hour.
    pub(crate) may_refresh: bool,
    /// The form's token.
    pub(crate) token: &'a str,
}

/// The page that asks a person.
pub(crate) fn consent(asked: &Consent<'_>) -> Response {
    let app = escaped(asked.app);
    let from = match asked.host {
        Some(host) => format!("{} <strong>not verified</strong>", escaped(host)),
        None => "It registered itself here. <strong>Not verified</strong>".to_owned(),
    };
    let body = format!(
        "<h1>Connect {app}?</h1>\
         <p>Anybody can give an app this name. Go on only if you have just connected the app yourself.</p>\
         <dl><dt>App</dt><dd>{app}</dd><dt>From</dt><dd>{from}</dd>\
         <dt>Answer goes to</dt><dd>{place}</dd><dt>Workspace</dt><dd>{workspace}</dd>\
         <dt>Acts for</dt><dd>{person}</dd></dl>\
         <form method=\"post\" action=\"/oauth/authorize\">\
         <input type=\"hidden\" name=\"token\" value=\"{token}\">\
         <fieldset><legend>What may it do?</legend>{access}</fieldset>\
         <fieldset><legend>Which integrations may it use?</legend>{which}</fieldset>\
         {days}\
         <p>The app never gets a credential of an integration. You can end it at any time in Connected apps.</p>\
         <p class=\"buttons\"><button name=\"decision\" value=\"allow\">Connect</button>\
         <button name=\"decision\" value=\"deny\" class=\"quiet\">Cancel</button></p></form>",
        place = escaped(asked.place),
        workspace = escaped(asked.workspace),
        person = escaped(asked.person),
        token = escaped(asked.token),
        access = access(asked.is_read_only),
        which = which(asked.offered),
        days = days(asked.may_refresh),
    );
    show(asked.theme, StatusCode::OK, &format!("Connect {app}?"), &body)
}

fn access(is_read_only: bool) -> String {
    let mut choices = choice("radio", "access", "read", "Read only", true);
    if !is_read_only {
        choices += &choice("radio", "access", "call", "Everything that the rules allow", false);
    }
    choices
}

fn which(offered: &[Offered]) -> String {
    let all = "All that I may use, also those that are added later";
    let mut choices = choice("radio", "which", "all", all, true);
    if !offered.is_empty() {
        choices += &choice("radio", "which", "chosen", "Only these:", false);
    }
    for Offered { id, name, manifest_id } in offered {
        let words = format!("{name} ({manifest_id})");
        let _ = write!(
            choices,
            "<div class=\"below\">{}</div>",
            choice("checkbox", "integration", id, &words, false)
        );
    }
    choices
}

fn days(may_refresh: bool) -> String {
    if !may_refresh {
        return "<input type=\"hidden\" name=\"days\" value=\"1\"><p>It stays connected for one hour.</p>"
            .to_owned();
    }
    let mut options = String::new();
    for (days, words) in DAYS {
        let selected = if days == FIRST { " selected" } else { "" };
        let _ = write!(options, "<option value=\"{days}\"{selected}>{words}</option>");
    }
    format!("<p><label>For how long? <select name=\"days\">{options}</select></label></p>")
}

fn choice(kind: &str, name: &str, value: &str, words: &str, is_checked: bool) -> String {
    let checked = if is_checked { " checked" } else { "" };
    format!(
        "<label><input type=\"{kind}\" name=\"{name}\" value=\"{}\"{checked}> {}</label>",
        escaped(value),
        escaped(words)
    )
}

/// A page that says what went wrong.
pub(crate) fn problem(theme: Theme, status: StatusCode, why: &str) -> Response {
    let body = format!(
        "<h1>This app cannot be connected</h1><p class=\"detail\">{}</p>\
         <p><a href=\"/\">Back to Integration Nexus</a></p>",
        escaped(why)
    );
    show(theme, status, "This app cannot be connected", &body)
}

/// `title` and `body` are escaped.
fn show(theme: Theme, status: StatusCode, title: &str, body: &str) -> Response {
    let theme = theme.attribute();
    let page = format!(
        "<!doctype html><html lang=\"en\"{theme}><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{title}</title><link rel=\"stylesheet\" href=\"/oauth/page.css\"></head>\
         <body><main>{body}</main></body></html>"
    );
    PAGE.respond(status, page)
}

/// The style of the pages.
pub(crate) fn style() -> Response {
    let mut response = typed(StatusCode::OK, "text/css; charset=utf-8", include_str!("page.css"));
    set(&mut response, header::CACHE_CONTROL, "public, max-age=3600");
    response
}
