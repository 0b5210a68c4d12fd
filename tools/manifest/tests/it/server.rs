//! A server that answers each request with the next response, the last of them for ever, and keeps what it received.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

pub(crate) struct Server {
    address: SocketAddr,
    received: Arc<Mutex<Vec<String>>>,
    responses: Arc<Mutex<Vec<String>>>,
}

/// A response with a status line, one header and a body.
pub(crate) fn response(status: &str, header: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\n{header}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

pub(crate) fn json(status: &str, body: &str) -> String {
    response(status, "content-type: application/json", body)
}

impl Server {
    pub(crate) fn start(responses: &[String]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let received = Arc::new(Mutex::new(Vec::new()));
        let responses = Arc::new(Mutex::new(responses.to_vec()));
        let (kept, next) = (Arc::clone(&received), Arc::clone(&responses));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                kept.lock().unwrap().push(request(&mut stream));
                let mut responses = next.lock().unwrap();
                let response =
                    if responses.len() > 1 { responses.remove(0) } else { responses[0].clone() };
                stream.write_all(response.as_bytes()).unwrap();
            }
        });
        Self { address, received, responses }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn received(&self) -> Vec<String> {
        self.received.lock().unwrap().clone()
    }

    /// Answers with this from now on.
    pub(crate) fn answer(&self, response: String) {
        *self.responses.lock().unwrap() = vec![response];
    }
}

/// The head of a request.
fn request(stream: &mut TcpStream) -> String {
    let (mut bytes, mut part) = (Vec::new(), [0; 4096]);
    while !bytes.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut part).unwrap() {
            0 => break,
            read => bytes.extend_from_slice(&part[..read]),
        }
    }
    String::from_utf8(bytes).unwrap()
}
