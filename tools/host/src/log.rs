//! Log lines on stderr, in the same form as the components' (logfmt): `level=warning component=broker what="a
//! request was denied" why="…"`, and one line for each client request, `level=info time=… what=request
//! method=GET path=/x status=200 ms=1.2 component=list`. The query string is never logged, because it may
//! contain a token.
//!
//! A line that cannot be written is lost. Logging must never cause a failure, so `eprintln!`, which panics,
//! is not used.

use std::io::Write;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use http::{Method, StatusCode};
use nexus_printable::logged;

/// Logs a problem, with its component if that is known.
pub(crate) fn warn(component: Option<&str>, what: &str, why: &dyn std::fmt::Display) {
    let component = component.map(|id| format!(" component={}", logged(id))).unwrap_or_default();
    let (what, why) = (logged(what), logged(&why.to_string()));
    let line = format!("level=warning{component} what={what} why={why}\n");
    let _ = std::io::stderr().lock().write_all(line.as_bytes());
}

/// Logs that something works again.
pub(crate) fn info(what: &str) {
    let line = format!("level=info what={}\n", logged(what));
    let _ = std::io::stderr().lock().write_all(line.as_bytes());
}

/// A request in progress. If it is dropped before the response, it is logged with the status `-`.
pub(crate) struct Line {
    began: Instant,
    method: Method,
    path: String,
    component: String,
    trace: Option<String>,
    status: Option<StatusCode>,
}

impl Line {
    pub(crate) fn new(method: &Method, path: &str) -> Self {
        Self {
            began: Instant::now(),
            method: method.clone(),
            path: path.to_owned(),
            component: "-".to_owned(),
            trace: None,
            status: None,
        }
    }

    /// Sets the component that handles the request.
    pub(crate) fn to(&mut self, component: &str) {
        component.clone_into(&mut self.component);
    }

    /// Sets the id of the trace that has the request.
    pub(crate) fn in_trace(&mut self, id: Option<String>) {
        self.trace = id;
    }

    /// Logs the request with the status of its response.
    pub(crate) fn end(mut self, status: StatusCode) {
        self.status = Some(status);
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let status = self.status.as_ref().map_or("-", StatusCode::as_str);
        let took = self.began.elapsed().as_secs_f64() * 1000.0;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let (time, Self { method, path, component, .. }) = (timestamp(now), &*self);
        // A single write, because stderr has no buffer, and `eprintln` would write every piece separately.
        let (path, component) = (logged(path), logged(component));
        let trace = self.trace.as_ref().map(|id| format!(" trace={id}")).unwrap_or_default();
        let line = format!(
            "level=info time={time} what=request method={method} path={path} status={status} \
             ms={took:.1} component={component}{trace}\n"
        );
        // A missing reader must not cause a failure.
        let _ = std::io::stderr().lock().write_all(line.as_bytes());
    }
}

/// The time since 1970 as RFC 3339, in UTC.
fn timestamp(since: Duration) -> String {
    let seconds = since.as_secs();
    let (year, month, day) = civil(seconds / 86_400);
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    let millis = since.subsec_millis();
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z")
}

/// The date of a number of days since 1970. Years are counted from March, so that the leap day comes last.
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps() {
        assert_eq!(timestamp(Duration::ZERO), "1970-01-01T00:00:00.000Z");
        assert_eq!(timestamp(Duration::from_millis(951_782_400_120)), "2000-02-29T00:00:00.120Z");
        assert_eq!(timestamp(Duration::from_secs(1_795_396_491)), "2026-11-23T01:14:51.000Z");
    }
}
