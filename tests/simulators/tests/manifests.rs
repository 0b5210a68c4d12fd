//! A workspace may register the sandbox's manifests. This test must not use a simulator.

use nexus_manifests::{AuthMethod, Origin, Revoke, check, parse};

#[test]
fn the_sandboxs_manifests_are_allowed_where_loopback_is() {
    let oauth = parse(include_str!("../sandbox-oauth.json")).unwrap();
    let key = parse(include_str!("../sandbox.json")).unwrap();
    let slack = parse(include_str!("../sandbox-slack.json")).unwrap();
    for manifest in [&oauth, &key, &slack] {
        assert_eq!(check(manifest, Origin::Workspace, &|_| true), [], "{}", manifest.id);
        assert!(!check(manifest, Origin::Workspace, &|_| false).is_empty(), "{}", manifest.id);
    }
    assert_eq!(
        (oauth.id.as_str(), oauth.auth_method),
        ("custom-sandbox-oauth", AuthMethod::Oauth2)
    );
    assert!(matches!(oauth.revoke, Revoke::Rfc7009 { .. }));
    assert_eq!(oauth.api.base_url, key.api.base_url);
    let section = oauth.oauth2.unwrap();
    assert!(section.pkce && section.refresh.is_some_and(|refresh| refresh.rotates));
}
