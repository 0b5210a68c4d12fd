//! A plain HTTP/1.1 client with one kept connection, for programs on loopback.
//!
//! The tests here, `cargo xtask` and its load generator use it. It adds only `host` and `content-length` to a
//! request. It does not follow redirects and does not retry. It must not be used beyond loopback, because it
//! has no TLS and no limit on a body.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A connection to `127.0.0.1:port`, used for one request at a time.
pub struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
    host: String,
}

/// A response with its whole body.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The headers in order, with names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body, without its transfer coding.
    pub body: Vec<u8>,
}

impl Answer {
    /// The first header with this name (lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON. `null` if it is not JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Sends one request on its own connection.
///
/// # Errors
/// The connection is refused or ends early, or the response is not HTTP.
pub async fn send(
    port: u16,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Result<Answer> {
    Client::connect(port).await?.send(method, target, headers, body).await
}

impl Client {
    /// Connects.
    ///
    /// # Errors
    /// No program listens on the port.
    pub async fn connect(port: u16) -> Result<Self> {
        let stream = TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
            .await
            .with_context(|| format!("cannot connect to 127.0.0.1:{port}"))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::new(), host: format!("127.0.0.1:{port}") })
    }

    /// The bytes of a request, which [`Client::exchange`] can send more than once.
    pub fn encode(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Vec<u8> {
        let mut bytes = format!("{method} {target} HTTP/1.1\r\nhost: {}\r\n", self.host);
        for (name, value) in headers {
            bytes.push_str(&format!("{name}: {value}\r\n"));
        }
        if !body.is_empty() || !matches!(method, "GET" | "HEAD" | "DELETE") {
            bytes.push_str(&format!("content-length: {}\r\n", body.len()));
        }
        bytes.push_str("\r\n");
        let mut bytes = bytes.into_bytes();
        bytes.extend_from_slice(body);
        bytes
    }

    /// Sends one request, and reads the response.
    ///
    /// # Errors
    /// The connection ends early, or the response is not HTTP.
    pub async fn send(
        &mut self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Answer> {
        let request = self.encode(method, target, headers, body);
        self.stream.write_all(&request).await?;
        let head = self.head().await?;
        let bodyless = method == "HEAD" || matches!(head.status, 204 | 304);
        let mut body = Vec::new();
        if !bodyless {
            self.body(&head, Some(&mut body)).await?;
        }
        Ok(Answer { status: head.status, headers: head.headers(), body })
    }

    /// Sends `request` as it is, reads the whole response and returns its status. This is the fast way, for
    /// measurements. The request must not be a HEAD.
    ///
    /// # Errors
    /// As [`Client::send`].
    pub async fn exchange(&mut self, request: &[u8]) -> Result<u16> {
        self.stream.write_all(request).await?;
        let head = self.head().await?;
        if !matches!(head.status, 204 | 304) {
            self.body(&head, None).await?;
        }
        Ok(head.status)
    }

    /// Reads up to the empty line. The following bytes stay in the buffer.
    async fn head(&mut self) -> Result<Head> {
        let mut searched = 0;
        loop {
            if let Some(end) = find(&self.buffer, b"\r\n\r\n", searched) {
                let bytes: Vec<u8> = self.buffer.drain(..end + 4).collect();
                let head = Head::parse(&bytes)?;
                if head.status == 100 {
                    searched = 0;
                    continue;
                }
                return Ok(head);
            }
            searched = self.buffer.len().saturating_sub(3);
            self.fill().await?;
        }
    }

    /// Reads the body into `out`, or skips it.
    async fn body(&mut self, head: &Head, mut out: Option<&mut Vec<u8>>) -> Result<()> {
        if head.chunked {
            loop {
                let line = self.line().await?;
                let digits = line.split(';').next().unwrap_or_default().trim();
                let size = usize::from_str_radix(digits, 16)
                    .with_context(|| format!("{digits:?} is not a chunk size"))?;
                if size == 0 {
                    while !self.line().await?.is_empty() {}
                    return Ok(());
                }
                self.take(size, out.as_deref_mut()).await?;
                self.line().await?;
            }
        }
        match head.content_length {
            Some(length) => self.take(length, out).await,
            None => loop {
                if let Some(out) = out.as_deref_mut() {
                    out.extend_from_slice(&self.buffer);
                }
                self.buffer.clear();
                if self.stream.read_buf(&mut self.buffer).await? == 0 {
                    return Ok(());
                }
            },
        }
    }

    async fn line(&mut self) -> Result<String> {
        loop {
            if let Some(end) = find(&self.buffer, b"\r\n", 0) {
                let line: Vec<u8> = self.buffer.drain(..end + 2).take(end).collect();
                return Ok(String::from_utf8_lossy(&line).into_owned());
            }
            self.fill().await?;
        }
    }

    async fn take(&mut self, mut length: usize, mut out: Option<&mut Vec<u8>>) -> Result<()> {
        loop {
            let taken = length.min(self.buffer.len());
            let part = self.buffer.drain(..taken);
            if let Some(out) = out.as_deref_mut() {
                out.extend(part);
            } else {
                drop(part);
            }
            length -= taken;
            if length == 0 {
                return Ok(());
            }
            self.fill().await?;
        }
    }

    async fn fill(&mut self) -> Result<()> {
        self.buffer.reserve(16 * 1024);
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            bail!("{} closed the connection before the answer was complete", self.host);
        }
        Ok(())
    }
}

struct Head {
    status: u16,
    content_length: Option<usize>,
    chunked: bool,
    bytes: Vec<u8>,
}

impl Head {
    fn parse(bytes: &[u8]) -> Result<Self> {
        let mut head =
            Self { status: 0, content_length: None, chunked: false, bytes: bytes.into() };
        let mut lines = bytes.split(|byte| *byte == b'\n');
        let first = lines.next().unwrap_or_default();
        let code = first.split(|byte| *byte == b' ').nth(1).unwrap_or_default();
        head.status = std::str::from_utf8(code)
            .ok()
            .and_then(|code| code.trim().parse().ok())
            .with_context(|| format!("not HTTP: {:?}", String::from_utf8_lossy(first)))?;
        for line in lines {
            // Only the two headers that frame the body are read. The others are parsed on demand.
            if line.len() > 15 && matches!(line.first(), Some(b'c' | b'C' | b't' | b'T')) {
                let line = String::from_utf8_lossy(line);
                let Some((name, value)) = line.split_once(':') else { continue };
                if name.eq_ignore_ascii_case("content-length") {
                    head.content_length = Some(value.trim().parse().context("content-length")?);
                } else if name.eq_ignore_ascii_case("transfer-encoding") {
                    head.chunked = value.trim().eq_ignore_ascii_case("chunked");
                }
            }
        }
        Ok(head)
    }

    fn headers(&self) -> Vec<(String, String)> {
        String::from_utf8_lossy(&self.bytes)
            .lines()
            .skip(1)
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect()
    }
}

/// The position of `needle` in `haystack`, from `from` on.
fn find(haystack: &[u8], needle: &[u8], from: usize) -> Option<usize> {
    let rest = haystack.get(from..)?;
    rest.windows(needle.len()).position(|window| window == needle).map(|at| at + from)
}
