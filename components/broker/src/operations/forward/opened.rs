//! Finds an integration for a call, opens its credential, and caches both with all that is computed from
//! them.
//!
//! An opened credential is cached in memory beside the key ring, which could open it anyway. The row is read
//! again as soon as a row that counts was changed ([`nexus_common::store::Watched::Rights`]), and opened again unless its
//! bytes are the same.
//! An entry must not be used because of its age alone. A credential is removed from the cache when its row is
//! missing or different, when a deletion is planned in this instance, and after ten minutes.

use std::cell::RefCell;
use std::rc::Rc;

use nexus_common::auth::Caller;
use nexus_common::kept::{Aging, Recent};
use nexus_common::platform::clock;
use nexus_common::policy::Policy;
use nexus_common::reads::Reads;
use nexus_common::secret::Secret;
use nexus_common::store::{Revision, require_standing_at};
use nexus_common::{Error, Result};
use nexus_manifests::params;
use nexus_vault::credential::{self, Callable, Usable};

use super::host::Host;
use super::own_urls::OwnUrls;
use super::roots::Roots;
use crate::provider::call::secrets;
use crate::provider::mask::Needles;
use crate::provider::reads;

/// An integration with an opened credential.
pub(super) struct Opened {
    /// The credential, its manifest and its parameters.
    pub(super) usable: Usable,
    /// The host of `api.base_url`. Calls go there unless they name another host.
    pub(super) base: Host,
    /// The path of `api.base_url`, with its parameters replaced, without a slash at its end.
    pub(super) base_path: String,
    /// The pinned hosts.
    pub(super) hosts: Vec<Host>,
    /// The URLs whose links are changed.
    pub(super) roots: Rc<Roots>,
    /// The policy of the integration.
    pub(super) policy: Policy,
    /// The calls that only read.
    pub(super) reads: Reads,
    /// The endpoints that authorize and revoke the connection itself.
    pub(super) own_urls: OwnUrls,
    /// The secrets that must not be in a response.
    pub(super) needles: Rc<Needles>,
}

/// A row that was found, and the revision at which it was.
struct CachedRow {
    revision: Revision,
    callable: Rc<Callable>,
}

/// An opened credential, and the row that it was opened from.
struct CachedCredential {
    callable: Rc<Callable>,
    opened: Rc<Opened>,
}

thread_local! {
    /// Rows by workspace and by the requested id or slug.
    static ROWS: RefCell<Recent<(String, String), CachedRow>> = RefCell::default();
    /// Opened credentials by id.
    static OPENED: RefCell<Aging<String, CachedCredential>> = RefCell::default();
}

/// Removes an integration from the caches, by its id or its slug.
pub(crate) fn forget(workspace: &str, id_or_slug: &str) {
    let is_it = |callable: &Callable| {
        callable.workspace == workspace && callable.admission.id == id_or_slug
    };
    let mut id = id_or_slug.to_owned();
    ROWS.with_borrow_mut(|all| {
        all.retain(|(of, name), found| {
            let is_named = of == workspace && name == id_or_slug;
            if is_named {
                id.clone_from(&found.callable.admission.id);
            }
            !is_named && !is_it(&found.callable)
        });
    });
    OPENED.with_borrow_mut(|all| {
        all.retain(|_, kept| {
            !is_it(&kept.callable)
                && (kept.callable.workspace != workspace || kept.callable.admission.id != id)
        });
    });
}

/// What the right to a call depends on.
pub(super) struct Grounds {
    /// Whether the caller may still act, as [`nexus_common::store::require_standing`] says it.
    pub(super) standing: Result<()>,
    /// The integration. [`Error::NotFound`], [`Error::Storage`].
    pub(super) callable: Result<Rc<Callable>>,
}

/// Reads what the right of `caller` to call an integration depends on. `now` is what
/// [`nexus_common::store::revision`] has just returned for [`nexus_common::store::Watched::Rights`]. Without it, as on a
/// server, both are read, by one statement.
///
/// # Errors
/// [`Error::Storage`].
pub(super) async fn look(
    now: Option<Revision>,
    caller: &Caller,
    id_or_slug: &str,
) -> Result<Grounds> {
    // Only opened credentials expire. The rows hold ciphertexts only.
    OPENED.with_borrow_mut(|all| all.sweep(clock::now_ms()));
    let Caller { workspace, basis, .. } = caller;
    let Some(revision) = now else {
        let (standing, callable) =
            Callable::find_with_standing(workspace, basis, id_or_slug).await?;
        let callable = callable.map(Rc::new).inspect_err(|_| forget(workspace, id_or_slug));
        return Ok(Grounds { standing, callable });
    };
    let standing = require_standing_at(now, workspace, basis).await;
    Ok(Grounds { standing, callable: find(revision, workspace, id_or_slug).await })
}

