//! A call of an agent on its way to the broker, which alone can put the credential in.
//!
//! It says *which* integration and what is asked of the provider. It must not carry the agent's
//! token, nor any header by which a client could pass for a component.

use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::auth::Caller;
use crate::broker::CALLER;
use crate::config;
use crate::error::{Error, Result};
use crate::http::{PASSED_ID, Respond, request_to, set, strip};
use crate::platform::http::{Body, CallError, Response, pass, pass_untouched};

/// The header that says who calls: the role, the header that had their token, the token's `exp` in
/// seconds, and their subject, percent-encoded, with spaces between. One header, because each costs on both ways.
pub const AGENT: &str = "x-nexus-agent";
/// The header in which an agent chooses another of the manifest's hosts.
pub const HOST: &str = "x-nexus-host";
/// The header with the code of an error that is ours, not the provider's.
pub const ERROR: &str = "x-nexus-error";

/// What stands for itself in a path segment (RFC 3986, 2.3).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A call to a provider.
pub struct Forward<'a> {
    /// The component that passes it on: `proxy`, `mcp`.
    pub by: &'static str,
    /// Who calls.
    pub caller: &'a Caller,
    /// The header that had the caller's token.
    pub token_in: &'a str,
    /// The integration's id or slug.
    pub target: &'a str,
    /// The path below the manifest's `base_url`, as it came: empty, or from its `/` on.
    pub path: &'a str,
    /// The query as it came, without its `?`; empty where there is none.
    pub query: &'a str,
    /// The method.
    pub method: Method,
    /// The caller's headers, without the token.
    pub headers: HeaderMap,
    /// The body.
    pub body: Body,
    /// The request.
    pub request_id: &'a str,
}

impl Forward<'_> {
    /// Has the broker make the call; its answer is the provider's, or ours with [`ERROR`].
    ///
    /// # Errors
    /// [`Error::Internal`] where the broker does not answer; [`Error::ProviderTimeout`] where it waits
    /// for a provider for as long as the runtime does.
    pub async fn send(self) -> Result<Response> {
        let request = self.request().await?;
        pass(request).await.map_err(|error| no_answer(&error))
    }

    /// The same, its answer to be handed back as it is.
    ///
    /// # Errors
    /// As [`Self::send`].
    pub async fn pass_on(self) -> Result<Response> {
        let request = self.request().await?;
        pass_untouched(request).await.map_err(|error| no_answer(&error))
    }

    async fn request(self) -> Result<Request<Body>> {
        let secret = config::broker_secret().await?;
        let encode = |text: &str| utf8_percent_encode(text, SEGMENT).to_string();
        let (workspace, target) = (encode(&self.caller.workspace), encode(self.target));
        let mut path = format!("/v1/forward/{workspace}/{target}{}", self.path);
        if !self.query.is_empty() {
            path.push('?');
            path.push_str(self.query);
        }
        let mut headers = self.headers;
        strip(&mut headers, |name| name.starts_with("x-nexus-") && name != HOST);
        let mut put = |name: &'static str, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        };
        put(CALLER, self.by);
        let role = self.caller.role_name();
        let Caller { subject, expires_at, .. } = self.caller;
        put(AGENT, &format!("{role} {} {expires_at} {}", self.token_in, encode(subject)));
        put(PASSED_ID, self.request_id);
        put(header::AUTHORIZATION.as_str(), &format!("Bearer {}", secret.expose()));
        let mut request = request_to("broker", self.method, &path, self.body)?;
        *request.headers_mut() = headers;
        Ok(request)
    }
}

/// An error as an answer that is not taken for the provider's: with [`ERROR`].
pub fn ours(error: &Error, request_id: &str) -> Response {
    let mut response = error.respond(request_id);
    set(&mut response, HeaderName::from_static(ERROR), &error.problem(request_id).code);
    response
}

fn no_answer(error: &CallError) -> Error {
    if *error == CallError::Timeout {
        return Error::ProviderTimeout("the provider did not begin to answer in time".into());
    }
    Error::Internal(format!("broker forward: {error}"))
}
