//! Backups while the application is in use, and restores.

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read, Write};
use std::path::PathBuf;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde_json::json;

use super::installation::{Installation, Running, is_here, mode};

/// A manifest of the workspace's own, which is in the key-value store.
fn manifest() -> serde_json::Value {
    let text =
        fs::read_to_string(crate::kit::programs::repo().join("manifests/stripe.json")).unwrap();
    let mut manifest: serde_json::Value = serde_json::from_str(&text).unwrap();
    manifest["id"] = json!("custom-stripe");
    manifest
}

/// A running installation with an integration and a manifest, and the path for a backup of it. `None` if the program
/// does not contain the application.
async fn with_data() -> Option<(Installation, Running, PathBuf)> {
    if !is_here() {
        return None;
    }
    let installation = Installation::new();
    let app = installation.up(&["--no-tick"]).await;
    let ann = app.sign_in(&installation).await;
    ann.connect("First").await;
    let path = "/api/manifests?believe_effect=true";
    let (status, answer) = ann.send("POST", path, Some(&manifest())).await;
    assert_eq!(status, 201, "{answer}");
    let file = installation.beside("backup.tar.gz");
    Some((installation, app, file))
}

#[tokio::test]
async fn a_backup_under_load_has_everything_that_was_answered_before_it_began() {
    let Some((installation, app, file)) = with_data().await else { return };
    let ann = app.sign_in(&installation).await;
    let name = file.to_str().unwrap();
    let mut made = BTreeSet::from(["First".to_owned()]);
    for round in 0..3 {
        for number in 0..5 {
            let name = format!("Before {round} {number}");
            ann.connect(&name).await;
            made.insert(name);
        }
        // Writers continue while the copy is made.
        let load = async {
            let names =
                (0..10).map(|number| format!("During {round} {number}")).collect::<Vec<_>>();
            futures::future::join_all(names.iter().map(|name| ann.connect(name))).await;
            names
        };
        let arguments = ["backup", name, "--force"];
        let (backup, during) = tokio::join!(installation.run(&arguments), load);
        assert!(backup.success, "{backup:?}");
        assert!(backup.stderr.contains(".env"), "the keys: {backup:?}");
        assert_eq!(mode(&file), 0o600);
        restored_has(&installation, name, &made).await;
        made.extend(during);
    }
    app.stop().await;
}

/// Restores into another place, and compares.
async fn restored_has(installation: &Installation, file: &str, expected: &BTreeSet<String>) {
    let other = Installation::new();
    let restored = other.run(&["restore", file]).await;
    assert!(restored.success, "{restored:?}");
    fs::copy(installation.env_file(), other.env_file()).unwrap();
    let app = other.up(&["--no-tick"]).await;
    let ann = app.sign_in(&other).await;
    let names: BTreeSet<_> = ann.names().await.into_iter().collect();
    let missing: Vec<_> = expected.difference(&names).collect();
    assert!(missing.is_empty(), "missing: {missing:?}");
    // The document of the manifest is in the key-value store, which was restored too.
    let (status, found) = ann.send("GET", "/api/manifests/custom-stripe", None).await;
    assert_eq!(status, 200, "{found}");
    let (status, audit) = ann.send("GET", "/api/audit/head", None).await;
    assert_eq!(status, 200, "{audit}");
    app.stop().await;
}

#[tokio::test]
async fn a_restore_replaces_and_keeps_what_it_replaced() {
    let Some((installation, app, file)) = with_data().await else { return };
    let name = file.to_str().unwrap();
    let written = installation.run(&["backup", name]).await;
    assert!(written.success, "{written:?}");
    let again = installation.run(&["backup", name]).await;
    assert!(!again.success && again.stderr.contains("--force"), "{again:?}");
    app.sign_in(&installation).await.connect("Later").await;

    let busy = installation.run(&["restore", name]).await;
    assert!(!busy.success && busy.stderr.contains("stop `nexus up` first"), "{busy:?}");
    app.stop().await;
    let restored = installation.run(&["restore", name]).await;
    assert!(restored.success, "{restored:?}");
    assert!(restored.stdout.contains("valid again"), "{restored:?}");
    let app = installation.up(&["--no-tick"]).await;
    assert_eq!(app.sign_in(&installation).await.names().await, ["First"]);
    app.stop().await;
    let kept = fs::read_dir(installation.state()).unwrap().map(|entry| entry.unwrap().path());
    let kept = kept.into_iter().find(|path| path.display().to_string().contains("before-restore-"));
    assert!(kept.expect("the old files").join("sqlite_db.db").exists());
}

