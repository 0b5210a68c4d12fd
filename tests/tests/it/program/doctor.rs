//! The checks of `nexus doctor`, on a sound installation and on a broken one.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;

use super::installation::{Ended, Installation, is_here};

/// The line of a check.
fn line<'a>(ended: &'a Ended, check: &str) -> &'a str {
    let found = ended.stdout.lines().find(|line| line.contains(&format!("  {check}: ")));
    found.unwrap_or_else(|| panic!("no {check}: {ended:?}"))
}

/// The public URL in the file fits the running application, as in an installation.
fn set(installation: &Installation, name: &str, value: &str) {
    let path = installation.env_file();
    let text = fs::read_to_string(&path).unwrap();
    let kept = text.lines().filter(|line| !line.contains(&format!("SPIN_VARIABLE_{name}=")));
    let text: String = kept.map(|line| format!("{line}\n")).collect();
    fs::write(path, format!("{text}SPIN_VARIABLE_{name}={value}\n")).unwrap();
}

#[tokio::test]
async fn a_sound_installation_has_no_errors() {
    if !is_here() {
        return;
    }
    let installation = Installation::new();
    let app = installation.up(&[]).await;
    set(&installation, "PUBLIC_URL", &app.url);
    crate::kit::app::until("a tick", async || {
        let ticks = "select 1 from marks where name = 'tick'";
        let database = installation.database();
        database.query_row(ticks, [], |row| row.get::<_, i64>(0)).ok()
    })
    .await;
    let ended = installation.run(&["doctor"]).await;
    assert!(ended.success, "{ended:?}");
    for check in [
        "state directory",
        "encryption_keys",
        "schema",
        "database",
        "last tick",
        "public URL",
        "well-known paths",
    ] {
        assert!(line(&ended, check).starts_with("ok "), "{ended:?}");
    }
    let keys = fs::read_to_string(installation.env_file()).unwrap();
    for secret in keys.lines().filter(|line| line.contains("SECRET") || line.contains("KEYS")) {
        let secret = secret.split_once('=').unwrap().1.trim_start_matches("k1:");
        assert!(!ended.stdout.contains(secret), "a secret in the output");
    }
    let health = installation.run(&["health", "--url", &app.url]).await;
    assert_eq!((health.success, health.stdout.trim()), (true, "ok"), "{health:?}");
    let url = app.url.clone();
    app.stop().await;
    let health = installation.run(&["health", "--url", &url]).await;
    assert!(!health.success && health.stderr.contains("does not answer"), "{health:?}");
}

#[tokio::test]
async fn each_fault_is_named_with_what_to_do() {
    if !is_here() {
        return;
    }
    let installation = Installation::new();
    let app = installation.up(&[]).await;
    assert_eq!(app.send("GET", "/api/health", &[], None).await.0, 200);
    app.stop().await;
    fs::set_permissions(installation.env_file(), Permissions::from_mode(0o644)).unwrap();
    set(&installation, "PUBLIC_URL", "http://nexus.example");
    set(&installation, "TICK_SECRET", "short");
    set(&installation, "OIDC_ISSUER", "http://127.0.0.1:9");
    let hour = "update marks set at = at - 3600000";
    installation.database().execute(hour, []).unwrap();
    let ended = installation.run(&["doctor"]).await;
    assert!(!ended.success && ended.stderr.contains("checks failed"), "{ended:?}");
    for (check, expected) in [
        ("file with the variables", "chmod 600"),
        ("public_url", "neither https nor http://localhost"),
        ("tick_secret", "5 bytes"),
        ("last tick", "every minute"),
        ("public URL", "does not answer"),
        ("oidc_issuer", "Nobody can sign in with it"),
    ] {
        let found = line(&ended, check);
        assert!(found.starts_with("ERROR") && found.contains(expected), "{check}: {ended:?}");
    }
    let offline = installation.run(&["doctor", "--offline"]).await;
    assert!(!offline.stdout.contains("oidc_issuer"), "{offline:?}");
}

#[tokio::test]
async fn a_directory_without_an_installation_is_named() {
    if !is_here() {
        return;
    }
    let installation = Installation::new();
    let ended = installation.run(&["doctor", "--offline"]).await;
    assert!(
        !ended.success && line(&ended, "state directory").contains("does not exist"),
        "{ended:?}"
    );
    let backup = installation.run(&["backup", "/nonexistent/x"]).await;
    assert!(!backup.success && backup.stderr.contains("--state-dir"), "{backup:?}");
}
