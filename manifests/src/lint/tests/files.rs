//! Fields that are JSON files: rules about secrets and fields hold for the members of a file, which are what is stored.

use serde_json::{Value, json};

use super::{api_key, breaks, broken, client_credentials, oauth2, with};
use crate::lint::Origin;

/// A manifest whose key is a member of a file.
fn in_file() -> Value {
    with(
        &api_key(),
        "/credentials",
        json!([{"name": "file", "label": "File", "secret": true, "format": "json", "members": [
            {"name": "email", "pointer": "/email", "secret": false},
            {"name": "api_key", "pointer": "/key", "secret": true}]}]),
    )
}

/// The manifest with a parameter that the call of `find` supplies.
fn with_find(json: &Value) -> Value {
    let param = json!([{"name": "site", "label": "Site", "pattern": "[0-9]+", "example": "1",
        "from": {"found": "/id"}}]);
    let json = with(json, "/params", param);
    let json = with(&json, "/api/base_url", json!("https://api.acme.example/v1/{site}"));
    with(&json, "/find", json!({"url": "https://api.acme.example/sites"}))
}

#[test]
fn a_secret_member_is_a_credential() {
    assert_eq!(broken(&in_file(), Origin::BuiltIn, ""), []);
    let public = with(&in_file(), "/credentials/0/members/1/secret", json!(false));
    assert_eq!(
        broken(&public, Origin::BuiltIn, ""),
        [
            ("/credentials".to_owned(), "credentials_required"),
            ("/inject".to_owned(), "inject_without_secret"),
        ]
    );
    // What is not stored is sent nowhere.
    breaks(
        &in_file(),
        &[(
            r#"{"/inject/-":{"in":"header","name":"X","value":"{file}"}}"#,
            "/inject/1/value",
            "template_unknown",
        )],
    );
}

#[test]
fn a_call_of_find_may_send_a_secret_member() {
    let find = with_find(&in_file());
    assert_eq!(broken(&find, Origin::BuiltIn, ""), []);
    let rule = "find_without_secret";
    breaks(&find, &[(r#"{"/inject/0/value":"{api_key}/{site}"}"#, "/find", rule)]);
    // A member that is not secret is not a credential.
    let inject = json!([
        {"in": "header", "name": "X-Email", "value": "{email}"},
        {"in": "header", "name": "X-Api-Key", "value": "{site}:{api_key}"}
    ]);
    let public = with(&find, "/inject", inject);
    assert_eq!(broken(&public, Origin::BuiltIn, ""), [("/find".to_owned(), rule)]);
}

#[test]
fn a_secret_member_can_be_revoked() {
    let request = json!({"method": "POST", "url": "https://api.acme.example/revoke", "auth": "none",
        "form": {"key": "{api_key}"}});
    let revoke = json!({"tokens": ["api_key"], "effect": "token", "request": request});
    let base = with(&in_file(), "/revoke", revoke);
    assert_eq!(broken(&base, Origin::BuiltIn, ""), []);
    breaks(
        &base,
        &[
            (r#"{"/revoke/tokens":["email"]}"#, "/revoke/tokens/0", "token_unknown"),
            (r#"{"/revoke/tokens":["file"]}"#, "/revoke/tokens/0", "token_unknown"),
            (
                r#"{"/revoke/request/form":{"key":"{email}"}}"#,
                "/revoke/request",
                "revoke_without_token",
            ),
        ],
    );
}

#[test]
fn a_client_may_be_entered_as_a_file() {
    let file = |is_secret: bool| {
        json!([{"name": "file", "label": "File", "secret": true, "format": "json", "members": [
            {"name": "client_id", "pointer": "/web/client_id", "secret": false},
            {"name": "client_secret", "pointer": "/web/client_secret", "secret": is_secret}]}])
    };
    let base = with(&client_credentials(), "/credentials", file(true));
    assert_eq!(broken(&base, Origin::BuiltIn, ""), []);
    let public = with(&client_credentials(), "/credentials", file(false));
    let rule = ("/credentials".to_owned(), "client_credentials_fields");
    assert_eq!(broken(&public, Origin::BuiltIn, ""), [rule]);
    let in_flow = with(&oauth2(), "/credentials", in_file()["credentials"].clone());
    let found = broken(&in_flow, Origin::BuiltIn, "");
    assert_eq!(found, [("/credentials".to_owned(), "credentials_forbidden")]);
}

#[test]
fn no_parameter_is_the_end_of_a_file() {
    let param = json!([{"name": "site", "label": "x", "pattern": "[a-z]+", "example": "a",
        "from": {"credential": {"field": "file", "after": "-"}}}]);
    let json = with(&in_file(), "/params", param);
    let json = with(&json, "/api/base_url", json!("https://{site}.acme.example"));
    let json = with(&json, "/api/hosts", json!(["{site}.acme.example"]));
    for field in ["file", "api_key"] {
        let json = with(&json, "/params/0/from/credential/field", json!(field));
        let place = "/params/0/from/credential/field".to_owned();
        assert_eq!(broken(&json, Origin::BuiltIn, ""), [(place, "from_form")], "{field}");
    }
}
