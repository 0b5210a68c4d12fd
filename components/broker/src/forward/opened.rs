//! An integration as it is called: found, its credential opened, and all that is made of it and its
//! manifest once instead of in every call.
//!
//! It is kept in memory beside the key ring, which could open it anyway, for as long as it is stored
//! the same: it is read again as soon as anything was committed to the database, and opened again
//! unless the row is then the same to the byte. No time decides whether it may be used. A credential
//! is forgotten when its row is found to be gone or another one, when a deletion is planned here, and
//! after ten minutes.

use std::cell::RefCell;
use std::rc::Rc;

use nexus_common::kept::{Aging, Recent};
use nexus_common::platform::clock;
use nexus_common::store::{Version, version};
use nexus_common::wire::Policy;
use nexus_common::{Error, Result};
use nexus_manifests::params;
use url::Url;

use super::links::Roots;
use super::mask::Needles;
use super::rules::OwnUrls;
use crate::credential::{self, Callable, Usable};
use crate::provider::secrets;

/// What a call is made with.
pub(super) struct Opened {
    /// The credential, its manifest and parameters.
    pub(super) usable: Usable,
    /// Where calls go unless they name a host: that of `api.base_url`.
    pub(super) base: Host,
    /// Its path, with the parameters put in, without a slash at its end.
    pub(super) base_path: String,
    /// The pinned hosts.
    pub(super) hosts: Vec<Host>,
    /// The links that lead to them.
    pub(super) roots: Rc<Roots>,
    /// Who may make which calls.
    pub(super) policy: Policy,
    /// How the connection itself is made and ended.
    pub(super) own_urls: OwnUrls,
    /// What must not come back.
    pub(super) needles: Rc<Needles>,
}

/// A host of a provider.
pub(super) struct Host {
    /// As pins have it: the scheme and the name.
    pub(super) origin: String,
    /// The same, for the guard.
    pub(super) url: Url,
}

impl Host {
    fn of(origin: String) -> Result<Self> {
        let url =
            Url::parse(&origin).map_err(|_| Error::Unreadable(format!("the origin {origin:?}")))?;
        Ok(Self { origin, url })
    }

    /// Its name, with a port that is not the scheme's own.
    pub(super) fn name(&self) -> &str {
        self.origin.split_once("://").map_or("", |(_, name)| name)
    }

    /// Whether a URL with this scheme and authority is on it.
    pub(super) fn is(&self, scheme: &str, authority: &str) -> bool {
        let own_port = if self.url.scheme() == "https" { ":443" } else { ":80" };
        let name = authority.strip_suffix(own_port).unwrap_or(authority);
        self.url.scheme().eq_ignore_ascii_case(scheme) && self.name().eq_ignore_ascii_case(name)
    }
}

/// What was found, and by which version of the database.
struct Found {
    version: Version,
    callable: Rc<Callable>,
}

/// What was opened, and what it was made of.
struct Kept {
    callable: Rc<Callable>,
    opened: Rc<Opened>,
}

thread_local! {
    /// By workspace, and the id or slug that was asked for.
    static FOUND: RefCell<Recent<(String, String), Found>> = RefCell::default();
    /// By id.
    static OPENED: RefCell<Aging<String, Kept>> = RefCell::default();
}

/// Forgets an integration, by its id or its slug.
pub(crate) fn forget(workspace: &str, id_or_slug: &str) {
    let is_it =
        |callable: &Callable| callable.workspace == workspace && callable.gate.id == id_or_slug;
    let mut id = id_or_slug.to_owned();
    FOUND.with_borrow_mut(|all| {
        all.retain(|(of, name), found| {
            let is_named = of == workspace && name == id_or_slug;
            if is_named {
                id.clone_from(&found.callable.gate.id);
            }
            !is_named && !is_it(&found.callable)
        });
    });
    OPENED.with_borrow_mut(|all| {
        all.retain(|_, kept| {
            !is_it(&kept.callable)
                && (kept.callable.workspace != workspace || kept.callable.gate.id != id)
        });
    });
}

/// Finds an integration of `workspace`.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Storage`].
pub(super) async fn find(workspace: &str, id_or_slug: &str) -> Result<Rc<Callable>> {
    // Before the row is read: what is committed meanwhile makes another version.
    let version = version().await?;
    // What was found holds ciphertext alone.
    OPENED.with_borrow_mut(|all| all.sweep(clock::now_ms()));
    let key = (workspace.to_owned(), id_or_slug.to_owned());
    let found = FOUND.with_borrow_mut(|all| {
        let found = all.get(&key).filter(|found| Some(found.version) == version);
        found.map(|found| Rc::clone(&found.callable))
    });
    if let Some(callable) = found {
        return Ok(callable);
    }
    let callable = Callable::find(workspace, id_or_slug).await;
    let callable = Rc::new(callable.inspect_err(|_| forget(workspace, id_or_slug))?);
    if let Some(version) = version {
        let found = Found { version, callable: Rc::clone(&callable) };
        FOUND.with_borrow_mut(|all| all.insert(key, found));
    }
    Ok(callable)
}

/// Opens what was found.
///
/// # Errors
/// [`Error::ReauthorizationRequired`] where it was never connected; [`Error::Unreadable`], …
pub(super) async fn open(callable: Rc<Callable>) -> Result<Rc<Opened>> {
    let gate = &callable.gate;
    let row = callable.row().inspect_err(|_| forget(&callable.workspace, &gate.id))?;
    let kept = OPENED.with_borrow_mut(|all| {
        let kept = all.get_mut(&gate.id).filter(|kept| kept.callable.is_stored_as(&callable))?;
        // The next call finds this one, and need not compare it.
        kept.callable = Rc::clone(&callable);
        Some(Rc::clone(&kept.opened))
    });
    if let Some(kept) = kept {
        return Ok(kept);
    }
    OPENED.with_borrow_mut(|all| all.retain(|id, _| *id != gate.id));
    let usable = row.open(&callable.workspace, &gate.id).await?;
    let unreadable = |_| Error::Unreadable(format!("the policy of {}", gate.id));
    let policy = serde_json::from_str(&gate.policy).map_err(unreadable)?;
    let opened = Rc::new(Opened::new(usable, policy)?);
    let (id, kept) = (gate.id.clone(), Rc::clone(&opened));
    OPENED.with_borrow_mut(|all| all.insert(id, Kept { callable, opened: kept }, clock::now_ms()));
    Ok(opened)
}

impl Opened {
    fn new(usable: Usable, policy: Policy) -> Result<Self> {
        let base = params::base_url(&usable.sourced.manifest, &usable.params)
            .map_err(credential::broken)?;
        let pins = usable.credential.pins.api.iter().cloned();
        let hosts: Vec<Host> = pins.filter_map(|pin| Host::of(pin).ok()).collect();
        let base_path = base.path().trim_end_matches('/').to_owned();
        let base = Host::of(base.origin().ascii_serialization())?;
        let needles = Needles::new(secrets(&usable).iter().map(|secret| secret.as_str()));
        let own_urls = OwnUrls::of(&usable.sourced.manifest);
        Ok(Self {
            needles: Rc::new(needles),
            roots: Rc::new(Roots::of(&base, &base_path, &hosts)),
            base_path,
            base,
            hosts,
            policy,
            own_urls,
            usable,
        })
    }

    /// The same integration with a credential that was renewed.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a manifest that does not expand.
    pub(super) fn renewed(&self, usable: Usable) -> Result<Rc<Self>> {
        Self::new(usable, self.policy.clone()).map(Rc::new)
    }
}
