//! What an answer's body goes through on its way back: secrets are masked, then links are changed.

use bytes::Bytes;

use super::links::JsonLinks;
use super::mask::Mask;

/// Both, as far as a body needs them.
pub(super) struct Outflow {
    /// Where the body may hold a secret that can be read.
    pub(super) mask: Option<Mask>,
    /// Where it is JSON with links.
    pub(super) links: Option<JsonLinks>,
}

impl Outflow {
    /// The next bytes, as far as they may go on yet.
    pub(super) fn push(&mut self, chunk: Bytes) -> Bytes {
        let chunk = match &mut self.mask {
            Some(mask) => mask.push(chunk),
            None => chunk,
        };
        match &mut self.links {
            Some(links) => links.push(&chunk),
            None => chunk,
        }
    }

    /// What was held back, when nothing more comes.
    pub(super) fn finish(&mut self) -> Bytes {
        let rest = self.mask.as_mut().map(Mask::finish).unwrap_or_default();
        match &mut self.links {
            Some(links) => [links.push(&rest), links.finish()].concat().into(),
            None => rest,
        }
    }

    /// A body that has come whole.
    pub(super) fn whole(self, body: Bytes) -> Bytes {
        let body = match self.mask {
            Some(mask) => mask.whole(body),
            None => body,
        };
        match self.links {
            Some(mut links) => [links.push(&body), links.finish()].concat().into(),
            None => body,
        }
    }
}
