//! What the broker has a caller wait for, in the component that the caller has reached: there a request
//! that waits holds the place of one instance, in the broker it would hold two.
//!
//! The broker says what to wait for, and has not begun the call. It must not say so to a request whose
//! body cannot be sent again.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::error::Result;
use crate::platform::clock;
use crate::store::Refreshing;

/// The header in which the broker names what to wait for. A call that has waited long enough says so in it.
pub const WAIT: HeaderName = HeaderName::from_static("x-nexus-wait");
/// What the last request says.
const NO_MORE: &str = "no-more";
/// Largest body that is kept to be sent again, in bytes.
pub const KEPT: usize = 64 * 1024;
/// The first pause, in milliseconds.
const FIRST_PAUSE_MS: u64 = 40;
/// The longest.
const LONGEST_PAUSE_MS: u64 = 500;
/// How long a call waits for a place among the calls at work: a burst of short calls is over by then.
const PLACE: Duration = Duration::from_secs(5);
/// The first pause of a call that waits for a place, in milliseconds; the longest. Each look is a call of the
/// broker.
const PLACE_PAUSES_MS: (u64, u64) = (160, 1_000);

/// What is waited for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wait {
    /// A refresh, and for how many seconds at most.
    Refresh(Refreshing, u16),
    /// A place among the calls at work.
    Place,
}

impl Wait {
    /// As it stands in the header.
    #[must_use]
    pub fn to_header(&self) -> Option<HeaderValue> {
        let text = match self {
            Self::Place => "place".to_owned(),
            Self::Refresh(Refreshing { integration_id, version }, seconds) => {
                format!("refresh {integration_id} {version} {seconds}")
            }
        };
        HeaderValue::try_from(text).ok()
    }

    /// What the broker's answer says.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let text = headers.get(WAIT)?.to_str().ok()?;
        let mut words = text.split(' ');
        match words.next()? {
            "place" => Some(Self::Place),
            "refresh" => {
                let integration_id = words.next()?.to_owned();
                let version = words.next()?.parse().ok()?;
                let seconds = words.next()?.parse().ok()?;
                Some(Self::Refresh(Refreshing { integration_id, version }, seconds))
            }
            _ => None,
        }
    }

    fn patience(&self) -> Duration {
        match self {
            Self::Refresh(_, seconds) => Duration::from_secs((*seconds).into()),
            Self::Place => PLACE,
        }
    }
}

/// Whether the caller of a request can send it again after it has waited.
#[must_use]
pub fn may_wait(headers: &HeaderMap) -> bool {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let length = length.and_then(|text| text.parse::<usize>().ok());
    length.is_some_and(|length| length <= KEPT)
}

/// Whether the caller has waited long enough: the broker answers then.
#[must_use]
pub fn has_waited(headers: &HeaderMap) -> bool {
    headers.get(WAIT).is_some_and(|value| value == NO_MORE)
}

/// Says in `headers` that the caller has waited long enough.
pub(super) fn say_no_more(headers: &mut HeaderMap) {
    headers.insert(WAIT, HeaderValue::from_static(NO_MORE));
}

/// A call that waits.
pub(super) struct Waiter {
    begun_ms: u64,
    pause_ms: u64,
    /// Whether it waits for a place by now, no longer for a refresh.
    is_for_place: bool,
}

impl Waiter {
    pub(super) fn new() -> Self {
        Self { begun_ms: clock::now_ms(), pause_ms: FIRST_PAUSE_MS, is_for_place: false }
    }

    /// Waits for `what`. Returns whether to ask again; else it has taken too long.
    ///
    /// # Errors
    /// [`crate::Error::Storage`].
    pub(super) async fn wait(&mut self, what: &Wait) -> Result<bool> {
        // Who has waited for a refresh begins to wait for a place.
        if *what == Wait::Place && !self.is_for_place {
            *self = Self { is_for_place: true, ..Self::new() };
        }
        loop {
            if clock::now_ms().saturating_sub(self.begun_ms) >= what.patience().as_millis() as u64 {
                return Ok(false);
            }
            self.pause(what).await;
            let is_over = match what {
                Wait::Refresh(refreshing, _) => refreshing.is_over().await?,
                Wait::Place => true,
            };
            if is_over {
                return Ok(true);
            }
        }
    }

    /// Pauses, each time longer, and not for as long as the others who wait.
    async fn pause(&mut self, what: &Wait) {
        let (first, longest) = match what {
            Wait::Refresh(..) => (FIRST_PAUSE_MS, LONGEST_PAUSE_MS),
            Wait::Place => PLACE_PAUSES_MS,
        };
        let most = self.pause_ms.max(first);
        self.pause_ms = (most * 3 / 2).min(longest);
        clock::sleep(Duration::from_millis(most / 2 + clock::random_u64() % most)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_waited_for_arrives_as_it_was_said() {
        let refreshing = Refreshing { integration_id: "int_1".to_owned(), version: 7 };
        for wait in [Wait::Place, Wait::Refresh(refreshing, 10)] {
            let mut headers = HeaderMap::new();
            headers.insert(WAIT, wait.to_header().unwrap());
            assert_eq!(Wait::of(&headers), Some(wait));
            assert!(!has_waited(&headers));
        }
        let mut headers = HeaderMap::new();
        assert_eq!(Wait::of(&headers), None);
        say_no_more(&mut headers);
        assert_eq!((Wait::of(&headers), has_waited(&headers)), (None, true));
    }

    #[test]
    fn only_what_is_kept_can_wait() {
        for (length, may) in [("0", true), ("65536", true), ("65537", false), ("x", false)] {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from_str(length).unwrap());
            assert_eq!(may_wait(&headers), may, "{length}");
        }
        assert!(!may_wait(&HeaderMap::new()));
    }
}
