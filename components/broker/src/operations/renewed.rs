//! Updates a revocation request that has waited with the current secret of its OAuth app.
//!
//! A token may wait for a year before it is revoked, and its app's secret may be replaced meanwhile. The new
//! secret replaces the old one in the request. It must not be sent to any host that would not have got the
//! old one.

use http::HeaderValue;
use nexus_common::Result;
use nexus_common::secret::{Secret, SecretJson};
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
    let pins = params::pins_now(&sourced.manifest, &made_with.params);
    if !pins.is_ok_and(|pins| pins.revoke == call.pinned) {
        return Ok(());
    }
    let now =
        oauth_app::of_connection(workspace, &sourced, &made_with.params, &made_with.client).await;
    if let Ok(now) = now
        && !now.secret.matches(made_with.secret.expose().as_bytes())
    {
        replace(call, &now);
    }
    Ok(())
}

fn replace(call: &mut Call, now: &Client) {
    let Some(MadeWith { client, secret, .. }) = &call.made_with else { return };
    let old = Client { id: client.client_id.clone(), secret: secret.clone() };
    for value in call.headers.values_mut() {
        if let Some(new) = in_header(value.expose(), &old, now) {
            *value = new;
        }
    }
    if let Some((kind, body)) = &mut call.body {
        let new = if kind == FORM {
            in_form(body.expose(), &old, now)
        } else {
            in_json(body.expose(), &old, now)
        };
        if let Some(new) = new {
            *body = new;
        }
    }
    call.secrets.push(now.secret.clone());
}

/// The new value of a header that authenticates the client with Basic or Bearer.
fn in_header(value: &str, old: &Client, now: &Client) -> Option<Secret> {
    let basic = |client: &Client| {
        let value = call::basic(client).ok()?;
        HeaderValue::to_str(&value).ok().map(|text| Secret::new(text.to_owned()))
    };
    let bearer = |client: &Client| Some(Secret::new(format!("Bearer {}", client.secret.expose())));
    [basic(old).zip(basic(now)), bearer(old).zip(bearer(now))]
        .into_iter()
        .flatten()
        .find_map(|(was, is)| was.matches(value.as_bytes()).then_some(is))
}

fn in_form(body: &str, old: &Client, now: &Client) -> Option<Secret> {
    let mut found = false;
    let mut encoder = form_urlencoded::Serializer::new(String::new());
    for (name, value) in form_urlencoded::parse(body.as_bytes()) {
        let is_secret = old.secret.matches(value.as_bytes());
        found |= is_secret;
        encoder.append_pair(&name, if is_secret { now.secret.expose() } else { &value });
    }
    found.then(|| Secret::new(encoder.finish()))
}

fn in_json(body: &str, old: &Client, now: &Client) -> Option<Secret> {
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
    let json = SecretJson::new(json);
    Some(Secret::new(json.expose().to_string()))
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
        assert_eq!(in_header(&text(&old), &old, &now).unwrap().expose(), text(&now));
        assert_eq!(
            in_header("Bearer old secret&", &old, &now).unwrap().expose(),
            "Bearer new=secret"
        );
        assert!(in_header("Bearer another", &old, &now).is_none());
        let form = "token=old&client_secret=old+secret%26";
        assert_eq!(
            in_form(form, &old, &now).unwrap().expose(),
            "token=old&client_secret=new%3Dsecret"
        );
        assert!(in_form("token=old", &old, &now).is_none());
        let json = r#"{"a":["old secret&","x"],"b":"old secret& and more"}"#;
        let expected = r#"{"a":["new=secret","x"],"b":"old secret& and more"}"#;
        assert_eq!(in_json(json, &old, &now).unwrap().expose(), expected);
    }
}
