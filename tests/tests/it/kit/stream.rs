//! A stream of events through the proxy. Its provider does not end it.

use std::sync::Mutex;
use std::time::Duration;

use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use crate::kit::app::App;
use crate::kit::upstream::{Reply, Upstream};

/// The application looks at each stream every few seconds. On a busy machine it needs longer, and whether it looks
/// in time is not what the tests are about. Whatever takes longer than this never happens.
const PATIENCE: Duration = Duration::from_secs(60);

const EVENT: &str = "data: one\n\n";

/// An open stream. Dropping it ends the provider's side too.
pub(crate) struct Stream {
    response: reqwest::Response,
    provider: UnboundedSender<Vec<u8>>,
}

impl Stream {
    /// Opens a stream of the integration `up` with a token, and waits for its first event.
    pub(crate) async fn open(app: &App, upstream: &Upstream, token: &str) -> Self {
        let (provider, receiver) = unbounded_channel();
        let receiver = Mutex::new(Some(receiver));
        upstream.answer(move |_| {
            let head =
                "HTTP/1.1 200 X\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
            Reply::Stream(head.into(), receiver.lock().unwrap().take().unwrap())
        });
        let request = reqwest::Client::new().get(format!("{}/api/proxy/up/events", app.url));
        let response = request.bearer_auth(token).send().await.unwrap();
        assert_eq!(response.status(), 200);
        let mut stream = Self { response, provider };
        stream.goes_on().await;
        stream
    }

    /// Checks that the next event of the provider arrives.
    pub(crate) async fn goes_on(&mut self) {
        self.provider.send(EVENT.into()).unwrap();
        let next = tokio::time::timeout(PATIENCE, self.response.chunk()).await;
        assert_eq!(next.expect("the stream stands still").unwrap().unwrap(), EVENT);
    }

    /// Waits until the application cuts the stream, on which nothing happens. It must not look as if it were whole.
    pub(crate) async fn is_cut(mut self) {
        let rest = tokio::time::timeout(PATIENCE, self.response.chunk()).await;
        let rest = rest.expect("the stream goes on");
        assert!(rest.is_err(), "it ended as if it were whole: {rest:?}");
    }

    /// The same for a stream whose provider sends the next event as soon as one has arrived.
    pub(crate) async fn is_cut_while_events_come(mut self) {
        let cut = async {
            loop {
                // The provider's side ends a moment before or after the agent's.
                let _ = self.provider.send(EVENT.into());
                match self.response.chunk().await {
                    Ok(Some(_)) => {}
                    Ok(None) => panic!("it ended as if it were whole"),
                    Err(_) => break,
                }
            }
        };
        tokio::time::timeout(PATIENCE, cut).await.expect("the stream goes on");
    }
}
