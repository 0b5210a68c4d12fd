//! Rules for the examples of responses.

use serde_json::json;

use super::{basic, breaks, broken, oauth2, with};
use crate::lint::Origin;

#[test]
fn what_the_manifest_says_of_a_verify_response_fits_its_example() {
    let place = "/verify/example";
    let rule = "example_mismatch";
    let account = json!({"user": {"id": 7, "email": "ann@acme.example", "active": true}});
    let base = with(&basic(), place, account);
    assert_eq!(broken(&base, Origin::BuiltIn, ""), []);
    breaks(
        &base,
        &[
            (r#"{"/verify/account/label":"/user/name"}"#, place, rule),
            (r#"{"/verify/example":{"user":{"id":7,"email":" "}}}"#, place, rule),
            (r#"{"/verify/success":{"pointer":"/user/active","equals":false}}"#, place, rule),
            (r#"{"/verify/success":{"pointer":"/ok"}}"#, place, rule),
        ],
    );
    // Without its id, it names no account.
    let found = broken(&with(&base, place, json!({"user": {"email": "a"}})), Origin::BuiltIn, "");
    assert_eq!(found, [(place.to_owned(), rule), (place.to_owned(), rule)]);
    let bare = with(&base, "/verify/account", json!(null));
    breaks(&bare, &[(r#"{"/verify/example":7}"#, place, "example_form")]);
    let long = json!(vec!["a".repeat(400); 11]);
    let found = broken(&with(&bare, place, long), Origin::BuiltIn, "");
    assert_eq!(found, [(place.to_owned(), "example_form")]);
    let beside = with(&basic(), "/verify", json!({"unsupported": "no", "example": {}}));
    assert!(crate::parse(&beside.to_string()).unwrap_err().detail.contains("example"));
}

#[test]
fn what_the_manifest_says_of_a_token_response_fits_its_example() {
    let place = "/oauth2/token_response/example";
    let rule = "example_mismatch";
    let base = with(
        &oauth2(),
        place,
        json!({"ok": true, "access_token": "example", "team": {"id": "T1"}}),
    );
    assert_eq!(broken(&base, Origin::BuiltIn, ""), []);
    breaks(
        &base,
        &[
            (r#"{"/oauth2/token_response/access_token":"/authed_user/access_token"}"#, place, rule),
            (r#"{"/oauth2/token_response/example":{"ok":true,"access_token":7}}"#, place, rule),
            (r#"{"/oauth2/token_response/example":{"access_token":"example"}}"#, place, rule),
            (r#"{"/oauth2/token_response/example":{"ok":false,"access_token":"a"}}"#, place, rule),
        ],
    );
    let param = json!([{"name": "team", "label": "Team", "pattern": "T[0-9]", "example": "T1",
        "from": {"token_response": "/team/id"}}]);
    let supplied = with(&base, "/params", param);
    assert_eq!(broken(&supplied, Origin::BuiltIn, ""), []);
    breaks(&supplied, &[(r#"{"/params/0/from":{"token_response":"/team/key"}}"#, place, rule)]);
}

/// Examples are for tests: the application does not hold them.
#[test]
fn an_example_is_not_packed() {
    let json =
        with(&oauth2(), "/verify/example", json!({"ok": true, "team_id": "T1", "team": "Acme"}));
    let token = json!({"ok": true, "access_token": "example"});
    let json = with(&json, "/oauth2/token_response/example", token);
    assert_eq!(broken(&json, Origin::BuiltIn, ""), []);
    let packed = super::manifest(&json).without_examples();
    assert_eq!(packed, super::manifest(&oauth2()));
}
