//! Signs in by a link from the machine. `auth` verifies the link, and uses it up.

use nexus_common::auth::{require_same_origin, use_link};
use nexus_common::http::{Inbound, client_address};
use nexus_common::platform::clock;
use nexus_common::platform::http::Response;
use nexus_common::store::{People, Transaction};
use nexus_common::{Result, id};
use serde::Deserialize;

use crate::session;

/// `POST /sign-in/link`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LinkIn {
    /// The token in the link.
    link: String,
}

/// Signs in. The request must come from our own page, so that no other site can sign a browser in.
///
/// # Errors
/// 401, 403, 422.
pub(crate) async fn sign_in(inbound: Inbound) -> Result<Response> {
    require_same_origin(&inbound).await?;
    inbound.query(&[])?;
    let request_id = inbound.request_id.clone();
    let address = client_address(&inbound).await?;
    let LinkIn { link } = inbound.json().await?;
    let proof = use_link(link, address).await?;
    let tx = Transaction::begin().await?;
    let new_id = id::person(clock::now_ms());
    let people = People::of(&proof.workspace);
    let named = (proof.name.as_str(), proof.role);
    let person = people.admit_by_machine(&tx, &new_id, named, &request_id).await?;
    session::begin(tx, &person, session::LINK, &request_id).await
}
