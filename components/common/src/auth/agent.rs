//! Finds the token of an agent, wherever an SDK puts an API key. Also finds the token in data for a provider.
//!
//! This module must not decide whether a token is valid: `auth` does. The token must never be sent to a
//! provider. Only `forward` uses the search.

use std::cell::OnceCell;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use http::{HeaderMap, HeaderName, header};
use percent_encoding::percent_decode_str;

use super::{Caller, Evidence, KeyKind, bearer, parse_key};
use crate::error::{Error, Result};
use crate::http::{Inbound, client_address};
use crate::store::require_standing;

/// A caller, with the place of their token in the request.
pub struct Agent {
    /// The caller.
    pub caller: Caller,
    /// The header that held the token.
    pub token_in: HeaderName,
    /// The network address of the client. `None` if it is not known.
    pub address: Option<String>,
    token: String,
}

impl Agent {
    /// The caller that the token in `inbound` proves. The token is in `Authorization` (with Bearer, with another
    /// scheme, or as the user or password of Basic) or, without that header, in another header whose value is a
    /// token of ours: a JWT or a key.
    ///
    /// Whether the caller may still act is not checked. The broker checks that for a call that is passed on to it;
    /// before anything else, [`Self::require_standing`] must.
    ///
    /// # Errors
    /// 401 as an [`Error`], [`Error::Misconfigured`].
    pub async fn proved(inbound: &Inbound) -> Result<Self> {
        let (token_in, token) = find(inbound.headers())?;
        let caller = Caller::verified(Evidence::Bearer(token.clone()), inbound).await?;
        Ok(Self { caller, token_in, address: client_address(inbound).await?, token })
    }

    /// Checks that the caller may still act.
    ///
    /// # Errors
    /// [`Error::InvalidToken`], [`Error::Stopped`], [`Error::Storage`].
    pub async fn require_standing(&self) -> Result<()> {
        require_standing(&self.caller.workspace, &self.caller.basis).await
    }

    /// The caller of `inbound`, by the token in its `Authorization: Bearer` header only.
    ///
    /// # Errors
    /// 401 as an [`Error`], [`Error::Misconfigured`].
    pub async fn by_bearer(inbound: &Inbound) -> Result<Self> {
        let token = bearer(inbound)?;
        let caller = Caller::proved_by(Evidence::Bearer(token.to_owned()), inbound).await?;
        let address = client_address(inbound).await?;
        Ok(Self { caller, token_in: header::AUTHORIZATION, address, token: token.to_owned() })
    }

    /// A search for the token in data for a provider.
    pub(crate) fn trace(&self) -> Trace<'_> {
        Trace { token_in: &self.token_in, token: &self.token, needles: OnceCell::new() }
    }
}

/// A search for the token of an agent, in all its forms.
pub(crate) struct Trace<'a> {
    token_in: &'a HeaderName,
    token: &'a str,
    /// The forms of the token, made for the first text that is long enough to contain one.
    needles: OnceCell<Vec<String>>,
}

impl Trace<'_> {
    /// Removes the token from `headers`: the header that held it, and every other header whose value contains
    /// it.
    pub(crate) fn remove_from(&self, headers: &mut HeaderMap) {
        let holds = |value: &[u8]| self.is_in(&String::from_utf8_lossy(value));
        let names: Vec<HeaderName> = headers
            .iter()
            .filter(|(name, value)| *name == self.token_in || holds(value.as_bytes()))
            .map(|(name, _)| name.clone())
            .collect();
        for name in names {
            headers.remove(name);
        }
    }

    /// Whether `text` contains the token: as it is, percent-encoded up to twice, or in base64, alone or as a
    /// part of a longer text.
    pub(crate) fn is_in(&self, text: &str) -> bool {
        // No form is shorter than the token. Most headers and URLs are.
        if text.len() < self.token.len() {
            return false;
        }
        let needles = self.needles.get_or_init(|| needles(self.token));
        let holds = |text: &str| needles.iter().any(|needle| text.contains(needle.as_str()));
        if holds(text) {
            return true;
        }
        let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        text.contains('%') && {
            let once = decode(text);
            holds(&once) || holds(&decode(&once))
        }
    }
}

