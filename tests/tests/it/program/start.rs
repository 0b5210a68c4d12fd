//! The first start, later starts, and stops.

use std::sync::Mutex;

use serde_json::json;

use super::installation::{Installation, is_here, mode};
use crate::kit::app::until;
use crate::kit::token;
use crate::kit::upstream::{Reply, Upstream};

#[tokio::test]
async fn the_first_start_makes_keys_and_prints_a_link_and_later_ones_do_not() {
    if !is_here() {
        return;
    }
    let installation = Installation::new();
    let app = installation.up(&[]).await;
    let state = installation.state();
    assert_eq!((mode(&state), mode(&installation.env_file())), (0o700, 0o600));
    let (status, _, health) = app.send("GET", "/api/health", &[], None).await;
    assert_eq!((status, health), (200, json!({"status": "ok"})));
    assert_eq!(mode(&state.join("sqlite_db.db")), 0o600);
    let keys = std::fs::read_to_string(installation.env_file()).unwrap();
    // Nobody can sign a token, and no address of this machine can be called.
    assert!(!keys.contains("JWT_SECRET") && !keys.contains("PRIVATE_HOSTS"));
    // There is no outside issuer, so no token of one is a proof.
    let token = format!("Bearer {}", token::of("ADMIN", "main"));
    let headers = [("authorization", token.as_str())];
    let (status, _, refused) = app.send("GET", "/api/integrations", &headers, None).await;
    assert_eq!((status, &refused["code"]), (401, &json!("invalid_token")));
    let url = app.url.clone();
    let first = app.stop().await;
    let link = first.lines().find_map(|line| line.strip_prefix("Sign in ")).expect("a link");
    let (page, token) = link.split_once("#link=").unwrap();
    assert_eq!(page, format!("{url}/sign-in"));

    let app = installation.up(&[]).await;
    // The link is for the address of the first start, so it does not sign in at another address.
    let same_origin = [("sec-fetch-site", "same-origin")];
    let body = json!({ "link": token });
    let (status, _, answer) = app.send("POST", "/sign-in/link", &same_origin, Some(&body)).await;
    assert_eq!(status, 401, "{answer}");
    let ann = app.sign_in(&installation).await;
    let (status, me) = ann.send("GET", "/api/me", None).await;
    assert_eq!((status, &me["role"], &me["workspace"]), (200, &json!("ADMIN"), &json!("main")));
    let again = std::fs::read_to_string(installation.env_file()).unwrap();
    assert_eq!(keys, again);
    let second = app.stop().await;
    assert!(!second.contains("#link="), "{second}");
}

#[tokio::test]
async fn sign_in_reads_the_variables_of_the_directory_that_is_named() {
    if !is_here() {
        return;
    }
    let (installation, other) = (Installation::new(), Installation::new());
    let app = installation.up(&["--no-tick"]).await;
    let state = installation.state();
    let named = ["sign-in", "--url", &app.url, "--state-dir", state.to_str().unwrap()];
    // A variable of the environment names another installation.
    let made = other.run(&named).await;
    assert!(made.success, "{made:?}");
    let link = made.stdout.trim().rsplit_once("#link=").unwrap().1;
    let (status, me) = app.use_link(link).await.send("GET", "/api/me", None).await;
    assert_eq!((status, &me["role"]), (200, &json!("ADMIN")));
    let nowhere = other.beside("nowhere");
    let refused = other.run(&["sign-in", "--state-dir", nowhere.to_str().unwrap()]).await;
    assert!(!refused.success && refused.stderr.contains("does not exist"), "{refused:?}");
    let both = ["sign-in", "--state-dir", "x", "--env-file", "y"];
    assert!(!other.run(&both).await.success);
    app.stop().await;
}

#[tokio::test]
async fn it_ticks_by_itself_unless_another_program_does() {
    if !is_here() {
        return;
    }
    let installation = Installation::new();
    let app = installation.up(&["--no-tick"]).await;
    let ticks = "select count(*) from marks where name = 'tick'";
    assert_eq!(app.send("GET", "/api/health", &[], None).await.0, 200);
    let count =
        || installation.database().query_row(ticks, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(count(), 0);
    let output = app.stop().await;
    assert!(output.contains("POST /api/tick"), "{output}");
    let app = installation.up(&[]).await;
    until("a tick", async || (count() == 1).then_some(())).await;
    app.stop().await;
}

#[tokio::test]
async fn a_stop_lets_calls_in_progress_end_and_accepts_no_others() {
    if !is_here() {
        return;
    }
    let installation = Installation::with_private_hosts().await;
    let app = installation.up(&[]).await;
    let ann = app.sign_in(&installation).await;
    let upstream = Upstream::start().await;
    let (key, path) = ann.agent_of(&upstream).await;

    let (end, held) = tokio::sync::mpsc::unbounded_channel();
    let held = Mutex::new(Some(held));
    upstream.forget();
    upstream.answer(move |_| {
        let held = held.lock().unwrap().take().expect("one call");
        Reply::Stream(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nin".to_vec(), held)
    });
    let authorization = format!("Bearer {key}");
    let headers = [("authorization", authorization.as_str())];
    let call = app.send("GET", &path, &headers, None);
    let meanwhile = async {
        until("the call arrives", async || (!upstream.seen().is_empty()).then_some(())).await;
        app.terminate();
        let address = app.url.replace("http://localhost", "127.0.0.1");
        until("no connection is accepted", async || {
            tokio::net::TcpStream::connect(&address).await.is_err().then_some(())
        })
        .await;
        end.send(b"to".to_vec()).unwrap();
    };
    let ((status, _, body), ()) = tokio::join!(call, meanwhile);
    assert_eq!((status, body), (200, json!("into")));
    let (success, output) = app.ended().await;
    assert!(success, "{output}");
}

#[tokio::test]
async fn a_start_that_cannot_be_says_what_to_do() {
    if !is_here() {
        return;
    }
    let installation = Installation::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let ended = installation.run(&["up", "--listen", &address]).await;
    assert!(!ended.success && ended.stderr.contains("choose another address"), "{ended:?}");
    let keys = std::fs::read_to_string(installation.env_file()).unwrap();
    let without: String = keys.lines().filter(|line| !line.contains("BROKER_SECRET")).collect();
    std::fs::write(installation.env_file(), without.replace("SPIN_", "\nSPIN_")).unwrap();
    let ended = installation.run(&["up", "--listen", "127.0.0.1:0"]).await;
    assert!(ended.stderr.contains("SPIN_VARIABLE_BROKER_SECRET"), "{ended:?}");
    // A database whose keys are missing must not get new ones.
    std::fs::write(installation.state().join("sqlite_db.db"), "").unwrap();
    std::fs::remove_file(installation.env_file()).unwrap();
    let ended = installation.run(&["up", "--listen", "127.0.0.1:0"]).await;
    assert!(ended.stderr.contains("Bring that file back"), "{ended:?}");
    assert!(!installation.env_file().exists());
}

#[tokio::test]
async fn a_directory_of_something_else_stays_as_it_is() {
    if !is_here() {
        return;
    }
    let installation = Installation::new();
    let program = installation.state().join("program");
    std::fs::create_dir(installation.state()).unwrap();
    std::fs::write(&program, "").unwrap();
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&program, executable).unwrap();
    for command in ["up", "migrate"] {
        let ended = installation.run(&[command]).await;
        assert!(ended.stderr.contains("is not a state directory of nexus"), "{ended:?}");
    }
    assert_eq!(mode(&program), 0o755);
    assert_eq!(std::fs::read_dir(installation.state()).unwrap().count(), 1);
}
