//! The handle that tests and `cargo xtask` hold: starts a provider, steers it, reads its log.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::behaviour::Behaviour;
use crate::providers::Kind;
use crate::request::Request;
use crate::server::{self, Command, Shared};
use crate::state::KeyState;

mod oauth;

/// A provider running on loopback. Dropping it closes it.
pub struct Simulator {
    shared: Arc<Shared>,
    commands: mpsc::Sender<Command>,
    server: JoinHandle<()>,
    port: u16,
}

impl Simulator {
    /// Starts `kind` on `127.0.0.1:port` (0: any free port), accepting `kind.default_key()` and
    /// knowing no OAuth client.
    ///
    /// # Errors
    /// The port is taken.
    pub async fn start(kind: Kind, port: u16) -> Result<Self> {
        let listener = server::bind(port)
            .await
            .with_context(|| format!("the {kind} simulator cannot listen on 127.0.0.1:{port}"))?;
        let port = listener.local_addr()?.port();
        let shared = Arc::new(Shared::new(kind, &origin(port)));
        if !kind.default_key().is_empty() {
            shared.state().set_key(kind.default_key(), KeyState::Accepted);
        }
        let (commands, receiver) = mpsc::channel(4);
        let server = tokio::spawn(server::run(Arc::clone(&shared), listener, port, receiver));
        Ok(Self { shared, commands, server, port })
    }

    /// `http://127.0.0.1:port`, without a slash at the end.
    pub fn origin(&self) -> String {
        origin(self.port)
    }

    /// The port it listens on, the same after `Down`.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Every request received so far, oldest first.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.requests().clone()
    }

    /// Forgets the requests received so far.
    pub fn clear_requests(&self) {
        self.shared.requests().clear();
    }

    /// Waits until `count` requests have been received since the start, whatever was cleared.
    ///
    /// # Errors
    /// They have not within 10 seconds.
    pub async fn wait_for_requests(&self, count: usize) -> Result<()> {
        let mut recorded = self.shared.recorded.subscribe();
        let reached = recorded.wait_for(|so_far| *so_far >= count);
        tokio::time::timeout(Duration::from_secs(10), reached)
            .await
            .map_err(|_| anyhow!("{} did not receive {count} requests in 10 s", self.shared.kind))?
            .map(|_| ())
            .context("the simulator is gone")
    }

    /// Behaves like this from the next answer on, and answers what `Hang` held back likewise.
    ///
    /// # Errors
    /// Coming back from `Down`, the port has been taken by another program.
    pub async fn set_behaviour(&self, behaviour: Behaviour) -> Result<()> {
        let down = behaviour == Behaviour::Down;
        self.shared.behaviour.send_replace(behaviour);
        let (done, acknowledged) = oneshot::channel::<io::Result<()>>();
        let command = if down { Command::Close(done) } else { Command::Open(done) };
        self.commands.send(command).await.map_err(|_| anyhow!("the simulator has stopped"))?;
        acknowledged
            .await
            .context("the simulator has stopped")?
            .with_context(|| format!("cannot listen on 127.0.0.1:{} again", self.port))
    }

    /// Behaves well again: `set_behaviour(Behaviour::Ok)`.
    ///
    /// # Errors
    /// As [`Simulator::set_behaviour`].
    pub async fn release(&self) -> Result<()> {
        self.set_behaviour(Behaviour::Ok).await
    }

    /// From now on `key` is accepted, beside those accepted already.
    pub fn accept_key(&self, key: &str) {
        self.shared.state().set_key(key, KeyState::Accepted);
    }

    /// From now on `key` is the only one accepted.
    pub fn set_key(&self, key: &str) {
        let mut state = self.shared.state();
        state.revoke_all();
        state.set_key(key, KeyState::Accepted);
    }

    /// From now on `key` is known but lacks the permission for what it asks.
    pub fn restrict_key(&self, key: &str) {
        self.shared.state().set_key(key, KeyState::Restricted);
    }

    /// From now on `key` is one that was accepted once.
    pub fn revoke_key(&self, key: &str) {
        self.shared.state().set_key(key, KeyState::Revoked);
    }

    /// Whether the provider accepts `key` now (`false` for a restricted one).
    pub fn accepts(&self, key: &str) -> bool {
        self.shared.state().key(key) == Some(KeyState::Accepted)
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.server.abort();
    }
}

fn origin(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}
