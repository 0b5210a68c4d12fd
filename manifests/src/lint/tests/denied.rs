//! Rules for what agents may not send: query parameters, members of bodies and content types.

use super::*;

#[test]
fn rules_for_denied_queries() {
    let place = "/api/deny_query/0";
    let at = |member: &str| format!("{place}/{member}");
    let (name, why, path) = (at("name"), at("why"), at("path"));
    let (method, value) = (at("method"), at("values/0"));
    breaks(
        &api_key(),
        &[
            (r#"{"/api/deny_query":[{"name":"","why":"w"}]}"#, &name, "parameter_name"),
            (r#"{"/api/deny_query":[{"name":"a&b","why":"w"}]}"#, &name, "parameter_name"),
            (r#"{"/api/deny_query":[{"name":"a[]","why":"w"}]}"#, &name, "parameter_name"),
            (r#"{"/api/deny_query":[{"name":"a","why":" "}]}"#, &why, "required"),
            (r#"{"/api/deny_query":[{"name":"a","path":"x","why":"w"}]}"#, &path, "path_form"),
            (
                r#"{"/api/deny_query":[{"name":"a","method":"BREW","why":"w"}]}"#,
                &method,
                "method_form",
            ),
            (
                r#"{"/api/deny_query":[{"name":"a","values":["b,c"],"why":"w"}]}"#,
                &value,
                "value_form",
            ),
            (r#"{"/api/deny_query":[{"name":"a","values":[""],"why":"w"}]}"#, &value, "value_form"),
            (
                r#"{"/api/deny_query":[{"name":"a","why":"w"},{"name":"a","why":"w"}]}"#,
                "/api/deny_query/1",
                "duplicate",
            ),
            (
                r#"{"/inject/0":{"in":"query","name":"key","value":"{api_key}"},
                    "/api/deny_query":[{"name":"KEY","why":"w"}]}"#,
                &name,
                "parameter_injected",
            ),
        ],
    );
    let rule = r#"{"/api/deny_query":[{"method":"OPTIONS","path":"/a/**","name":"_a.b-c$","values":["x/y"],"why":"w"}]}"#;
    assert_eq!(broken(&changed(&api_key(), rule), Origin::BuiltIn, ""), []);
}

#[test]
fn rules_for_denied_bodies() {
    let at = |member: &str| format!("/api/deny_body/0/{member}");
    let (name, why, path, method) = (at("name"), at("why"), at("path"), at("method"));
    breaks(
        &api_key(),
        &[
            (r#"{"/api/deny_body":[{"name":"","why":"w"}]}"#, &name, "parameter_name"),
            (r#"{"/api/deny_body":[{"name":"a[b]","why":"w"}]}"#, &name, "parameter_name"),
            (r#"{"/api/deny_body":[{"name":"a","why":" "}]}"#, &why, "required"),
            (r#"{"/api/deny_body":[{"name":"a","path":"x","why":"w"}]}"#, &path, "path_form"),
            (
                r#"{"/api/deny_body":[{"name":"a","method":"BREW","why":"w"}]}"#,
                &method,
                "method_form",
            ),
            (
                r#"{"/api/deny_body":[{"name":"a","why":"w"},{"name":"a","why":"w"}]}"#,
                "/api/deny_body/1",
                "duplicate",
            ),
        ],
    );
    let rule =
        r#"{"/api/deny_body":[{"method":"POST","path":"/a/**","name":"_a.b-c$","why":"w"}]}"#;
    assert_eq!(broken(&changed(&api_key(), rule), Origin::BuiltIn, ""), []);
}

#[test]
fn rules_for_content_types() {
    let place = "/api/body_types/0";
    breaks(
        &api_key(),
        &[
            (r#"{"/api/body_types":["json"]}"#, place, "type_form"),
            (r#"{"/api/body_types":["*/*"]}"#, place, "type_form"),
            (r#"{"/api/body_types":["application/JSON"]}"#, place, "type_form"),
            (r#"{"/api/body_types":["application/json; a=b"]}"#, place, "type_form"),
            (r#"{"/api/body_types":["image/*","image/*"]}"#, "/api/body_types/1", "duplicate"),
        ],
    );
    let types = r#"{"/api/body_types":["application/vnd.a+json","image/*"]}"#;
    assert_eq!(broken(&changed(&api_key(), types), Origin::BuiltIn, ""), []);
}
