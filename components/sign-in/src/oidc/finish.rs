//! A browser comes back from the identity provider.

use http::StatusCode;
use nexus_common::auth::{read_id_token, session_hash};
use nexus_common::http::{Inbound, Respond, Theme};
use nexus_common::oidc::{self, Client, Metadata};
use nexus_common::platform::http::Response;
use nexus_common::secret::Secret;
use nexus_common::store::{now_ms, use_once, was_used};
use nexus_common::{Error, Result};

use super::admit::{self, Refused};
use super::cookie::{self, Begun};
use super::exchange;
use crate::page::{self, see_other};
use crate::return_to::ReturnTo;

/// How long a `state` is remembered as used, in milliseconds: longer than a sign-in may take.
const USED_MS: i64 = 20 * 60 * 1000;

/// Why nobody is signed in.
enum Failed {
    /// This browser did not begin the sign-in.
    Strange(&'static str),
    /// The provider says so, by this code.
    Denied(String),
    /// The person is not let in.
    Refused(Refused),
    /// Something else.
    Other(Error),
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

/// `GET /sign-in/oidc/callback`.
///
/// # Errors
/// [`Error::Misconfigured`].
pub(crate) async fn callback(inbound: Inbound) -> Result<Response> {
    let mut response = match finish(&inbound).await {
        Ok(SignedIn { secret, return_to }) => {
            let mut response = see_other(return_to.as_ref().map_or("/", ReturnTo::as_str));
            nexus_common::auth::set_session_cookie(&mut response, &secret).await?;
            response
        }
        Err(failed) => failed.page(Theme::of(&inbound), &inbound.request_id),
    };
    // A sign-in counts once, however it ends.
    cookie::clear(&mut response).await?;
    Ok(response)
}

/// A new session.
struct SignedIn {
    /// The value of its cookie.
    secret: Secret,
    /// The request of a program, to which the person goes on.
    return_to: Option<ReturnTo>,
}

/// Signs the person in.
async fn finish(inbound: &Inbound) -> Result<SignedIn, Failed> {
    let begun = Begun::of(inbound).await?;
    let begun = begun
        .ok_or(Failed::Strange("this browser has not begun a sign-in in the last ten minutes"))?;
    let client = oidc::require_client().await?;
    let metadata = oidc::metadata(&client).await?;
    let code = code_of(inbound, &begun, &client, &metadata)?;
    let hash = session_hash(&format!("oidc used {}", begun.state()));
    let finished_before = || Failed::Strange("this sign-in was finished before");
    if was_used(hash).await? {
        return Err(finished_before());
    }
    let id_token = exchange::id_token(&client, &metadata, &code, &begun.verifier()).await?;
    let proof = read_id_token(id_token, begun.nonce()).await?;
    // Anyone can make a cookie and its `state`, so nothing is written before the provider has vouched for them.
    if !use_once(hash, now_ms().await? + USED_MS).await? {
        return Err(finished_before());
    }
    let admitted = admit::admit(&proof, begun.invitation(), &inbound.request_id).await?;
    let secret = admitted.map_err(Failed::Refused)?;
    Ok(SignedIn { secret, return_to: begun.return_to() })
}

/// The code in the provider's response to this browser's request.
fn code_of(
    inbound: &Inbound,
    begun: &Begun,
    client: &Client,
    metadata: &Metadata,
) -> Result<String, Failed> {
    let query = inbound.any_query();
    let one = |name: &str| {
        let mut values =
            query.iter().filter(|(found, _)| found == name).map(|(_, value)| value.as_str());
        let first = values.next();
        first.filter(|_| values.next().is_none())
    };
    let state = Secret::new(begun.state());
    if !one("state").is_some_and(|sent| state.matches(sent.as_bytes())) {
        return Err(Failed::Strange("`state` does not belong to this browser"));
    }
    // RFC 9207, 2.4: the response must come from the provider that was asked.
    let has_iss = query.iter().any(|(name, _)| name == "iss");
    let is_required = metadata.authorization_response_iss_parameter_supported;
    if (has_iss || is_required) && one("iss") != Some(client.issuer.as_str()) {
        return Err(Failed::Strange("the response comes from another issuer (`iss`)"));
    }
    if let Some(error) = one("error") {
        return Err(Failed::Denied(nexus_printable::shortened(error)));
    }
    let code = one("code").filter(|code| !code.is_empty() && code.len() <= 4096);
    code.map(str::to_owned).ok_or(Failed::Strange("the response has no `code`"))
}

impl Failed {
    fn page(&self, theme: Theme, request_id: &str) -> Response {
        let again = "Go back to the sign-in page, and try again";
        match self {
            Self::Strange(why) => page::failed(
                theme,
                StatusCode::BAD_REQUEST,
                "This sign-in cannot be finished",
                &format!("{why}. {again}."),
            ),
            Self::Denied(code) => page::failed(
                theme,
                StatusCode::FORBIDDEN,
                "The identity provider did not sign you in",
                &format!("The identity provider reported {code:?}. {again}."),
            ),
            Self::Refused(refused) => page::failed(
                theme,
                StatusCode::FORBIDDEN,
                "You have no access yet",
                &refused.text(),
            ),
            Self::Other(error) => {
                error.log_beside(request_id, "a sign-in at the identity provider");
                let problem = error.problem(request_id);
                let status = match error {
                    // An id token that is not good is the provider's mistake, not the browser's.
                    Error::InvalidToken(_) | Error::TokenExpired => StatusCode::BAD_GATEWAY,
                    _ => StatusCode::from_u16(problem.status).unwrap_or(StatusCode::BAD_GATEWAY),
                };
                let text = format!(
                    "{}. {again}. Request {request_id}.",
                    problem.detail.trim_end_matches('.')
                );
                page::failed(theme, status, "You are not signed in", &text)
            }
        }
    }
}
