//! The proxy under bulk load: a gigabyte in each direction, and a thousand agents that wait at once. The
//! results are absolute numbers of one run, not ratios: the growth of memory, and the number of responses.
//!
//! Memory is measured while nothing else grows. An instance ends a second after its last request, and then
//! Spin makes up to 2 MB of its memory resident (the pool's `keep_resident`). For a thousand instances that
//! is half a gigabyte, which the upload did not cause.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::app::App;
use super::memory;
use super::upstream::{GIGABYTE, LARGE, SLOW, SLUG};

/// The number of agents that wait at once.
pub(crate) const AGENTS: usize = 1_000;

/// The results.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bulk {
    /// The growth of the host's memory during an upload of a gigabyte, in megabytes.
    pub(crate) up_mb: f64,
    /// The same during a download.
    pub(crate) down_mb: f64,
    /// How many of [`AGENTS`] received a 200.
    pub(crate) answered: usize,
    /// The duration until all of them were answered, in seconds.
    pub(crate) seconds: f64,
}

/// Measures all of them.
pub(crate) async fn measure(app: &App, token: &str) -> Result<Bulk> {
    let up_mb = growth(app, upload(app.port, token)).await.context("a gigabyte up")?;
    let down_mb = growth(app, download(app.port, token)).await.context("a gigabyte down")?;
    let begun = Instant::now();
    let answered = crowd(app.port, token, &format!("/api/proxy/{SLUG}{SLOW}")).await?;
    let seconds = begun.elapsed().as_secs_f64();
    Ok(Bulk { up_mb, down_mb, answered, seconds })
}

/// The memory after it has been constant, to a megabyte, for longer than an idle instance is kept.
async fn settled(app: &App) -> Result<u64> {
    let mut found = memory::tree(app.pid())?;
    for _ in 0..10 {
        tokio::time::sleep(Duration::from_millis(2_500)).await;
        let now = memory::tree(app.pid())?;
        if std::mem::replace(&mut found, now).abs_diff(now) < 1_000_000 {
            break;
        }
    }
    Ok(found)
}

async fn growth(app: &App, work: impl Future<Output = Result<()>>) -> Result<f64> {
    let before = settled(app).await?;
    let mut most = before;
    let watch = async {
        loop {
            tokio::time::sleep(Duration::from_millis(20)).await;
            if let Ok(now) = memory::tree(app.pid()) {
                most = most.max(now);
            }
        }
    };
    tokio::select! {
        done = work => done?,
        () = watch => {}
    }
    Ok(most.saturating_sub(before) as f64 / 1_000_000.0)
}

fn head(method: &str, target: &str, token: &str, length: Option<u64>) -> String {
    let length = length.map(|length| format!("content-length: {length}\r\n")).unwrap_or_default();
    format!(
        "{method} {target} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {token}\r\n\
         connection: close\r\n{length}\r\n"
    )
}

async fn upload(port: u16, token: &str) -> Result<()> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream
        .write_all(head("PUT", &format!("/api/proxy/{SLUG}/up"), token, Some(GIGABYTE)).as_bytes())
        .await?;
    let piece = vec![0; 256 * 1024];
    for _ in 0..GIGABYTE / piece.len() as u64 {
        stream.write_all(&piece).await?;
    }
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    ensure!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
    Ok(())
}

async fn download(port: u16, token: &str) -> Result<()> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream
        .write_all(head("GET", &format!("/api/proxy/{SLUG}{LARGE}"), token, None).as_bytes())
        .await?;
    let mut buffer = vec![0; 256 * 1024];
    let mut received = 0;
    loop {
        match stream.read(&mut buffer).await? {
            0 => break,
            length => received += length as u64,
        }
    }
    ensure!(received > GIGABYTE, "received only {received} bytes");
    Ok(())
}

/// Makes [`AGENTS`] calls of `target` at once. Returns how many received a 200.
pub(crate) async fn crowd(port: u16, token: &str, target: &str) -> Result<usize> {
    let mut calls = JoinSet::new();
    for _ in 0..AGENTS {
        let request = head("GET", target, token, None);
        calls.spawn(async move {
            let call = async {
                let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
                stream.write_all(request.as_bytes()).await?;
                let mut answer = Vec::new();
                stream.read_to_end(&mut answer).await?;
                Ok::<_, anyhow::Error>(answer)
            };
            match tokio::time::timeout(Duration::from_secs(120), call).await {
                Ok(Ok(answer)) if answer.starts_with(b"HTTP/1.1 200") => Ok(()),
                Ok(Ok(answer)) => bail!("{}", String::from_utf8_lossy(&answer)),
                Ok(Err(error)) => Err(error),
                Err(_) => bail!("no response within two minutes"),
            }
        });
    }
    let mut answered = 0;
    let mut shown = false;
    while let Some(call) = calls.join_next().await {
        match call? {
            Ok(()) => answered += 1,
            Err(error) if !shown => {
                eprintln!("one of {AGENTS} agents: {error:#}");
                shown = true;
            }
            Err(_) => {}
        }
    }
    Ok(answered)
}
