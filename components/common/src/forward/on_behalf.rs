//! The header that tells the broker for whom a call is made. One header, because each costs on both sides.
//!
//! The broker trusts this header, because only a component has the broker secret. The header must not hold
//! the token itself.

use http::{HeaderMap, HeaderName, HeaderValue};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};

use crate::domain::Caller;

/// The header's name.
pub const ON_BEHALF: HeaderName = HeaderName::from_static("x-nexus-agent");

/// The characters of the caller that cannot be in the header as they are. All others cost nothing.
const ENCODED: &AsciiSet = &CONTROLS.add(b' ').add(b'%');
/// Stands for an address that is not known.
const UNKNOWN: &str = "-";

/// The caller of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnBehalf {
    /// The caller.
    pub caller: Caller,
    /// The header that held the token, in lower case.
    pub token_in: String,
    /// The network address of the client. `None` if it is not known.
    pub address: Option<String>,
    /// The address at which the caller calls the integration. Links in the response lead there.
    pub hub: String,
}

impl OnBehalf {
    /// The header's value: the members with spaces between, the caller as percent-encoded JSON. `None` if a
    /// member cannot be part of a header.
    #[must_use]
    pub fn to_value(&self) -> Option<HeaderValue> {
        let Self { caller, token_in, address, hub } = self;
        let caller = serde_json::to_string(caller).ok()?;
        let caller = utf8_percent_encode(&caller, ENCODED);
        let address = address.as_deref().unwrap_or(UNKNOWN);
        HeaderValue::try_from(format!("{token_in} {caller} {address} {hub}")).ok()
    }

    /// The members in `headers`. `None` if the header is missing or malformed.
    #[must_use]
    pub fn read(headers: &HeaderMap) -> Option<Self> {
        let text = headers.get(ON_BEHALF)?.to_str().ok()?;
        let mut members = text.splitn(4, ' ');
        let mut next = || members.next();
        let token_in = next()?.to_owned();
        let caller = percent_decode_str(next()?).decode_utf8().ok()?;
        let caller = serde_json::from_str(&caller).ok()?;
        let address = Some(next()?).filter(|address| *address != UNKNOWN).map(str::to_owned);
        Some(Self { caller, token_in, address, hub: next()?.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Basis, CallerKind, Role, Via};

    #[test]
    fn it_arrives_as_it_was_sent() {
        for (role, subject) in
            [(None, "a b"), (Some(Role::Agent), "größe"), (Some(Role::Admin), "")]
        {
            let caller = Caller {
                workspace: "w %".to_owned(),
                subject: subject.to_owned(),
                kind: CallerKind::Agent,
                role,
                role_source: None,
                expires_at: 7,
                via: Via::AgentKey,
                basis: Basis { agent: Some("agt_1".to_owned()), ..Basis::default() },
            };
            let sent = OnBehalf {
                caller,
                token_in: "authorization".to_owned(),
                address: role.map(|_| "2001:db8:0:1::/64".to_owned()),
                hub: "https://hub.example/api/proxy/a".to_owned(),
            };
            let mut headers = HeaderMap::new();
            headers.insert(ON_BEHALF, sent.to_value().unwrap());
            assert_eq!(OnBehalf::read(&headers), Some(sent));
        }
    }

    #[test]
    fn anything_else_is_not_read() {
        for text in ["", "authorization", "authorization {} https://hub", "a b c", "a %7b%7d - c"] {
            let mut headers = HeaderMap::new();
            headers.insert(ON_BEHALF, HeaderValue::from_str(text).unwrap());
            assert_eq!(OnBehalf::read(&headers), None, "{text}");
        }
        assert_eq!(OnBehalf::read(&HeaderMap::new()), None);
    }
}
