//! The record of a call: who made it, where it went, how it ended. A call is recorded once, when both the call and its body
//! have ended, for whatever reason.
//!
//! This module must not keep anything of a query, a header or a body, nor a secret of the integration. Nothing is recorded
//! of a call that names no integration, or that comes again after a wait.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

use http::{HeaderValue, Method};
use nexus_common::domain::{CallKey, CallOutcome};
use nexus_common::forward::Past;
use nexus_common::platform::clock;
use nexus_common::store::CallRecord;

use super::opened::Opened;
use super::target::Target;
use super::template::{plain, template};

/// The maximum length of a path in a record, in bytes.
const LONGEST_PATH: usize = 1024;
/// The maximum length of a rule in a record, in bytes.
const LONGEST_RULE: usize = 300;

/// The record of a call that has not ended. It is handed over when the last one who holds it drops it.
pub(super) struct Recording {
    /// When the call arrived, in milliseconds since the Unix epoch.
    begun_at: u64,
    method: Method,
    request_id: String,
    whose: OnceCell<CallKey>,
    host: RefCell<Option<String>>,
    path: RefCell<Option<String>>,
    rule: RefCell<Option<String>>,
    end: RefCell<Option<End>>,
    bytes: Cell<u64>,
    is_refreshed: Cell<bool>,
    is_replayed: Cell<bool>,
    is_sent: Cell<bool>,
    /// Gets the record when the call has ended.
    keep: fn(Ended),
}

/// How a call ended.
struct End {
    outcome: CallOutcome,
    status: u16,
    code: Option<String>,
}

/// The record of a call that has ended.
pub(super) struct Ended {
    /// In milliseconds since the Unix epoch.
    ended_at: u64,
    record: CallRecord,
}

impl Recording {
    /// The record of a call that arrived `past.ms` before `now`. `keep` gets it when the call has ended.
    pub(super) fn begin(
        (now, past): (u64, Past),
        method: &Method,
        request_id: &str,
        keep: fn(Ended),
    ) -> Rc<Self> {
        Rc::new(Self {
            keep,
            begun_at: now.saturating_sub(past.ms),
            method: method.clone(),
            request_id: request_id.to_owned(),
            whose: OnceCell::new(),
            host: RefCell::default(),
            path: RefCell::default(),
            rule: RefCell::default(),
            end: RefCell::default(),
            bytes: Cell::new(0),
            is_refreshed: Cell::new(past.is_refreshed),
            is_replayed: Cell::new(past.is_replayed),
            is_sent: Cell::new(past.is_replayed),
        })
    }

    /// The integration was found.
    pub(super) fn found(&self, whose: CallKey) {
        // A call has one integration.
        drop(self.whose.set(whose));
    }

    /// The target is known, and with it the path that policies see.
    pub(super) fn goes_to(&self, target: &Target<'_>, opened: &Opened) {
        if target.host.origin != opened.base.origin {
            self.host.replace(Some(target.host.name().to_owned()));
        }
        self.path.replace(Some(masked(target.below, opened)));
    }

    /// The rule that decided about the call.
    pub(super) fn decided_by(&self, rule: &str) {
        self.rule.replace(Some(short(rule, LONGEST_RULE)));
    }

    /// The credential's version changed from `before` to `after`, so the call waited for a new token.
    pub(super) fn note_refresh(&self, before: i64, after: i64) {
        if before != after {
            self.is_refreshed.set(true);
        }
    }

    /// The call is sent.
    pub(super) fn note_sent(&self) {
        self.is_sent.set(true);
    }

    /// The call is sent again with a new token.
    pub(super) fn note_replay(&self) {
        self.is_refreshed.set(true);
        self.is_replayed.set(true);
    }

    /// Notes how the call of `path` ended: its response has begun, or it failed without a response. `code` is that of our
    /// problem.
    pub(super) fn end(&self, path: &str, outcome: CallOutcome, status: u16, code: Option<&str>) {
        // The secrets of the integration are not known, so nothing but the template is kept.
        self.path.borrow_mut().get_or_insert_with(|| template(path));
        let code = code.map(str::to_owned);
        self.end.replace(Some(End { outcome, status, code }));
    }

    /// The body of the response broke off.
    pub(super) fn note_break(&self) {
        self.correct(CallOutcome::Unreachable);
    }

    /// The body of the response was cut, because the caller has lost the right to the call. `why` is the rule or the
    /// reason.
    pub(super) fn note_loss(&self, why: &str) {
        self.correct(CallOutcome::Denied);
        self.decided_by(why);
    }

    fn correct(&self, outcome: CallOutcome) {
        if let Some(end) = self.end.borrow_mut().as_mut() {
            end.outcome = outcome;
        }
    }

    /// The bodies had so many bytes.
    pub(super) fn carried(&self, bytes: u64) {
        self.bytes.set(bytes);
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        let (Some(whose), Some(end)) = (self.whose.take(), self.end.take()) else { return };
        let ended_at = clock::now_ms();
        let path = self.path.take().unwrap_or_default();
        (self.keep)(Ended {
            ended_at,
            record: CallRecord {
                whose,
                age_ms: ended_at.saturating_sub(self.begun_at),
                method: self.method.as_str().to_owned(),
                host: self.host.take(),
                template: template(&path),
                path,
                outcome: end.outcome,
                status: end.status,
                code: end.code,
                ms: ended_at.saturating_sub(self.begun_at),
                bytes: self.bytes.get(),
                rule: self.rule.take(),
                request_id: std::mem::take(&mut self.request_id),
                is_refreshed: self.is_refreshed.get(),
                is_replayed: self.is_replayed.get(),
                is_sent: self.is_sent.get(),
            },
        });
    }
}

impl Ended {
    /// When the call ended, in milliseconds since the Unix epoch.
    pub(super) fn at(&self) -> u64 {
        self.ended_at
    }

    /// The workspace, integration and agent of the call.
    pub(super) fn whose(&self) -> &CallKey {
        &self.record.whose
    }

    /// Whether the call was sent to the provider.
    pub(super) fn is_sent(&self) -> bool {
        self.record.is_sent
    }

    /// The record as it is written at `now`, in milliseconds since the Unix epoch.
    pub(super) fn into_record(mut self, now: u64) -> CallRecord {
        self.record.age_ms += now.saturating_sub(self.ended_at);
        self.record
    }
}

/// A path up to its [`plain`] end, with the secrets of the integration overwritten.
fn masked(path: &str, opened: &Opened) -> String {
    let path = plain(path);
    let Ok(mut value) = HeaderValue::from_str(path) else { return template(path) };
    opened.needles.header(&mut value);
    short(value.to_str().unwrap_or_default(), LONGEST_PATH)
}

/// The beginning of `text`, with `…` if it is not the whole.
fn short(text: &str, longest: usize) -> String {
    if text.len() <= longest {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(longest);
    format!("{}…", text.get(..end).unwrap_or_default())
}
