//! A call of an agent on its way to the broker, which alone can put the credential in.
//!
//! It says *which* integration and what is asked of the provider. It must not carry the agent's
//! token, nor any header by which a client could pass for a component: both are seen to here, behind
//! every door.

mod on_behalf;
mod wait;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::auth::Agent;
use crate::config;
use crate::error::{Error, Result};
use crate::http::{
    ANSWERED, CALL, PASSED_ID, RequestId, Respond, again_while_unavailable, answered, request_to,
    set, strip,
};
use crate::platform::http::{Body, CallError, Response, full, pass, pass_untouched};
use crate::rpc::{CALLER, Component};
pub use on_behalf::{ON_BEHALF, OnBehalf};
pub use wait::{KEPT, WAIT, Wait, has_waited, may_wait};
use wait::{Waiter, say_no_more};

/// The header in which an agent chooses another of the manifest's hosts.
pub const HOST: &str = "x-nexus-host";
/// The header with the code of an error that is ours, not the provider's.
pub const ERROR: &str = "x-nexus-error";

/// What stands for itself in a path segment (RFC 3986, 2.3).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A call to a provider.
pub struct Forward<'a> {
    /// The component that passes it on: `proxy` or `mcp`.
    pub by: Component,
    /// Who calls, and with which token.
    pub agent: &'a Agent,
    /// The integration's id or slug.
    pub target: &'a str,
    /// The address under which the caller calls it: links in the answer lead there.
    pub hub: &'a str,
    /// The path below the manifest's `base_url`, as it came: empty, or from its `/` on.
    pub path: &'a str,
    /// The query as it came, without its `?`; empty where there is none.
    pub query: &'a str,
    /// The method.
    pub method: Method,
    /// The caller's headers; what has the token of them does not go on.
    pub headers: HeaderMap,
    /// The body.
    pub body: Upload,
    /// The request.
    pub request_id: &'a RequestId,
}

/// The body of a call.
pub enum Upload {
    /// A text that is here whole: the token is looked for in it.
    Text(String),
    /// Bytes that are here whole, at most [`KEPT`]: nobody looks into them.
    Whole(Bytes),
    /// What is passed on while it comes: nobody looks into it.
    Stream(Body),
}

/// The address of the integration `target` (its id or slug) at the proxy.
///
/// # Errors
/// [`Error::Misconfigured`] for `public_url`.
pub async fn address(target: &str) -> Result<String> {
    let base = config::public_url().await?;
    Ok(format!("{base}/api/proxy/{}", utf8_percent_encode(target, SEGMENT)))
}

