//! The application that this program contains.

use anyhow::{Context, Result};
use nexus_host::bundle::Bundle;
#[allow(unused_imports, reason = "only a program with components has them")]
use nexus_host::bundle::Compiled;

include!(concat!(env!("OUT_DIR"), "/bundle.rs"));

/// The components of this program.
///
/// # Errors
/// The program was built without them.
pub(super) fn get() -> Result<&'static Bundle> {
    BUNDLE.as_ref().context(
        "this program was built without the application. `cargo xtask release` builds one that contains it; \
         from a checkout, `cargo xtask up` runs the application",
    )
}