/// Finds an integration of `workspace`. `revision` was read just before: a change in between makes the entry
/// outdated.
async fn find(revision: Revision, workspace: &str, id_or_slug: &str) -> Result<Rc<Callable>> {
    let key = (workspace.to_owned(), id_or_slug.to_owned());
    let found = ROWS.with_borrow_mut(|all| {
        let found = all.get(&key).filter(|found| found.revision == revision);
        found.map(|found| Rc::clone(&found.callable))
    });
    if let Some(callable) = found {
        return Ok(callable);
    }
    let callable = Callable::find(workspace, id_or_slug).await;
    let callable = Rc::new(callable.inspect_err(|_| forget(workspace, id_or_slug))?);
    let found = CachedRow { revision, callable: Rc::clone(&callable) };
    ROWS.with_borrow_mut(|all| all.insert(key, found));
    Ok(callable)
}

/// Opens the credential of an integration that was found.
///
/// # Errors
/// [`Error::ReauthorizationRequired`] if it was never connected. [`Error::ChoiceAwaited`], [`Error::Unreadable`], …
pub(super) async fn open(callable: Rc<Callable>) -> Result<Rc<Opened>> {
    let admission = &callable.admission;
    let row =
        callable.require_stored().inspect_err(|_| forget(&callable.workspace, &admission.id))?;
    let kept = OPENED.with_borrow_mut(|all| {
        let kept =
            all.get_mut(&admission.id).filter(|kept| kept.callable.is_stored_as(&callable))?;
        // The next call finds this row, and need not compare it.
        kept.callable = Rc::clone(&callable);
        Some(Rc::clone(&kept.opened))
    });
    if let Some(kept) = kept {
        return Ok(kept);
    }
    OPENED.with_borrow_mut(|all| all.retain(|id, _| *id != admission.id));
    let usable = row.open(callable.key()).await?;
    let unreadable = |_| Error::Unreadable(format!("the policy of {}", admission.id));
    let policy = serde_json::from_str(&admission.policy).map_err(unreadable)?;
    let opened = Rc::new(Opened::new(usable, policy)?);
    let (id, kept) = (admission.id.clone(), Rc::clone(&opened));
    OPENED.with_borrow_mut(|all| {
        all.insert(id, CachedCredential { callable, opened: kept }, clock::now_ms())
    });
    Ok(opened)
}

impl Opened {
    fn new(usable: Usable, policy: Policy) -> Result<Self> {
        if params::awaits_choice(&usable.sourced.manifest, &usable.params) {
            return Err(Error::ChoiceAwaited);
        }
        let base = params::base_url(&usable.sourced.manifest, &usable.params)
            .map_err(credential::broken)?;
        let pins = usable.credential.pins.api.iter().cloned();
        let hosts: Vec<Host> = pins.filter_map(|pin| Host::of(pin).ok()).collect();
        let base_path = base.path().trim_end_matches('/').to_owned();
        let base = Host::of(base.origin().ascii_serialization())?;
        let needles = Needles::new(secrets(&usable).iter().map(Secret::expose));
        let own_urls = OwnUrls::of(&usable.sourced.manifest);
        let reads = reads(&usable.sourced.manifest, &usable.params);
        Ok(Self {
            needles: Rc::new(needles),
            roots: Rc::new(Roots::of(&base, &base_path, &hosts)),
            base_path,
            base,
            hosts,
            policy,
            reads,
            own_urls,
            usable,
        })
    }

    /// The same integration with a renewed credential.
    ///
    /// # Errors
    /// [`Error::ChoiceAwaited`]. [`Error::Invalid`] for a manifest that does not expand.
    pub(super) fn renewed(&self, usable: Usable) -> Result<Rc<Self>> {
        Self::new(usable, self.policy.clone()).map(Rc::new)
    }
}
