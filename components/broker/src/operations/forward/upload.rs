//! Watches the body of an agent's call on its way to the provider: counts its bytes, and aborts a call whose
//! body no longer arrives.
//!
//! This module must not blame a client for a slow provider. Only the time in which the broker waits for the
//! client counts.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::Frame;
use nexus_common::platform::clock;
use nexus_common::platform::http::IncomingBody;
use nexus_common::{Error, Result};

/// The maximum time without a byte of the body, in milliseconds.
const SILENCE_MS: u64 = 60_000;
/// The period over which the speed is measured, in milliseconds.
const MINUTE_MS: u64 = 60_000;
/// The minimum speed of a body, in bytes per second over one period.
const LEAST: u64 = 100;
/// The time of a period that must have been spent waiting for the client, in milliseconds.
const MOSTLY_MS: u64 = 45_000;

/// The progress of an upload.
#[derive(Debug, Default)]
pub(super) struct Progress {
    /// The number of bytes that have arrived.
    sent: AtomicU64,
    /// The time since which the broker waits for the client, in milliseconds since the Unix epoch. 0 if it
    /// does not.
    waiting_since: AtomicU64,
    /// The time of the last progress, in milliseconds since the Unix epoch.
    moved_at: AtomicU64,
    is_whole: AtomicBool,
    is_broken: AtomicBool,
}

impl Progress {
    /// The progress of a body before its first byte. `now` is in milliseconds since the Unix epoch.
    pub(super) fn begun(now: u64) -> Arc<Self> {
        let progress = Self::default();
        progress.moved_at.store(now, Relaxed);
        Arc::new(progress)
    }

    /// The number of bytes that have arrived.
    pub(super) fn bytes(&self) -> u64 {
        self.sent.load(Relaxed)
    }

    /// Whether the client's body is incomplete or malformed.
    pub(super) fn is_broken(&self) -> bool {
        self.is_broken.load(Relaxed)
    }

    /// Records that a body of `bytes` bytes has arrived completely.
    pub(super) fn is_here(&self, bytes: usize) {
        self.sent.fetch_add(bytes as u64, Relaxed);
        self.is_whole.store(true, Relaxed);
    }
}

/// Checks the speed of one upload, and the wait for the first byte of the response.
pub(super) struct Pace {
    first_byte: Duration,
    turned_at: u64,
    bytes_then: u64,
    waited_ms: u64,
    looked_at: u64,
}

impl Pace {
    /// Begins at `now`. `first_byte` is how long a response may take to begin.
    pub(super) fn new(first_byte: Duration, now: u64) -> Self {
        Self { first_byte, turned_at: now, bytes_then: 0, waited_ms: 0, looked_at: now }
    }

    /// Checks the progress of `upload`.
    ///
    /// # Errors
    /// [`Error::RequestTimeout`] if the client sends nothing, or almost nothing. [`Error::ProviderTimeout`]
    /// if the provider reads nothing, or does not respond.
    pub(super) fn check(&mut self, upload: &Progress, now: u64) -> Result<()> {
        let since = now.saturating_sub(std::mem::replace(&mut self.looked_at, now));
        let still = now.saturating_sub(upload.moved_at.load(Relaxed));
        let waiting_since = upload.waiting_since.load(Relaxed);
        if upload.is_whole.load(Relaxed) || waiting_since == 0 {
            return match still >= u64::try_from(self.first_byte.as_millis()).unwrap_or(u64::MAX) {
                true => Err(too_slow(self.first_byte)),
                false => Ok(()),
            };
        }
        if now.saturating_sub(waiting_since) >= SILENCE_MS {
            let why = "no byte of the request body arrived for 60 s: send the whole request again";
            return Err(Error::RequestTimeout(why.into()));
        }
        self.waited_ms += since.min(now.saturating_sub(waiting_since));
        if now.saturating_sub(self.turned_at) >= MINUTE_MS {
            let bytes = upload.bytes();
            let is_slow = bytes.saturating_sub(self.bytes_then) < LEAST * MINUTE_MS / 1000;
            if is_slow && self.waited_ms >= MOSTLY_MS {
                return Err(Error::RequestTimeout(format!(
                    "the request body arrived more slowly than {LEAST} bytes a second for a minute: \
                     send the whole request again"
                )));
            }
            (self.turned_at, self.bytes_then, self.waited_ms) = (now, bytes, 0);
        }
        Ok(())
    }
}

