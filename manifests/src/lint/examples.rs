//! Rules for the examples of responses: what the manifest says of a response must fit its example.

use serde_json::Value;

use super::Lint;
use crate::model::{OAuth2, ParamSource, Verify};
use crate::verdict::{Expected, Response, Verdict, text_at};

/// The maximum length of an example as JSON without white space, in bytes.
const MAX: usize = 4096;

/// Reports `example_form`, `example_mismatch`.
pub(super) fn check(lint: &mut Lint<'_>) {
    verify(lint);
    if let Some(oauth2) = &lint.manifest.oauth2 {
        token(lint, oauth2);
    }
}

fn verify(lint: &mut Lint<'_>) {
    let verify = &lint.manifest.verify;
    let Verify::Request { example: Some(example), account, .. } = verify else { return };
    let place = "/verify/example";
    form(lint, place, example);
    for pointer in account.iter().flat_map(|account| [Some(&account.id), account.label.as_ref()]) {
        let Some(pointer) = pointer else { continue };
        let detail = format!("has no text or number at `{pointer}`");
        lint.unless(text_at(example, pointer).is_some(), place, "example_mismatch", detail);
    }
    let response = Response { status: 200, json: Some(example), is_limited: false };
    let verdict = Expected::of(verify).map(|expected| expected.judge(response));
    let is_live = matches!(verdict, Some(Verdict::Live | Verdict::LiveWithBody));
    let detail = "is not a success by `success` and `account`";
    lint.unless(is_live, place, "example_mismatch", detail);
}

fn token(lint: &mut Lint<'_>, oauth2: &OAuth2) {
    let answer = &oauth2.token_response;
    let Some(example) = &answer.example else { return };
    let place = "/oauth2/token_response/example";
    form(lint, place, example);
    let pointer = &answer.access_token;
    let is_text = example.pointer(pointer).is_some_and(Value::is_string);
    lint.unless(is_text, place, "example_mismatch", format!("has no text at `{pointer}`"));
    let supplied = lint.manifest.params.iter().filter_map(|param| match &param.from {
        Some(ParamSource::TokenResponse(pointer)) => Some(pointer),
        _ => None,
    });
    for pointer in supplied {
        let detail = format!("has no text or number at `{pointer}`");
        lint.unless(text_at(example, pointer).is_some(), place, "example_mismatch", detail);
    }
    let ok = oauth2.success.as_ref().is_none_or(|success| success.holds(example) == Some(true));
    lint.unless(ok, place, "example_mismatch", "is not a success by `success`");
}

fn form(lint: &mut Lint<'_>, place: &str, example: &Value) {
    let ok = example.is_object() || example.is_array();
    lint.unless(ok, place, "example_form", "must be an object or an array");
    let length = example.to_string().len();
    let detail = format!("has {length} bytes; the maximum is {MAX}. Leave out what tells nothing");
    lint.unless(length <= MAX, place, "example_form", detail);
}
