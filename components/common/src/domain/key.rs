//! The key of an integration.

use crate::platform::sqlite::Value;

/// The workspace and the id of an integration. Both are in every statement, so that no statement can reach
/// another workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IntegrationKey<'a> {
    /// The workspace.
    pub workspace: &'a str,
    /// The id: `int_…`.
    pub id: &'a str,
}

impl<'a> IntegrationKey<'a> {
    /// The integration `id` of `workspace`.
    #[must_use]
    pub const fn new(workspace: &'a str, id: &'a str) -> Self {
        Self { workspace, id }
    }

    /// The values of `?1` and `?2`.
    #[must_use]
    pub fn values(self) -> [Value; 2] {
        [Value::text(self.workspace), Value::text(self.id)]
    }

    /// The values of `?1` and `?2`, and those of the next parameters.
    pub fn and(self, more: impl IntoIterator<Item = Value>) -> Vec<Value> {
        self.values().into_iter().chain(more).collect()
    }
}
