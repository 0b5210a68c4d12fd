//! The work in the background, and what it finds.

use serde::{Deserialize, Serialize};

/// The response of [`Tick`](super::Tick): the work that was done.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Ticked {
    /// The number of credentials that were checked at their providers.
    pub checked: u32,
    /// The number of tokens that were refreshed because nobody uses them.
    pub refreshed: u32,
    /// The number of tokens in the outbox that were revoked, or whose revocation has failed for good.
    pub revoked: u32,
    /// The number of ciphertexts that were sealed again with the first key.
    pub resealed: u32,
    /// The number of unused documents of manifests that were deleted.
    pub forgotten: u32,
    /// The number of failures. The log has the reasons.
    pub failed: u32,
}

/// The request of [`VerifyHeads`](super::VerifyHeads).
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkspaceScope {
    /// The workspace.
    pub workspace: String,
}

/// The response of [`VerifyHeads`](super::VerifyHeads): the signed heads of a workspace's audit record, compared
/// with the record.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct HeadsVerified {
    /// The number of heads.
    pub heads: u64,
    /// When the oldest head was signed (RFC 3339, UTC).
    pub since: Option<String>,
    /// The number of the last record whose hash is the signed one.
    pub up_to: i64,
    /// The number of heads that do not match the record.
    pub broken: u64,
    /// The oldest heads that do not match.
    pub first_broken: Vec<HeadBroken>,
}

/// A head that does not match the record.
#[derive(Debug, Serialize, Deserialize)]
pub struct HeadBroken {
    /// The number of the record's last entry when the head was signed.
    pub count: i64,
    /// The reason, in words.
    pub why: String,
}

/// The response of [`ReportHealth`](super::ReportHealth).
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct BrokerHealth {
    /// The malformed variables.
    pub problems: Vec<VariableProblem>,
    /// The ids of the encryption keys, the sealing key first.
    pub keys: Vec<String>,
}

/// A malformed variable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VariableProblem {
    /// The name of the variable.
    pub variable: String,
    /// The rule that it breaks. Never its value.
    pub rule: String,
}
