//! <https://docs.datadoghq.com/api/latest/authentication/>, <https://docs.datadoghq.com/api/latest/key-management/>

use nexus_simulators::{Kind, Simulator};
use serde_json::json;

use crate::{ask, told};

#[tokio::test]
async fn two_keys_go_together() {
    let datadog = Simulator::start(Kind::Datadog, 0).await.unwrap();
    let (api, application) = Kind::Datadog.default_key().split_once(':').unwrap();
    datadog.restrict_key(&format!("{api}:scoped"));
    for (headers, both, monitors) in [
        (vec![("dd-api-key", api), ("dd-application-key", application)], 200, 200),
        (vec![("dd-api-key", api), ("dd-application-key", "scoped")], 200, 403),
        (vec![("dd-api-key", api), ("dd-application-key", "wrong")], 403, 403),
        (vec![("dd-api-key", api)], 403, 403),
        (vec![("dd-api-key", "wrong"), ("dd-application-key", application)], 403, 403),
        (vec![("dd-application-key", application)], 401, 401),
    ] {
        let answer = ask(&datadog, "GET", "/api/v2/validate_keys", &headers, "").await;
        let pointer = if both == 200 { "/status" } else { "/errors/0" };
        assert_eq!(told(&answer, pointer).0, both, "{headers:?}");
        let answer = ask(&datadog, "GET", "/api/v1/monitor", &headers, "").await;
        assert_eq!(answer.status, monitors, "{headers:?}");
        assert_eq!(answer.header("x-ratelimit-limit").is_some(), monitors == 200);
    }
}

#[tokio::test]
async fn the_api_key_alone_can_be_validated() {
    let datadog = Simulator::start(Kind::Datadog, 0).await.unwrap();
    let (api, _) = Kind::Datadog.default_key().split_once(':').unwrap();
    let ok = ask(&datadog, "GET", "/api/v1/validate", &[("dd-api-key", api)], "").await;
    assert_eq!(told(&ok, "/valid"), (200, json!(true)));
    let wrong = ask(&datadog, "GET", "/api/v1/validate", &[("dd-api-key", "wrong")], "").await;
    assert_eq!(told(&wrong, "/errors/0"), (403, json!("Forbidden")));
}
