//! Whether an integration is switched on.

use super::words;

words! {
    /// Whether an admin has switched an integration on.
    Status {
        /// Agents may use the integration.
        Active = "active",
        /// Agents may not use the integration.
        Inactive = "inactive",
    }
}
