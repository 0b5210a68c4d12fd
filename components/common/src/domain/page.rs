//! A page of a list.

/// Selects a page of a list. Pages are found by key, so they stay stable while rows are added and deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// The key of the last row of the previous page.
    pub cursor: Option<i64>,
    /// The maximum number of rows.
    pub limit: u32,
}
