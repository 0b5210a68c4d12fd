//! What is served: the files of `static/dist`, as `build.rs` found them.

use crate::encoding::{Accepted, Coding};

/// One file.
pub(crate) struct File {
    path: &'static str,
    /// Its media type.
    pub(crate) media_type: &'static str,
    /// Whether its name changes with its content.
    pub(crate) immutable: bool,
    plain: Coded,
    br: Option<Coded>,
    gzip: Option<Coded>,
}

/// A file in one coding.
pub(crate) struct Coded {
    /// What is sent.
    pub(crate) bytes: &'static [u8],
    /// The entity tag, with its quotes; no two codings have the same.
    pub(crate) tag: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// The file at `path`.
pub(crate) fn at(path: &str) -> Option<&'static File> {
    FILES.iter().find(|file| file.path == path)
}

impl File {
    /// The form of this file that serves the client best, and its coding.
    pub(crate) fn best(&self, accepted: &Accepted<'_>) -> (Coding, &Coded) {
        let compressed = [(Coding::Br, &self.br), (Coding::Gzip, &self.gzip)];
        let offered = compressed
            .into_iter()
            .filter_map(|(coding, coded)| Some((coding, coded.as_ref()?)))
            .chain([(Coding::Identity, &self.plain)]);
        // Of equals the first: Brotli is smaller than gzip, and both than nothing.
        let mut best = (Coding::Identity, &self.plain, 0);
        for (coding, coded) in offered {
            let weight = accepted.weight(coding);
            if weight > best.2 {
                best = (coding, coded, weight);
            }
        }
        (best.0, best.1)
    }
}