/// `token` as it is, and its base64 form for each of the three offsets at which it may start (RFC 4648, 4).
/// The digits at both ends, which also depend on the neighbouring bytes, are left out. The characters of a
/// JWT never produce the two digits that differ in the URL-safe form.
fn needles(token: &str) -> Vec<String> {
    let in_base64 = (0..3).filter_map(|before| {
        let bytes = [vec![0; before].as_slice(), token.as_bytes()].concat();
        let text = STANDARD_NO_PAD.encode(&bytes);
        let own = text.get((before * 8).div_ceil(6)..bytes.len() * 8 / 6)?;
        (!own.is_empty()).then(|| own.to_owned())
    });
    std::iter::once(token.to_owned()).chain(in_base64).collect()
}

fn find(headers: &HeaderMap) -> Result<(HeaderName, String)> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    if let Some(value) = values.next() {
        if values.next().is_some() {
            return Err(Error::InvalidToken(
                "the request has two Authorization headers. Send one".into(),
            ));
        }
        let text = value.to_str().map_err(|_| no_token())?;
        return Ok((header::AUTHORIZATION, of_authorization(text.trim())?));
    }
    let mut found: Option<(HeaderName, String)> = None;
    for (name, value) in headers {
        let Some(token) = value.to_str().ok().map(last_word).filter(|text| is_token(text)) else {
            continue;
        };
        match &found {
            Some((_, other)) if other != token => {
                return Err(two_tokens());
            }
            Some(_) => {}
            None => found = Some((name.clone(), token.to_owned())),
        }
    }
    found.ok_or(Error::MissingToken)
}

fn no_token() -> Error {
    let why = "the Authorization header has no token. Send `Authorization: Bearer <token>`";
    Error::InvalidToken(why.into())
}

fn two_tokens() -> Error {
    Error::InvalidToken("the request has two different tokens. Send one".into())
}

fn of_authorization(text: &str) -> Result<String> {
    let (scheme, rest) = text.split_once(' ').unwrap_or(("", text));
    if scheme.eq_ignore_ascii_case("basic") {
        let bytes = STANDARD.decode(rest.trim()).map_err(|_| no_token())?;
        let pair = String::from_utf8(bytes).map_err(|_| no_token())?;
        let (user, password) = pair.split_once(':').ok_or_else(no_token)?;
        return match (is_token(user), is_token(password)) {
            (true, true) if user != password => Err(two_tokens()),
            (true, _) => Ok(user.to_owned()),
            (false, true) => Ok(password.to_owned()),
            (false, false) => Err(no_token()),
        };
    }
    match rest.trim() {
        "" => Err(no_token()),
        token => Ok(token.to_owned()),
    }
}

/// The last word of a header's value, because a scheme may precede the token.
fn last_word(value: &str) -> &str {
    value.trim().rsplit(' ').next().unwrap_or_default()
}

/// Whether `text` looks like a proof for this application: a JWT, or a key or access token of ours.
pub fn is_token(text: &str) -> bool {
    is_jwt(text) || KeyKind::of(text).is_some_and(|kind| parse_key(kind, text).is_some())
}

