//! Tests of what `auth` and its callers send each other.

use super::*;
use crate::auth::{CallerKind, Via};
use crate::domain::Basis;

fn proof(role: Option<Role>) -> Proof {
    let caller = Caller {
        workspace: "acme".to_owned(),
        subject: "ann".to_owned(),
        kind: CallerKind::Person,
        role,
        role_source: Some("The role claim `role` is missing".to_owned()),
        expires_at: 7,
        via: Via::IssuerToken,
        basis: Basis { person: Some("per_1".to_owned()), ..Basis::default() },
    };
    Proof { caller, expires_at: 7, is_reusable: true }
}

#[test]
fn a_proof_arrives_as_it_was_sent() {
    for role in [None, Some(Role::Agent), Some(Role::Manager), Some(Role::Admin)] {
        let sent = serde_json::to_vec(&proof(role)).unwrap();
        let arrived: Proof = serde_json::from_slice(&sent).unwrap();
        assert_eq!((arrived.caller, arrived.expires_at), (proof(role).caller, 7));
    }
}

#[test]
fn each_refusal_stays_what_it_is() {
    for error in [
        Error::InvalidToken("no".into()),
        Error::TokenExpired,
        Error::KeysUnavailable { retry_after: 9 },
        Error::RateLimited { detail: "too many".into(), limit: 20, retry_after: 9 },
        Error::misconfigured("jwt_secret", "must be set"),
        Error::Storage { detail: "locked".into() },
        Error::Unconfirmed { detail: "lost".into() },
        Error::SchemaBehind { found: 1, known: 2 },
        Error::DatabaseNewer { found: 2, known: 1 },
        Error::Internal("broken".into()),
    ] {
        let sent = serde_json::to_vec(&Refusal::from(error.clone())).unwrap();
        let arrived: Refusal = serde_json::from_slice(&sent).unwrap();
        assert_eq!(Error::from(arrived), error);
    }
}

#[test]
fn nothing_else_is_a_proof() {
    let whole = serde_json::to_vec(&proof(None)).unwrap();
    let cut = (0..whole.len()).map(|end| whole.get(..end).unwrap().to_vec());
    let others = ["null", "{}", r#"{"caller":null}"#, r#"{"caller":{}}"#, "<html>"];
    for answer in cut.chain(others.map(|text| text.as_bytes().to_vec())) {
        assert!(serde_json::from_slice::<Proof>(&answer).is_err(), "{answer:?}");
    }
}
