//! The two pages of an authorization endpoint: the consent page and the error page.
//!
//! All texts from a request are escaped. Neither page has a script.

use crate::oauth::{Account, Ask};
use crate::wire::Reply;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:32rem;margin:4rem auto;\
                     padding:0 1rem}label{display:block;margin:.5rem 0}button{font:inherit;\
                     padding:.4rem 1.2rem;margin-right:.5rem}code{overflow-wrap:anywhere}";

/// The consent page. Its form is posted to `action` with `ticket` and the decision.
pub(crate) fn consent_page(
    provider: &str,
    action: &str,
    ask: &Ask,
    account: &Account,
    ticket: &str,
) -> Reply {
    let scopes = match ask.scopes.is_empty() {
        true => "<li>nothing in particular</li>".to_owned(),
        false => ask.scopes.iter().map(|scope| format!("<li>{}</li>", escape(scope))).collect(),
    };
    let body = format!(
        "<h1>{provider}</h1><p>The client <code>{client}</code> asks for:</p><ul>{scopes}</ul>\
         <p>You are sent back to <code>{redirect}</code>.</p>\
         <form method=\"post\" action=\"{action}\">\
         <input type=\"hidden\" name=\"ticket\" value=\"{ticket}\">\
         <label>Account <input name=\"account_id\" value=\"{id}\"></label>\
         <label>Name <input name=\"account_label\" value=\"{label}\"></label>\
         <p><button name=\"decision\" value=\"allow\">Allow</button>\
         <button name=\"decision\" value=\"deny\">Deny</button></p></form>",
        provider = escape(provider),
        client = escape(&ask.client),
        redirect = escape(&ask.redirect_uri),
        action = escape(action),
        ticket = escape(ticket),
        id = escape(&account.id),
        label = escape(&account.label),
    );
    html(200, provider, &body)
}

/// The error page, for errors after which the browser must not be sent back (RFC 6749 section 4.1.2.1).
pub(crate) fn error_page(status: u16, provider: &str, title: &str, detail: &str) -> Reply {
    let body = format!("<h1>{}</h1><p>{}</p>", escape(title), escape(detail));
    html(status, provider, &body)
}

fn html(status: u16, provider: &str, body: &str) -> Reply {
    Reply {
        status,
        headers: vec![
            ("content-type", "text/html; charset=utf-8".to_owned()),
            ("cache-control", "no-store".to_owned()),
            ("referrer-policy", "no-referrer".to_owned()),
            ("x-frame-options", "DENY".to_owned()),
        ],
        body: format!(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{} (simulated)</title>\
             <style>{STYLE}</style>{body}</html>\n",
            escape(provider)
        ),
    }
}

fn escape(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
        out
    })
}