/// Whether `text` looks like a JWT (RFC 7519): a JSON object and two more parts in base64url.
pub fn is_jwt(text: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    text.starts_with("eyJ") && text.split('.').count() == 3 && text.split('.').all(is_part)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;
    use crate::auth::secret_key::fixed_key;
    use crate::auth::{CallerKind, Via};
    use crate::domain::Basis;

    const A: &str = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln";
    const B: &str = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJiIn0.c2ln";

    fn nobody() -> Caller {
        Caller {
            workspace: "w".into(),
            subject: "s".into(),
            kind: CallerKind::Service,
            role: None,
            role_source: None,
            expires_at: 7,
            via: Via::IssuerToken,
            basis: Basis::default(),
        }
    }

    fn found(headers: &[(&str, String)]) -> Option<(String, String)> {
        let headers = headers.iter().map(|(name, value)| {
            (name.parse::<HeaderName>().unwrap(), HeaderValue::from_str(value).unwrap())
        });
        find(&headers.collect()).ok().map(|(name, token)| (name.to_string(), token))
    }

    #[test]
    fn a_token_is_found_where_sdks_put_keys() {
        let basic = |pair: &str| format!("Basic {}", STANDARD.encode(pair));
        for (name, value) in [
            ("authorization", format!("Bearer {A}")),
            ("authorization", format!("bearer  {A}")),
            ("authorization", format!("token {A}")),
            ("authorization", A.to_owned()),
            ("authorization", basic(&format!("{A}:"))),
            ("authorization", basic(&format!("AC123:{A}"))),
            ("authorization", basic(&format!("{A}:{A}"))),
            ("x-api-key", A.to_owned()),
            ("dd-api-key", A.to_owned()),
            ("x-auth", format!("Key {A}")),
        ] {
            let expected = Some((name.to_owned(), A.to_owned()));
            assert_eq!(found(&[(name, value.clone())]), expected, "{name}: {value}");
        }
    }

    #[test]
    fn a_key_is_found_where_sdks_put_keys() {
        let key = fixed_key(KeyKind::Agent).text.expose().to_owned();
        for (name, value) in [
            ("authorization", format!("Bearer {key}")),
            ("authorization", format!("Basic {}", STANDARD.encode(format!("{key}:")))),
            ("x-api-key", key.clone()),
        ] {
            let expected = Some((name.to_owned(), key.clone()));
            assert_eq!(found(&[(name, value.clone())]), expected, "{name}: {value}");
        }
    }

    #[test]
    fn two_different_tokens_are_rejected() {
        let basic = format!("Basic {}", STANDARD.encode(format!("{A}:{B}")));
        assert_eq!(found(&[("authorization", basic)]), None);
        assert_eq!(found(&[("x-api-key", A.into()), ("x-other", B.into())]), None);
        assert!(found(&[("x-api-key", A.into()), ("x-other", A.into())]).is_some());
        assert_eq!(found(&[("authorization", "Basic !".into()), ("x-api-key", A.into())]), None);
        assert_eq!(found(&[("x-api-key", "sk_live_1".into())]), None);
        assert_eq!(found(&[]), None);
    }

    #[test]
    fn the_token_is_removed_from_every_header() {
        let agent = Agent {
            caller: nobody(),
            token_in: header::AUTHORIZATION,
            address: None,
            token: A.to_owned(),
        };
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("authorization", "Basic x".to_owned()),
            ("x-copy", format!("a {A}")),
            ("x-pair", format!("Basic {}", STANDARD.encode(format!("user:{A}")))),
            ("x-b", B.into()),
        ] {
            headers.insert(HeaderName::from_static(name), value.parse().unwrap());
        }
        agent.trace().remove_from(&mut headers);
        assert_eq!(headers.keys().map(HeaderName::as_str).collect::<Vec<_>>(), ["x-b"]);
    }

    #[test]
    fn no_form_of_a_token_is_shorter_than_the_token() {
        for length in 1..200 {
            let token = "a".repeat(length);
            // `Trace::is_in` relies on this. A token of ours has far more than these few characters.
            let is_long = |needle: &String| needle.len() >= length || length < 8;
            assert!(needles(&token).iter().all(is_long), "{length}");
        }
        assert!(A.len() > 8);
    }

    #[test]
    fn the_token_is_found_in_every_encoding() {
        let agent = Agent {
            caller: nobody(),
            token_in: header::AUTHORIZATION,
            address: None,
            token: A.to_owned(),
        };
        let trace = agent.trace();
        for before in ["", "u", "us", "usr", "user:"] {
            let pair = format!("{before}{A}:x");
            for text in [
                format!("x={pair}"),
                STANDARD.encode(&pair),
                base64::engine::general_purpose::URL_SAFE.encode(&pair),
                pair.replace('.', "%2E"),
                pair.replace('.', "%252e"),
                pair.replace('J', "%4a"),
            ] {
                assert!(trace.is_in(&text), "{text}");
            }
        }
        for text in ["", B, "100%", A.get(1..).unwrap(), &STANDARD.encode(B)] {
            assert!(!trace.is_in(text), "{text}");
        }
    }
}
