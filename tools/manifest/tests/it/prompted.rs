//! `try` at a terminal: what a person types is not shown.

use std::io::{Read as _, Write as _};
use std::os::fd::AsFd as _;

use pty_process::blocking::{Command, Pty, open};
use rustix::termios::{LocalModes, tcgetattr};

use crate::Folder;
use crate::server::{Server, json};
use crate::tried::{KEY, bearer, manifest};

/// Reads what the terminal shows until `text` is there, or the program has ended.
fn read_until(pty: &mut Pty, shown: &mut String, text: &str) {
    let mut part = [0; 1024];
    while !shown.contains(text) {
        // A terminal whose program has ended answers with an error.
        match pty.read(&mut part) {
            Ok(read) if read > 0 => shown.push_str(&String::from_utf8_lossy(&part[..read])),
            _ => return,
        }
    }
}

#[test]
fn a_credential_is_not_echoed() {
    let (server, folder) = (Server::start(&[json("200 OK", r#"{"id": 7}"#)]), Folder::new());
    folder.write("acme.json", &manifest(&server, &bearer()));
    let (mut pty, pts) = open().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_nexus-manifest-tool"));
    for name in ["http_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"] {
        command = command.env_remove(name);
    }
    let command = command.args(["try", "acme", "--loopback", "--folder"]).arg(folder.path());
    let mut child = command.spawn(pts).unwrap();

    let mut shown = String::new();
    read_until(&mut pty, &mut shown, "not shown, not stored");
    assert!(shown.contains("API key (not shown, not stored): "), "{shown}");
    // The program writes the question first, and then switches the echo off.
    while tcgetattr(pty.as_fd()).unwrap().local_modes.contains(LocalModes::ECHO) {
        assert!(child.try_wait().unwrap().is_none(), "{shown}");
        std::thread::yield_now();
    }
    pty.write_all(format!("{KEY}\r").as_bytes()).unwrap();
    read_until(&mut pty, &mut shown, "a text that is never there");
    assert!(child.wait().unwrap().success(), "{shown}");
    assert!(shown.contains("accepts the credential"), "{shown}");
    assert!(!shown.contains(KEY) && !shown.contains("sk_live"), "{shown}");
    let received = server.received().concat().to_ascii_lowercase();
    assert!(received.contains(&KEY.to_ascii_lowercase()), "{received}");
}
