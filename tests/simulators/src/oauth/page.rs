//! The two pages of an authorization endpoint: the consent page and the error page.
//!
//! All texts from a request are escaped. Neither page has a script.

use crate::oauth::{Account, Ask};
use crate::wire::Reply;

const STYLE: &str = "*{box-sizing:border-box}body{font:15px/1.5 system-ui,sans-serif;max-width:27rem;\
                     margin:10vh auto;padding:2rem;color:#1c1d21;background:#f4f1ea}body:before{content:\"\";\
                     display:block;width:2.5rem;height:2.5rem;margin-bottom:1rem;border-radius:.7rem;\
                     background:#c27c0e}h1{margin:0 0 .5rem;font-size:1.4rem}ul{padding:.75rem 1rem .75rem 2rem;\
                     background:#fff;border:1px solid #e3ddd0;border-radius:.5rem}label{display:block;\
                     margin:.75rem 0;font-weight:600}input{display:block;width:100%;margin-top:.25rem;\
                     padding:.45rem .6rem;font:inherit;border:1px solid #8a8475;border-radius:.4rem}\
                     button{font:inherit;font-weight:600;padding:.5rem 1.4rem;margin-right:.5rem;\
                     border:1px solid #8a8475;border-radius:.4rem;background:#fff;cursor:pointer}\
                     button[value=allow]{color:#fff;background:#8a5200;border-color:#8a5200}\
                     code{overflow-wrap:anywhere}";

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
