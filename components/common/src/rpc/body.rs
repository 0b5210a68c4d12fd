//! The bodies of requests between components.
//!
//! A request with a secret is not `Serialize`, so no other code can write it by mistake. Only the client of an
//! operation writes it. This module must not be reachable from other crates.

use serde::Serialize;

/// The body of a request.
pub trait Body {
    /// The body as JSON.
    ///
    /// # Errors
    /// The errors of the serialiser.
    fn to_json(&self) -> serde_json::Result<Vec<u8>>;
}

impl<T: Serialize> Body for T {
    fn to_json(&self) -> serde_json::Result<Vec<u8>> {
        serde_json::to_vec(self)
    }
}

/// Implements [`Body`] and `Deserialize` for requests with a secret. Each has `#[serde(remote = "Self")]`, so
/// that serde derives functions instead of implementations. If one of the types became `Serialize`, this macro
/// would not compile.
macro_rules! bodies_with_secrets {
    ($($request:ty),+ $(,)?) => {$(
        impl $crate::rpc::Body for $request {
            fn to_json(&self) -> serde_json::Result<Vec<u8>> {
                let mut json = Vec::new();
                <$request>::serialize(self, &mut serde_json::Serializer::new(&mut json))?;
                Ok(json)
            }
        }

        impl<'de> serde::Deserialize<'de> for $request {
            fn deserialize<D: serde::Deserializer<'de>>(
                deserializer: D,
            ) -> std::result::Result<Self, D::Error> {
                <$request>::deserialize(deserializer)
            }
        }
    )+};
}
pub(crate) use bodies_with_secrets;

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use super::Body;
    use crate::broker::{DueRevocations, NewClient, RevocationScope, Stored};
    use crate::secret::SecretJson;

    #[test]
    fn a_request_with_a_secret_arrives_whole() {
        let request = NewClient {
            workspace: "acme".to_owned(),
            manifest_id: "slack".to_owned(),
            client_id: "1".to_owned(),
            client_secret: SecretJson::new("s3cret".into()),
            params: BTreeMap::new(),
        };
        let sent = request.to_json().unwrap();
        let mut sent: Value = serde_json::from_slice(&sent).unwrap();
        assert_eq!(sent["client_secret"], "s3cret");
        let received: NewClient = serde_json::from_value(sent.clone()).unwrap();
        assert_eq!(received.client_secret.expose(), "s3cret");
        sent["other"] = json!(1);
        assert!(serde_json::from_value::<NewClient>(sent).is_err());
    }

    #[test]
    fn unknown_members_are_rejected() {
        let stored = json!({"workspace": "acme", "integration_id": "int_1", "actor": "ada"});
        assert!(serde_json::from_value::<Stored>(stored.clone()).is_ok());
        assert!(serde_json::from_value::<RevocationScope>(stored.clone()).is_ok());
        assert!(serde_json::from_value::<DueRevocations>(stored.clone()).is_ok());
        let mut more = stored;
        more["froce"] = json!(true);
        assert!(serde_json::from_value::<RevocationScope>(more.clone()).is_err());
        assert!(serde_json::from_value::<DueRevocations>(more).is_err());
    }
}
