//! The clients: programs that registered themselves, and programs whose id is the URL of a document about them.
//!
//! Nothing that a client says about itself is verified. Only the redirect URIs count.

use nexus_common::broker::{ClientDocument, ClientMetadata, FetchClientMetadata};
use nexus_common::http::{RequestId, Respond};
use nexus_common::rpc::{Client, Component};
use nexus_common::store::{AppClient, AppMetadata, find_app_client, save_app_document};
use nexus_common::{Error, Result};
use serde_json::{Map, Value};

use crate::answer::OauthError;
use crate::redirect;

/// The maximum length of a client's id, in bytes.
const MAX_ID: usize = 500;
/// The maximum number of redirect URIs.
const MOST_URIS: usize = 20;
/// The maximum length of a name, in characters.
const LONGEST_NAME: usize = 60;

/// Whether a client's id is the URL of a document: https, with a path, and without anything that a URL of a
/// document does not need.
pub(crate) fn is_document(id: &str) -> bool {
    let Some(rest) = id.strip_prefix("https://") else { return false };
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let is_plain = |b: u8| b.is_ascii_graphic() && !b"\"<>\\^`{|}#@".contains(&b);
    let is_dots = |part: &str| matches!(part, "." | "..");
    id.len() <= MAX_ID
        && id.bytes().all(is_plain)
        && !host.is_empty()
        && path.len() > 1
        && !path.split(['/', '?']).any(is_dots)
}

/// The host of a client's id, if the id is a URL.
pub(crate) fn host(id: &str) -> Option<&str> {
    id.strip_prefix("https://")?.split('/').next()
}

/// The client with this id. A document is fetched unless there is a fresh copy.
///
/// # Errors
/// [`Error::NotFound`] if there is no such client, and the errors of storage and the broker.
pub(crate) async fn find(id: &str, request_id: &RequestId) -> Result<AppClient> {
    if id.len() > MAX_ID {
        return Err(unknown(id));
    }
    let known = find_app_client(id).await?;
    if let Some(client) = known.filter(|client| client.is_fresh) {
        return Ok(client);
    }
    if !is_document(id) {
        return Err(unknown(id));
    }
    let broker = Client::new(Component::OauthServer, request_id);
    let fetched = broker.call::<FetchClientMetadata>(&ClientDocument { url: id.to_owned() }).await;
    let ClientMetadata { document, fresh_seconds } = fetched.map_err(|error| {
        let why = error.problem(request_id).detail;
        Error::NotFound(format!("the document of the app at {id} cannot be used: {why}"))
    })?;
    let is_own = document.get("client_id").and_then(Value::as_str) == Some(id);
    let metadata = match is_own {
        true => of_document(&document, host(id).unwrap_or_default()),
        false => Err(OauthError::new("invalid_client_metadata", "its `client_id` is not its URL")),
    };
    let metadata = metadata.map_err(|error| {
        Error::NotFound(format!("the document of the app at {id} cannot be used: {}", error.why))
    })?;
    save_app_document(id, &metadata, i64::from(fresh_seconds) * 1000).await?;
    Ok(AppClient { id: id.to_owned(), metadata, is_fresh: true })
}

/// The metadata in a registration or a document. A client that does not say its name gets `name`.
///
/// # Errors
/// `invalid_redirect_uri`, `invalid_client_metadata`.
pub(crate) fn of_document(
    document: &Map<String, Value>,
    name: &str,
) -> Result<AppMetadata, OauthError> {
    let texts = |member: &str| -> Option<Vec<&str>> {
        document.get(member)?.as_array()?.iter().map(Value::as_str).collect()
    };
    let uris = texts("redirect_uris").filter(|uris| (1..=MOST_URIS).contains(&uris.len()));
    let uris = uris.ok_or_else(|| {
        let why = format!("`redirect_uris` must be a list of 1 to {MOST_URIS} redirect URIs");
        OauthError::new("invalid_redirect_uri", why)
    })?;
    if !uris.iter().all(|uri| redirect::is_allowed(uri)) {
        return Err(OauthError::new("invalid_redirect_uri", redirect::RULE));
    }
    let grants = texts("grant_types");
    let has_grant = |name: &str| grants.as_ref().is_some_and(|all| all.contains(&name));
    if grants.is_some() && !has_grant("authorization_code") {
        let why = "`grant_types` must have `authorization_code`";
        return Err(OauthError::new("invalid_client_metadata", why));
    }
    if texts("response_types").is_some_and(|all| !all.contains(&"code")) {
        let why = "`response_types` must have `code`";
        return Err(OauthError::new("invalid_client_metadata", why));
    }
    let own = document.get("client_name").and_then(Value::as_str).map(nexus_printable::shown);
    let own = own.map(|own| own.split_whitespace().collect::<Vec<_>>().join(" "));
    let own = own.filter(|own| !own.is_empty()).unwrap_or_else(|| name.to_owned());
    Ok(AppMetadata {
        name: own.chars().take(LONGEST_NAME).collect(),
        redirect_uris: uris.into_iter().map(str::to_owned).collect(),
        may_refresh: has_grant("refresh_token"),
    })
}

fn unknown(id: &str) -> Error {
    let shown = nexus_printable::shortened(id);
    Error::NotFound(format!("there is no app {shown:?}. Connect again from the app"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_id_of_a_document_is_a_plain_https_url() {
        for (id, expected) in [
            ("https://app.example.com/client.json", true),
            ("https://app.example.com/oauth/client?v=1", true),
            ("https://app.example.com", false),
            ("https://app.example.com/", false),
            ("https:///client.json", false),
            ("http://app.example.com/client.json", false),
            ("https://u:p@app.example.com/client.json", false),
            ("https://app.example.com/a/../client.json", false),
            ("https://app.example.com/./client.json", false),
            ("https://app.example.com/client.json#x", false),
            ("https://app.example.com\\client.json/x", false),
            ("nxc_01", false),
        ] {
            assert_eq!(is_document(id), expected, "{id}");
        }
    }

    #[test]
    fn what_a_client_says_is_checked_and_shortened() {
        let of = |document: Value| of_document(document.as_object().unwrap(), "fallback");
        let uris = json!(["http://127.0.0.1/cb"]);
        let read =
            of(json!({"redirect_uris": uris, "client_name": " A\u{202e}\n app ", "x": 1})).unwrap();
        assert_eq!((read.name.as_str(), read.may_refresh), ("A app", false));
        let read = of(json!({"redirect_uris": uris, "client_name": "é".repeat(99),
            "grant_types": ["authorization_code", "refresh_token"]}));
        let read = read.unwrap();
        assert_eq!((read.name.chars().count(), read.may_refresh), (LONGEST_NAME, true));
        assert_eq!(of(json!({"redirect_uris": uris, "client_name": ""})).unwrap().name, "fallback");
        for (document, code) in [
            (json!({}), "invalid_redirect_uri"),
            (json!({"redirect_uris": []}), "invalid_redirect_uri"),
            (json!({"redirect_uris": "https://a.example/"}), "invalid_redirect_uri"),
            (json!({"redirect_uris": ["https://a.example/", 1]}), "invalid_redirect_uri"),
            (json!({"redirect_uris": ["http://a.example/"]}), "invalid_redirect_uri"),
            (
                json!({"redirect_uris": uris, "grant_types": ["implicit"]}),
                "invalid_client_metadata",
            ),
            (
                json!({"redirect_uris": uris, "response_types": ["token"]}),
                "invalid_client_metadata",
            ),
        ] {
            assert_eq!(of(document.clone()).unwrap_err().code, code, "{document}");
        }
    }
}
