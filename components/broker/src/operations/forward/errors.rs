//! The errors of calls that are denied, that lost their right, and of integrations that a person must mend. Each has the page
//! where a person can change that.
//!
//! This module must not decide whether a call is allowed, and must not put a part of a body or query into an error.

use nexus_common::http::Respond as _;
use nexus_common::store::Entry;
use nexus_common::{Error, access, config};
use nexus_vault::credential::Admission;
use serde_json::json;

use super::Call;
use super::opened::CHOICE_AWAITED;
use super::right::Lost;

impl Call {
    /// The error for a call that lost its right while it was made.
    pub(super) async fn lost(&self, admission: &Admission, lost: Lost) -> Error {
        match lost {
            Lost::Gone => self.mend("integration_inactive", admission, "it is switched off").await,
            Lost::Denied(why) => self.policy_denied(admission, &why).await,
            Lost::Expired => Error::TokenExpired,
            Lost::Revoked(why) => *why,
        }
    }

    /// An error that only a person can resolve. It says what happened, who can fix it, and on which page.
    pub(super) async fn mend(&self, code: &str, admission: &Admission, why: &str) -> Error {
        let link = link(admission).await;
        let action = match code {
            "integration_inactive" => "can switch it on again",
            _ if why == CHOICE_AWAITED => "can choose it",
            _ => "can connect it again",
        };
        let detail = format!(
            "{:?} cannot be used: {why}. An ADMIN or MANAGER of the workspace {action}: {link}",
            admission.name
        );
        let error = match code {
            "integration_inactive" => Error::IntegrationInactive(detail),
            _ => Error::ReauthorizationRequired(detail),
        };
        self.with_link(&error, link)
    }

    fn with_link(&self, error: &Error, link: String) -> Error {
        let mut problem = error.problem(&self.request_id);
        problem.link = Some(link);
        Error::Passed(Box::new(problem))
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
        self.with_link(&denied, link)
    }
}

/// The page where a person can fix an integration.
async fn link(admission: &Admission) -> String {
    let base = config::public_url().await.map(|url| url.to_string()).unwrap_or_default();
    format!("{base}/#/integrations/{}", admission.id)
}
