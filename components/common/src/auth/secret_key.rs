//! The form of the keys and tokens that this application makes: `nxa_` for an agent's key, `nxt_` for an
//! access token, `nxr_` for a refresh token.
//!
//! A key is the prefix, 10 characters of row id, `_`, 43 random characters, `_`, and a CRC-32 of everything
//! before it in 6 characters, all in base62. So a scanner can tell a key without asking anybody, and a
//! mistyped key is rejected before the database is asked. This module must not log or store a key.

use crate::platform::clock;
use crate::secret::Secret;

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const ID: usize = 10;
const SECRET: usize = 43;
const CHECK: usize = 6;

/// The purpose of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    /// The key of an agent.
    Agent,
    /// An access token.
    AccessToken,
    /// A refresh token, which only the authorization server takes.
    RefreshToken,
}

impl KeyKind {
    const ALL: [Self; 3] = [Self::Agent, Self::AccessToken, Self::RefreshToken];

    /// The start of the key.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Agent => "nxa_",
            Self::AccessToken => "nxt_",
            Self::RefreshToken => "nxr_",
        }
    }

    /// The kind of a text that begins as a key does.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| text.starts_with(kind.prefix()))
    }
}

/// A new key: the id of its row, its secret part, and the whole.
pub struct NewKey {
    /// The id of the row.
    pub id: String,
    /// The secret part, whose SHA-256 is stored.
    pub secret: Secret,
    /// The whole key, which is shown once.
    pub text: Secret,
}

/// The parts of a key that has the right form.
#[derive(Debug, PartialEq, Eq)]
pub struct KeyParts<'a> {
    /// The id of the row.
    pub id: &'a str,
    /// The secret part.
    pub secret: &'a str,
}

/// Makes a key.
#[must_use]
pub fn new_key(kind: KeyKind) -> NewKey {
    assemble(kind, random_base62(ID), random_base62(SECRET))
}

fn assemble(kind: KeyKind, id: String, secret: String) -> NewKey {
    let start = format!("{}{id}_{secret}", kind.prefix());
    let text = Secret::new(format!("{start}_{}", check(&start)));
    NewKey { id, secret: Secret::new(secret), text }
}

/// A key for tests, the same each time.
#[cfg(test)]
pub(super) fn fixed_key(kind: KeyKind) -> NewKey {
    assemble(kind, "0123456789".into(), "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ".into())
}

/// The parts of `text`. `None` if it does not have the form of a key of this kind, or if its checksum is
/// wrong.
#[must_use]
pub fn parse_key(kind: KeyKind, text: &str) -> Option<KeyParts<'_>> {
    let (start, sum) = text.rsplit_once('_')?;
    let (id, secret) = start.strip_prefix(kind.prefix())?.split_once('_')?;
    let is_base62 = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let is_whole = id.len() == ID && secret.len() == SECRET && is_base62(id) && is_base62(secret);
    (is_whole && sum == check(start)).then_some(KeyParts { id, secret })
}

/// Random base62 digits. Bytes from 248 on are drawn again, so that every digit is equally likely.
fn random_base62(length: usize) -> String {
    let mut text = String::with_capacity(length);
    while text.len() < length {
        let drawn = clock::random_bytes::<64>().into_iter().filter(|byte| *byte < 248);
        let digits = drawn.filter_map(|byte| DIGITS.get(usize::from(byte % 62)));
        text.extend(digits.take(length - text.len()).map(|digit| char::from(*digit)));
    }
    text
}

/// The CRC-32 (ISO-HDLC) of `text` in six base62 digits.
fn check(text: &str) -> String {
    let mut rest = crc32fast::hash(text.as_bytes());
    let mut digits = [b'0'; CHECK];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS.get((rest % 62) as usize).copied().unwrap_or(b'0');
        rest /= 62;
    }
    digits.map(char::from).iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_key_is_read_and_a_changed_one_is_not() {
        for kind in KeyKind::ALL {
            let key = fixed_key(kind);
            let text = key.text.expose();
            let parts = parse_key(kind, text).unwrap();
            assert_eq!((parts.id, parts.secret), (key.id.as_str(), key.secret.expose()));
            assert_eq!(text.len(), 4 + ID + 1 + SECRET + 1 + CHECK);
            for at in 0..text.len() {
                let mut changed = text.to_owned().into_bytes();
                changed[at] = if changed[at] == b'x' { b'y' } else { b'x' };
                let changed = String::from_utf8(changed).unwrap();
                assert_eq!(parse_key(kind, &changed), None, "byte {at}");
            }
            assert_eq!(parse_key(kind, &text[..text.len() - 1]), None);
        }
        let key = fixed_key(KeyKind::Agent);
        assert_eq!(parse_key(KeyKind::AccessToken, key.text.expose()), None);
    }

    #[test]
    fn the_checksum_is_the_one_that_a_scanner_computes() {
        // CRC-32 of "123456789" is cbf43926 (3421780262).
        assert_eq!(check("123456789"), "3jZRME");
    }
}
