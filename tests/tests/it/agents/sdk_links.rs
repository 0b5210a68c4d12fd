//! Vendors' SDKs that follow links in responses, add a base path of their own, or keep only the host of a
//! base URL. Each vendor here responds as its documentation says, with links to its own address. The test
//! fails if a token of ours arrives there.

use serde_json::{Value, json};

use crate::agents::sdk::{installed, run_with};
use crate::kit::app::{App, Options};
use crate::kit::token;
use crate::kit::upstream::{KEY, Reply, Seen, Upstream};

const DOMAIN: &str = "nexus.example.com";

/// A vendor that is connected under its name.
struct Vendor {
    name: &'static str,
    upstream: Upstream,
}

impl Vendor {
    /// Connects a vendor. `base` is the path of its base URL.
    async fn connect(
        app: &App,
        name: &'static str,
        base: &str,
        answer: impl Fn(&Seen, &str) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let upstream = Upstream::start().await;
        let mut manifest = upstream.manifest(json!({}));
        let origin = format!("http://{}", upstream.host);
        manifest["id"] = format!("custom-{name}").into();
        manifest["api"]["base_url"] = format!("{origin}{base}").into();
        app.save(&manifest).await;
        let body =
            json!({"manifest_id": manifest["id"], "name": name, "credentials": {"key": KEY}});
        let made = app.post("/api/integrations").as_admin().json(&body).send().await;
        assert_eq!(made.status, 201, "{made:?}");
        upstream.forget();
        upstream.answer(move |seen| answer(seen, &origin));
        Self { name, upstream }
    }

    /// Checks that each request had the vendor's key and that no request had a token of ours.
    fn never_saw_the_token(&self) {
        let seen = self.upstream.seen();
        assert!(!seen.is_empty(), "{} was not called", self.name);
        let token = token::of("AGENT", "acme");
        let signature = token.rsplit('.').next().unwrap();
        for request in seen {
            let text = format!("{request:?} {}", String::from_utf8_lossy(&request.body));
            assert!(!text.contains(signature), "{}: {text}", self.name);
            assert_eq!(request.all("authorization"), [format!("Bearer {KEY}")], "{}", self.name);
        }
    }
}

/// The number of the requested page. 1 if the request has none.
fn page(seen: &Seen) -> u32 {
    let url = reqwest::Url::parse(&format!("http://vendor{}", seen.target())).unwrap();
    let mut pairs = url.query_pairs();
    pairs.find(|(name, _)| name == "page").and_then(|(_, value)| value.parse().ok()).unwrap_or(1)
}

/// A list of three pages with `Link` headers, as GitHub and GitLab send it:
/// <https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api>,
/// <https://docs.gitlab.com/api/rest/#pagination-link-header>.
fn by_link(seen: &Seen, origin: &str, path: &str) -> Reply {
    assert_eq!(seen.target().split('?').next(), Some(path));
    let page = page(seen);
    let next = match page {
        1 | 2 => format!(
            "link: <{origin}{path}?per_page=1&page={}>; rel=\"next\", <{origin}{path}?per_page=1&page=3>; \
             rel=\"last\"\r\n",
            page + 1
        ),
        _ => format!("link: <{origin}{path}?per_page=1&page=1>; rel=\"first\"\r\n"),
    };
    let body = json!([{"id": page, "name": format!("page-{page}")}]).to_string();
    Reply::new(200, &format!("content-type: application/json; charset=utf-8\r\n{next}"), body)
}

/// A list of three pages with a URL in the response.
fn by_url(seen: &Seen, next: &str, page_of: impl Fn(u32) -> Value) -> Reply {
    let page = page(seen);
    let mut body = page_of(page);
    let (member, url) = next.split_once(' ').unwrap();
    body[member] = match page {
        1 | 2 => format!("{url}page={}", page + 1).into(),
        _ => Value::Null,
    };
    // The last page of Microsoft Graph does not have this member.
    if body[member].is_null() && member.starts_with('@') {
        body.as_object_mut().unwrap().remove(member);
    }
    Reply::json(200, &body)
}

