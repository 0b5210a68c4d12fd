//! Passes a call of an agent on to the broker, which alone can add the credential.
//!
//! The call names the integration, and holds the request for the provider. It must not hold the agent's
//! token. It must not hold a header that would let a client act as a component. This module removes both, for
//! the proxy and for MCP.

mod on_behalf;
mod wait;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::auth::{Agent, Trace};
use crate::config;
use crate::error::{Error, Problem, Result};
use crate::http::{
    ANSWERED, CALL, ERROR_CODE, PASSED_ID, RequestId, Respond, again_while_unavailable, answered,
    request_to, set, strip,
};
use crate::platform::clock;
use crate::platform::http::{Body, CallError, Response, full, pass, pass_untouched};
use crate::rpc::{CALLER, Component};
pub use on_behalf::{ON_BEHALF, OnBehalf};
use wait::Waiter;
pub use wait::{Attempt, KEPT, Past, WAIT, Wait, may_wait};

/// The header in which an agent chooses another of the manifest's hosts.
pub const HOST: &str = "x-nexus-host";

/// The characters that are not encoded in a path segment (RFC 3986, 2.3).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A call to a provider.
pub struct Forward<'a> {
    /// The component that passes the call on: `proxy` or `mcp`.
    pub component: Component,
    /// The caller, with the token.
    pub agent: &'a Agent,
    /// The integration's id or slug.
    pub target: &'a str,
    /// The address at which the caller calls the integration. Links in the response lead there.
    pub hub: &'a str,
    /// The path below the manifest's `base_url`, as the client sent it: empty, or starting with `/`.
    pub path: &'a str,
    /// The query as the client sent it, without its `?`. Empty if there is no query.
    pub query: &'a str,
    /// The method.
    pub method: Method,
    /// The caller's headers. A header that contains the token is not passed on.
    pub headers: HeaderMap,
    /// The body.
    pub body: Upload,
    /// The id of the request.
    pub request_id: &'a RequestId,
}

/// The body of a call.
pub enum Upload {
    /// A whole text. It is searched for the token.
    Text(String),
    /// Whole bytes, at most [`KEPT`]. They are not searched.
    Whole(Bytes),
    /// A body that is passed on while it arrives. It is not searched.
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
    /// Asks the broker to make the call. The response is the provider's, or an error of ours with [`ERROR_CODE`].
    ///
    /// # Errors
    /// [`Error::InvalidToken`] if the agent's token is in the URL or in a text, because it would reach the
    /// provider. [`Error::Unavailable`] if the broker does not respond. [`Error::ProviderTimeout`] if the broker
    /// waits for the provider for as long as the runtime allows.
    pub async fn send(self) -> Result<Response> {
        self.answered(pass).await
    }

    /// As [`Self::send`], for a response that is handed back unchanged.
    ///
    /// # Errors
    /// As [`Self::send`].
    pub async fn pass_on(self) -> Result<Response> {
        self.answered(|request| pass_untouched(request, [ANSWERED, WAIT])).await
    }

    /// Asks the broker, and asks again after each wait that the broker requests.
    async fn answered<F>(mut self, ask: impl Fn(Request<Body>) -> F) -> Result<Response>
    where
        F: Future<Output = Result<Response, CallError>>,
    {
        let mut waiter: Option<Waiter> = None;
        let (mut attempt, mut past, begun_ms) = (Attempt::First, Past::default(), clock::now_ms());
        loop {
            let answer = match self.may_be_repeated() {
                true => {
                    again_while_unavailable(CALL, async || self.once(&ask, attempt, past).await)
                        .await?
                }
                false => self.once(&ask, attempt, past).await?,
            };
            let wait = Wait::of(answer.headers()).filter(|_| attempt != Attempt::Last);
            let Some(wait) = wait else { return Ok(answer) };
            let waiter = waiter.get_or_insert_with(Waiter::new);
            attempt = match waiter.wait(&wait).await? {
                true => Attempt::Again,
                false => Attempt::Last,
            };
            past.note(&wait, clock::now_ms().saturating_sub(begun_ms));
        }
    }

