//! The files to serve: `static/dist`, as `build.rs` embedded it.

use nexus_common::http::{AcceptEncoding, Coding};

/// One file.
pub(crate) struct File {
    path: &'static str,
    /// The media type of the file.
    pub(crate) media_type: &'static str,
    /// Whether the file's name changes with its content.
    pub(crate) immutable: bool,
    plain: CodedFile,
    br: Option<CodedFile>,
    gzip: Option<CodedFile>,
}

/// A file in one coding.
pub(crate) struct CodedFile {
    /// The content in this coding.
    pub(crate) bytes: &'static [u8],
    /// The entity tag, with its quotes. Each coding has its own.
    pub(crate) tag: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// The file at `path`.
pub(crate) fn at(path: &str) -> Option<&'static File> {
    FILES.iter().find(|file| file.path == path)
}

impl File {
    /// The coding of this file that the client prefers.
    pub(crate) fn best(&self, accepted: &AcceptEncoding) -> (Coding, &CodedFile) {
        let compressed = [(Coding::Br, &self.br), (Coding::Gzip, &self.gzip)];
        let offered = compressed
            .into_iter()
            .filter_map(|(coding, coded)| Some((coding, coded.as_ref()?)))
            .chain([(Coding::Identity, &self.plain)]);
        // Among equal weights, the first wins: Brotli is smaller than gzip, and gzip is smaller than
        // identity.
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
