//! A key-value store on a Redis server, through the client that Spin uses, in Spin's version, and called as Spin
//! calls it. So its faults are Spin's too:
//!
//! - A compare-and-swap writes, and then reports that it failed: `UNWATCH` takes no key, and Redis answers it with an
//!   error.
//! - Opening a store sends a `PING`, whose failure is ignored.
//! - All labels are the same store.

use std::sync::Arc;

use anyhow::Context as _;
use redis::aio::ConnectionManager;
use redis::{AsyncCommands, Client, RedisError, parse_redis_url};
use tokio::sync::{OnceCell, mpsc};
use url::Url;

use super::{Failure, check_size};

/// A Redis server, with one connection for all stores, which is made again when it is lost.
#[derive(Clone)]
pub(crate) struct Server {
    url: Arc<Url>,
    connection: Arc<OnceCell<ConnectionManager>>,
}

/// The store on a server.
#[derive(Clone)]
pub(crate) struct Store {
    url: Arc<Url>,
    connection: ConnectionManager,
}

/// A compare-and-swap, on a connection of its own, which Redis' transactions need.
#[derive(Clone)]
pub(crate) struct Cas {
    url: Arc<Url>,
    key: String,
    connection: ConnectionManager,
}

async fn connect(url: &Url) -> Result<ConnectionManager, RedisError> {
    Client::open(url.clone())?.get_connection_manager().await
}

impl Server {
    /// Sends nothing.
    pub(crate) fn new(url: &str) -> anyhow::Result<Self> {
        let url = parse_redis_url(url).context("invalid Redis URL")?;
        Ok(Self { url: Arc::new(url), connection: Arc::default() })
    }

    pub(crate) async fn open(&self) -> Result<Store, Failure> {
        let connection = self.connection.get_or_try_init(|| connect(&self.url)).await;
        let connection = connection.map_err(failure)?.clone();
        // The connection makes itself again after an error.
        let _ = connection.clone().ping::<()>().await;
        Ok(Store { url: self.url.clone(), connection })
    }
}

impl Store {
    pub(crate) async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, Failure> {
        let value = self.connection.clone().get(key).await.map_err(failure)?;
        checked(value)
    }

    pub(crate) async fn set(&self, key: &str, value: &[u8]) -> Result<(), Failure> {
        self.connection.clone().set(key, value).await.map_err(failure)
    }

    pub(crate) async fn delete(&self, key: &str) -> Result<(), Failure> {
        self.connection.clone().del(key).await.map_err(failure)
    }

    pub(crate) async fn exists(&self, key: &str) -> Result<bool, Failure> {
        self.connection.clone().exists(key).await.map_err(failure)
    }

    pub(crate) async fn keys(&self) -> Result<Vec<String>, Failure> {
        let keys: Vec<String> = self.connection.clone().keys("*").await.map_err(failure)?;
        check_size(keys.iter().map(|key| size_of::<String>() + key.len()).sum())?;
        Ok(keys)
    }

    /// Sends all keys. A key that is written or deleted meanwhile may be among them or not.
    pub(crate) async fn scan(&self, to: &mpsc::Sender<String>) -> Result<(), Failure> {
        let mut connection = self.connection.clone();
        let mut keys = connection.scan::<String>().await.map_err(failure)?;
        while let Some(key) = keys.next_item().await {
            check_size(key.len())?;
            to.send(key).await.map_err(|_| "the listing was dropped".to_owned())?;
        }
        Ok(())
    }

    pub(crate) async fn increment(&self, key: &str, delta: i64) -> Result<i64, Failure> {
        self.connection.clone().incr(key, delta).await.map_err(failure)
    }

    pub(crate) async fn begin_cas(&self, key: String) -> Result<Cas, Failure> {
        let connection = connect(&self.url).await.map_err(failure)?;
        Ok(Cas { url: self.url.clone(), key, connection })
    }
}

impl Cas {
    pub(crate) async fn current(&self) -> Result<Option<Vec<u8>>, Failure> {
        let mut connection = self.connection.clone();
        let watch = redis::cmd("WATCH").arg(&self.key).exec_async(&mut connection).await;
        watch.map_err(failure)?;
        checked(connection.get(&self.key).await.map_err(failure)?)
    }

    pub(crate) async fn swap(&self, value: Vec<u8>) -> bool {
        let mut connection = self.connection.clone();
        let mut transaction = redis::pipe();
        transaction.atomic().set(&self.key, value);
        let swapped: Result<(), _> = transaction.query_async(&mut connection).await;
        let ended = redis::cmd("UNWATCH").arg(&self.key).exec_async(&mut connection).await;
        ended.is_ok() && swapped.is_ok()
    }

    pub(crate) async fn again(self) -> Result<Self, Failure> {
        let connection = connect(&self.url).await.map_err(failure)?;
        Ok(Self { connection, ..self })
    }
}

fn checked(value: Option<Vec<u8>>) -> Result<Option<Vec<u8>>, Failure> {
    check_size(size_of::<Option<Vec<u8>>>() + value.as_ref().map_or(0, Vec::len))?;
    Ok(value)
}

fn failure(error: RedisError) -> Failure {
    format!("{error:?}")
}