    /// Whether the call may be made twice (RFC 9110, 9.2.1). A broker that gave no response may have made it
    /// already. A call that may name another method than its own is not repeated.
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
        attempt: Attempt,
        past: Past,
    ) -> Result<Response>
    where
        F: Future<Output = Result<Response, CallError>>,
    {
        match ask(self.request(attempt, past).await?).await {
            Err(CallError::Timeout) => {
                let why = "the provider did not begin to answer in time";
                Err(Error::ProviderTimeout(why.into()))
            }
            answer => answered("broker", answer),
        }
    }

    /// The request to the broker. A streamed body is in the first request only.
    async fn request(&mut self, attempt: Attempt, past: Past) -> Result<Request<Body>> {
        let agent = self.agent;
        let trace = agent.trace();
        if trace.is_in(self.path) || trace.is_in(self.query) {
            return Err(own_token_in("URL"));
        }
        let body = match &mut self.body {
            Upload::Text(text) if trace.is_in(text) => return Err(own_token_in("body")),
            Upload::Text(text) => full(text.clone()),
            Upload::Whole(bytes) => full(bytes.clone()),
            Upload::Stream(body) => std::mem::replace(body, full("")),
        };
        let target = utf8_percent_encode(self.target, SEGMENT);
        let mut path = format!("/v1/forward/{target}{}", self.path);
        if !self.query.is_empty() {
            path.push('?');
            path.push_str(self.query);
        }
        let headers = self.headers_to_broker(&trace, attempt, past).await?;
        let mut request = request_to("broker", self.method.clone(), &path, body)?;
        *request.headers_mut() = headers;
        Ok(request)
    }

    /// The caller's headers without the token, and the headers that only a component can set.
    async fn headers_to_broker(
        &self,
        trace: &Trace<'_>,
        attempt: Attempt,
        past: Past,
    ) -> Result<HeaderMap> {
        let secret = config::broker_secret().await?;
        let mut headers = self.headers.clone();
        trace.remove_from(&mut headers);
        strip(&mut headers, |name| name.starts_with("x-nexus-") && name != HOST);
        let mut put = |name: &'static str, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        };
        put(CALLER, self.component.name());
        put(PASSED_ID, &self.request_id.passed_on());
        put(header::AUTHORIZATION.as_str(), &format!("Bearer {}", secret.expose()));
        let on_behalf = OnBehalf {
            caller: self.agent.caller.clone(),
            token_in: self.agent.token_in.to_string(),
            address: self.agent.address.clone(),
            hub: self.hub.to_owned(),
        };
        let on_behalf = on_behalf.to_value();
        headers.insert(
            ON_BEHALF,
            on_behalf.ok_or_else(|| {
                Error::Internal("the address of the hub cannot be a header".into())
            })?,
        );
        attempt.write(past, &mut headers);
        Ok(headers)
    }
}

/// The error for a call that would pass the agent's token on to the provider.
fn own_token_in(place: &str) -> Error {
    Error::InvalidToken(format!(
        "your own token is in the {place}, which is sent to the provider: leave it out there. The \
         provider's credential is added for you"
    ))
}

/// The parameters of a path's segments, from the first `;` on (RFC 3986, 3.3).
fn parameters(path: &str) -> Option<&str> {
    let at = path.find(';').or_else(|| path.to_ascii_lowercase().find("%3b"))?;
    path.get(at..)
}

/// Whether `text`, a query or a header's name, contains the word `method`, decoded up to twice. Frameworks read
/// a method from `_method`, `X-HTTP-Method-Override` and similar names.
fn names_a_method(text: &str) -> bool {
    let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let is_word = |bytes: &[u8]| bytes.eq_ignore_ascii_case(b"method");
    let holds = |text: &str| text.as_bytes().windows(b"method".len()).any(is_word);
    holds(text) || text.contains('%') && holds(&decode(&decode(text)))
}

/// An error as a response with [`ERROR_CODE`], so that it is not taken for the provider's response.
pub fn ours(error: &Error, request_id: &str) -> Response {
    ours_with(error, &error.problem(request_id))
}

/// As [`ours`], with the problem document of `error`.
pub fn ours_with(error: &Error, problem: &Problem) -> Response {
    let mut response = error.respond_with(problem);
    set(&mut response, HeaderName::from_static(ERROR_CODE), &problem.code);
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
