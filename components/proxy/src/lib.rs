//! `/api/proxy`: agents' calls over HTTP. A call below an integration's name goes to the provider, with the
//! credential added, which the agent never sees.
//!
//! This component must not open a ciphertext, and must not decide whether a call is allowed. It identifies
//! the caller, and the broker does the rest.
#![forbid(unsafe_code)]

mod list;

use bytes::Bytes;
use http::{HeaderValue, Method, header};
use nexus_common::auth::{Agent, Caller, Role};
use nexus_common::call::CallMethod;
use nexus_common::config::{self, proxy_domain};
use nexus_common::forward::{Forward, KEPT, Upload, address, may_wait, ours};
use nexus_common::http::{Inbound, authority, in_time, serve, whole};
use nexus_common::platform::http::{Incoming, IncomingBody, Response, boxed, whole_or_streamed};
use nexus_common::proxy_domain::{AtHost, ProxyDomain};
use nexus_common::rpc::Component;
use nexus_common::{Error, Result, access, component};
use percent_encoding::percent_decode_str;

component!(handle);

async fn handle(request: Incoming) -> Response {
    serve(request, answer).await
}

async fn answer(inbound: Inbound) -> Result<Response> {
    let request_id = inbound.request_id.clone();
    Ok(route(inbound).await.unwrap_or_else(|error| ours(&error, &request_id)))
}

async fn route(inbound: Inbound) -> Result<Response> {
    let at = at_host(&inbound).await?;
    let path = inbound.path().to_owned();
    let path = match &at {
        Some(at) => format!("/api/proxy/{}{path}", at.slug),
        None => path,
    };
    let below = path.strip_prefix("/api/proxy").unwrap_or_default();
    let below = below.strip_prefix('/').unwrap_or_default();
    check_method(below, &inbound)?;
    let agent = Agent::proved(&inbound).await?;
    let is_passed_on = !below.is_empty() && agent.caller.may(Role::Agent);
    if !is_passed_on {
        agent.require_standing().await?;
    }
    let request_id = inbound.request_id.clone();
    let named = below.split('/').next().filter(|named| !named.is_empty());
    access::permit(&agent.caller, Role::Agent, ("integration.call", named), &request_id)?;
    let query = inbound.raw_query().to_owned();
    if below.is_empty() {
        return list::show(&inbound, &agent.caller).await;
    }
    let (target, rest) = below.split_at(below.find('/').unwrap_or(below.len()));
    let target = percent_decode_str(target).decode_utf8_lossy().into_owned();
    let hub = match &at {
        Some(at) => own_address(at, &agent.caller).await?,
        None => address(&target).await?,
    };
    let method = inbound.sent_method().clone();
    let (mut headers, body) = inbound.into_headers_and_body();
    let body = with_length(&mut headers, body).await?;
    let forward = Forward {
        component: Component::Proxy,
        agent: &agent,
        target: &target,
        hub: &hub,
        path: rest,
        query: &query,
        method,
        headers,
        body,
        request_id: &request_id,
    };
    forward.pass_on().await
}

/// The integration to whose own host the request was sent, if it was.
async fn at_host(inbound: &Inbound) -> Result<Option<AtHost>> {
    let Some(domain) = proxy_domain().await? else { return Ok(None) };
    Ok(authority(inbound).and_then(|authority| domain.integration(authority)))
}

/// The URL for links in the response: the integration's own host, to which the request was sent. It must
/// belong to the caller's workspace.
async fn own_address(at: &AtHost, caller: &Caller) -> Result<String> {
    if at.workspace != ProxyDomain::label(&caller.workspace) {
        let AtHost { slug, workspace } = at;
        return Err(Error::NotFound(format!(
            "the integration {slug:?} of this host belongs to the workspace {workspace:?}, but the token \
             does not. Use a token of that workspace"
        )));
    }
    let public_url = config::public_url().await?;
    let domain = proxy_domain().await?;
    Ok(domain.map_or_else(String::new, |domain| domain.address(at, &public_url)))
}

/// Rejects a method that the path does not allow in exactly this spelling.
fn check_method(below: &str, inbound: &Inbound) -> Result<()> {
    match below {
        "" if *inbound.method() == Method::GET => Ok(()),
        "" => Err(Error::MethodNotAllowed("GET")),
        _ => CallMethod::require(inbound.sent_method()).map(drop),
    }
}

/// The body. Without a body, the length is set to 0, because the broker cannot tell whether a body without a
/// length will still arrive. A small body is kept, so that the call can wait and be sent again.
///
/// # Errors
/// [`Error::RequestTimeout`] if the body does not begin, or if a small body does not end.
async fn with_length(headers: &mut http::HeaderMap, body: IncomingBody) -> Result<Upload> {
    if headers.contains_key(header::CONTENT_LENGTH) {
        return Ok(match may_wait(headers) {
            true => Upload::Whole(whole(body, KEPT).await?),
            false => Upload::Stream(boxed(body)),
        });
    }
    Ok(match in_time(whole_or_streamed(body)).await? {
        Some(body) => Upload::Stream(body),
        None => {
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from(0));
            Upload::Whole(Bytes::new())
        }
    })
}
