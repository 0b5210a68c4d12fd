//! Decompresses responses that are compressed although the request asked for `identity`, so that the mask can
//! search them and the broker can read the responses to its own requests.
//!
//! The body is decompressed as it arrives. This module must not hold more than one chunk of output, because a
//! kilobyte may decompress to a megabyte.

use std::io::{BufRead, ErrorKind, Read, Result as IoResult};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use flate2::bufread::{MultiGzDecoder, ZlibDecoder};
use http::{HeaderMap, StatusCode, header};
use http_body::{Body as _, Frame};
use nexus_common::platform::http::{Body, Response, boxed};

/// The maximum size of decompressed output at once, in bytes.
const CHUNK: usize = 32 * 1024;

/// The content coding of a body (RFC 9110, 8.4). `None` for `identity`.
fn coding(headers: &HeaderMap) -> Option<String> {
    let all = headers.get_all(header::CONTENT_ENCODING).iter();
    let all: Vec<_> = all.map(|value| value.to_str().unwrap_or("unknown")).collect();
    let all = all.join(",").to_ascii_lowercase();
    let all = all.split(',').map(str::trim).filter(|one| !one.is_empty() && *one != "identity");
    let all: Vec<_> = all.collect();
    (!all.is_empty()).then(|| all.join(","))
}

/// Whether the headers name a content coding, which the body still has.
pub(crate) fn is_coded(headers: &HeaderMap) -> bool {
    coding(headers).is_some()
}

/// The response without its coding, if that is `gzip` or `deflate`. Any other coding stays.
pub(crate) fn undone(answer: Response) -> Response {
    let (mut head, body) = answer.into_parts();
    use StatusCode as S;
    if matches!(head.status, S::PARTIAL_CONTENT | S::NO_CONTENT | S::NOT_MODIFIED) {
        // A partial response has a part of the coded bytes, and the other responses have no body.
        return Response::from_parts(head, body);
    }
    let fed = Input::default();
    let decoder = match coding(&head.headers).as_deref() {
        Some("gzip" | "x-gzip") => Decoder::Gzip(Box::new(MultiGzDecoder::new(fed))),
        Some("deflate") => Decoder::Zlib(Box::new(ZlibDecoder::new(fed))),
        _ => return Response::from_parts(head, body),
    };
    // These headers describe the coded bytes.
    let of_coded = ["content-encoding", "content-length", "content-md5", "content-digest"];
    of_coded.iter().for_each(|name| {
        head.headers.remove(*name);
    });
    if body.is_end_stream() {
        return Response::from_parts(head, body);
    }
    Response::from_parts(
        head,
        boxed(DecodedBody { body, decoder, has_begun: false, is_done: false }),
    )
}

/// Received bytes that are not decoded yet.
#[derive(Default)]
struct Input {
    bytes: Bytes,
    has_ended: bool,
}

impl Read for Input {
    fn read(&mut self, out: &mut [u8]) -> IoResult<usize> {
        let read = self.fill_buf()?.read(out)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Input {
    fn fill_buf(&mut self) -> IoResult<&[u8]> {
        match self.bytes.is_empty() && !self.has_ended {
            true => Err(ErrorKind::WouldBlock.into()),
            false => Ok(&self.bytes),
        }
    }

    fn consume(&mut self, count: usize) {
        self.bytes.advance(count);
    }
}

enum Decoder {
    Gzip(Box<MultiGzDecoder<Input>>),
    Zlib(Box<ZlibDecoder<Input>>),
}

impl Decoder {
    fn input(&mut self) -> &mut Input {
        match self {
            Self::Gzip(decoder) => decoder.get_mut(),
            Self::Zlib(decoder) => decoder.get_mut(),
        }
    }

    fn read(&mut self, out: &mut [u8]) -> IoResult<usize> {
        match self {
            Self::Gzip(decoder) => decoder.read(out),
            Self::Zlib(decoder) => decoder.read(out),
        }
    }
}

/// A body that is decoded as it arrives.
struct DecodedBody {
    body: Body,
    decoder: Decoder,
    /// Whether a byte has arrived. A body without any byte is empty, not incomplete.
    has_begun: bool,
    is_done: bool,
}

impl http_body::Body for DecodedBody {
    type Data = Bytes;
    type Error = anyhow::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        while !self.is_done {
            let mut out = vec![0; CHUNK];
            match self.decoder.read(&mut out) {
                Ok(0) => break,
                Ok(length) => {
                    out.truncate(length);
                    return Poll::Ready(Some(Ok(Frame::data(out.into()))));
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                Err(error) => {
                    self.is_done = true;
                    return Poll::Ready(Some(Err(error.into())));
                }
            }
            match ready!(Pin::new(&mut self.body).poll_frame(context)) {
                None if !self.has_begun => break,
                None => self.decoder.input().has_ended = true,
                Some(Ok(frame)) => {
                    if let Ok(bytes) = frame.into_data() {
                        self.has_begun |= !bytes.is_empty();
                        self.decoder.input().bytes = bytes;
                    }
                }
                Some(Err(error)) => {
                    self.is_done = true;
                    return Poll::Ready(Some(Err(error)));
                }
            }
        }
        self.is_done = true;
        Poll::Ready(None)
    }
}