/// The error for a provider that is too slow.
pub(super) fn too_slow(first_byte: Duration) -> Error {
    Error::ProviderTimeout(format!(
        "the provider did not begin to answer within {} s (the manifest's api.first_byte_seconds)",
        first_byte.as_secs()
    ))
}

/// A body whose bytes are counted.
pub(super) struct Counted {
    /// The body.
    pub(super) body: IncomingBody,
    /// The length of the body, if it is known.
    pub(super) length: Option<u64>,
    /// The progress of the upload.
    pub(super) progress: Arc<Progress>,
}

impl http_body::Body for Counted {
    type Data = Bytes;
    type Error = <IncomingBody as http_body::Body>::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let mut polled = Pin::new(&mut self.body).poll_frame(context);
        // Trailers are dropped, because they are not searched for tokens and for headers that an agent may
        // not send.
        while matches!(&polled, Poll::Ready(Some(Ok(frame))) if frame.is_trailers()) {
            polled = Pin::new(&mut self.body).poll_frame(context);
        }
        let (progress, now) = (&self.progress, clock::now_ms());
        match &polled {
            Poll::Pending => {
                let _ = progress.waiting_since.compare_exchange(0, now, Relaxed, Relaxed);
                return polled;
            }
            Poll::Ready(Some(Ok(frame))) => {
                let bytes = frame.data_ref().map_or(0, |data| data.len() as u64);
                let sum = progress.sent.fetch_add(bytes, Relaxed) + bytes;
                if self.length.is_some_and(|length| sum >= length) {
                    progress.is_whole.store(true, Relaxed);
                }
            }
            Poll::Ready(Some(Err(_))) => progress.is_broken.store(true, Relaxed),
            Poll::Ready(None) => progress.is_whole.store(true, Relaxed),
        }
        progress.waiting_since.store(0, Relaxed);
        progress.moved_at.store(now, Relaxed);
        polled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Replays an upload. Each step has the second, the bytes so far, and whether the broker waits for the
    /// client.
    fn replay(story: &[(u64, u64, bool)], is_whole: bool) -> Option<Error> {
        let (progress, mut pace) =
            (Progress::default(), Pace::new(Duration::from_secs(120), 1_000));
        progress.moved_at.store(1_000, Relaxed);
        progress.is_whole.store(is_whole, Relaxed);
        let (mut bytes, mut waiting) = (0, 0);
        for (second, so_far, waits) in story {
            let now = 1_000 + second * 1_000;
            if *so_far > bytes {
                progress.moved_at.store(now, Relaxed);
                waiting = 0;
            }
            bytes = *so_far;
            waiting = match (waits, waiting) {
                (false, _) => 0,
                (true, 0) => now,
                (true, since) => since,
            };
            progress.sent.store(bytes, Relaxed);
            progress.waiting_since.store(waiting, Relaxed);
            if let Err(error) = pace.check(&progress, now) {
                return Some(error);
            }
        }
        None
    }

    fn steps(until: u64, bytes: impl Fn(u64) -> u64, waits: bool) -> Vec<(u64, u64, bool)> {
        (1..=until).map(|second| (second, bytes(second), waits)).collect()
    }

    #[test]
    fn a_client_is_too_slow_only_if_the_broker_waits_for_it() {
        let is_408 = |error: Option<Error>| matches!(error, Some(Error::RequestTimeout(_)));
        let is_504 = |error: Option<Error>| matches!(error, Some(Error::ProviderTimeout(_)));
        assert!(replay(&steps(59, |_| 1, true), false).is_none());
        assert!(is_408(replay(&steps(62, |_| 1, true), false)), "silence");
        assert!(is_408(replay(&steps(200, |second| second / 5, true), false)), "a drip");
        assert!(replay(&steps(600, |second| second * 200, true), false).is_none(), "slow");
        assert!(is_504(replay(&steps(121, |_| 1, false), false)), "the provider takes nothing");
        assert!(
            replay(&steps(600, |second| second, false), false).is_none(),
            "the provider is slow"
        );
        assert!(replay(&steps(119, |_| 9, false), true).is_none());
        assert!(is_504(replay(&steps(130, |_| 9, false), true)), "the provider does not answer");
    }
}