/// Simulates a power cut between two renames. The unit tests of the module `swap` try every step. This test
/// runs the commands on the result.
#[tokio::test]
async fn a_restore_that_was_interrupted_is_finished_by_the_next_command() {
    let Some((installation, app, file)) = with_data().await else { return };
    let name = file.to_str().unwrap();
    assert!(installation.run(&["backup", name]).await.success);
    app.sign_in(&installation).await.connect("Later").await;
    app.stop().await;
    // The restored databases are ready. One of the old databases was moved away, and no new one is in its
    // place.
    let state = installation.state();
    let (ready, replaced) = (state.join("restore-ready-7"), state.join("before-restore-7"));
    fs::create_dir(&ready).unwrap();
    fs::create_dir(&replaced).unwrap();
    let gzip = GzDecoder::new(fs::File::open(&file).unwrap());
    tar::Archive::new(gzip).unpack(&ready).unwrap();
    fs::remove_file(ready.join("nexus-backup.json")).unwrap();
    let (database, key_value) = ("sqlite_db.db", "sqlite_key_value.db");
    fs::rename(state.join(key_value), replaced.join(key_value)).unwrap();
    fs::rename(ready.join(key_value), state.join(key_value)).unwrap();
    fs::rename(state.join(database), replaced.join(database)).unwrap();
    // The files that an undecided restore has unpacked are deleted and change nothing.
    fs::create_dir(state.join("restore-new-x")).unwrap();

    let doctor = installation.run(&["doctor", "--offline"]).await;
    assert!(!doctor.success && doctor.stdout.contains("restore: it was interrupted"), "{doctor:?}");
    assert!(ready.join(database).exists(), "doctor changes nothing");
    let again = installation.run(&["backup", name, "--force"]).await;
    assert!(again.success && again.stderr.contains("interrupted is finished"), "{again:?}");
    assert!(!ready.exists() && replaced.join(database).exists());
    let app = installation.up(&["--no-tick"]).await;
    assert_eq!(app.sign_in(&installation).await.names().await, ["First"]);
    app.stop().await;
    assert!(installation.run(&["restore", name]).await.success);
    assert!(!state.join("restore-new-x").exists());
}

#[tokio::test]
async fn a_file_that_is_not_a_whole_backup_replaces_nothing() {
    let Some((installation, app, file)) = with_data().await else { return };
    let name = file.to_str().unwrap();
    assert!(installation.run(&["backup", name]).await.success);
    app.stop().await;
    let whole = fs::read(&file).unwrap();
    let mut archive = Vec::new();
    GzDecoder::new(whole.as_slice()).read_to_end(&mut archive).unwrap();
    let zipped = |bytes: &[u8]| {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(bytes).unwrap();
        gzip.finish().unwrap()
    };
    let replaced = |from: &[u8], to: &[u8]| {
        let at = archive.windows(from.len()).position(|window| window == from).expect("the text");
        let mut changed = archive.clone();
        changed[at..at + from.len()].copy_from_slice(to);
        zipped(&changed)
    };
    let cases = [
        (b"not a backup".to_vec(), "is not a backup"),
        (whole[..whole.len() / 2].to_vec(), "is not a backup"),
        // The last byte of an entry's content.
        (replaced(b"SQLite format 3", b"SQLite format 4"), "digest"),
        (replaced(b"\"format\": 1", b"\"format\": 2"), "the version that wrote it"),
        (replaced(b"\"name\": \"sqlite_db.db\"", b"\"name\": \"../../db.sql\""), "unknown file"),
    ];
    let before = fs::read(installation.state().join("sqlite_db.db")).unwrap();
    for (bytes, expected) in cases {
        fs::write(&file, bytes).unwrap();
        let refused = installation.run(&["restore", name]).await;
        assert!(!refused.success && refused.stderr.contains(expected), "{expected}: {refused:?}");
    }
    assert_eq!(fs::read(installation.state().join("sqlite_db.db")).unwrap(), before);
}

#[tokio::test]
async fn a_newer_schema_is_neither_restored_nor_migrated() {
    let Some((installation, app, file)) = with_data().await else { return };
    app.stop().await;
    let schema = || {
        let database = installation.database();
        database.query_row("pragma user_version", [], |row| row.get::<_, i64>(0)).unwrap()
    };
    let known = schema();
    let migrated = installation.run(&["migrate"]).await;
    assert_eq!(migrated.stdout.trim(), format!("the database has schema {known}"), "{migrated:?}");
    installation.database().pragma_update(None, "user_version", known + 1).unwrap();
    let name = file.to_str().unwrap();
    assert!(installation.run(&["backup", name]).await.success);
    let restored = Installation::new().run(&["restore", name]).await;
    let expected = format!("schema {}, and this version knows {known}", known + 1);
    assert!(!restored.success && restored.stderr.contains(&expected), "{restored:?}");
    let migrated = installation.run(&["migrate"]).await;
    assert!(!migrated.success && migrated.stderr.contains("database_newer"), "{migrated:?}");
    assert_eq!(schema(), known + 1);
}
