//! How many components the requests of an instance have passed through, so that a loop is detected.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The depths of the requests in flight: how many components each has passed through. A request that the
/// guest sends belongs to one of them. Because it is unknown to which, it is assumed to be the deepest. In an
/// application without loops that never exceeds the longest path through it.
#[derive(Clone, Default)]
pub(crate) struct Depths(Arc<Mutex<BTreeMap<usize, usize>>>);

impl Depths {
    /// The depth of the deepest request in flight.
    pub(crate) fn deepest(&self) -> usize {
        let depths = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        depths.last_key_value().map_or(0, |(depth, _)| *depth)
    }

    /// Adds a request, which ends when the returned value is dropped.
    pub(crate) fn enter(&self, depth: usize) -> DepthGuard {
        let mut depths = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *depths.entry(depth).or_default() += 1;
        DepthGuard { depths: self.clone(), depth }
    }
}

/// Removes the depth of a request when the request has ended.
pub(crate) struct DepthGuard {
    depths: Depths,
    depth: usize,
}

impl Drop for DepthGuard {
    fn drop(&mut self) {
        let mut depths = self.depths.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = depths.get_mut(&self.depth) {
            *count -= 1;
            if *count == 0 {
                depths.remove(&self.depth);
            }
        }
    }
}
