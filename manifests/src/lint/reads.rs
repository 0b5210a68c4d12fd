//! Rules for `api.reads`. The preset `read_only` makes a policy's rule of each call, so the rules of policies hold
//! here too.

use super::Lint;
use crate::model::{DenyRule, ReadCall};

/// The maximum number of calls. A policy has at most 100 rules.
const MOST: usize = 90;
/// The maximum length of a path, in bytes.
const MAX_PATH: usize = 500;

/// Reports `too_many`, `required`, `method_form`, `path_form`, `host_not_listed`, `read_denied`, `duplicate`.
pub(super) fn check(lint: &mut Lint<'_>) {
    let api = &lint.manifest.api;
    let detail = format!("has {} calls, but may have at most {MOST}", api.reads.len());
    lint.unless(api.reads.len() <= MOST, "/api/reads", "too_many", detail);
    let ok = !api.get_may_write || !api.reads.is_empty();
    let detail = "must list the calls that read, because `get_may_write` is set";
    lint.unless(ok, "/api/reads", "required", detail);
    for (index, read) in api.reads.iter().enumerate() {
        let pointer = format!("/api/reads/{index}");
        let at = |member: &str| format!("{pointer}/{member}");
        let is_method = matches!(read.method.as_str(), "POST" | "PUT" | "PATCH")
            || (api.get_may_write && read.method == "GET");
        let detail =
            format!("`{}` must be POST, PUT or PATCH, or GET if GET may write", read.method);
        lint.unless(is_method, &at("method"), "method_form", detail);
        let detail = format!(
            "`{}` must start with `/`, without a query. `*` must be a whole segment, and `**` must be the last \
             segment",
            read.path
        );
        lint.unless(is_path(&read.path), &at("path"), "path_form", detail);
        let detail = "must be one of `api.hosts`";
        let ok = read.host.as_ref().is_none_or(|host| api.hosts.contains(host));
        lint.unless(ok, &at("host"), "host_not_listed", detail);
        if let Some(denied) = api.deny.iter().find(|rule| covers(rule, read, api.get_may_write)) {
            // A rule of a policy that names exactly this path would lift the denial.
            let detail = format!("`{}` is denied by `{}`", read.path, denied.path);
            lint.add(at("path"), "read_denied", detail);
        }
        let is_first = !api.reads.iter().take(index).any(|earlier| earlier == read);
        lint.unless(is_first, &pointer, "duplicate", "is listed twice");
    }
}

/// Whether `path` has the form that the path of a policy's rule has, and can be the path of a call.
fn is_path(path: &str) -> bool {
    let Some((before, last)) = path.rsplit_once('/') else { return false };
    let is_segment = |segment: &str| segment == "*" || !segment.contains('*');
    path.starts_with('/')
        && path.len() <= MAX_PATH
        && !path.contains(['?', '#', ';', '%'])
        && before.split('/').all(is_segment)
        && (is_segment(last) || last == "**")
        && path.split('/').skip(1).all(|segment| !segment.is_empty())
}

/// Whether `deny` covers the path of `read`, with a method that the preset's rule would have.
fn covers(deny: &DenyRule, read: &ReadCall, get_may_write: bool) -> bool {
    let is_method = ["*", read.method.as_str()].contains(&deny.method.as_str())
        || (get_may_write && matches!(deny.method.as_str(), "GET" | "HEAD"));
    let mut rest = read.path.split('/').skip(1);
    for part in deny.path.split('/').skip(1) {
        match (part, rest.next()) {
            ("**", _) => return is_method,
            ("*", Some(_)) => {}
            (part, Some(own)) if part.eq_ignore_ascii_case(own) => {}
            _ => return false,
        }
    }
    is_method && rest.next().is_none()
}
