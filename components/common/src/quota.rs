//! Quotas: how many items of a kind a workspace may have. Each quota is a variable of the deployment.
//!
//! A quota keeps one workspace from filling the storage that all workspaces share. It must not delete
//! anything: existing items stay, and a new item over the quota is rejected with the name of the variable.

use crate::error::{Error, Result};
use crate::platform::variables;

/// The highest value that a quota may have.
const MOST: u32 = 1_000_000;

/// One quota, as the deployment sets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    variable: &'static str,
    items: &'static str,
    most: u32,
}

impl Quota {
    /// The quota of integrations: `max_integrations`, or 1000 if it is not set.
    ///
    /// # Errors
    /// [`Error::Misconfigured`].
    pub async fn of_integrations() -> Result<Self> {
        Self::read("max_integrations", "integrations", 1000).await
    }

    /// The quota of versions of a workspace's own manifests: `max_manifest_versions`, or 2000 if it is not
    /// set.
    ///
    /// # Errors
    /// [`Error::Misconfigured`].
    pub async fn of_manifest_versions() -> Result<Self> {
        let items = "versions of its own manifests (unused versions are deleted after an hour)";
        Self::read("max_manifest_versions", items, 2000).await
    }

    async fn read(variable: &'static str, items: &'static str, otherwise: u32) -> Result<Self> {
        let most = match variables::get(variable).await {
            None => otherwise,
            Some(value) => parse(&value).ok_or_else(|| {
                Error::misconfigured(variable, "must be a whole number from 1 to 1000000")
            })?,
        };
        Ok(Self { variable, items, most })
    }

    /// Checks that a workspace with `found` items may have one more.
    ///
    /// # Errors
    /// [`Error::QuotaExceeded`].
    pub fn check_room(&self, found: i64) -> Result<()> {
        if found < i64::from(self.most) {
            return Ok(());
        }
        let Self { variable, items, most } = *self;
        let detail = format!(
            "the workspace has {found} {items}; the deployment allows {most}. Delete one first, or ask \
             the operator to raise the variable `{variable}`"
        );
        Err(Error::QuotaExceeded { variable, detail })
    }
}

fn parse(value: &str) -> Option<u32> {
    let is_plain = value.bytes().all(|b| b.is_ascii_digit());
    value.parse().ok().filter(|most| is_plain && (1..=MOST).contains(most))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_is_a_plain_number() {
        for (value, most) in [
            ("1", Some(1)),
            ("1000000", Some(1_000_000)),
            ("0", None),
            ("1000001", None),
            ("-1", None),
            ("+1", None),
            ("1e3", None),
            ("many", None),
        ] {
            assert_eq!(parse(value), most, "{value}");
        }
    }

    #[test]
    fn the_refusal_names_the_limit_and_its_variable() {
        let quota = Quota { variable: "max_integrations", items: "integrations", most: 2 };
        assert_eq!(quota.check_room(1), Ok(()));
        let Err(Error::QuotaExceeded { variable, detail }) = quota.check_room(2) else { panic!() };
        assert_eq!(variable, "max_integrations");
        assert!(detail.contains("has 2 integrations; the deployment allows 2"), "{detail}");
    }
}
