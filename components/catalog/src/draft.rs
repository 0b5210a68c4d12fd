//! `POST /api/manifests/draft`: a manifest made from what an MCP server says of its authorization. Nothing is saved.

use http::StatusCode;
use nexus_common::auth::Role;
use nexus_common::broker::{Discover, ServerAddress};
use nexus_common::http::{Inbound, json_response};
use nexus_common::platform::http::Response;
use nexus_common::rpc::{Client, Component};
use nexus_common::wire::DraftIn;
use nexus_common::{Error, Result, access};
use url::Url;

use crate::suffix::registrable;

/// The maximum length of an address, in bytes.
const MAX: usize = 2048;

/// Makes the draft. It has the form of `POST /api/manifests`, which checks every rule.
///
/// # Errors
/// 401, 403, 422, 502 (`provider_error`, `egress_denied`).
pub(crate) async fn make(inbound: Inbound) -> Result<Response> {
    access::require(&inbound, Role::Admin, "manifest.draft").await?;
    inbound.query(&[])?;
    let request_id = inbound.request_id.clone();
    let DraftIn { url, authorization_server } = inbound.json().await?;
    if url.len() > MAX {
        return Err(Error::invalid("/url", format!("must have at most {MAX} bytes")));
    }
    let broker = Client::new(Component::Catalog, &request_id);
    let found = broker.call::<Discover>(&ServerAddress { url: url.clone() }).await?;
    require_confirmed(&url, &found.authorization_server, authorization_server.as_deref())?;
    Ok(json_response(StatusCode::OK, found.draft.to_string()))
}

/// Checks that the authorization server belongs to the domain of the server, or that a person has confirmed it. A server
/// could name one of somebody else, and would get the tokens that a person means for that one.
fn require_confirmed(server: &str, issuer: &str, confirmed: Option<&str>) -> Result<()> {
    let bare = |url: &str| url.trim_end_matches('/').to_owned();
    let is_confirmed = match confirmed {
        Some(confirmed) => bare(confirmed) == bare(issuer),
        None => is_same_domain(server, issuer),
    };
    if is_confirmed {
        return Ok(());
    }
    let host = |url: &str| Some(Url::parse(url).ok()?.host_str()?.to_owned());
    let detail = format!(
        "the server at {} has its users authorized by {}. It would get the tokens of that \
         authorization server. If the two belong together, repeat its address to confirm: {}",
        host(server).unwrap_or_default(),
        host(issuer).unwrap_or_default(),
        bare(issuer)
    );
    Err(Error::invalid("/authorization_server", detail))
}

/// Whether two URLs have the same host, or hosts of the same registrable domain.
fn is_same_domain(one: &str, other: &str) -> bool {
    let (Ok(one), Ok(other)) = (Url::parse(one), Url::parse(other)) else { return false };
    if one.host() == other.host() {
        return true;
    }
    let (Some(one), Some(other)) = (one.domain(), other.domain()) else { return false };
    let own = registrable(one);
    own.is_some() && own == registrable(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authorization_server_of_another_domain_is_confirmed_by_a_person() {
        const EVIL: &str = "https://mcp.evil.example/mcp";
        for (server, issuer, confirmed, holds) in [
            ("https://mcp.acme.com/mcp", "https://mcp.acme.com/", None, true),
            ("https://mcp.acme.com:8443/mcp", "https://mcp.acme.com/", None, true),
            ("https://mcp.acme.com/mcp", "https://auth.acme.com/", None, true),
            ("https://a.b.acme.co.uk/mcp", "https://acme.co.uk/", None, true),
            ("https://acme.co.uk/mcp", "https://evil.co.uk/", None, false),
            ("https://evil.github.io/mcp", "https://acme.github.io/", None, false),
            ("https://evilacme.com/mcp", "https://acme.com/", None, false),
            ("https://203.0.113.7/mcp", "https://203.0.113.7/", None, true),
            ("https://203.0.113.7/mcp", "https://198.51.113.7/", None, false),
            (EVIL, "https://login.acme.com/", None, false),
            (EVIL, "https://login.acme.com/", Some("https://login.acme.com"), true),
            (EVIL, "https://login.acme.com/a", Some("https://login.acme.com/"), false),
            (EVIL, "https://login.acme.com/", Some("https://login.other.com/"), false),
            (EVIL, "https://login.acme.com/", Some(""), false),
        ] {
            let found = require_confirmed(server, issuer, confirmed);
            assert_eq!(found.is_ok(), holds, "{server} {issuer} {confirmed:?}");
        }
        let found = require_confirmed(EVIL, "https://login.acme.com/", None).unwrap_err();
        let Error::Invalid(errors) = found else { panic!("{found:?}") };
        let [error] = errors.as_slice() else { panic!("{errors:?}") };
        assert_eq!(error.pointer, "/authorization_server");
        for host in ["mcp.evil.example", "https://login.acme.com"] {
            assert!(error.detail.contains(host), "{}", error.detail);
        }
    }
}
