//! The header that tells the broker for whom a call is made. One header, because each costs on both sides.
//!
//! The broker believes it because only a component has the broker secret. It must not hold the token itself.

use http::{HeaderMap, HeaderName, HeaderValue};
use percent_encoding::{percent_decode_str, utf8_percent_encode};

use super::SEGMENT;
use crate::auth::Role;

/// The header's name.
pub const ON_BEHALF: HeaderName = HeaderName::from_static("x-nexus-agent");

/// For whom a call is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OnBehalf {
    /// The caller's role; `None` where the token names no known one.
    pub role: Option<Role>,
    /// The header that held the token, in lower case.
    pub token_in: String,
    /// The token's `exp`, in seconds since the Unix epoch.
    pub expires_at: u64,
    /// The token's subject.
    pub subject: String,
    /// The address at which the caller calls the integration; links in the response lead there.
    pub hub: String,
}

impl OnBehalf {
    /// The header's value: the members with spaces between, the subject percent-encoded. `None` where a
    /// member cannot stand in a header.
    #[must_use]
    pub fn to_value(&self) -> Option<HeaderValue> {
        let Self { role, token_in, expires_at, subject, hub } = self;
        let role = role.map_or("none", Role::name);
        let subject = utf8_percent_encode(subject, SEGMENT);
        HeaderValue::try_from(format!("{role} {token_in} {expires_at} {subject} {hub}")).ok()
    }

    /// The members in `headers`; `None` where the header is missing or not of this form.
    #[must_use]
    pub fn read(headers: &HeaderMap) -> Option<Self> {
        let text = headers.get(ON_BEHALF)?.to_str().ok()?;
        let mut members = text.splitn(5, ' ');
        let mut next = || members.next();
        Some(Self {
            role: Role::parse(next()?),
            token_in: next()?.to_owned(),
            expires_at: next()?.parse().ok()?,
            subject: percent_decode_str(next()?).decode_utf8_lossy().into_owned(),
            hub: next()?.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_arrives_as_it_was_sent() {
        for (role, subject) in
            [(None, "a b"), (Some(Role::Agent), "größe"), (Some(Role::Admin), "")]
        {
            let sent = OnBehalf {
                role,
                token_in: "authorization".to_owned(),
                expires_at: 7,
                subject: subject.to_owned(),
                hub: "https://hub.example/api/proxy/a".to_owned(),
            };
            let mut headers = HeaderMap::new();
            headers.insert(ON_BEHALF, sent.to_value().unwrap());
            assert_eq!(OnBehalf::read(&headers), Some(sent));
        }
    }

    #[test]
    fn anything_else_is_not_read() {
        for text in
            ["", "AGENT", "AGENT authorization", "AGENT authorization x ann https://hub", "a b 7 c"]
        {
            let mut headers = HeaderMap::new();
            headers.insert(ON_BEHALF, HeaderValue::from_str(text).unwrap());
            assert_eq!(OnBehalf::read(&headers), None, "{text}");
        }
        assert_eq!(OnBehalf::read(&HeaderMap::new()), None);
    }
}
