//! Updates a revocation request that has waited with the current secret of its OAuth app.
//!
//! A token may wait for a year before it is revoked, and its app's secret may be replaced meanwhile. The new
//! secret replaces the old one in the request. It must not be sent to any host that would not have got the
//! old one.

use http::HeaderValue;
use nexus_common::Result;
use nexus_common::secret::Secret;
use nexus_manifests::params;
use nexus_vault::oauth_app::{self, Client};
use nexus_vault::source;
use serde_json::Value as Json;
use url::form_urlencoded;

use crate::ending::request::{Call, MadeWith};
use crate::provider::{FORM, call};

/// Puts the app's current secret into `call`. If the app, its manifest or its hosts have changed, `call`
/// stays as it is, and the provider decides whether it still accepts the old secret.
///
/// # Errors
/// [`nexus_common::Error::Storage`].
pub(crate) async fn renew(workspace: &str, call: &mut Call) -> Result<()> {
    let Some(made_with) = &call.made_with else { return Ok(()) };
    let Ok(sourced) = source::of_stored(&made_with.manifest_id, &made_with.manifest_hash).await
    else {
        return Ok(());
    };
    let pins = params::pins(&sourced.manifest, &made_with.params);
    if !pins.is_ok_and(|pins| pins.revoke == call.pinned) {
        return Ok(());
    }
    let now =
        oauth_app::of_connection(workspace, &sourced, &made_with.params, &made_with.client).await;
    if let Ok(now) = now
        && !now.secret.matches(made_with.secret.as_bytes())
    {
        replace(call, &now);
    }
    Ok(())
}

fn replace(call: &mut Call, now: &Client) {
    let Some(MadeWith { client, secret, .. }) = &call.made_with else { return };
    let old = Client { id: client.client_id.clone(), secret: Secret::new(secret.clone()) };
    for value in call.headers.values_mut() {
        if let Some(new) = in_header(value, &old, now) {
            *value = new;
        }
    }
    if let Some((kind, body)) = &mut call.body {
        let new = if kind == FORM { in_form(body, &old, now) } else { in_json(body, &old, now) };
        if let Some(new) = new {
            *body = new;
        }
    }
    call.secrets.push(now.secret.expose().to_owned());
}

/// The new value of a header that authenticates the client with Basic or Bearer.
fn in_header(value: &str, old: &Client, now: &Client) -> Option<String> {
    let basic = |client: &Client| {
        let value = call::basic(client).ok()?;
        HeaderValue::to_str(&value).ok().map(str::to_owned)
    };
    let bearer = |client: &Client| Some(format!("Bearer {}", client.secret.expose()));
    [basic(old).zip(basic(now)), bearer(old).zip(bearer(now))]
        .into_iter()
        .flatten()
        .find_map(|(was, is)| (was == value).then_some(is))
}

fn in_form(body: &str, old: &Client, now: &Client) -> Option<String> {
    let mut found = false;
    let mut encoder = form_urlencoded::Serializer::new(String::new());
    for (name, value) in form_urlencoded::parse(body.as_bytes()) {
        let is_secret = old.secret.matches(value.as_bytes());
        found |= is_secret;
        encoder.append_pair(&name, if is_secret { now.secret.expose() } else { &value });
    }
    found.then(|| encoder.finish())
}

fn in_json(body: &str, old: &Client, now: &Client) -> Option<String> {
    fn walk(json: &mut Json, old: &str, now: &str) {
        match json {
            Json::String(text) if text == old => now.clone_into(text),
            Json::Array(items) => items.iter_mut().for_each(|item| walk(item, old, now)),
            Json::Object(members) => members.values_mut().for_each(|item| walk(item, old, now)),
            _ => {}
        }
    }
    let mut json: Json = serde_json::from_str(body).ok()?;
    walk(&mut json, old.secret.expose(), now.secret.expose());
    Some(json.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(secret: &str) -> Client {
        Client { id: "app".to_owned(), secret: Secret::new(secret.to_owned()) }
    }

    #[test]
    fn the_new_secret_replaces_the_old_one() {
        let (old, now) = (client("old secret&"), client("new=secret"));
        let text = |client: &Client| call::basic(client).unwrap().to_str().unwrap().to_owned();
        assert_eq!(in_header(&text(&old), &old, &now), Some(text(&now)));
        assert_eq!(in_header("Bearer old secret&", &old, &now).unwrap(), "Bearer new=secret");
        assert_eq!(in_header("Bearer another", &old, &now), None);
        let form = "token=old&client_secret=old+secret%26";
        assert_eq!(in_form(form, &old, &now).unwrap(), "token=old&client_secret=new%3Dsecret");
        assert_eq!(in_form("token=old", &old, &now), None);
        let json = r#"{"a":["old secret&","x"],"b":"old secret& and more"}"#;
        let expected = r#"{"a":["new=secret","x"],"b":"old secret& and more"}"#;
        assert_eq!(in_json(json, &old, &now).unwrap(), expected);
    }
}
