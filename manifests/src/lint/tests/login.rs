//! Rules for `login`.

use serde_json::json;

use super::{api_key, breaks, broken, login, oauth2, signed, with, without};
use crate::lint::Origin;

#[test]
fn the_parts_of_a_login() {
    breaks(
        &login(),
        &[
            (r#"{"/login/request/method":"DELETE"}"#, "/login/request/method", "method_form"),
            (r#"{"/login/request/method":"post"}"#, "/login/request/method", "method_form"),
            (r#"{"/login/request/inject":[]}"#, "/login/request", "login_without_secret"),
            (r#"{"/login/request/json":{"a":"b"}}"#, "/login/request", "body_twice"),
            (
                r#"{"/login/request/headers":{"Authorization":"Bearer x"}}"#,
                "/login/request/headers/Authorization",
                "header_name",
            ),
            (
                r#"{"/login/request/form":{"a":"{access_token}"}}"#,
                "/login/request/form/a",
                "secret_placement",
            ),
            (
                r#"{"/login/request/form":{"a":"{nobody}"}}"#,
                "/login/request/form/a",
                "template_unknown",
            ),
            (r#"{"/login/request/refused_on":[401]}"#, "/login/request/refused_on/0", "sign_form"),
            (r#"{"/login/request/refused_on":[500]}"#, "/login/request/refused_on/0", "sign_form"),
            (
                r#"{"/login/request/token_response/access_token":"token"}"#,
                "/login/request/token_response/access_token",
                "pointer_form",
            ),
            (
                r#"{"/login/request/token_response/expires_in":"/token"}"#,
                "/login/request/token_response/expires_in",
                "pointer_secret",
            ),
            (
                r#"{"/login/request/token_response/lifetime_seconds":59}"#,
                "/login/request/token_response/lifetime_seconds",
                "lifetime_range",
            ),
            (r#"{"/login/wait_seconds":61}"#, "/login/wait_seconds", "wait_range"),
            (r#"{"/login/manage_url":null}"#, "/login/manage_url", "required"),
            (r#"{"/login/request":null}"#, "/login/request", "required"),
            (r#"{"/inject/0/value":"Bearer {password}"}"#, "/inject", "login_token_unused"),
            (r#"{"/revoke/tokens":["password"]}"#, "/revoke/tokens/0", "token_unknown"),
            (r#"{"/revoke/tokens":["refresh_token"]}"#, "/revoke/tokens/0", "token_unknown"),
            (
                r#"{"/revoke/request/auth":"client_basic","/revoke/request/form":{"token":"{token}"}}"#,
                "/revoke/request/auth",
                "revoke_auth",
            ),
        ],
    );
}

/// A URL of a login is guarded, pinned, and known before the response.
#[test]
fn the_url_of_a_login() {
    let place = "/login/request/url";
    breaks(
        &login(),
        &[
            (r#"{"/login/request/url":"http://login.acme.example/"}"#, place, "egress_scheme"),
            (r#"{"/login/request/url":"https://127.0.0.1/"}"#, place, "egress_ip_literal"),
            (
                r#"{"/login/request/url":"https://broker.spin.internal/"}"#,
                place,
                "egress_spin_name",
            ),
        ],
    );
    for (url, rule) in [
        ("https://acme.example/{password}", "secret_placement"),
        ("https://{password}.acme.example/", "secret_placement"),
    ] {
        let found = broken(&with(&login(), place, json!(url)), Origin::BuiltIn, "");
        assert!(found.contains(&(place.to_owned(), rule)), "{url}: {found:?}");
    }
    let param = json!([{"name": "org", "label": "Org", "pattern": "[0-9]+", "example": "1",
        "from": {"token_response": "/org"}}]);
    let found_later = with(&login(), "/params", param);
    assert_eq!(broken(&found_later, Origin::BuiltIn, ""), []);
    breaks(
        &found_later,
        &[
            (r#"{"/login/request/url":"https://acme.example/{org}"}"#, place, "from_placement"),
            (
                r#"{"/login/request/form":{"org":"{org}"}}"#,
                "/login/request/form/org",
                "from_placement",
            ),
            (
                r#"{"/params/0/from":{"token_response":"/token"}}"#,
                "/params/0/from/token_response",
                "pointer_secret",
            ),
        ],
    );
}

#[test]
fn a_login_belongs_to_its_method() {
    let without_login = without(&login(), "/login");
    assert_eq!(
        broken(&without_login, Origin::BuiltIn, ""),
        [("/login".to_owned(), "login_required")]
    );
    for base in [api_key(), oauth2()] {
        let both = with(&base, "/login", login()["login"].clone());
        let found = broken(&both, Origin::BuiltIn, "");
        assert!(found.contains(&("/login".to_owned(), "login_forbidden")), "{found:?}");
    }
    // The text of a person's field may be named as any member of a body.
    let named =
        with(&login(), "/login/request/form", json!({"name": "{user}", "label": "{password}"}));
    assert_eq!(broken(&named, Origin::BuiltIn, ""), []);
}

#[test]
fn the_parts_of_an_assertion() {
    let claims = "/login/assertion/claims";
    breaks(
        &signed(),
        &[
            (r#"{"/login/assertion/key":"email"}"#, "/login/assertion/key", "assertion_key"),
            (
                r#"{"/login/assertion/lifetime_seconds":3601}"#,
                "/login/assertion/lifetime_seconds",
                "lifetime_range",
            ),
            (
                r#"{"/login/assertion/lifetime_seconds":119}"#,
                "/login/assertion/lifetime_seconds",
                "lifetime_range",
            ),
            (r#"{"/login/assertion/claims":{}}"#, claims, "required"),
            (
                r#"{"/login/assertion/claims/exp":"4102444800"}"#,
                "/login/assertion/claims/exp",
                "parameter_reserved",
            ),
            (
                r#"{"/login/assertion/claims/aud":"https://{email}/"}"#,
                "/login/assertion/claims/aud",
                "assertion_audience",
            ),
            (
                r#"{"/login/assertion/claims/iss":"{private_key}"}"#,
                "/login/assertion/claims/iss",
                "secret_placement",
            ),
            (
                r#"{"/login/request/form/key":"{private_key}"}"#,
                "/login/request/form/key",
                "secret_placement",
            ),
            (
                r#"{"/inject/0/value":"{access_token} {private_key}"}"#,
                "/inject/0/value",
                "secret_placement",
            ),
            (
                r#"{"/inject/0/value":"{access_token} {assertion}"}"#,
                "/inject/0/value",
                "secret_placement",
            ),
        ],
    );
    let unused = with(&signed(), "/login/request/form", json!({"x": "y"}));
    let found = broken(&unused, Origin::BuiltIn, "");
    assert!(found.contains(&("/login/request".to_owned(), "assertion_unused")), "{found:?}");
    for (pointer, value, rule) in [
        ("/login/assertion/key", json!("file"), "assertion_key"),
        ("/credentials/0/members", json!([]), "field_format"),
        ("/credentials/0/secret", json!(false), "field_format"),
        ("/credentials/0/format", json!("pem"), "field_format"),
        ("/credentials/0/members/0/pointer", json!("client_email"), "pointer_form"),
        ("/credentials/0/members/0/name", json!("assertion"), "name_reserved"),
        ("/credentials/0/members/0/name", json!("file"), "name_duplicate"),
    ] {
        let found = broken(&with(&signed(), pointer, value), Origin::BuiltIn, "");
        assert!(found.iter().any(|(_, broken)| *broken == rule), "{pointer}: {found:?}");
    }
    for algorithm in ["HS256", "none", "RS384", "rs256"] {
        let json = with(&signed(), "/login/assertion/algorithm", json!(algorithm));
        assert!(crate::parse(&json.to_string()).is_err(), "{algorithm}");
    }
    // The provider accepts the assertion as a token.
    let direct =
        with(&without(&signed(), "/login/request"), "/revoke", json!({"unsupported": "no"}));
    assert_eq!(broken(&direct, Origin::BuiltIn, ""), []);
}
