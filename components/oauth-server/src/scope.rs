//! The scopes: what a program asks for, and what it is told that it got.

use crate::answer::OauthError;

/// All scopes.
pub(crate) const ALL: [&str; 3] = [READ, CALL, OFFLINE];
const READ: &str = "integrations:read";
const CALL: &str = "integrations:call";
const OFFLINE: &str = "offline_access";

/// The request of a program.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    /// Whether it asks only to read.
    pub(crate) is_read_only: bool,
    /// Whether it asks for a refresh token.
    pub(crate) is_offline: bool,
}

/// Reads the parameter `scope`. Without it, everything is asked for. Unknown scopes are ignored, unless there is
/// no other one.
///
/// # Errors
/// `invalid_scope`.
pub(crate) fn read(scope: Option<&str>) -> Result<Asked, OauthError> {
    let Some(scope) = scope else { return Ok(Asked { is_read_only: false, is_offline: false }) };
    let has = |one: &str| scope.split(' ').any(|word| word == one);
    if !ALL.iter().any(|one| has(one)) {
        let why = format!("unknown scope. Known scopes: {}", ALL.join(", "));
        return Err(OauthError::new("invalid_scope", why));
    }
    Ok(Asked { is_read_only: has(READ) && !has(CALL), is_offline: has(OFFLINE) })
}

/// The scope that was agreed to.
pub(crate) fn granted(is_read_only: bool, may_refresh: bool) -> String {
    let call = (!is_read_only).then_some(CALL);
    let offline = may_refresh.then_some(OFFLINE);
    [Some(READ), call, offline].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// Whether every scope that is asked for is in `granted`.
pub(crate) fn is_within(asked: &str, granted: &str) -> bool {
    asked.split(' ').all(|one| granted.split(' ').any(|own| own == one))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_what_was_asked_for() {
        for (scope, expected) in [
            (None, Some((false, false))),
            (Some("integrations:read"), Some((true, false))),
            (Some("integrations:read offline_access"), Some((true, true))),
            (Some("integrations:call"), Some((false, false))),
            (Some("openid integrations:read integrations:call"), Some((false, false))),
            (Some("offline_access"), Some((false, true))),
            (Some("openid"), None),
        ] {
            let asked = read(scope).ok().map(|asked| (asked.is_read_only, asked.is_offline));
            assert_eq!(asked, expected, "{scope:?}");
        }
        assert_eq!(granted(true, false), "integrations:read");
        assert_eq!(granted(false, true), "integrations:read integrations:call offline_access");
        assert!(is_within("integrations:read", &granted(true, true)));
        assert!(!is_within("integrations:call", &granted(true, true)));
    }
}
