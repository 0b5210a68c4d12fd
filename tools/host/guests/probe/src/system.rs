//! A guest's capabilities besides requests and stores.

use std::cell::{Cell, OnceCell};
use std::io::Write;
use std::net::{TcpStream, ToSocketAddrs, UdpSocket};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use spin_sdk::wasip3::random::random::get_random_u64;

thread_local! {
    static ID: OnceCell<u64> = const { OnceCell::new() };
    static SERVED: Cell<u64> = const { Cell::new(0) };
}

fn told<T: Into<Value>, E: std::fmt::Debug>(result: Result<T, E>) -> Value {
    match result {
        Ok(value) => json!({ "ok": value.into() }),
        Err(error) => json!({ "error": format!("{error:?}") }),
    }
}

pub(crate) async fn variable(name: &str) -> Value {
    told(spin_sdk::variables::get(name).await)
}

pub(crate) fn environment() -> Value {
    std::env::vars()
        .collect::<Vec<_>>()
        .into_iter()
        .map(|(name, value)| json!([name, value]))
        .collect()
}

pub(crate) fn file(path: &str) -> Value {
    told(std::fs::read_to_string(format!("/{path}")))
}

/// Tries every way to change a file.
pub(crate) fn write(path: &str) -> Value {
    let path = format!("/{path}");
    json!([
        told(std::fs::write(&path, "changed").map(|()| "written")),
        told(std::fs::remove_file(&path).map(|()| "removed")),
        told(std::fs::create_dir(format!("{path}.d")).map(|()| "created")),
    ])
}

/// Tries a TCP connection, a UDP socket, and a name lookup.
pub(crate) fn socket(address: &str) -> Value {
    json!([
        told(TcpStream::connect(address).map(|_| "connected")),
        told(UdpSocket::bind("127.0.0.1:0").map(|_| "bound")),
        told(("localhost", 80).to_socket_addrs().map(|found| found.count())),
    ])
}

/// Prints one line whole, and one line in pieces.
pub(crate) fn print(word: &str) -> Value {
    println!("out {word}");
    let mut stderr = std::io::stderr();
    let _ = stderr.write_all(b"err ");
    let _ = stderr.write_all(word.as_bytes());
    let _ = stderr.write_all(b"\n");
    json!("printed")
}

/// Prints a line as most guests do. The instance ends if the line cannot be printed.
pub(crate) fn log(word: &str) -> Value {
    eprintln!("{word}");
    json!("printed")
}

/// The identity of this instance.
pub(crate) fn id() -> String {
    ID.with(|id| *id.get_or_init(get_random_u64)).to_string()
}

/// The identity of this instance, and the number of these requests that it has received.
pub(crate) fn instance() -> Value {
    SERVED.set(SERVED.get() + 1);
    json!({ "id": id(), "served": SERVED.get() })
}

/// Computes for this number of milliseconds.
pub(crate) fn burn(millis: &str) -> Value {
    let end = Instant::now() + Duration::from_millis(millis.parse().unwrap_or_default());
    let mut rounds = 0u64;
    while Instant::now() < end {
        rounds += 1;
    }
    json!(rounds)
}