impl Forward<'_> {
    /// Has the broker make the call; its answer is the provider's, or ours with [`ERROR`].
    ///
    /// # Errors
    /// [`Error::InvalidToken`] where the agent's token stands in the URL or in a text, with which it
    /// would go on; [`Error::Unavailable`] where the broker does not answer; [`Error::ProviderTimeout`]
    /// where it waits for a provider for as long as the runtime does.
    pub async fn send(self) -> Result<Response> {
        self.answered(pass).await
    }

    /// The same, its answer to be handed back as it is.
    ///
    /// # Errors
    /// As [`Self::send`].
    pub async fn pass_on(self) -> Result<Response> {
        self.answered(|request| pass_untouched(request, [ANSWERED, WAIT])).await
    }

    /// Asks the broker, and again after each wait that it has the caller do.
    async fn answered<F>(mut self, ask: impl Fn(Request<Body>) -> F) -> Result<Response>
    where
        F: Future<Output = Result<Response, CallError>>,
    {
        let mut waiter: Option<Waiter> = None;
        let mut last = false;
        loop {
            let answer = match self.may_be_repeated() {
                true => again_while_unavailable(CALL, async || self.once(&ask, last).await).await?,
                false => self.once(&ask, last).await?,
            };
            let Some(wait) = Wait::of(answer.headers()).filter(|_| !last) else {
                return Ok(answer);
            };
            let waiter = waiter.get_or_insert_with(Waiter::new);
            last = !waiter.wait(&wait).await?;
        }
    }

    /// Whether a provider that was asked twice has done no more than one that was asked once (RFC 9110,
    /// 9.2.1): a broker that gave no answer may have asked it. A call that may name another method beside
    /// its own is not repeated.
    fn may_be_repeated(&self) -> bool {
        self.method.is_safe()
            && !matches!(self.body, Upload::Stream(_))
            && !names_a_method(self.query)
            && !parameters(self.path).is_some_and(names_a_method)
            && !self.headers.keys().any(|name| names_a_method(name.as_str()))
    }

    async fn once<F>(
        &mut self,
        ask: &impl Fn(Request<Body>) -> F,
        has_waited: bool,
    ) -> Result<Response>
    where
        F: Future<Output = Result<Response, CallError>>,
    {
        match ask(self.request(has_waited).await?).await {
            Err(CallError::Timeout) => {
                let why = "the provider did not begin to answer in time";
                Err(Error::ProviderTimeout(why.into()))
            }
            answer => answered("broker", answer),
        }
    }

    /// The request to the broker; a body that is streamed is in the first one.
    async fn request(&mut self, has_waited: bool) -> Result<Request<Body>> {
        let trace = self.agent.trace();
        let refuse = |place: &str| {
            Err(Error::InvalidToken(format!(
                "your own token stands in the {place}, which goes on to the provider: leave it out \
                 there. The provider's credential is put in for you"
            )))
        };
        if trace.is_in(self.path) || trace.is_in(self.query) {
            return refuse("URL");
        }
        let body = match &mut self.body {
            Upload::Text(text) if trace.is_in(text) => return refuse("body"),
            Upload::Text(text) => full(text.clone()),
            Upload::Whole(bytes) => full(bytes.clone()),
            Upload::Stream(body) => std::mem::replace(body, full("")),
        };
        let secret = config::broker_secret().await?;
        let caller = &self.agent.caller;
        let encode = |text: &str| utf8_percent_encode(text, SEGMENT).to_string();
        let mut path = format!("/v1/forward/{}{}", encode(self.target), self.path);
        if !self.query.is_empty() {
            path.push('?');
            path.push_str(self.query);
        }
        let mut headers = self.headers.clone();
        trace.remove_from(&mut headers);
        strip(&mut headers, |name| name.starts_with("x-nexus-") && name != HOST);
        let mut put = |name: &'static str, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        };
        put(CALLER, self.by.name());
        put(PASSED_ID, &self.request_id.passed_on());
        put(header::AUTHORIZATION.as_str(), &format!("Bearer {}", secret.expose()));
        let on_behalf = OnBehalf {
            caller: caller.clone(),
            token_in: self.agent.token_in.to_string(),
            hub: self.hub.to_owned(),
        };
        let on_behalf = on_behalf.to_value();
        headers.insert(
            ON_BEHALF,
            on_behalf.ok_or_else(|| {
                Error::Internal("the address of the hub cannot be a header".into())
            })?,
        );
        if has_waited {
            say_no_more(&mut headers);
        }
        let mut request = request_to("broker", self.method.clone(), &path, body)?;
        *request.headers_mut() = headers;
        Ok(request)
    }
}

/// The parameters of a path's segments, from the first `;` on (RFC 3986, 3.3).
fn parameters(path: &str) -> Option<&str> {
    let at = path.find(';').or_else(|| path.to_ascii_lowercase().find("%3b"))?;
    path.get(at..)
}

/// Whether `text`, a query or a header's name, speaks of a method, decoded up to twice: frameworks take one
/// from `_method`, `X-HTTP-Method-Override` and the like.
fn names_a_method(text: &str) -> bool {
    let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let holds = |text: &str| text.to_ascii_lowercase().contains("method");
    holds(text) || text.contains('%') && holds(&decode(&decode(text)))
}

/// An error as an answer that is not taken for the provider's: with [`ERROR`].
pub fn ours(error: &Error, request_id: &str) -> Response {
    let mut response = error.respond(request_id);
    set(&mut response, HeaderName::from_static(ERROR), &error.problem(request_id).code);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_name_a_method_is_seen_in_every_spelling() {
        for text in
            ["_method=DELETE", "a=1&_HttpMethod=PUT", "x-http-method-override", "%5fmeth%6fd=x"]
        {
            assert!(names_a_method(text), "{text}");
        }
        assert!(names_a_method("%255fmeth%256fd=x"));
        for (path, may) in
            [("/x;_method=DELETE", true), ("/x%3B_method=PUT", true), ("/payment_methods", false)]
        {
            assert_eq!(parameters(path).is_some_and(names_a_method), may, "{path}");
        }
        for text in ["", "a=1", "accept", "page%3D2"] {
            assert!(!names_a_method(text), "{text}");
        }
    }
}
