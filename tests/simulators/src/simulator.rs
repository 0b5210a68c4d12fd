//! The handle of tests and of `cargo xtask`: starts a provider, controls it, and reads its log.

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

/// A provider that runs on loopback. Dropping it closes it.
pub struct Simulator {
    shared: Arc<Shared>,
    commands: mpsc::Sender<Command>,
    server: JoinHandle<()>,
    port: u16,
}

impl Simulator {
    /// Starts `kind` on `127.0.0.1:port`, where 0 stands for any free port. It accepts `kind.default_key()`,
    /// and has no OAuth client.
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

    /// The port of the simulator. It stays the same after `Down`.
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

    /// Waits until `count` requests have been received since the start, cleared ones included.
    ///
    /// # Errors
    /// There are fewer after 10 seconds.
    pub async fn wait_for_requests(&self, count: usize) -> Result<()> {
        let mut recorded = self.shared.recorded.subscribe();
        let reached = recorded.wait_for(|so_far| *so_far >= count);
        tokio::time::timeout(Duration::from_secs(10), reached)
            .await
            .map_err(|_| anyhow!("{} did not receive {count} requests in 10 s", self.shared.kind))?
            .map(|_| ())
            .context("the simulator is gone")
    }

    /// Sets the behaviour for the next responses, including those that `Hang` holds back.
    ///
    /// # Errors
    /// After `Down`, another program has taken the port.
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

    /// Ends the behaviour: `set_behaviour(Behaviour::Ok)`.
    ///
    /// # Errors
    /// As [`Simulator::set_behaviour`].
    pub async fn release(&self) -> Result<()> {
        self.set_behaviour(Behaviour::Ok).await
    }

    /// Accepts `key` too.
    pub fn accept_key(&self, key: &str) {
        self.shared.state().set_key(key, KeyState::Accepted);
    }

    /// Accepts only `key`.
    pub fn set_key(&self, key: &str) {
        let mut state = self.shared.state();
        state.revoke_all();
        state.set_key(key, KeyState::Accepted);
    }

    /// Restricts `key`: it is known, but lacks the permission for the call.
    pub fn restrict_key(&self, key: &str) {
        self.shared.state().set_key(key, KeyState::Restricted);
    }

    /// Revokes `key`.
    pub fn revoke_key(&self, key: &str) {
        self.shared.state().set_key(key, KeyState::Revoked);
    }

    /// Whether the provider accepts `key`. `false` for a restricted key.
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
