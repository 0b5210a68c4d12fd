//! Heads of the audit record, authenticated: what a chain was at a time, under a key that only the
//! broker has.
//!
//! Whoever writes to the database can make a chain anew that holds in itself. They cannot make a head
//! of it: so what a head covers was not changed since that head was signed. It must not sign what it
//! is handed: it reads the chain itself.

use std::rc::Rc;
use std::time::Duration;

use hmac::Mac;
use nexus_common::broker::{HeadBroken, HeadsVerified};
use nexus_common::kept::{Once, once};
use nexus_common::log::Line;
use nexus_common::platform::clock;
use nexus_common::store::{Head, Heads};
use nexus_common::{Result, encoding};

use crate::data_key::DataKey;

const ID: &str = "audit_heads";
/// What is signed begins so: the key is for nothing else.
const DOMAIN: &str = "nexus/audit-head/v1\n";
/// Most chains whose heads one call signs.
const CHAINS: u32 = 1000;
/// Most heads that a verification names as broken.
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

    /// Whether `head` was signed with this key; compared in constant time.
    fn has_signed(&self, workspace: &str, head: &Head) -> bool {
        let mac = self.0.mac(signed(workspace, head).as_bytes());
        let sent = encoding::from_hex(&head.mac).unwrap_or_default();
        mac.is_some_and(|mac| mac.verify_slice(&sent).is_ok())
    }
}

/// What is signed of a head: JSON with its members sorted, after the domain.
fn signed(workspace: &str, head: &Head) -> String {
    let Head { count, hash, at, .. } = head;
    let head = serde_json::json!({"at": at, "count": count, "hash": hash, "workspace": workspace});
    format!("{DOMAIN}{head}")
}

/// Signs the head of each chain that was added to since its last one, and logs it, so that a log kept
/// elsewhere has it too. Returns how many chains do not have their last head any more.
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
        // Others of this instance have their turn.
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

/// What is wrong with a head, whose record now has the hash `found`.
fn fault(
    signer: &Signer,
    workspace: &str,
    head: &Head,
    found: Option<&str>,
) -> Option<&'static str> {
    match found {
        _ if !signer.has_signed(workspace, head) => Some("the head was not signed with our key"),
        None => Some("the record was cut off before this head"),
        Some(found) if found != head.hash => Some("the record was made anew since this head"),
        Some(_) => None,
    }
}
