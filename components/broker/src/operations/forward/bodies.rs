//! Looks for members of an agent's body that the manifest denies (`api.deny_body`).
//!
//! A body that cannot be read with certainty is denied too: one without a length, a large or compressed one, one that is
//! neither JSON nor a form, or one that a server may take for the other of the two. This module must not change a body, and
//! must not put a part of it into a reason, because reasons are recorded.

use http::{HeaderMap, header};
use nexus_common::Result;
use nexus_common::call::{CallMethod, CallPath};
use nexus_common::forward::KEPT;
use nexus_common::http::whole;
use nexus_common::policy::denies;
use nexus_manifests::{Api, DenyBody};
use serde_json::Value;

use super::query::{self, Spellings};
use super::send::Upload;

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

/// A rule of a manifest, with its place in the list.
type Rule<'a> = (usize, &'a DenyBody);

/// The rules that hold for a call with one of these methods to this path.
pub(super) fn rules<'a>(api: &'a Api, methods: &[CallMethod], path: &CallPath) -> Vec<Rule<'a>> {
    let holds = |deny: &DenyBody| {
        methods.iter().any(|method| method.runs(&deny.method)) && denies(&deny.path, path)
    };
    api.deny_body.iter().enumerate().filter(|(_, deny)| holds(deny)).collect()
}

/// Reads the body of a call for which `rules` hold. The inner error is why the body is denied, with the rule's name.
///
/// # Errors
/// The client stopped half-way, or was too slow.
pub(super) async fn look(
    rules: &[Rule<'_>],
    headers: &HeaderMap,
    upload: Upload,
) -> Result<Result<Upload, String>> {
    let Some((first, _)) = rules.first() else { return Ok(Ok(upload)) };
    let unreadable = |why: &str| {
        format!(
            "the manifest's api.deny_body[{first}] covers this call, and its body {why}: send {JSON} or {FORM}, with its \
             length and at most {} KiB",
            KEPT / 1024
        )
    };
    let bytes = match upload {
        Upload::Whole(bytes) => bytes,
        Upload::Stream(_, None) => return Ok(Err(unreadable("has no Content-Length"))),
        Upload::Stream(_, Some(length)) if length > KEPT as u64 => {
            return Ok(Err(unreadable("is too large to be read")));
        }
        Upload::Stream(body, Some(_)) => whole(body, KEPT).await?,
    };
    if bytes.is_empty() {
        return Ok(Ok(Upload::Whole(bytes)));
    }
    let denied: Vec<String> = rules.iter().map(|(_, deny)| query::comparable(&deny.name)).collect();
    // The place in `rules` of the first rule that names a member.
    let mut first: Option<usize> = None;
    let read = read_names(headers, &bytes, &mut |name: String| {
        let found = denied.iter().position(|own| *own == name);
        first = first.into_iter().chain(found).min();
    });
    if let Err(why) = read {
        return Ok(Err(unreadable(why)));
    }
    Ok(match first.and_then(|first| rules.get(first)) {
        Some((index, DenyBody { name, why, .. })) => {
            Err(format!("the manifest's api.deny_body[{index}] ({name}): {why}"))
        }
        None => Ok(Upload::Whole(bytes)),
    })
}

/// Gives each name of a member of a body to `take`, in the form of [`query::comparable`], and once more as [`visible`]. The
/// work is linear in the length of the body. The error says what the body is that cannot be read.
fn read_names(
    headers: &HeaderMap,
    body: &[u8],
    take: &mut dyn FnMut(String),
) -> Result<(), &'static str> {
    let mut take = |name: String| {
        take(visible(&name));
        take(name);
    };
    let mut codings = headers.get_all(header::CONTENT_ENCODING).iter();
    if codings.any(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return Err("is compressed");
    }
    match content_type(headers)? {
        Kind::Json => {
            let json: Value = serde_json::from_slice(body).map_err(|_| "is not JSON")?;
            // A server may read the text once more.
            if json.is_string() {
                return Err("is a text in JSON");
            }
            members(&json, &mut take);
            Ok(())
        }
        Kind::Form => {
            let text = std::str::from_utf8(body).map_err(|_| "is not UTF-8")?;
            // Some servers read JSON whatever the content type is, and some leave out a mark of UTF-8.
            if text.trim_start().starts_with(['{', '[', '\u{feff}']) {
                return Err("is not the form that its content type says");
            }
            for (name, _) in Spellings::of("", text).parameters() {
                take(name);
            }
            Ok(())
        }
    }
}

