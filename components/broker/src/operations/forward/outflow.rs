//! Processes the body of a response on its way back: masks secrets, then changes links. The order must not
//! change, because the mask must see the bytes that the provider sent.

use bytes::Bytes;

use super::links::JsonLinks;
use crate::provider::mask::Mask;

/// The steps that a body needs.
pub(super) struct Outflow {
    /// The mask, if the body is of a type that is searched.
    pub(super) mask: Option<Mask>,
    /// The links, if the body is JSON whose links are changed.
    pub(super) links: Option<JsonLinks>,
}

impl Outflow {
    /// Takes the next bytes, and returns those that can be passed on now.
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

    /// Returns the bytes that were held back, at the end of the body.
    pub(super) fn finish(&mut self) -> Bytes {
        let rest = self.mask.as_mut().map(Mask::finish).unwrap_or_default();
        match &mut self.links {
            Some(links) => [links.push(&rest), links.finish()].concat().into(),
            None => rest,
        }
    }

    /// Processes a whole body.
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
