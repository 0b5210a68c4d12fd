//! JSON that is compressed (gzip, RFC 1952) for a client that accepts it.
//!
//! A compressed length says something about what the body repeats (BREACH). So this is for whole pages of the control
//! plane that are asked for by GET, hold no secret, and repeat nothing that the request says. This module must not be used
//! for a response that does, and never for the response to an agent's call.

use http::{StatusCode, header};
use miniz_oxide::deflate::compress_to_vec;

use super::accept_encoding::{AcceptEncoding, Coding};
use super::{Inbound, json_response, set, unless_known};
use crate::platform::http::Response;

/// Below this, a response fits into one packet anyway, in bytes.
const LEAST: usize = 1_200;
/// The fastest level. The next ones save a few per cent more.
const LEVEL: u8 = 1;
/// The start of a stream without a name and a time, from an unknown system (RFC 1952, 2.3).
const HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

/// A 200 with `body`, which is JSON: compressed if the client prefers that and the body is large.
pub fn large_json(inbound: &Inbound, body: impl Into<bytes::Bytes>) -> Response {
    respond(AcceptEncoding::of(inbound).prefers_gzip(), body.into())
}

/// As [`large_json`], or a 304 if the client has the content. `hash` stands for the content. Each coding has an entity
/// tag of its own, because it is another representation (RFC 9110, 8.8.3.3).
///
/// # Errors
/// The errors of `make`.
pub fn large_json_unless_known<E, B: Into<bytes::Bytes>>(
    inbound: &Inbound,
    hash: &str,
    make: impl FnOnce() -> Result<B, E>,
) -> Result<Response, E> {
    let is_coded = AcceptEncoding::of(inbound).prefers_gzip();
    let tag = if is_coded { format!("\"{hash}-gzip\"") } else { format!("\"{hash}\"") };
    let mut response = unless_known(inbound, &tag, || Ok(respond(is_coded, make()?.into())))?;
    set(&mut response, header::VARY, "accept-encoding");
    Ok(response)
}

fn respond(is_coded: bool, body: bytes::Bytes) -> Response {
    let mut response = if is_coded && body.len() >= LEAST {
        let mut response = json_response(StatusCode::OK, gzip(&body));
        set(&mut response, header::CONTENT_ENCODING, Coding::Gzip.name());
        response
    } else {
        json_response(StatusCode::OK, body)
    };
    set(&mut response, header::VARY, "accept-encoding");
    response
}

/// `plain` as a gzip stream.
fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut stream = HEAD.to_vec();
    stream.extend(compress_to_vec(plain, LEVEL));
    stream.extend(crc32fast::hash(plain).to_le_bytes());
    // The length modulo 2^32.
    stream.extend((plain.len() as u32).to_le_bytes());
    stream
}
