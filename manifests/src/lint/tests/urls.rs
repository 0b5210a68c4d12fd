//! Rules for URLs, and what each origin of manifests may reach.

use super::*;

#[test]
fn url_rules() {
    breaks(
        &api_key(),
        &[
            (r#"{"/docs_url":"docs"}"#, "/docs_url", "url_invalid"),
            (r#"{"/docs_url":"http://docs.acme.example/"}"#, "/docs_url", "egress_scheme"),
            (r#"{"/docs_url":"javascript:alert(1)"}"#, "/docs_url", "egress_no_host"),
            (
                r#"{"/sources/0/pages":["https://self.alt/"]}"#,
                "/sources/0/pages/0",
                "egress_spin_name",
            ),
            (
                r#"{"/sources/0/pages":["https://u@a.example/"]}"#,
                "/sources/0/pages/0",
                "egress_userinfo",
            ),
            (
                r#"{"/revoke/manage_url":"https://127.1/"}"#,
                "/revoke/manage_url",
                "egress_ip_literal",
            ),
            (
                r#"{"/credentials/0/help_url":"https://x.local/"}"#,
                "/credentials/0/help_url",
                "egress_private_suffix",
            ),
            (
                r#"{"/verify/base_url":"https://broker.spin.internal"}"#,
                "/verify/base_url",
                "egress_spin_name",
            ),
            (
                r#"{"/verify/base_url":"https://api.acme.example:8443"}"#,
                "/verify/base_url",
                "egress_port",
            ),
            (r#"{"/api/base_url":"https://api.acme.example/"}"#, "/api/base_url", "url_form"),
            (r#"{"/api/base_url":"https://api.acme.example/a?b"}"#, "/api/base_url", "url_form"),
            (
                r#"{"/api/base_url":"https://other.acme.example"}"#,
                "/api/base_url",
                "host_not_listed",
            ),
            (r#"{"/api/hosts":["api.acme.example","a.example/x"]}"#, "/api/hosts/1", "host_form"),
            (
                r#"{"/api/hosts":["api.acme.example","intranet"]}"#,
                "/api/hosts/1",
                "egress_single_label",
            ),
            (
                r#"{"/api/hosts":["api.acme.example","localhost"]}"#,
                "/api/hosts/1",
                "egress_localhost",
            ),
            (
                r#"{"/api/hosts":["api.acme.example","a.example."]}"#,
                "/api/hosts/1",
                "egress_trailing_dot",
            ),
            (r#"{"/api/hosts":["api.acme.example","ｂ.example"]}"#, "/api/hosts/1", "url_invalid"),
        ],
    );
    breaks(
        &oauth2(),
        &[
            (r#"{"/oauth2/token_url":"http://slack.com/"}"#, "/oauth2/token_url", "egress_scheme"),
            (
                r#"{"/oauth2/refresh/url":"http://slack.com/"}"#,
                "/oauth2/refresh/url",
                "egress_scheme",
            ),
            (
                r#"{"/oauth2/refresh/url":"https://broker.spin.internal/"}"#,
                "/oauth2/refresh/url",
                "egress_spin_name",
            ),
            (
                r#"{"/oauth2/register_url":"http://slack.com/"}"#,
                "/oauth2/register_url",
                "egress_scheme",
            ),
            (
                r#"{"/oauth2/authorization_url":"https://slack.com/#x"}"#,
                "/oauth2/authorization_url",
                "url_form",
            ),
            (r#"{"/oauth2/issuer":"https://slack.com?x"}"#, "/oauth2/issuer", "issuer_form"),
            (r#"{"/oauth2/issuer":"slack.com"}"#, "/oauth2/issuer", "issuer_form"),
            (
                r#"{"/revoke/request/url":"https://10.0.0.1/"}"#,
                "/revoke/request/url",
                "egress_ip_literal",
            ),
        ],
    );
    breaks(
        &basic(),
        &[
            (
                r#"{"/verify/base_url":"https://zendesk.{subdomain}"}"#,
                "/verify/base_url",
                "host_parameter_position",
            ),
            (
                r#"{"/verify/base_url":"https://{subdomain}.com"}"#,
                "/verify/base_url",
                "host_parameter_position",
            ),
            (
                r#"{"/verify/base_url":"https://{subdomain}zendesk.com"}"#,
                "/verify/base_url",
                "host_parameter_position",
            ),
        ],
    );
    breaks(
        &chosen(),
        &[(
            r#"{"/verify/base_url":"https://{site}api.acme.example"}"#,
            "/verify/base_url",
            "host_parameter_position",
        )],
    );
    breaks(
        &self_hosted(),
        &[
            (
                r#"{"/verify/base_url":"https://api.{host}"}"#,
                "/verify/base_url",
                "host_parameter_position",
            ),
            (
                r#"{"/verify/base_url":"https://{host}.acme.example"}"#,
                "/verify/base_url",
                "host_parameter_position",
            ),
            (
                r#"{"/verify/base_url":"https://{host}:443"}"#,
                "/verify/base_url",
                "host_parameter_position",
            ),
            (r#"{"/params/0/example":"Forum.acme.com"}"#, "/params/0/example", "example_mismatch"),
            (r#"{"/params/0/pattern":"[a-z.]+"}"#, "/params/0", "param_form"),
            (
                r#"{"/api":{"base_url":"https://a.example","hosts":["a.example"]}}"#,
                "/params/0/whole_host",
                "whole_host_form",
            ),
        ],
    );
    breaks(
        &named_host(),
        &[
            (r#"{"/params/0/within/-":"com"}"#, "/params/0/within/2", "host_domain_form"),
            (r#"{"/params/0/within/-":"*.acme.com"}"#, "/params/0/within/2", "host_domain_form"),
            (r#"{"/params/0/within/-":"slack.com"}"#, "/params/0/within/2", "duplicate"),
            (r#"{"/params/0/example":"acme.example"}"#, "/params/0/example", "example_mismatch"),
            (r#"{"/params/0/whole_host":true}"#, "/params/0", "param_form"),
            (
                r#"{"/params/0/from":{"callback":"domain"}}"#,
                "/params/0/within",
                "host_domain_source",
            ),
            (
                r#"{"/verify/base_url":"https://api.{host}"}"#,
                "/verify/base_url",
                "host_parameter_position",
            ),
            (
                r#"{"/oauth2/refresh/url":"https://{host}/token"}"#,
                "/oauth2/refresh/url",
                "from_placement",
            ),
            (
                r#"{"/revoke/request/url":"https://{host}/revoke"}"#,
                "/revoke/request/url",
                "from_placement",
            ),
        ],
    );
    // A choice before the end of a host is one label.
    let middle =
        json!({"base_url": "https://{site}.acme.example/v1", "hosts": ["{site}.acme.example"]});
    let found = broken(&with(&chosen(), "/api", middle), Origin::BuiltIn, "");
    assert!(
        found.contains(&("/params/0/choices/0".to_owned(), "host_parameter_choice")),
        "{found:?}"
    );
    // A choice is checked as strictly as a host that is written out.
    for (choice, rule) in [("self.alt", "egress_spin_name"), ("x.local", "egress_private_suffix")] {
        let json = with(&chosen(), "/params/0/choices/-", json!(choice));
        let places = ["/api/base_url", "/api/hosts/0"];
        let expected: Vec<_> = places.iter().map(|place| ((*place).to_owned(), rule)).collect();
        assert_eq!(broken(&json, Origin::BuiltIn, ""), expected, "{choice}");
    }
    let empty = with(&api_key(), "/api/hosts", json!([]));
    let found = broken(&empty, Origin::BuiltIn, "");
    assert_eq!(found, [("/api/hosts".to_owned(), "required")]);
}

#[test]
fn own_manifests_may_reach_private_hosts_and_omit_members() {
    let sandbox = include_str!("../../../../tests/simulators/sandbox.json");
    let sandbox: Value = serde_json::from_str(sandbox).unwrap();
    let private = "http://127.0.0.0/8:*";
    assert_eq!(broken(&sandbox, Origin::Workspace, private), []);
    let closed = broken(&sandbox, Origin::Workspace, "");
    assert!(closed.iter().all(|(_, rule)| *rule == "egress_scheme") && !closed.is_empty());
    // A built-in manifest reaches nothing private, whatever `private_hosts` says.
    let built_in = broken(&sandbox, Origin::BuiltIn, private);
    assert!(built_in.contains(&("/api/base_url".to_owned(), "egress_scheme")));
    for id in ["sandbox", "custom-", "custom-X", &format!("custom-{}", "x".repeat(58))] {
        let found = broken(&with(&sandbox, "/id", json!(id)), Origin::Workspace, private);
        assert_eq!(found, [("/id".to_owned(), "id_form")], "{id}");
    }
}

#[test]
fn own_hosts_are_rejected() {
    let manifest = manifest(&api_key());
    for own in ["https://api.acme.example", "https://nexus.example"] {
        let own = OwnHosts::parse(own, "api.acme.example").unwrap();
        // The host is rejected even if `private_hosts` covers it.
        for private in [false, true] {
            let found = check_with(&manifest, Origin::Workspace, &own, &|_| private);
            assert!(found.iter().any(|finding| finding.rule == "egress_own_host"));
        }
    }
}
