//! The benchmark's provider: it responds immediately, after two seconds, or with a gigabyte, and it issues
//! tokens.
//!
//! It does as little as possible, because it shares the machine's cores with the measured application.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use nexus_simulators::client;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// A gigabyte, in bytes.
pub(crate) const GIGABYTE: u64 = 1 << 30;
/// The slug of the integration with this provider.
pub(crate) const SLUG: &str = "upstream";
/// The slug of the integration whose tokens expire.
pub(crate) const EXPIRING: &str = "expiring";
/// The token endpoint, which takes a second.
const TOKEN: &str = "/token";
/// The key of the integration with this provider.
pub(crate) const KEY: &str = "upstream-key-0123456789";
/// The path that takes two seconds.
pub(crate) const SLOW: &str = "/slow";
/// The path that responds with a gigabyte.
pub(crate) const LARGE: &str = "/large";

/// The number of issued tokens.
static TOKENS: AtomicU32 = AtomicU32::new(0);

/// How many tokens were requested.
pub(crate) fn tokens() -> u32 {
    TOKENS.load(Ordering::Relaxed)
}

/// Starts the provider on its own thread. Returns its port.
pub(crate) fn start() -> Result<u16> {
    // A thousand agents connect at once.
    let listener = tokio::net::TcpSocket::new_v4()?;
    listener.bind(([127, 0, 0, 1], 0).into())?;
    let listener = listener.listen(4_096)?.into_std()?;
    let port = listener.local_addr()?.port();
    std::thread::Builder::new().name("upstream".into()).spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let Ok(runtime) = runtime else { return };
        runtime.block_on(async {
            let Ok(listener) = TcpListener::from_std(listener) else { return };
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream));
            }
        });
    })?;
    Ok(port)
}

/// Connects the provider to the application at `port`, by an API key.
pub(crate) async fn connect(port: u16, token: &str, upstream: u16) -> Result<()> {
    let host = format!("127.0.0.1:{upstream}");
    let manifest = json!({
        "id": "custom-upstream", "name": "Upstream", "auth_method": "api_key",
        "credentials": [{"name": "key", "label": "Key", "secret": true}],
        "inject": [{"in": "header", "name": "Authorization", "value": "Bearer {key}"}],
        "api": {"base_url": format!("http://{host}"), "hosts": [host]},
        "verify": {"unsupported": "it takes any key"}, "revoke": {"unsupported": "it takes any key"},
    });
    let integration = json!({"manifest_id": "custom-upstream", "name": "Upstream",
        "credentials": {"key": KEY}});
    save(port, token, manifest, integration).await
}

/// Connects the provider to the application at `port` a second time, by OAuth client credentials.
pub(crate) async fn connect_expiring(port: u16, token: &str, upstream: u16) -> Result<()> {
    let host = format!("127.0.0.1:{upstream}");
    let manifest = json!({
        "id": "custom-expiring", "name": "Expiring", "auth_method": "oauth2_client_credentials",
        "credentials": [{"name": "client_id", "label": "Client", "secret": false},
            {"name": "client_secret", "label": "Secret", "secret": true}],
        "inject": [{"in": "header", "name": "Authorization", "value": "Bearer {access_token}"}],
        "oauth2": {"token_url": format!("http://{host}{TOKEN}"), "client_auth": "post"},
        "api": {"base_url": format!("http://{host}"), "hosts": [host]},
        "verify": {"unsupported": "it takes any token"}, "revoke": {"unsupported": "it takes any token"},
    });
    let integration = json!({"manifest_id": "custom-expiring", "name": "Expiring",
        "credentials": {"client_id": "bench", "client_secret": "bench-secret-0123456789"}});
    save(port, token, manifest, integration).await
}

async fn save(port: u16, token: &str, manifest: Value, integration: Value) -> Result<()> {
    for (path, body) in [("/api/manifests", manifest), ("/api/integrations", integration)] {
        let authorization = format!("Bearer {token}");
        let headers =
            [("authorization", authorization.as_str()), ("content-type", "application/json")];
        let answer =
            client::send(port, "POST", path, &headers, body.to_string().as_bytes()).await?;
        if answer.status != 201 {
            bail!("POST {path} answered {}: {}", answer.status, answer.text());
        }
    }
    Ok(())
}

async fn serve(stream: TcpStream) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = BufReader::with_capacity(64 * 1024, stream);
    let small = format!("{{\"text\":\"{}\"}}", "x".repeat(1_011));
    let small = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{small}",
        small.len()
    );
    let token = r#"{"access_token":"bench-token-0123456789","expires_in":3600}"#;
    let token = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{token}",
        token.len()
    );
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let path = line.split(' ').nth(1).context("the request line is missing")?.to_owned();
        let mut length = 0;
        let mut chunked = false;
        loop {
            let mut header = String::new();
            stream.read_line(&mut header).await?;
            let header = header.trim_end().to_ascii_lowercase();
            if header.is_empty() {
                break;
            }
            if let Some(value) = header.strip_prefix("content-length:") {
                length = value.trim().parse().context("content-length")?;
            }
            chunked |= header.starts_with("transfer-encoding:");
        }
        if chunked {
            skip_chunks(&mut stream).await?;
        }
        skip(&mut stream, length).await?;
        match path.as_str() {
            LARGE => large(stream.get_mut()).await?,
            TOKEN => {
                TOKENS.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_secs(1)).await;
                stream.get_mut().write_all(token.as_bytes()).await?;
            }
            path => {
                if path == SLOW {
                    tokio::time::sleep(Duration::from_secs(2)).await;
                }
                stream.get_mut().write_all(small.as_bytes()).await?;
            }
        }
    }
}

async fn large(stream: &mut TcpStream) -> Result<()> {
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\ncontent-length: {GIGABYTE}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await?;
    let piece = vec![0; 256 * 1024];
    for _ in 0..GIGABYTE / piece.len() as u64 {
        stream.write_all(&piece).await?;
    }
    Ok(())
}

async fn skip(stream: &mut BufReader<TcpStream>, length: u64) -> Result<()> {
    let mut left = length;
    while left > 0 {
        let there = stream.fill_buf().await?.len();
        if there == 0 {
            bail!("the request is incomplete");
        }
        let taken = there.min(usize::try_from(left).unwrap_or(there));
        stream.consume(taken);
        left -= taken as u64;
    }
    Ok(())
}

async fn skip_chunks(stream: &mut BufReader<TcpStream>) -> Result<()> {
    loop {
        let mut size = String::new();
        stream.read_line(&mut size).await?;
        let size = u64::from_str_radix(size.trim(), 16).context("a chunk's size")?;
        skip(stream, size).await?;
        let mut end = [0; 2];
        stream.read_exact(&mut end).await?;
        if size == 0 {
            return Ok(());
        }
    }
}