/// The application behind a TLS proxy, whose part the scripts play. Some SDKs send a token only over https.
async fn app() -> App {
    let public_url = format!("https://hub.{DOMAIN}");
    let options = Options::default().var("public_url", &public_url).var("proxy_domain", DOMAIN);
    options.start().await.unwrap()
}

#[tokio::test]
async fn in_node_no_link_leads_a_token_out_of_the_proxy() {
    if installed().is_none() {
        return;
    }
    let app = app().await;
    let vendors = [
        Vendor::connect(&app, "github", "", |seen, origin| by_link(seen, origin, "/user/repos"))
            .await,
        // <https://learn.microsoft.com/en-us/graph/paging>
        Vendor::connect(&app, "graph", "/v1.0", |seen, origin| {
            assert_eq!(seen.target().split('?').next(), Some("/v1.0/me/messages"));
            let next = format!("@odata.nextLink {origin}/v1.0/me/messages?$top=1&");
            by_url(
                seen,
                &next,
                |page| json!({"value": [{"id": page, "subject": format!("page-{page}")}]}),
            )
        })
        .await,
        Vendor::connect(&app, "gitlab", "/api/v4", |seen, origin| {
            by_link(seen, origin, "/api/v4/projects")
        })
        .await,
        // <https://airtable.com/developers/web/api/list-records>
        Vendor::connect(&app, "airtable", "/v0", |seen, _| {
            assert_eq!(seen.target().split('?').next(), Some("/v0/appSimulated00001/Tasks"));
            let record = json!({"id": "rec1", "createdTime": "2026-01-01T00:00:00.000Z",
                "fields": {"Name": "page-1"}});
            Reply::json(200, &json!({ "records": [record] }))
        })
        .await,
        // <https://docs.discord.com/developers/resources/user#get-current-user>
        Vendor::connect(&app, "discord", "/api/v10", |seen, _| {
            assert_eq!(seen.target(), "/api/v10/users/@me");
            Reply::json(200, &json!({"id": "1", "username": "page-1"}))
        })
        .await,
        // <https://developers.google.com/workspace/drive/api/guides/manage-uploads#multipart>
        Vendor::connect(&app, "drive", "", |seen, _| {
            assert_eq!(seen.method(), "POST");
            assert!(seen.target().starts_with("/upload/drive/v3/files?"), "{seen:?}");
            let body = String::from_utf8_lossy(&seen.body).into_owned();
            assert!(body.contains("what is uploaded"), "{body}");
            Reply::json(200, &json!({"id": "1", "name": "notes.txt", "kind": "drive#file"}))
        })
        .await,
        // <https://docs.stripe.com/api/balance/balance_retrieve>
        Vendor::connect(&app, "stripe", "", |seen, _| {
            assert_eq!(seen.target(), "/v1/balance");
            Reply::json(200, &json!({"object": "balance", "available": [], "pending": []}))
        })
        .await,
    ];
    let worked = run_with("node", "links.mjs", &app, &[DOMAIN]).await;
    let all = [
        "@octokit/rest",
        "@microsoft/microsoft-graph-client",
        "@gitbeaker/rest",
        "airtable",
        "@discordjs/rest",
        "googleapis",
        "stripe",
    ];
    assert_eq!(worked, all);
    vendors.iter().for_each(Vendor::never_saw_the_token);
}

#[tokio::test]
async fn in_python_no_link_leads_a_token_out_of_the_proxy() {
    if installed().is_none() {
        return;
    }
    let app = app().await;
    // <https://developer.zendesk.com/api-reference/introduction/pagination/>
    let zendesk = Vendor::connect(&app, "zendesk", "", |seen, origin| {
        let path = seen.target().split('?').next().unwrap();
        assert_eq!(path.strip_suffix(".json").unwrap_or(path), "/api/v2/tickets");
        by_url(seen, &format!("next_page {origin}/api/v2/tickets.json?"), |page| {
            json!({"count": 3, "previous_page": null,
                "tickets": [{"id": page, "subject": format!("page-{page}")}]})
        })
    })
    .await;
    assert_eq!(run_with("python", "links.py", &app, &[DOMAIN]).await, ["zenpy"]);
    zendesk.never_saw_the_token();
}
