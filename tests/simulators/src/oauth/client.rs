//! The registered clients, and how a request identifies its client.

use std::collections::BTreeMap;

use crate::oauth::Params;
use crate::request::Request;

/// A registered client.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    secret: String,
    redirect_uris: Vec<String>,
}

impl Client {
    /// The registered redirect URIs, in order.
    pub(crate) fn redirect_uris(&self) -> &[String] {
        &self.redirect_uris
    }
}

/// Why a client is rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BadClient {
    /// The client does not exist.
    Unknown,
    /// The client exists, but has another secret.
    Secret,
}

/// All registered clients by id.
#[derive(Debug, Default)]
pub(crate) struct Clients(BTreeMap<String, Client>);

impl Clients {
    pub(crate) fn register(&mut self, id: &str, secret: &str, redirect_uris: &[&str]) {
        let redirect_uris = redirect_uris.iter().map(|uri| (*uri).to_owned()).collect();
        self.0.insert(id.to_owned(), Client { secret: secret.to_owned(), redirect_uris });
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Client> {
        self.0.get(id)
    }

    /// Whether `secret` is the secret of `id`.
    pub(crate) fn check(&self, id: &str, secret: &str) -> Result<(), BadClient> {
        match self.0.get(id) {
            None => Err(BadClient::Unknown),
            Some(client) if client.secret != secret => Err(BadClient::Secret),
            Some(_) => Ok(()),
        }
    }

    /// The id of the client with this secret, for providers that identify a client by its secret.
    pub(crate) fn by_secret(&self, secret: &str) -> Option<&str> {
        self.0.iter().find(|(_, client)| client.secret == secret).map(|(id, _)| id.as_str())
    }
}

/// The client in a request (RFC 6749 section 2.3.1).
#[derive(Debug, Default)]
pub(crate) struct Presented {
    /// The value of `Authorization: Basic`, as it was sent.
    pub(crate) basic: Option<(String, String)>,
    /// `client_id` of the body.
    pub(crate) id: Option<String>,
    /// `client_secret` of the body.
    pub(crate) secret: Option<String>,
}

impl Presented {
    pub(crate) fn new(request: &Request, body: &Params) -> Self {
        Self {
            basic: request.basic(),
            id: body.get("client_id").map(str::to_owned),
            secret: body.get("client_secret").map(str::to_owned),
        }
    }

    /// The id and the secret. The header takes precedence over the body.
    pub(crate) fn either(&self) -> (&str, &str) {
        match &self.basic {
            Some((id, secret)) => (id, secret),
            None => {
                (self.id.as_deref().unwrap_or_default(), self.secret.as_deref().unwrap_or_default())
            }
        }
    }
}