/// A name without the characters that some servers leave out when they decode it: those that are not shown, and those that
/// stand for bytes that are not UTF-8.
fn visible(name: &str) -> String {
    let is_left_out =
        |c: char| c.is_whitespace() || c.is_control() || matches!(c, '\u{feff}' | '\u{fffd}');
    name.replace(is_left_out, "")
}

enum Kind {
    Json,
    Form,
}

/// The content type of a body. Two of them, or one with a comma, may be another to a server. So may one with parameters: in
/// another charset, the same bytes are other names, and some servers look for `application/json` anywhere in the value.
fn content_type(headers: &HeaderMap) -> Result<Kind, &'static str> {
    let mut all = headers.get_all(header::CONTENT_TYPE).iter();
    let (Some(one), None) = (all.next(), all.next()) else {
        return Err("does not have exactly one content type");
    };
    let text = one.to_str().unwrap_or_default().to_ascii_lowercase();
    let mut parts = text.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default();
    if text.contains(',') || !parts.all(is_utf_8) {
        return Err("has a content type that can be read in two ways");
    }
    match essence {
        JSON => Ok(Kind::Json),
        FORM => Ok(Kind::Form),
        other if other.starts_with("application/") && other.ends_with("+json") => Ok(Kind::Json),
        _ => Err("has another content type"),
    }
}

/// Whether a parameter of a content type, in small letters, says that the body is UTF-8, or nothing.
fn is_utf_8(parameter: &str) -> bool {
    matches!(parameter, "" | "charset=utf-8" | "charset=\"utf-8\"" | "charset=utf8")
}

