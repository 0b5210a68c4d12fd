//! The maximum lifetime of a token: the variable `jwt_max_lifetime`.
//!
//! A token cannot be revoked before it expires, so its lifetime is how long it can be misused. This module
//! must not measure only the remaining time of a token that has an `iat`.

use nexus_common::auth::Role;
use nexus_common::{Error, Result};

const VARIABLE: &str = "jwt_max_lifetime";
const RULE: &str = "must be a number of seconds, then `ROLE=seconds` for each role with another \
                    limit, such as `86400,ADMIN=3600`. 0 means no limit";
/// The default, in seconds: one day.
const DAY: u64 = 86_400;

/// The maximum lifetime of a token in seconds. 0 means no limit.
#[derive(Debug)]
pub(crate) struct Lifetime {
    most: u64,
    by_role: Vec<(Role, u64)>,
}

impl Lifetime {
    /// Parses the variable: `86400`, or `86400,ADMIN=3600,AGENT=604800`.
    ///
    /// # Errors
    /// [`Error::Misconfigured`].
    pub(crate) fn parse(text: Option<&str>) -> Result<Self> {
        Self::read(text).ok_or_else(|| Error::misconfigured(VARIABLE, RULE))
    }

    fn read(text: Option<&str>) -> Option<Self> {
        let Some(text) = text else { return Some(Self { most: DAY, by_role: Vec::new() }) };
        let mut parts = text.split(',').map(str::trim);
        let most = seconds(parts.next()?)?;
        let mut by_role = Vec::new();
        for part in parts {
            let (name, number) = part.split_once('=')?;
            let role = Role::parse(name.trim())?;
            if by_role.iter().any(|(known, _)| *known == role) {
                return None;
            }
            by_role.push((role, seconds(number.trim())?));
        }
        Some(Self { most, by_role })
    }

    /// Checks a token of `role` that was issued at `issued_at` and expires at `expires_at`, in seconds since
    /// the Unix epoch. A token without a time of issue counts as issued `now`.
    ///
    /// # Errors
    /// [`Error::InvalidToken`] with both numbers.
    pub(crate) fn check(
        &self,
        role: Option<Role>,
        issued_at: Option<u64>,
        expires_at: u64,
        now: u64,
    ) -> Result<()> {
        let own = self.by_role.iter().find(|(known, _)| Some(*known) == role);
        let most = own.map_or(self.most, |(_, most)| *most);
        let (lasts, from) = match issued_at {
            Some(at) => (expires_at.saturating_sub(at), "from `iat` to `exp`"),
            None => (expires_at.saturating_sub(now), "from now to `exp`, and has no `iat`"),
        };
        if most == 0 || lasts <= most {
            return Ok(());
        }
        Err(Error::InvalidToken(format!(
            "the token lasts {lasts} s {from}, but at most {most} s are accepted (`{VARIABLE}`). Get \
             a token with a shorter lifetime from the issuer"
        )))
    }
}

/// A number that consists of digits only.
fn seconds(text: &str) -> Option<u64> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lifetime_is_measured_from_the_time_of_issue() {
        let lifetime = Lifetime::parse(None).unwrap();
        let ok = |issued, expires| lifetime.check(None, issued, expires, 1_000_000).is_ok();
        assert!(ok(Some(1_000_000), 1_086_400));
        assert!(!ok(Some(1_000_000), 1_086_401));
        assert!(
            !ok(Some(999_000), 1_086_000),
            "the remaining time is short enough, but the lifetime is not"
        );
        assert!(ok(None, 1_086_400));
        assert!(!ok(None, 1_086_401));
        assert!(!ok(Some(0), u64::MAX));
    }

    #[test]
    fn a_role_can_have_another_limit() {
        let lifetime = Lifetime::parse(Some("600, ADMIN=60 ,AGENT=0")).unwrap();
        let ok = |role, lasts| lifetime.check(role, Some(0), lasts, 0).is_ok();
        assert!(ok(Some(Role::Admin), 60) && !ok(Some(Role::Admin), 61));
        assert!(ok(Some(Role::Manager), 600) && !ok(Some(Role::Manager), 601));
        assert!(ok(None, 600) && !ok(None, 601));
        assert!(ok(Some(Role::Agent), u64::MAX));
        assert!(Lifetime::parse(Some("0")).unwrap().check(None, None, u64::MAX, 0).is_ok());
    }

    #[test]
    fn a_malformed_variable_is_rejected() {
        for wrong in ["1h", "-1", "+1", "", "60,", "ADMIN=60", "60,OWNER=1", "1,ADMIN=2,ADMIN=3"] {
            assert!(Lifetime::parse(Some(wrong)).is_err(), "{wrong:?}");
        }
    }
}
