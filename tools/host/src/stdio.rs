//! The output of guests: whole lines, each prefixed with the component's name, to our own stdout or stderr.
//! An unfinished line is printed when its stream is dropped.
//!
//! A line that cannot be written (for example because the log is a file on a full disk) is an error for the
//! guest, as in Spin, whose logs are files beside the database. In that case `eprintln!` ends the instance.

use std::io::{ErrorKind, Write};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::io::AsyncWrite;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamError, StreamResult};

/// A longer line is printed in pieces.
const MAX_LINE: usize = 64 * 1024;

/// The stream of our own that the lines are written to.
#[derive(Clone, Copy)]
pub(crate) enum Target {
    Stdout,
    Stderr,
}

/// A guest's stdout or stderr.
#[derive(Clone)]
pub(crate) struct Output {
    component: Arc<str>,
    target: Target,
}

impl Output {
    pub(crate) fn new(component: Arc<str>, target: Target) -> Self {
        Self { component, target }
    }
}

impl IsTerminal for Output {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Output {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(Lines { output: self.clone(), pending: Vec::new() })
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(Lines { output: self.clone(), pending: Vec::new() })
    }
}

struct Lines {
    output: Output,
    pending: Vec<u8>,
}

impl Lines {
    fn take(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.pending.extend_from_slice(bytes);
        let ended = match self.pending.iter().rposition(|byte| *byte == b'\n') {
            Some(last) => last + 1,
            None if self.pending.len() > MAX_LINE => self.pending.len(),
            None => return Ok(()),
        };
        let rest = self.pending.split_off(ended);
        let lines = std::mem::replace(&mut self.pending, rest);
        self.print(&lines)
    }

    fn print(&self, lines: &[u8]) -> std::io::Result<()> {
        let mut text = Vec::with_capacity(lines.len() + 32);
        for line in lines.split_inclusive(|byte| *byte == b'\n') {
            text.extend_from_slice(b"[");
            text.extend_from_slice(self.output.component.as_bytes());
            text.extend_from_slice(b"] ");
            text.extend_from_slice(line);
        }
        if text.last() != Some(&b'\n') {
            text.push(b'\n');
        }
        let written = match self.output.target {
            Target::Stdout => {
                let mut stdout = std::io::stdout().lock();
                stdout.write_all(&text).and_then(|()| stdout.flush())
            }
            Target::Stderr => std::io::stderr().lock().write_all(&text),
        };
        match written {
            // The reader is gone, so the output is dropped.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            written => written,
        }
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        if !self.pending.is_empty() {
            let rest = std::mem::take(&mut self.pending);
            // The guest has ended, so nobody can receive the error.
            let _ = self.print(&rest);
        }
    }
}

impl AsyncWrite for Lines {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Poll::Ready(self.take(bytes).map(|()| bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

impl OutputStream for Lines {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.take(&bytes).map_err(|error| StreamError::LastOperationFailed(error.into()))
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(MAX_LINE)
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for Lines {
    async fn ready(&mut self) {}
}