/// Gives the names of the members of an object, or of each object in a list, to `take`.
fn members(json: &Value, take: &mut dyn FnMut(String)) {
    match json {
        Value::Object(object) => {
            for name in object.keys() {
                take(query::comparable(name));
            }
        }
        Value::Array(items) => {
            for item in items {
                members(item, take);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn names_of(kind: &str, body: &[u8]) -> Result<Vec<String>, &'static str> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, kind.parse().unwrap());
        names(&headers, body)
    }

    fn names(headers: &HeaderMap, body: &[u8]) -> Result<Vec<String>, &'static str> {
        let mut names = BTreeSet::new();
        read_names(headers, body, &mut |name| {
            names.insert(name);
        })?;
        Ok(names.into_iter().collect())
    }

    #[test]
    fn a_member_is_read_once_however_deep_its_list_is() {
        let members: Vec<String> = (0..100).map(|number| format!("\"m{number}\":1")).collect();
        for depth in [0, 1, 100] {
            let (open, close) = ("[".repeat(depth), "]".repeat(depth));
            let json = format!("{open}{{{}}}{close}", members.join(","));
            let mut count = 0;
            super::members(&serde_json::from_str(&json).unwrap(), &mut |_| count += 1);
            assert_eq!(count, 100, "{depth}");
        }
    }

    #[test]
    fn the_members_of_a_body_are_found_in_every_spelling() {
        for (kind, body) in [
            (JSON, r#"{"cmd":"x"}"#),
            (JSON, r#"{"CMD":"x"}"#),
            (JSON, r#"{"\u0063md":"x"}"#),
            (JSON, r#"{"cmd":1,"cmd":2}"#),
            (JSON, r#"{"cmd[]":"x"}"#),
            (JSON, r#"[{"cmd":"x"}]"#),
            ("application/vnd.api+json", r#"{"cmd":"x"}"#),
            ("application/json; charset=UTF-8", r#" {"cmd" : "x"} "#),
            (FORM, "cmd=x"),
            (FORM, "c%6dd=x"),
            (FORM, "Cmd[0]=x"),
            (FORM, "cmd"),
            (r#"Application/JSON;Charset="UTF-8";"#, r#"{"cmd":"x"}"#),
        ] {
            assert_eq!(
                names_of(kind, body.as_bytes()),
                Ok(vec!["cmd".to_owned()]),
                "{kind} {body}"
            );
        }
        // Characters that some servers leave out when they decode a name.
        for (kind, body) in [
            (JSON, r#"{"cm\ufeffd":"x"}"#),
            (JSON, r#"{"\tcmd":"x"}"#),
            (FORM, "c%FFmd=x"),
            (FORM, "%EF%BB%BFcmd=x"),
            (FORM, "cmd%0D%0A=x"),
        ] {
            let names = names_of(kind, body.as_bytes()).unwrap();
            assert!(names.contains(&"cmd".to_owned()), "{kind} {body} {names:?}");
        }
        let both = names_of(FORM, b"a=1;cmd=x").unwrap();
        assert!(both.contains(&"cmd".to_owned()) && both.contains(&"a".to_owned()), "{both:?}");
        assert_eq!(names_of(JSON, br#"{"a":{"cmd":"x"}}"#), Ok(vec!["a".to_owned()]));
        assert_eq!(names_of(JSON, b"[1, \"cmd\"]"), Ok(vec![]));
    }

    #[test]
    fn a_body_that_cannot_be_read_has_no_names() {
        for (kind, body) in [
            (JSON, &b"cmd=x"[..]),
            (JSON, b"{cmd: 1}"),
            (JSON, br#""{\"cmd\":1}""#),
            (JSON, b"{\"cmd\":1}{\"cmd\":2}"),
            (JSON, b"{\"cmd\":1,}"),
            (JSON, b"\xef\xbb\xbf{\"cmd\":1}"),
            (JSON, b"{\0\"\0c\0m\0d\0\"\0:\x001\0}\0"),
            ("application/json; charset=utf-16", b"{}"),
            ("application/json; charset=utf-7; a=utf-8", b"{\"+AGMAbQBk-\":1}"),
            ("application/x-www-form-urlencoded; charset=ibm037; a=utf-8", b"%83%94%84=x"),
            // Some servers look for the type of JSON anywhere, and some read JSON with any type.
            ("application/x-www-form-urlencoded; a=application/json", b"{\"cmd\":1}"),
            (FORM, b"{\"cmd\":1}"),
            (FORM, b" [{\"cmd\":1}]"),
            (FORM, b"\xef\xbb\xbfcmd=x"),
            (FORM, b"c\xffmd=x"),
            ("application/json, text/plain", b"{}"),
            ("text/plain", b"{\"cmd\":1}"),
            ("multipart/form-data; boundary=a", b"--a--"),
            ("text/plain+json", b"{}"),
        ] {
            assert!(names_of(kind, body).is_err(), "{kind} {body:?}");
        }
        let mut headers = HeaderMap::new();
        assert!(names(&headers, b"{}").is_err(), "no content type");
        headers.insert(header::CONTENT_TYPE, JSON.parse().unwrap());
        headers.insert(header::CONTENT_ENCODING, "gzip".parse().unwrap());
        assert_eq!(names(&headers, b"{}"), Err("is compressed"));
        headers.insert(header::CONTENT_ENCODING, "identity".parse().unwrap());
        headers.append(header::CONTENT_TYPE, FORM.parse().unwrap());
        assert!(names(&headers, b"{}").is_err(), "two content types");
    }
}
