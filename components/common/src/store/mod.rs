//! The database: in a file, or on a libSQL server. In a file, each instance has one long-lived connection that reads,
//! and a new connection for each transaction.
//!
//! A transaction must not make HTTP requests. Times in rows come from the database, in milliseconds since the
//! Unix epoch. Code here must not read the instance's clock.

mod agent_calls;
mod agents;
mod apps;
mod audit;
mod audit_search;
mod calls_at_work;
mod challenge_keys;
mod change;
mod checks;
mod clients;
mod connect;
mod counters;
mod cursor;
mod deletions;
mod denials;
mod documents;
mod drafts;
mod events;
mod findings;
mod flows;
mod heads;
mod health;
mod integrations;
mod invitations;
mod leases;
mod listing;
mod manifests;
mod marks;
mod metered;
mod needle;
mod outbox;
mod passkeys;
mod people;
mod policy_agents;
mod pruning;
mod read;
mod repeated;
mod retry;
mod schema;
mod sessions;
mod shared_grants;
mod slugs;
mod standing;
mod stops;
mod usable;
mod usage;
mod used_proofs;
mod write;
mod writer;

use crate::error::{Error, Result};
use crate::platform::sqlite::Row;

pub use agent_calls::{
    AgentCalls, CallFilter, CallRecord, CallRow, RING, UNSENT_RING, sweep_calls,
};
pub use agents::{
    AgentChange, Agents, KeyProof, MOST_KEYS, NamedAgent, NewAgent, NewAgentKey, OutsideIdentity,
    StoredKey, find_key, note_addresses, note_outside_agents,
};
pub use apps::{
    AppClient, AppMetadata, AppRequest, AppTokenKind, ConnectedApps, NewAppToken, NewCode,
    NewGrant, Offered, Offering, StoredAccessToken, StoredAppToken, StoredCode, StoredGrant,
    find_access_token, find_app_client, find_app_token, find_code, find_grant_limits,
    register_app_client, save_app_document, save_app_request,
};
pub use audit::{Audit, AuditFilter, Entry, RequestContext};
pub use audit_search::AuditSearch;
pub use calls_at_work::{
    CALLS_OF_OTHERS, CallSums, CallsAtWork, FullPlaces, NO_INSTANCE, calls_of_others,
};
pub use challenge_keys::{ChallengeKey, challenge_key, find_challenge_key};
pub use change::Change;
pub use checks::{CheckFound, DueCheck, DueWork, take_check_of_minute, take_due_checks};
pub use clients::{OauthClient, OauthClients};
pub use counters::{Counter, read_counters, write_counts_soon};
pub use deletions::{Deleted, DeletedQuery, Outcome, note_attempt, prune_deletions};
pub use denials::{Denial, close_minutes, write_denials};
pub use documents::forget_documents;
pub use drafts::{Wanted, sweep_drafts};
pub use events::{By, Event, Events, Per, Span, prune, workspace_usage};
pub use findings::{Findings, Place};
pub use flows::{FLOW_MS, Flow, NewFlow, consume_flow, forget_flows};
pub use heads::{Head, Heads, thin_heads};
pub use health::{Cause, was_healthy_within};
pub use integrations::{Connection, Found, Integrations, NO_SCOPES, NewIntegration, PolicyOf};
pub use invitations::{
    Admits, INVITATION_MS, Invitation, NewInvitation, delete_invitation, find_invitation,
    insert_invitation, open_invitations,
};
pub use leases::{HOLDER_MOST_MS, Lease, RefreshState, Refreshing, Renewal};
pub use listing::ListQuery;
pub use manifests::{Manifests, NewManifest, OwnManifest};
pub use marks::{last_tick, last_tick_seconds, mark_tick};
pub use metered::{Metered, MeteredScope};
pub use outbox::{count_unrevoked, give_up};
pub use passkeys::{
    Credential, MOST_PASSKEYS, NewPasskey, PasskeyUse, Passkeys, StoredPasskey, find_passkey,
};
pub use people::{OutsidePerson, People, Person, PersonChange, note_outside_people};
pub use policy_agents::resolve_agents;
pub use read::{
    Revision, Watched, now_ms, read, read_row, require_known_schema, revision, schema_version,
    shown_time,
};
pub use retry::keep_trying;
pub use schema::migrate_now;
pub use sessions::{NewSession, Session, end_session, end_sessions_of, find_session};
pub use shared_grants::{SharedGrant, User, is_held_elsewhere};
pub use standing::{
    ROW_PARAMETER, SESSION_IDLE_MS, SESSION_MOST_MS, STANDING, require_standing,
    require_standing_at, require_standing_of_lifter, standing_and_row,
};
pub use stops::{
    NewStop, STOP_OF_INTEGRATION, Stops, require_integration_not_stopped, stopped_integration,
};
pub use usable::{USABLE_MOST, Usable, UsablePage};
pub use usage::{Used, record_usage};
pub use used_proofs::{use_once, was_used};
pub use write::{
    IfFree, Transaction, checkpoint, write, write_if_free, write_relaxed, write_repeatable,
    write_row,
};

/// The row of an `insert … returning`.
///
/// # Errors
/// [`Error::Internal`] if there is none.
pub fn returned(row: Option<Row>) -> Result<Row> {
    row.ok_or_else(|| Error::Internal("an insert returned no row".into()))
}

/// The row of an aggregate, which has one even if it aggregates nothing.
fn aggregated(row: Option<Row>) -> Result<Row> {
    row.ok_or_else(|| Error::Internal("an aggregate returned no row".into()))
}

/// The row of a `select` of the time, which has one whatever is stored.
fn require_time(row: Option<Row>) -> Result<Row> {
    row.ok_or_else(|| Error::Internal("the database returned no time".into()))
}

/// The column `count` of an aggregate's row.
fn count(row: Option<Row>) -> Result<i64> {
    Ok(aggregated(row)?.get("count")?)
}
