//! An integration as it is called: its credential opened, and all that is made of it and its
//! manifest once instead of in every call.
//!
//! It is kept in memory beside the key ring, which could open it anyway, for as long as the row is
//! the same to the byte: the ciphertext decides, not a time.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use nexus_common::wire::Policy;
use nexus_common::{Error, Result};
use nexus_manifests::params;
use url::Url;

use super::mask::Needles;
use super::rules::OwnUrls;
use crate::credential::{self, Callable, Row, Usable, secret_fields};
use crate::provider::basic_values;

/// Most integrations that an instance keeps opened.
const KEPT: usize = 64;

/// What a call is made with.
pub(super) struct Opened {
    /// The credential, its manifest and parameters.
    pub(super) usable: Usable,
    /// `api.base_url` with the parameters put in.
    pub(super) base: Url,
    /// Who may make which calls.
    pub(super) policy: Policy,
    /// How the connection itself is made and ended.
    pub(super) own_urls: OwnUrls,
    /// What must not come back.
    pub(super) needles: Rc<Needles>,
}

struct Kept {
    row: Row,
    policy: String,
    opened: Rc<Opened>,
}

thread_local! {
    static OPENED: RefCell<HashMap<(String, String), Kept>> = RefCell::new(HashMap::new());
}

/// Opens what `callable` has.
///
/// # Errors
/// [`Error::ReauthorizationRequired`] where it was never connected; [`Error::Unreadable`], …
pub(super) async fn of(callable: &Callable) -> Result<Rc<Opened>> {
    let row = callable.row()?;
    let gate = &callable.gate;
    let key = (callable.workspace.clone(), gate.id.clone());
    let kept = OPENED.with_borrow(|opened| {
        let kept = opened.get(&key).filter(|kept| kept.row == *row && kept.policy == gate.policy);
        kept.map(|kept| Rc::clone(&kept.opened))
    });
    if let Some(kept) = kept {
        return Ok(kept);
    }
    let usable = row.open(&callable.workspace, &gate.id).await?;
    let unreadable = |_| Error::Unreadable(format!("the policy of {}", gate.id));
    let policy = serde_json::from_str(&gate.policy).map_err(unreadable)?;
    let opened = Rc::new(Opened::new(usable, policy)?);
    OPENED.with_borrow_mut(|all| {
        if all.len() >= KEPT {
            all.clear();
        }
        let kept =
            Kept { row: row.clone(), policy: gate.policy.clone(), opened: Rc::clone(&opened) };
        all.insert(key, kept);
    });
    Ok(opened)
}

impl Opened {
    fn new(usable: Usable, policy: Policy) -> Result<Self> {
        let base = params::base_url(&usable.sourced.manifest, &usable.params)
            .map_err(credential::broken)?;
        let fields = &usable.credential.fields;
        let tokens = ["access_token", "refresh_token"].into_iter();
        let names = secret_fields(&usable.sourced.manifest).chain(tokens);
        let values = names.filter_map(|name| fields.get(name)).map(String::as_str);
        let basic = basic_values(&usable);
        let needles = Needles::new(values.chain(basic.iter().map(|value| value.as_str())));
        let own_urls = OwnUrls::of(&usable.sourced.manifest);
        Ok(Self { needles: Rc::new(needles), base, policy, own_urls, usable })
    }

    /// The same integration with a credential that was renewed.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a manifest that does not expand.
    pub(super) fn renewed(&self, usable: Usable) -> Result<Rc<Self>> {
        Self::new(usable, self.policy.clone()).map(Rc::new)
    }
}
