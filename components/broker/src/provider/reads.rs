//! The calls of a provider that only read, with the parameters of a connection. This module must not decide
//! about a call.

use std::collections::BTreeMap;

use nexus_common::reads::{ReadCall, Reads};
use nexus_manifests::{Manifest, params};

/// The calls that `manifest` says only read. A call on a host whose parameters are not known yet is left out.
pub(crate) fn reads(manifest: &Manifest, values: &BTreeMap<String, String>) -> Reads {
    let calls = manifest.api.reads.iter().filter_map(|read| {
        let host = params::read_host(manifest, read, values).ok()?;
        Some(ReadCall { method: read.method.clone(), path: read.path.clone(), host })
    });
    Reads { calls: calls.collect(), get_may_write: manifest.api.get_may_write }
}
