//! Waiting for the broker, in the component that received the request. A request that waits here occupies one
//! instance. In the broker, it would occupy two.
//!
//! The broker responds with the reason to wait, before it begins the call. It must not do so if the body of the
//! request cannot be sent again.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, header};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::domain::CallKey;
use crate::error::Result;
use crate::platform::clock;
use crate::store::{CallSums, FullPlaces, Refreshing};

/// The header in which the broker names the reason to wait, and in which a request says that it has waited.
pub const WAIT: HeaderName = HeaderName::from_static("x-nexus-wait");
/// The value of the header in a request that has waited, and may wait again.
const AGAIN: &str = "again";
/// The value of the header in a request that has waited long enough.
const NO_MORE: &str = "no-more";
/// The maximum size of a body that is kept to be sent again, in bytes.
pub const KEPT: usize = 64 * 1024;
/// The first pause, in milliseconds.
const FIRST_PAUSE_MS: u64 = 40;
/// The longest pause, in milliseconds.
const LONGEST_PAUSE_MS: u64 = 500;
/// How long a call waits for a free place under the limit of concurrent calls. A burst of short calls is over
/// by then.
const PLACE: Duration = Duration::from_secs(5);
/// The first and the longest pause of a call that waits for a place, in milliseconds. They are longer, because hundreds
/// of calls may wait, and each of them calls the broker when there is room.
const PLACE_PAUSES_MS: (u64, u64) = (160, 1_000);

/// The event that a request waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wait {
    /// A refresh.
    Refresh {
        /// The refresh.
        refreshing: Refreshing,
        /// How long to wait at most, in seconds.
        seconds: u16,
        /// Whether the provider has had the call already, and has rejected its token.
        was_sent: bool,
    },
    /// A free place under the limits of concurrent calls.
    Place(FullPlaces),
}

impl Wait {
    /// The value of the header.
    #[must_use]
    pub fn to_header(&self) -> Option<HeaderValue> {
        let text = match self {
            Self::Place(FullPlaces { key, limits }) => {
                let CallSums { agent, integration, workspace } = limits;
                let [in_workspace, to, of] = [&key.workspace, &key.integration_id, &key.agent]
                    .map(|text| utf8_percent_encode(text, NON_ALPHANUMERIC));
                format!("place {agent} {integration} {workspace} {in_workspace} {to} {of}")
            }
            Self::Refresh { refreshing, seconds, was_sent } => {
                let Refreshing { integration_id, version } = refreshing;
                let sent = if *was_sent { " sent" } else { "" };
                format!("refresh {integration_id} {version} {seconds}{sent}")
            }
        };
        HeaderValue::try_from(text).ok()
    }

    /// Reads the header of the broker's response.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let text = headers.get(WAIT)?.to_str().ok()?;
        let mut words = text.split(' ');
        match words.next()? {
            "place" => {
                let mut number = || words.next()?.parse().ok();
                let (agent, integration, workspace) = (number()?, number()?, number()?);
                let limits = CallSums { agent, integration, workspace };
                let mut text = || {
                    let text = percent_decode_str(words.next()?).decode_utf8().ok()?;
                    Some(text.into_owned())
                };
                let (workspace, integration_id, agent) = (text()?, text()?, text()?);
                let key = CallKey { workspace, integration_id, agent };
                Some(Self::Place(FullPlaces { key, limits }))
            }
            "refresh" => {
                let integration_id = words.next()?.to_owned();
                let version = words.next()?.parse().ok()?;
                let seconds = words.next()?.parse().ok()?;
                let was_sent = words.next() == Some("sent");
                let refreshing = Refreshing { integration_id, version };
                Some(Self::Refresh { refreshing, seconds, was_sent })
            }
            _ => None,
        }
    }

    fn patience(&self) -> Duration {
        match self {
            Self::Refresh { seconds, .. } => Duration::from_secs((*seconds).into()),
            Self::Place(_) => PLACE,
        }
    }
}

/// Whether the request can be sent again after a wait.
#[must_use]
pub fn may_wait(headers: &HeaderMap) -> bool {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let length = length.and_then(|text| text.parse::<usize>().ok());
    length.is_some_and(|length| length <= KEPT)
}

/// Which attempt of a call a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// The first one.
    First,
    /// A later one, after a wait.
    Again,
    /// The last one: the call has waited long enough, and the broker must respond without another wait.
    Last,
}

impl Attempt {
    /// The attempt that `headers` name.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        match headers.get(WAIT).map(HeaderValue::as_bytes) {
            None => Self::First,
            Some(value) if value.starts_with(NO_MORE.as_bytes()) => Self::Last,
            Some(_) => Self::Again,
        }
    }

    /// Names the attempt in `headers`, and the history of its call.
    pub(super) fn write(self, past: Past, headers: &mut HeaderMap) {
        let word = match self {
            Self::First => return,
            Self::Again => AGAIN,
            Self::Last => NO_MORE,
        };
        let Past { ms, is_refreshed, is_replayed } = past;
        let refreshed = if is_refreshed { " refreshed" } else { "" };
        let replayed = if is_replayed { " replayed" } else { "" };
        if let Ok(value) = HeaderValue::try_from(format!("{word} {ms}{refreshed}{replayed}")) {
            headers.insert(WAIT, value);
        }
    }
}

