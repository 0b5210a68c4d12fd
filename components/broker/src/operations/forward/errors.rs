//! The errors of calls that are denied, that lost their right, and of integrations that a person must mend. Each has the page
//! where a person can change that.
//!
//! This module must not decide whether a call is allowed, and must not put a part of a body or query into an error.

use nexus_common::error::Problem;
use nexus_common::http::Respond as _;
use nexus_common::store::Entry;
use nexus_common::{Error, access, config};
use nexus_vault::credential::Admission;
use serde_json::json;

use super::Call;
use super::right::Lost;

impl Call {
    /// The error for a call that lost its right while it was made.
    pub(super) async fn lost(&self, admission: &Admission, lost: Lost) -> Error {
        match lost {
            Lost::Gone => self.mend(admission, inactive()).await,
            Lost::Denied(why) => self.policy_denied(admission, &why).await,
            Lost::Expired => Error::TokenExpired,
            Lost::Revoked(why) => *why,
        }
    }

    /// The error for the caller. If only a person can resolve it, it says what happened, who can fix it, and on which page.
    /// Other errors are as they were.
    pub(super) async fn mend(&self, admission: &Admission, error: Error) -> Error {
        let Some(action) = remedy(&error) else { return error };
        let link = link(admission).await;
        let mut problem = error.problem(&self.request_id);
        problem.detail = format!(
            "{:?} cannot be used: {}. An ADMIN or MANAGER of the workspace {action}: {link}",
            admission.name, problem.detail
        );
        with_link(problem, link)
    }

    /// Records a denied call, and returns its error.
    pub(super) async fn denied(&self, admission: &Admission, why: &str) -> Error {
        access::denied(Entry {
            caller: &self.caller,
            action: "integration.call",
            target: Some(&admission.id),
            detail: json!({"rule": why, "method": self.method.as_str()}),
            request_id: &self.request_id,
        });
        self.policy_denied(admission, why).await
    }

    /// The error for a call that a rule denies, with the page where a person can change the policy.
    async fn policy_denied(&self, admission: &Admission, why: &str) -> Error {
        self.record.decided_by(why);
        let link = link(admission).await;
        let denied = Error::PolicyDenied(format!(
            "{} {} on {:?} is denied: {why}. An ADMIN or MANAGER of the workspace can change the \
             policy: {link}",
            self.method, self.path, admission.name
        ));
        with_link(denied.problem(&self.request_id), link)
    }
}

/// The error for an integration that is switched off.
pub(super) fn inactive() -> Error {
    Error::IntegrationInactive("it is switched off".into())
}

/// What a person can do about an error. `None` if only the caller or an operator can resolve it.
const fn remedy(error: &Error) -> Option<&'static str> {
    match error {
        Error::IntegrationInactive(_) => Some("can switch it on again"),
        Error::ChoiceAwaited => Some("can choose it"),
        Error::ReauthorizationRequired(_) => Some("can connect it again"),
        _ => None,
    }
}

fn with_link(problem: Problem, link: String) -> Error {
    Error::Passed(Box::new(Problem { link: Some(link), ..problem }))
}

/// The page where a person can fix an integration.
async fn link(admission: &Admission) -> String {
    let base = config::public_url().await.map(|url| url.to_string()).unwrap_or_default();
    format!("{base}/#/integrations/{}", admission.id)
}
