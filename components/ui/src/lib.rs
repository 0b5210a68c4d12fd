//! Serves the admin UI with its security headers.
//!
//! This component must not have rights: no storage, no secrets, and no outbound host except `proxy`. It needs
//! `proxy` for requests to the proxy domain whose path belongs to no other component.
#![forbid(unsafe_code)]

mod files;

use http::{HeaderName, Method, StatusCode, header};
use nexus_common::http::{
    AcceptEncoding, Coding, Inbound, json_response, page_policy, serve_clients, set, typed,
    unless_known,
};
use nexus_common::platform::http::{Incoming, Response};
use nexus_common::platform::variables;
use nexus_common::{Error, Result, component, config};

component!(handle, without_storage);

async fn handle(request: Incoming) -> Response {
    serve_clients(request, show).await
}

async fn show(inbound: Inbound) -> Result<Response> {
    if inbound.method() != Method::GET {
        return Err(Error::MethodNotAllowed("GET, HEAD"));
    }
    let path = inbound.path();
    if path == "/config.json" {
        return Ok(claim_names().await);
    }
    let file = files::at(path).ok_or_else(|| Error::nothing_at(path))?;
    let (coding, coded) = file.best(&AcceptEncoding::of(&inbound));
    let mut response = unless_known(&inbound, coded.tag, || {
        let mut response = typed(StatusCode::OK, file.media_type, coded.bytes);
        if coding != Coding::Identity {
            set(&mut response, header::CONTENT_ENCODING, coding.name());
        }
        Ok::<_, Error>(response)
    })?;
    set(&mut response, header::VARY, "accept-encoding");
    let kept = if file.immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
    set(&mut response, header::CACHE_CONTROL, kept);
    set(&mut response, HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    if file.media_type.starts_with("text/html") {
        // A 304 has the headers too, because the browser may have cached the page before the variable
        // changed.
        let ancestors = variables::get("ui_frame_ancestors").await;
        secure(&mut response, &ancestors.unwrap_or_else(|| "'none'".to_owned()))?;
        set(&mut response, HeaderName::from_static("cross-origin-opener-policy"), opener(path));
    }
    Ok(response)
}

/// The names of the claims for workspace and role. The UI shows these claims, and verifies nothing.
async fn claim_names() -> Response {
    let or = |name: Option<String>, usual: &str| name.unwrap_or_else(|| usual.to_owned());
    let body = serde_json::json!({
        "workspace_claim": or(variables::get("jwt_workspace_claim").await, config::WORKSPACE_CLAIM),
        "role_claim": or(variables::get("jwt_role_claim").await, config::ROLE_CLAIM),
    });
    json_response(StatusCode::OK, body.to_string())
}

/// The opener policy of the page at `path`. The page `/connect`, in whose window a person signs in at a
/// provider, keeps its opener, even if the UI is framed. Every other page keeps only the windows that it
/// opens itself.
fn opener(path: &str) -> &'static str {
    if path == "/connect" { "unsafe-none" } else { "same-origin-allow-popups" }
}

/// Sets the security headers of every page: only our own origin, no inline script or style, and no framing
/// except by `ancestors` (a CSP source list).
fn secure(response: &mut Response, ancestors: &str) -> Result<()> {
    // A value that is not valid in a header would leave the page without a policy.
    let is_source = |b: u8| b == b' ' || (b.is_ascii_graphic() && !b";,".contains(&b));
    if !ancestors.bytes().all(is_source) {
        let rule = "must be one CSP source list, in printable ASCII without `;` and `,`";
        return Err(Error::misconfigured("ui_frame_ancestors", rule));
    }
    let loads = "script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'";
    let policy = page_policy(loads, false, ancestors);
    set(response, header::CONTENT_SECURITY_POLICY, &policy);
    set(response, header::REFERRER_POLICY, "no-referrer");
    let permissions = HeaderName::from_static("permissions-policy");
    set(response, permissions, "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
    if ancestors == "'none'" {
        set(response, header::X_FRAME_OPTIONS, "DENY");
    }
    Ok(())
}
