//! The requests to the provider, and the cookies of the browser.

use reqwest::Url;
use serde_json::json;

use super::{Scene, URL, key, parameter};
use crate::kit::app::App;

#[tokio::test]
async fn a_client_that_is_not_in_the_header_is_in_the_form() {
    let scene = Scene::new().await;
    scene.says.lock().unwrap().metadata =
        json!({"token_endpoint_auth_methods_supported": ["client_secret_post"]});
    scene.sign_in(json!({}), json!({})).await;
    let seen = scene.provider.seen();
    let sent = seen.iter().find(|seen| seen.target() == "/token").unwrap();
    let form = String::from_utf8(sent.body.clone()).unwrap();
    assert!(form.contains("&client_id=nexus-client&client_secret=a+secret%2Fof"), "{form}");
    assert!(sent.all("authorization").is_empty());
}

#[tokio::test]
async fn a_person_can_sign_out_at_the_provider_too() {
    let scene = Scene::new().await;
    let options = scene.app.get("/sign-in/options").send().await.json();
    assert_eq!(
        options,
        json!({"identity_provider": scene.issuer(), "sign_out": true, "passkeys": false})
    );
    let answer = scene.app.get("/sign-in/oidc/sign-out").send().await;
    assert_eq!(answer.status, 303);
    let to = Url::parse(answer.header("location")).unwrap();
    assert!(to.as_str().starts_with(&format!("{}/end?", scene.issuer())), "{to}");
    assert_eq!(parameter(&to, "post_logout_redirect_uri"), format!("{URL}/sign-in"));
    let next = scene.app.get("/sign-in/oidc/sign-out?next=https://evil.example").send().await;
    assert_eq!(next.status, 422, "{next:?}");

    let without = App::start().await;
    let options = without.get("/sign-in/options").send().await.json();
    assert_eq!(options, json!({"identity_provider": null, "sign_out": false, "passkeys": false}));
    let call = without.post("/sign-in/oidc").header("sec-fetch-site", "same-origin");
    call.json(&json!({})).send().await.problem(404, "not_found");
    without.get("/sign-in/oidc/sign-out").send().await.problem(404, "not_found");
}

#[tokio::test]
async fn on_https_the_cookies_belong_to_this_host_alone() {
    let scene = Scene::with(|options| options.var("public_url", "https://nexus.example")).await;
    let call = scene.app.post("/sign-in/oidc").header("origin", "https://nexus.example");
    let answer = call.json(&json!({})).send().await;
    let set = answer.header("set-cookie").to_owned();
    assert!(set.starts_with("__Host-nexus-oidc=") && set.ends_with("; Secure"), "{set}");
    let url = Url::parse(answer.json()["url"].as_str().unwrap()).unwrap();
    let mapped = json!({"workspace_id": "acme", "role": "ADMIN"});
    scene.will_say(&key().token("k", &scene.claims(&url, &mapped)));
    let back = scene.come_back(set.split(';').next().unwrap(), &scene.good(&url)).await;
    let sets: Vec<_> =
        back.headers.get_all("set-cookie").iter().map(|set| set.to_str().unwrap()).collect();
    let session =
        sets.iter().find(|set| set.starts_with("__Host-nexus-session=")).expect("a session");
    assert!(
        session.contains("; Secure")
            && session.contains("; Path=/;")
            && !session.contains("Domain")
    );
}
