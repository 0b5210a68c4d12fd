//! The admin UI in Chromium. Each script of `tests/browser` has a stage of its own, which it controls with
//! lines of JSON ([`request::Request`]).
//!
//! `NEXUS_CHROMIUM` and `NEXUS_BROWSER` name Chromium and the packages. `cargo xtask test` sets them. Without
//! them these tests are skipped and say so. The scripts say what the browser does, and this module must not.

mod request;
mod stage;

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::Mutex;

use crate::kit::programs::repo;
use stage::Stage;

/// Longer than any script takes on a slow machine.
const PATIENCE: Duration = Duration::from_secs(300);

/// Only one browser runs at a time, because it takes the whole machine.
static ALONE: Mutex<()> = Mutex::const_new(());

/// Runs a script on a stage of its own. Fails if the script fails.
async fn play(script: &str) {
    for name in ["NEXUS_CHROMIUM", "NEXUS_BROWSER"] {
        if std::env::var_os(name).is_none() {
            eprintln!("SKIPPED: there is no browser, or its packages are not installed ({name})");
            return;
        }
    }
    let _alone = ALONE.lock().await;
    let mut stage = Stage::set().await;
    let mut child = Command::new("node")
        .arg(repo().join("tests/browser").join(script))
        .env("NEXUS_FACTS", stage.facts().to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut stderr = child.stderr.take().unwrap();
    let said = tokio::spawn(async move {
        let mut said = Vec::new();
        let _ = stderr.read_to_end(&mut said).await;
        String::from_utf8_lossy(&said).into_owned()
    });
    let ended = tokio::time::timeout(PATIENCE, serve(&mut child, &mut stage)).await;
    if ended.is_err() {
        child.kill().await.unwrap();
    }
    let said = said.await.unwrap();
    match ended {
        Ok(true) => {}
        Ok(false) => panic!("{script}: {said}\nthe application:\n{}", stage.log()),
        Err(_) => panic!("{script} did not end in {PATIENCE:?}: {said}"),
    }
}

/// Serves the requests of the script until it ends. Returns whether it succeeded.
async fn serve(child: &mut Child, stage: &mut Stage) -> bool {
    let mut answers = child.stdin.take().unwrap();
    let mut requests = BufReader::new(child.stdout.take().unwrap()).lines();
    while let Some(line) = requests.next_line().await.unwrap() {
        let answer = stage.answer(&line).await;
        // A script that has ended does not read the answer. Its exit status decides.
        let _ = answers.write_all(format!("{answer}\n").as_bytes()).await;
    }
    child.wait().await.unwrap().success()
}

#[tokio::test]
async fn the_harness_notices_what_must_not_be() {
    play("notices.mjs").await;
}

#[tokio::test]
async fn smoke() {
    play("smoke.mjs").await;
}

#[tokio::test]
async fn an_integration_is_added_by_key() {
    play("add-by-key.mjs").await;
}

#[tokio::test]
async fn a_key_file_is_pasted_with_its_lines() {
    play("add-by-file.mjs").await;
}

#[tokio::test]
async fn an_integration_is_added_for_chosen_agents() {
    play("add-for-agents.mjs").await;
}

#[tokio::test]
async fn an_integration_is_added_by_oauth() {
    play("add-by-oauth.mjs").await;
}

#[tokio::test]
async fn an_oauth_app_is_set_up_by_those_who_may() {
    play("oauth-app.mjs").await;
}

#[tokio::test]
async fn an_announced_end_is_said_before_it_comes() {
    play("ends.mjs").await;
}

#[tokio::test]
async fn a_person_chooses_what_is_connected() {
    play("choose.mjs").await;
}

#[tokio::test]
async fn a_connection_that_ended_is_made_again() {
    play("reconnect.mjs").await;
}

#[tokio::test]
async fn a_scope_that_was_not_granted_is_asked_for_again() {
    play("scopes.mjs").await;
}

#[tokio::test]
async fn the_calls_of_an_integration_are_followed_and_rules_tried_on_them() {
    play("calls.mjs").await;
}

#[tokio::test]
async fn an_integration_is_managed() {
    play("manage.mjs").await;
}

#[tokio::test]
async fn deleting_gives_a_receipt_per_token() {
    play("delete-oauth.mjs").await;
}

#[tokio::test]
async fn nobody_sees_what_they_may_not_do() {
    play("roles.mjs").await;
}

#[tokio::test]
async fn a_session_begins_and_ends_without_losing_anything() {
    play("session.mjs").await;
}

#[tokio::test]
async fn nothing_is_done_in_anothers_name() {
    play("persons.mjs").await;
}

#[tokio::test]
async fn a_server_that_is_gone_loses_nothing() {
    play("server-down.mjs").await;
}

#[tokio::test]
async fn the_list_finds_what_is_looked_for() {
    play("list.mjs").await;
}

#[tokio::test]
async fn back_and_forward_work_everywhere() {
    play("navigation.mjs").await;
}

#[tokio::test]
async fn typed_words_are_not_lost_silently() {
    play("unsaved.mjs").await;
}

#[tokio::test]
async fn an_abandoned_sign_in_is_visible() {
    play("unfinished.mjs").await;
}

#[tokio::test]
async fn tabs_share_the_session_and_the_state() {
    play("tabs.mjs").await;
}

#[tokio::test]
async fn administrators_have_pages_of_their_own() {
    play("own-pages.mjs").await;
}

#[tokio::test]
async fn the_element_works_elsewhere() {
    play("elsewhere.mjs").await;
}

#[tokio::test]
async fn a_person_signs_in_and_arrives_where_they_were_going() {
    play("sign-in.mjs").await;
}

#[tokio::test]
async fn lighthouse() {
    play("lighthouse.mjs").await;
}

#[tokio::test]
async fn the_first_run_needs_few_steps() {
    play("first-run.mjs").await;
}

#[tokio::test]
async fn agents_are_registered_connected_and_switched_off() {
    play("agents.mjs").await;
}

#[tokio::test]
async fn connected_apps_are_listed_and_ended() {
    play("connected-apps.mjs").await;
}

#[tokio::test]
async fn an_emergency_stop_is_counted_shown_and_lifted() {
    play("emergency-stop.mjs").await;
}

#[tokio::test]
async fn passkeys_are_added_and_sign_in() {
    play("passkeys.mjs").await;
}

#[tokio::test]
async fn people_are_invited_and_switched_off() {
    play("people.mjs").await;
}

#[tokio::test]
async fn the_overview_says_what_agents_do_and_what_is_broken() {
    play("overview.mjs").await;
}

#[tokio::test]
async fn the_table_sorts_and_acts_on_many() {
    play("table.mjs").await;
}

#[tokio::test]
async fn receipts_stay_and_the_chain_is_checked_in_the_browser() {
    play("receipts.mjs").await;
}

#[tokio::test]
async fn the_ui_speaks_two_languages() {
    play("language.mjs").await;
}

#[tokio::test]
async fn a_theme_is_chosen_and_is_there_from_the_first_paint() {
    play("theme.mjs").await;
}

#[tokio::test]
async fn a_notice_covers_nothing() {
    play("toasts.mjs").await;
}

#[tokio::test]
async fn the_palette_leads_anywhere() {
    play("palette.mjs").await;
}

#[tokio::test]
async fn the_policy_test_names_members_that_a_body_must_not_have() {
    play("policy-test.mjs").await;
}

#[tokio::test]
async fn the_pictures_of_the_readme() {
    play("pictures.mjs").await;
}
