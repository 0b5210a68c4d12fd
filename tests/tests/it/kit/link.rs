//! Sign-in links for the owner of the machine, as the operator's tool prints them.

use crate::kit::programs::nexus;

/// The secret that signs links in the tests. An application must be started with it as `sign_in_secret`.
pub(crate) const SECRET: &str = "test-sign-in-secret-0123456789abcdef";

/// A link of the operator's tool, for an application at this address.
pub(crate) async fn link(public_url: &str, workspace: &str, role: &str, name: &str) -> String {
    let output = tokio::process::Command::new(nexus())
        .args(["sign-in", "--workspace", workspace, "--role", role, "--name", name])
        .args(["--env-file", "/nonexistent/.env"])
        .env("SPIN_VARIABLE_SIGN_IN_SECRET", SECRET)
        .env("SPIN_VARIABLE_PUBLIC_URL", public_url)
        .output()
        .await
        .unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}