/// The history of a call before this attempt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Past {
    /// How long ago it arrived, in milliseconds.
    pub ms: u64,
    /// Whether it waited for a new token.
    pub is_refreshed: bool,
    /// Whether the provider has rejected its token, so that it is sent again.
    pub is_replayed: bool,
}

impl Past {
    /// The past that `headers` name. A first attempt has none.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        let text = headers.get(WAIT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let mut words = text.split(' ').skip(1);
        let ms = words.next().and_then(|ms| ms.parse().ok()).unwrap_or(0);
        let (is_refreshed, is_replayed) =
            words.fold((false, false), |(refreshed, replayed), word| {
                (refreshed || word == "refreshed", replayed || word == "replayed")
            });
        Self { ms, is_refreshed, is_replayed }
    }

    /// Adds the wait for `wait`, `ms` after the call arrived.
    pub(super) fn note(&mut self, wait: &Wait, ms: u64) {
        self.ms = ms;
        if let Wait::Refresh { was_sent, .. } = wait {
            self.is_refreshed = true;
            self.is_replayed |= was_sent;
        }
    }
}

/// A call that waits.
pub(super) struct Waiter {
    begun_ms: u64,
    pause_ms: u64,
    /// Whether it now waits for a place, and no longer for a refresh.
    is_for_place: bool,
}

impl Waiter {
    pub(super) fn new() -> Self {
        Self { begun_ms: clock::now_ms(), pause_ms: FIRST_PAUSE_MS, is_for_place: false }
    }

    /// Waits as `wait` says. Returns whether to try again, or `false` if the wait took too long.
    ///
    /// # Errors
    /// [`crate::Error::Storage`].
    pub(super) async fn wait(&mut self, wait: &Wait) -> Result<bool> {
        // A call that has waited for a refresh may now wait for a place, with a new time limit.
        if matches!(wait, Wait::Place(_)) && !self.is_for_place {
            *self = Self { is_for_place: true, ..Self::new() };
        }
        loop {
            if clock::now_ms().saturating_sub(self.begun_ms) >= wait.patience().as_millis() as u64 {
                return Ok(false);
            }
            self.pause(wait).await;
            let is_over = match wait {
                Wait::Refresh { refreshing, .. } => refreshing.is_over().await?,
                Wait::Place(places) => places.have_room().await?,
            };
            if is_over {
                return Ok(true);
            }
        }
    }

    /// Pauses for a random time, so that waiting calls do not all try at once. Each pause may be longer than
    /// the last.
    async fn pause(&mut self, wait: &Wait) {
        let (first, longest) = match wait {
            Wait::Refresh { .. } => (FIRST_PAUSE_MS, LONGEST_PAUSE_MS),
            Wait::Place(_) => PLACE_PAUSES_MS,
        };
        let most = self.pause_ms.max(first);
        self.pause_ms = (most * 3 / 2).min(longest);
        clock::sleep(Duration::from_millis(most / 2 + clock::random_u64() % most)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> Wait {
        let key = CallKey {
            workspace: "acme".into(),
            integration_id: "int_1".into(),
            agent: "an agent: 100 % é".into(),
        };
        let limits = CallSums { agent: 256, integration: 384, workspace: 512 };
        Wait::Place(FullPlaces { key, limits })
    }

    #[test]
    fn the_wait_header_is_read_back_as_written() {
        let refreshing = Refreshing { integration_id: "int_1".to_owned(), version: 7 };
        let refresh =
            |was_sent| Wait::Refresh { refreshing: refreshing.clone(), seconds: 10, was_sent };
        for wait in [place(), refresh(false), refresh(true)] {
            let mut headers = HeaderMap::new();
            headers.insert(WAIT, wait.to_header().unwrap());
            assert_eq!(Wait::of(&headers), Some(wait));
        }
    }

    #[test]
    fn the_attempt_is_read_back_as_written() {
        for attempt in [Attempt::First, Attempt::Again, Attempt::Last] {
            let mut headers = HeaderMap::new();
            let past = Past { ms: 7, is_refreshed: true, is_replayed: attempt == Attempt::Last };
            attempt.write(past, &mut headers);
            assert_eq!((Attempt::of(&headers), Wait::of(&headers)), (attempt, None));
            let expected = if attempt == Attempt::First { Past::default() } else { past };
            assert_eq!(Past::of(&headers), expected);
        }
    }

    #[test]
    fn what_a_call_waited_for_is_its_past() {
        let refreshing = Refreshing { integration_id: "int_1".to_owned(), version: 7 };
        let refresh =
            |was_sent| Wait::Refresh { refreshing: refreshing.clone(), seconds: 10, was_sent };
        let mut past = Past::default();
        past.note(&refresh(true), 40);
        past.note(&place(), 90);
        past.note(&refresh(false), 120);
        assert_eq!(past, Past { ms: 120, is_refreshed: true, is_replayed: true });
    }

    #[test]
    fn only_a_request_with_a_small_body_may_wait() {
        for (length, may) in [("0", true), ("65536", true), ("65537", false), ("x", false)] {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from_str(length).unwrap());
            assert_eq!(may_wait(&headers), may, "{length}");
        }
        assert!(!may_wait(&HeaderMap::new()));
    }
}
