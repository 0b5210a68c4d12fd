//! Signed heads of the audit record. A head is the state of a chain at one time, signed with a key that only
//! the broker has.
//!
//! An attacker who can write to the database can build a new chain that is consistent in itself, but cannot
//! sign a head of it. So the records that a head covers have not changed since it was signed. This module
//! must not sign a head that a caller passes in. It reads the chain itself.

use std::rc::Rc;
use std::time::Duration;

use hmac::Mac;
use nexus_common::broker::{HeadBroken, HeadsVerified};
use nexus_common::kept::{Once, once};
use nexus_common::log::Line;
use nexus_common::platform::clock;
use nexus_common::store::{Head, Heads};
use nexus_common::{Result, encoding};

use nexus_vault::data_key::DataKey;

const ID: &str = "audit_heads";
/// The prefix of the signed text. The key is used for nothing else.
const DOMAIN: &str = "nexus/audit-head/v1\n";
/// The maximum number of chains whose heads one call signs.
const CHAINS: u32 = 1000;
/// The maximum number of broken heads that a verification lists.
const SHOWN: usize = 10;

/// Signs heads.
struct Signer(DataKey);

thread_local! {
    static SIGNER: Once<Signer> = const { Once::new(None) };
}

async fn signer() -> Result<Rc<Signer>> {
    once(&SIGNER, async { DataKey::stored(ID).await.map(Signer) }).await
}

impl Signer {
    fn sign(&self, workspace: &str, head: &Head) -> String {
        let mac = self.0.mac(signed(workspace, head).as_bytes());
        mac.map(|mac| encoding::to_hex(&mac.finalize().into_bytes())).unwrap_or_default()
    }

    /// Whether `head` was signed with this key. The comparison takes constant time.
    fn has_signed(&self, workspace: &str, head: &Head) -> bool {
        let mac = self.0.mac(signed(workspace, head).as_bytes());
        let sent = encoding::from_hex(&head.mac).unwrap_or_default();
        mac.is_some_and(|mac| mac.verify_slice(&sent).is_ok())
    }
}

/// The text that is signed for a head: the domain, then JSON with sorted members.
fn signed(workspace: &str, head: &Head) -> String {
    let Head { count, hash, at, .. } = head;
    let head = serde_json::json!({"at": at, "count": count, "hash": hash, "workspace": workspace});
    format!("{DOMAIN}{head}")
}

/// Signs the head of each chain that has grown since its last head, and logs the head, so that a log that is
/// stored elsewhere has it too. Returns the number of chains that no longer match their last head.
///
/// # Errors
/// [`nexus_common::Error::Misconfigured`], [`nexus_common::Error::Storage`].
pub(crate) async fn sign() -> Result<u32> {
    let mut broken = 0;
    for mut grown in Heads::grown(CHAINS).await? {
        let signer = signer().await?;
        let workspace = grown.workspace.as_str();
        if let Some(last) = &grown.last
            && let Some(why) = fault(&signer, workspace, last, grown.found_at_last.as_deref())
        {
            broken += 1;
            let line = Line::error("audit record").with("workspace", &workspace);
            line.with("count", &last.count).with("why", &why).write();
        }
        grown.head.mac = signer.sign(workspace, &grown.head);
        Heads::of(workspace).add(&grown.head).await?;
        let Head { count, hash, at, mac } = &grown.head;
        let line = Line::info("audit head").with("workspace", &workspace);
        let line = line.with("head", &format_args!("{count}:{hash}"));
        line.with("at", at).with("mac", mac).write();
    }
    Ok(broken)
}

/// Compares all heads of `workspace` with its chain as it is now.
///
/// # Errors
/// As [`sign`].
pub(crate) async fn verify(workspace: &str) -> Result<HeadsVerified> {
    let signer = signer().await?;
    let mut verified = HeadsVerified::default();
    let heads = Heads::of(workspace);
    let mut after = 0;
    loop {
        let page = heads.with_records(after).await?;
        let Some((last, ..)) = page.last() else { return Ok(verified) };
        after = *last;
        // Lets other requests of this instance run.
        clock::sleep(Duration::from_millis(1)).await;
        for (_, head, found) in &page {
            verified.heads += 1;
            if verified.since.is_none() {
                verified.since = Some(head.at.clone());
            }
            match fault(&signer, workspace, head, found.as_deref()) {
                None => verified.up_to = verified.up_to.max(head.count),
                Some(why) => {
                    verified.broken += 1;
                    if verified.first_broken.len() < SHOWN {
                        let why = why.to_owned();
                        verified.first_broken.push(HeadBroken { count: head.count, why });
                    }
                }
            }
        }
    }
}

/// Why a head is broken, if it is. `found` is the hash that its record has now.
fn fault(
    signer: &Signer,
    workspace: &str,
    head: &Head,
    found: Option<&str>,
) -> Option<&'static str> {
    match found {
        _ if !signer.has_signed(workspace, head) => Some("the head was not signed with this key"),
        None => Some("the record was truncated before this head"),
        Some(found) if found != head.hash => {
            Some("the record was rebuilt after this head was signed")
        }
        Some(_) => None,
    }
}
