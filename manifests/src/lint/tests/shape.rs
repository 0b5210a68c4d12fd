//! Rules for text, names and templates.

use super::*;

#[test]
fn text_rules() {
    let long = format!(r#"{{"/description":"{}"}}"#, "é".repeat(501));
    breaks(
        &api_key(),
        &[
            (r#"{"/id":"Acme"}"#, "/id", "id_form"),
            (r#"{"/id":"custom-acme"}"#, "/id", "id_form"),
            (r#"{"/id":""}"#, "/id", "id_form"),
            (r#"{"/name":" "}"#, "/name", "required"),
            (r#"{"/family":""}"#, "/family", "required"),
            (r#"{"/description":""}"#, "/description", "required"),
            (r#"{"/docs_url":""}"#, "/docs_url", "required"),
            (r#"{"/brand/color":""}"#, "/brand/color", "required"),
            (r#"{"/brand/icon":""}"#, "/brand/icon", "required"),
            (r#"{"/categories":[]}"#, "/categories", "required"),
            (r#"{"/sources":[]}"#, "/sources", "required"),
            (r#"{"/sources":["https://a.example/"]}"#, "/sources/0", "source_without_day"),
            (r#"{"/sources/0/read":"29.11.2026"}"#, "/sources/0/read", "day_form"),
            (r#"{"/sources/0/pages":[]}"#, "/sources/0/pages", "required"),
            (
                r#"{"/sources/0/pages":["https://a.example/","https://a.example/"]}"#,
                "/sources/1",
                "duplicate",
            ),
            (
                r#"{"/ends":{"on":"2027","why":"It ends","source":"https://a.example/"}}"#,
                "/ends/on",
                "day_form",
            ),
            (
                r#"{"/ends":{"on":"2027-04-30","why":" ","source":"https://a.example/"}}"#,
                "/ends/why",
                "required",
            ),
            (
                r#"{"/ends":{"on":"2027-04-30","why":"It ends","source":"http://a.example/"}}"#,
                "/ends/source",
                "egress_scheme",
            ),
            (r#"{"/credentials/0/label":""}"#, "/credentials/0/label", "required"),
            (&long, "/description", "string_too_long"),
            (r#"{"/description":"a\nb"}"#, "/description", "control_character"),
            (r#"{"/name":"Str\u200bipe"}"#, "/name", "control_character"),
            (r#"{"/brand/color":"red"}"#, "/brand/color", "color_form"),
            (r##"{"/brand/color":"#12345"}"##, "/brand/color", "color_form"),
            (r#"{"/brand/icon":"a b"}"#, "/brand/icon", "slug_form"),
            (r#"{"/family":"Acme"}"#, "/family", "slug_form"),
            (r#"{"/categories":["Pay"]}"#, "/categories/0", "slug_form"),
            (r#"{"/categories":["a","a"]}"#, "/categories/1", "duplicate"),
            (
                r#"{"/api/hosts":["api.acme.example","API.acme.example"]}"#,
                "/api/hosts/1",
                "duplicate",
            ),
            (r#"{"/credentials/0/label":"{api_key}"}"#, "/credentials/0/label", "secret_in_text"),
            (r#"{"/description":"Uses {token}"}"#, "/description", "secret_in_text"),
        ],
    );
}

#[test]
fn name_rules() {
    breaks(
        &basic(),
        &[
            (
                r#"{"/params/-":{"name":"A","label":"x","pattern":"a","example":"a"}}"#,
                "/params/1/name",
                "name_form",
            ),
            (
                r#"{"/params/-":{"name":"token","label":"x","pattern":"a","example":"a"}}"#,
                "/params/1/name",
                "name_reserved",
            ),
            (
                r#"{"/credentials/-":{"name":"client_id","label":"x","secret":false}}"#,
                "/credentials/2/name",
                "name_reserved",
            ),
            (
                r#"{"/credentials/-":{"name":"subdomain","label":"x","secret":false}}"#,
                "/credentials/2/name",
                "name_duplicate",
            ),
            (r#"{"/params/0/pattern":"["}"#, "/params/0/pattern", "pattern_invalid"),
            (r#"{"/credentials/1/pattern":"a)|(b"}"#, "/credentials/1/pattern", "pattern_invalid"),
            (r#"{"/params/0/pattern":"[b-z]+"}"#, "/params/0/example", "example_mismatch"),
            (r#"{"/params/0/pattern":".+"}"#, "/params/0/pattern", "host_parameter_pattern"),
            (r#"{"/params/0/pattern":"[a-z.]+"}"#, "/params/0/pattern", "host_parameter_pattern"),
            (r#"{"/params/0/pattern":"[a-z]*"}"#, "/params/0/pattern", "host_parameter_pattern"),
            (r#"{"/params/0/choices":["acme"]}"#, "/params/0", "param_form"),
            (r#"{"/params/0/pattern":null}"#, "/params/0", "param_form"),
        ],
    );
    breaks(
        &chosen(),
        &[
            (r#"{"/params/0/example":"acme.com"}"#, "/params/0/example", "example_mismatch"),
            (r#"{"/params/0/choices/-":"acme.eu"}"#, "/params/0/choices/2", "duplicate"),
            (
                r#"{"/params/0/choices/-":"Us3.acme.com"}"#,
                "/params/0/choices/2",
                "host_parameter_choice",
            ),
        ],
    );
}

#[test]
fn flow_parameter_rules() {
    let account = r#""/params":[{"name":"account","label":"x","pattern":"[a-z]+","example":"a",
        "from":{"token_response":"/id"}}]"#;
    let case = |change: &str| format!("{{{account},{change}}}");
    for (change, pointer, rule) in [
        (
            r#""/params/0/from":{"token_response":"id"}"#,
            "/params/0/from/token_response",
            "pointer_form",
        ),
        (
            r#""/params/0/from":{"token_response":"/access_token"}"#,
            "/params/0/from/token_response",
            "pointer_secret",
        ),
        (r#""/params/0/from":{"callback":"a b"}"#, "/params/0/from/callback", "from_form"),
        (r#""/params/0/from":{"callback":"code"}"#, "/params/0/from/callback", "from_form"),
        (
            r#""/oauth2/token_url":"https://slack.com/{account}""#,
            "/oauth2/token_url",
            "from_placement",
        ),
        (
            r#""/oauth2/authorization_url":"https://slack.com/{account}""#,
            "/oauth2/authorization_url",
            "from_placement",
        ),
        (
            r#""/oauth2/authorize_params":{"a":"{account}"}"#,
            "/oauth2/authorize_params/a",
            "from_placement",
        ),
        (r#""/oauth2/token_params":{"a":"{account}"}"#, "/oauth2/token_params/a", "from_placement"),
        (r#""/api/hosts":["slack.com","{account}.slack.com"]"#, "/api/hosts/1", "from_placement"),
        (r#""/verify/account/param":"other""#, "/verify/account/param", "account_param"),
    ] {
        breaks(&oauth2(), &[(&case(change), pointer, rule)]);
    }
    for fine in [
        r#""/api/base_url":"https://slack.com/{account}""#,
        r#""/inject/-":{"in":"header","name":"X-Account","value":"{account}"}"#,
        r#""/verify/path":"/{account}/me""#,
        r#""/verify/account/param":"account""#,
        r#""/params/0/from":{"callback":"realmId"}"#,
        r#""/oauth2/refresh/params":{"a":"{account}","redirect_uri":"{redirect_uri}"}"#,
        r#""/revoke/request/auth":"client_bearer","/revoke/request/form":{"a":"{account}"}"#,
    ] {
        let found = broken(&changed(&oauth2(), &case(fine)), Origin::BuiltIn, "");
        assert_eq!(found, [], "{fine}");
    }
    let found = broken(&changed(&api_key(), &format!("{{{account}}}")), Origin::BuiltIn, "");
    assert_eq!(found, [("/params/0/from/token_response".to_owned(), "from_without_flow")]);
}

#[test]
fn found_parameter_rules() {
    breaks(
        &found(),
        &[
            (r#"{"/find/url":"https://evil.example/x"}"#, "/find/url", "host_not_listed"),
            (r#"{"/find/url":"https://slack.com/{site}"}"#, "/find/url", "from_placement"),
            (r#"{"/find/url":"http://slack.com/x"}"#, "/find/url", "egress_scheme"),
            (
                r#"{"/find/url":"https://slack.com/{access_token}"}"#,
                "/find/url",
                "secret_placement",
            ),
            (r#"{"/find/list":"sites"}"#, "/find/list", "pointer_form"),
            (r#"{"/find/label":"name"}"#, "/find/label", "pointer_form"),
            (
                r#"{"/find/only":{"pointer":"kind","equals":1}}"#,
                "/find/only/pointer",
                "pointer_form",
            ),
            (
                r#"{"/find/only":{"pointer":"/kind","equals":null}}"#,
                "/find/only/equals",
                "only_equals",
            ),
            (r#"{"/params/0/from":{"found":"id"}}"#, "/params/0/from/found", "pointer_form"),
            (r#"{"/params/0/from":{"token_response":"/id"}}"#, "/find", "find_without_parameter"),
            (
                r#"{"/inject/0/value":"Bearer {access_token}/{site}"}"#,
                "/find",
                "find_without_secret",
            ),
            (
                r#"{"/oauth2/token_params":{"a":"{site}"}}"#,
                "/oauth2/token_params/a",
                "from_placement",
            ),
            (
                r#"{"/oauth2/refresh/params":{"a":"{site}"}}"#,
                "/oauth2/refresh/params/a",
                "from_placement",
            ),
            (
                r#"{"/oauth2/refresh/url":"https://slack.com/{site}"}"#,
                "/oauth2/refresh/url",
                "from_placement",
            ),
            (
                r#"{"/revoke/request/url":"https://slack.com/{site}"}"#,
                "/revoke/request/url",
                "from_placement",
            ),
            (
                r#"{"/revoke/request/json":{"a":["{site}"]}}"#,
                "/revoke/request/json/a/0",
                "from_placement",
            ),
        ],
    );
    let found_without_call = without(&found(), "/find");
    let broken_rule = broken(&found_without_call, Origin::BuiltIn, "");
    assert_eq!(broken_rule, [("/params/0/from/found".to_owned(), "from_without_find")]);
    for fine in [
        r#"{"/inject/-":{"in":"header","name":"X-Site","value":"{site}"}}"#,
        r#"{"/verify/path":"/{site}/me"}"#,
        r#"{"/find/list":""}"#,
        r#"{"/find/only":{"pointer":"/kind","equals":"site"}}"#,
        r#"{"/params/0/pattern":"[a-z]+","/params/0/example":"acme","/api/base_url":"https://{site}.slack.com",
            "/api/hosts":["{site}.slack.com"],"/verify/base_url":"https://slack.com/api"}"#,
    ] {
        assert_eq!(broken(&changed(&found(), fine), Origin::BuiltIn, ""), [], "{fine}");
    }
}

#[test]
fn key_end_rules() {
    let param = r#""/params":[{"name":"site","label":"x","pattern":"[a-z]+","example":"a",
        "from":{"credential":{"field":"api_key","after":"-"}}}],
        "/api/base_url":"https://{site}.acme.example","/api/hosts":["{site}.acme.example"]"#;
    let case = |change: &str| format!("{{{param}{change}}}");
    assert_eq!(broken(&changed(&api_key(), &case("")), Origin::BuiltIn, ""), []);
    for (change, pointer) in [
        (r#","/params/0/from/credential/field":"other""#, "/params/0/from/credential/field"),
        (r#","/params/0/from/credential/after":"""#, "/params/0/from/credential/after"),
        (r#","/params/0/from/credential/after":"é""#, "/params/0/from/credential/after"),
    ] {
        breaks(&api_key(), &[(&case(change), pointer, "from_form")]);
    }
}

#[test]
fn registration_rules() {
    let url = "/oauth2/registration_url";
    for (change, pointer, rule) in [
        (r#""/oauth2/registration_url":"http://slack.com/register""#, url, "egress_scheme"),
        (r#""/oauth2/registration_url":"https://10.0.0.1/register""#, url, "egress_ip_literal"),
        (
            r#""/oauth2/registration_url":"https://slack.com/{client_secret}""#,
            url,
            "secret_placement",
        ),
        (r#""/oauth2/registration_url":"https://slack.com/{other}""#, url, "template_unknown"),
    ] {
        breaks(&oauth2(), &[(&format!("{{{change}}}"), pointer, rule)]);
    }
    let public = r#"{"/oauth2/client_auth":"none","/oauth2/pkce":true,
        "/oauth2/registration_url":"https://slack.com/register"}"#;
    assert_eq!(broken(&changed(&oauth2(), public), Origin::BuiltIn, ""), []);
    // The app is used for the values of the parameters in the hosts that get its secret. Another host has to have them too.
    for (token, url, ok) in [
        ("{site}.slack.com", "{site}.slack.com", true),
        ("{site}.slack.com", "slack.com", true),
        ("slack.com", "{site}.slack.com", false),
        ("{other}.slack.com", "{site}.slack.com", false),
    ] {
        let token = json!(format!("https://{token}/token"));
        let json = with(&changed(&oauth2(), public), "/oauth2/token_url", token);
        let json = with(&json, "/oauth2/registration_url", json!(format!("https://{url}/x")));
        let found = broken(&json, Origin::BuiltIn, "");
        let is_found =
            found.contains(&("/oauth2/registration_url".to_owned(), "registration_host"));
        assert_eq!(!is_found, ok, "{json}: {found:?}");
    }
    // An app that registers itself needs no page where a person does that.
    let automatic = without(&changed(&oauth2(), public), "/oauth2/register_url");
    assert_eq!(broken(&automatic, Origin::BuiltIn, ""), []);
    let document =
        r#"{"/oauth2/client_auth":"none","/oauth2/pkce":true,"/oauth2/client_metadata":true}"#;
    let document = without(&changed(&oauth2(), document), "/oauth2/register_url");
    assert_eq!(broken(&document, Origin::BuiltIn, ""), []);
    let secret = r#"{"/oauth2/client_metadata":true}"#;
    breaks(&oauth2(), &[(secret, "/oauth2/client_metadata", "client_metadata_form")]);
    let entered = with(&client_credentials(), url, json!("https://slack.com/register"));
    let found = broken(&entered, Origin::BuiltIn, "");
    assert_eq!(found, [(url.to_owned(), "registration_url_forbidden")]);
}

#[test]
fn flow_name_rules() {
    let named = |names: &str| format!(r#"{{"/oauth2/names":{names}}}"#);
    for (names, pointer, rule) in [
        (r#"{"authorize":{"state":"s"}}"#, "/authorize/state", "flow_name"),
        (r#"{"authorize":{"code_challenge":"c"}}"#, "/authorize/code_challenge", "flow_name"),
        (r#"{"authorize":{"client_id":null}}"#, "/authorize/client_id", "flow_name_required"),
        (r#"{"authorize":{"redirect_uri":null}}"#, "/authorize/redirect_uri", "flow_name_required"),
        (r#"{"authorize":{"client_id":"a b"}}"#, "/authorize/client_id", "flow_name_form"),
        (r#"{"authorize":{"client_id":""}}"#, "/authorize/client_id", "flow_name_form"),
        (r#"{"authorize":{"client_id":"state"}}"#, "/authorize/client_id", "flow_name_duplicate"),
        (r#"{"authorize":{"client_id":"scope"}}"#, "/authorize/client_id", "flow_name_duplicate"),
        (r#"{"token":{"code_verifier":"v"}}"#, "/token/code_verifier", "flow_name"),
        (r#"{"token":{"scope":"s"}}"#, "/token/scope", "flow_name"),
        (r#"{"token":{"client_secret":null}}"#, "/token/client_secret", "flow_name_required"),
        (r#"{"token":{"code":null}}"#, "/token/code", "flow_name_required"),
        (r#"{"token":{"code":"client_id"}}"#, "/token/code", "flow_name_duplicate"),
        (r#"{"code":"state"}"#, "/code", "flow_name_duplicate"),
        (r#"{"code":"a/b"}"#, "/code", "flow_name_form"),
    ] {
        let found = broken(&changed(&oauth2(), &named(names)), Origin::BuiltIn, "");
        assert_eq!(found, [(format!("/oauth2/names{pointer}"), rule)], "{names}");
    }
    let twice = r#"{"authorize":{"client_id":"x","scope":"x"}}"#;
    assert_eq!(broken(&changed(&oauth2(), &named(twice)), Origin::BuiltIn, "").len(), 2);
    let taken =
        r#"{"/oauth2/token_params":{"key":"1"},"/oauth2/names":{"token":{"client_id":"key"}}}"#;
    breaks(&oauth2(), &[(taken, "/oauth2/names/token/client_id", "flow_name_duplicate")]);
    let basic = r#"{"/oauth2/client_auth":"basic","/oauth2/names":{"token":{"client_id":"key"}}}"#;
    breaks(&oauth2(), &[(basic, "/oauth2/names/token/client_id", "flow_name")]);
    for fine in [
        r#"{"authorize":{"client_id":"client_key","response_type":null}}"#,
        r#"{"token":{"client_id":"app_id","client_secret":"secret","grant_type":null,"redirect_uri":null}}"#,
        r#"{"token":{"code":"auth_code","refresh_token":"code"}}"#,
        r#"{"code":"spapi_oauth_code"}"#,
    ] {
        let found = broken(&changed(&oauth2(), &named(fine)), Origin::BuiltIn, "");
        assert_eq!(found, [], "{fine}");
    }
}

#[test]
fn template_rules() {
    breaks(
        &api_key(),
        &[
            (r#"{"/inject/0/value":"{api_key}{"}"#, "/inject/0/value", "template_invalid"),
            (r#"{"/inject/0/value":"{api_key}{{x}}"}"#, "/inject/0/value", "template_invalid"),
            (r#"{"/inject/0/value":"{api_key}{other}"}"#, "/inject/0/value", "template_unknown"),
            (
                r#"{"/inject/0/value":"{api_key}{access_token}"}"#,
                "/inject/0/value",
                "secret_placement",
            ),
            (r#"{"/verify/path":"/{api_key}"}"#, "/verify/path", "secret_placement"),
            (r#"{"/verify/form":{"k":"{api_key}"}}"#, "/verify/form/k", "secret_placement"),
            (
                r#"{"/docs_url":"https://docs.acme.example/{api_key}"}"#,
                "/docs_url",
                "secret_placement",
            ),
            (
                r#"{"/revoke/manage_url":"https://a.example/{api_key}"}"#,
                "/revoke/manage_url",
                "secret_placement",
            ),
            (
                r#"{"/credentials/0/help_url":"https://a.example/{api_key}"}"#,
                "/credentials/0/help_url",
                "secret_placement",
            ),
        ],
    );
    breaks(
        &oauth2(),
        &[
            (
                r#"{"/oauth2/token_params":{"a":"{access_token}"}}"#,
                "/oauth2/token_params/a",
                "secret_placement",
            ),
            (
                r#"{"/oauth2/token_params":{"a":"{redirect_uri}"}}"#,
                "/oauth2/token_params/a",
                "secret_placement",
            ),
            (
                r#"{"/oauth2/authorize_params":{"a":"{client_secret}"}}"#,
                "/oauth2/authorize_params/a",
                "secret_placement",
            ),
            (
                r#"{"/oauth2/authorization_url":"https://slack.com/{client_secret}"}"#,
                "/oauth2/authorization_url",
                "secret_placement",
            ),
            (
                r#"{"/revoke/request/json":{"a":["{tokn}"]}}"#,
                "/revoke/request/json/a/0",
                "template_unknown",
            ),
        ],
    );
    for fine in [
        r#"{"/oauth2/token_params":{"key":"{client_id}","s":"{client_secret}"}}"#,
        r#"{"/oauth2/authorize_params":{"client_key":"{client_id}"}}"#,
        r#"{"/oauth2/refresh/params":{"t":"{refresh_token}{access_token}"}}"#,
        r#"{"/revoke/request/url":"https://slack.com/{client_id}/{token}"}"#,
    ] {
        assert_eq!(broken(&changed(&oauth2(), fine), Origin::BuiltIn, ""), [], "{fine}");
    }
}

#[test]
fn a_secret_in_a_host_is_rejected_even_where_urls_may_have_secrets() {
    let change = r#"{"/revoke/request/url":"https://{token}.slack.com/"}"#;
    let found = broken(&changed(&oauth2(), change), Origin::BuiltIn, "");
    assert!(found.contains(&("/revoke/request/url".to_owned(), "secret_placement")), "{found:?}");
}
