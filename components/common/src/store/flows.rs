//! Authorizations in progress (RFC 6749, 4.1). A flow is inserted when a browser is sent to the provider, and
//! consumed exactly once when the browser comes back.
//!
//! The rows must not hold `state` or the cookie, only their hashes, so that a reader of the database cannot
//! finish a flow.

use super::pruning::delete_if_any;
use super::{Transaction, read_row, require_standing};
use crate::domain::{Basis, IntegrationKey};
use crate::encoding::sha256_hex;
use crate::error::{Error, Result};
use crate::platform::clock;
use crate::platform::sqlite::{Row, Value};

/// How long a flow may take, in milliseconds: 10 minutes.
pub const FLOW_MS: i64 = 10 * 60 * 1000;

/// How long the row that confirms the use of a flow is kept, in milliseconds.
const CONFIRMED_MS: i64 = 60_000;

/// The maximum number of flows in progress per integration. A new flow replaces the oldest.
const MOST: u32 = 10;

/// A new flow.
pub struct NewFlow<'a> {
    /// The SHA-256 of `state`, in hexadecimal.
    pub state_hash: &'a str,
    /// The browser's flow cookie.
    pub cookie: &'a str,
    /// The integration that is connected.
    pub key: IntegrationKey<'a>,
    /// The data with which the broker finishes the flow, sealed.
    pub sealed: &'a [u8],
    /// The subject that began the flow.
    pub actor: &'a str,
    /// The rows of the caller who began the flow.
    pub basis: &'a Basis,
}

/// A flow that was consumed.
pub struct Flow {
    /// The SHA-256 of `state`, in hexadecimal.
    pub state_hash: String,
    /// The workspace.
    pub workspace: String,
    /// The integration that is connected.
    pub integration_id: String,
    /// The data with which the broker finishes the flow, sealed.
    pub sealed: Vec<u8>,
    /// The subject that began the flow.
    pub actor: String,
    /// The rows of the caller who began the flow. The caller's key or session need not last as long as the
    /// flow.
    pub basis: Basis,
    /// Whether the flow took longer than [`FLOW_MS`].
    pub expired: bool,
}

impl Flow {
    /// The integration that is connected.
    pub fn key(&self) -> IntegrationKey<'_> {
        IntegrationKey::new(&self.workspace, &self.integration_id)
    }

    /// Checks that the caller who began the flow is still active, and that the workspace is not stopped.
    ///
    /// # Errors
    /// The errors of [`require_standing`].
    pub async fn require_standing(&self) -> Result<()> {
        require_standing(&self.workspace, &self.basis).await
    }

    fn of(row: &Row, now_ms: i64) -> Result<Self> {
        Ok(Self {
            state_hash: row.text("state_hash")?,
            workspace: row.text("workspace")?,
            integration_id: row.text("integration_id")?,
            sealed: row.get::<&[u8]>("sealed")?.to_vec(),
            actor: row.text("actor")?,
            basis: row.text_or_null("basis")?.map_or_else(|| Ok(Basis::default()), read_basis)?,
            expired: row.get::<i64>("created_at")? < now_ms - FLOW_MS,
        })
    }
}

fn basis_json(basis: &Basis) -> Result<String> {
    let lasting = Basis { credential: None, ..basis.clone() };
    serde_json::to_string(&lasting).map_err(|error| Error::Internal(error.to_string()))
}

fn read_basis(text: String) -> Result<Basis> {
    serde_json::from_str(&text).map_err(|_| Error::Unreadable("who began a flow".into()))
}

impl Transaction {
    /// Writes a new flow. Only the ten newest flows of the integration are kept.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the integration was deleted meanwhile, as a draft is whose last sign-in has ended;
    /// [`Error::Storage`].
    pub async fn begin_flow(&self, flow: &NewFlow<'_>) -> Result<()> {
        self.query(
            "delete from flows where integration_id = ?1 and state_hash not in
               (select state_hash from flows where integration_id = ?1
                order by created_at desc, state_hash limit ?2 - 1)",
            [Value::text(flow.key.id), Value::from(MOST)],
        )
        .await?;
        let sql =
            "insert into flows (state_hash, cookie_hash, workspace, integration_id, sealed, actor,
               created_at, basis)
             select ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8
               where exists (select 1 from integrations where workspace = ?3 and id = ?4)
             returning 1";
        let values = [
            Value::text(flow.state_hash),
            Value::text(sha256_hex(flow.cookie.as_bytes())),
            Value::text(flow.key.workspace),
            Value::text(flow.key.id),
            Value::from(flow.sealed),
            Value::text(flow.actor),
            Value::integer(self.now_ms),
            Value::text(basis_json(flow.basis)?),
        ];
        match self.row(sql, values).await? {
            Some(_) => Ok(()),
            None => Err(Error::no_such("integration", flow.key.id)),
        }
    }
}

/// Consumes the flow of `state`, which the browser with `cookie` began. A flow can be consumed only once.
///
/// # Errors
/// [`crate::Error::Storage`].
pub async fn consume_flow(state: &str, cookie: &str) -> Result<Option<Flow>> {
    let key =
        || [Value::text(sha256_hex(state.as_bytes())), Value::text(sha256_hex(cookie.as_bytes()))];
    // Anyone can send a `state`, so the write lock is taken only for a known one.
    let known = "select 1 from flows where state_hash = ?1 and cookie_hash = ?2";
    if read_row(known, key()).await?.is_none() {
        return Ok(None);
    }
    let tx = Transaction::begin().await?;
    let row = tx
        .row(
            "delete from flows where state_hash = ?1 and cookie_hash = ?2
             returning state_hash, workspace, integration_id, sealed, actor, created_at, basis",
            key(),
        )
        .await?;
    let flow = row.map(|row| Flow::of(&row, tx.now_ms)).transpose()?;
    if flow.is_some() {
        // A row that is gone does not say who deleted it. This one does, for as long as a commit may take.
        let by: [u8; 32] = clock::random_bytes();
        tx.use_once(by, tx.now_ms + CONFIRMED_MS).await?;
        let sql = "select 1 from used_proofs where hash = ?1";
        tx.confirm_commit_by(sql, [Value::from(by.as_slice())]);
    }
    tx.commit().await?;
    Ok(flow)
}

/// Deletes flows that were not finished in time. Returns how many.
///
/// # Errors
/// [`crate::Error::Storage`].
pub async fn forget_flows() -> Result<i64> {
    let any = "select 1 from flows where created_at < unixepoch('subsec') * 1000 - ?1 limit 1";
    let delete = "delete from flows where created_at < unixepoch('subsec') * 1000 - ?1 returning 1";
    delete_if_any(any, delete, vec![Value::integer(FLOW_MS)]).await
}
