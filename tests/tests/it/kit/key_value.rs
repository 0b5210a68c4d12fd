//! The application's key-value store, for tests that read or change it: in a file, or on a Redis server.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use redis::Commands as _;

/// The store.
pub(crate) enum KeyValue {
    File(rusqlite::Connection),
    Server(RefCell<redis::Connection>),
}

impl KeyValue {
    /// The store in a file.
    pub(crate) fn file(path: &Path) -> Self {
        let store = rusqlite::Connection::open(path).unwrap();
        store.busy_timeout(Duration::from_secs(20)).unwrap();
        Self::File(store)
    }

    /// The store on the Redis server at this address.
    pub(crate) fn server(address: SocketAddr) -> Self {
        let client = redis::Client::open(format!("redis://{address}")).unwrap();
        Self::Server(RefCell::new(client.get_connection().unwrap()))
    }

    /// All keys that begin with `start`.
    pub(crate) fn keys(&self, start: &str) -> Vec<String> {
        let keys: Vec<String> = match self {
            Self::File(store) => {
                let sql = "select key from spin_key_value where store = 'default'";
                let mut statement = store.prepare(sql).unwrap();
                let keys = statement.query_map([], |row| row.get(0)).unwrap();
                keys.map(Result::unwrap).collect()
            }
            Self::Server(store) => store.borrow_mut().keys("*").unwrap(),
        };
        keys.into_iter().filter(|key| key.starts_with(start)).collect()
    }

    /// The value under `key`.
    pub(crate) fn get(&self, key: &str) -> Option<Vec<u8>> {
        match self {
            Self::File(store) => {
                let sql = "select value from spin_key_value where store = 'default' and key = ?1";
                store.query_row(sql, [key], |row| row.get(0)).ok()
            }
            Self::Server(store) => store.borrow_mut().get(key).unwrap(),
        }
    }

    /// Writes `value` under `key`.
    pub(crate) fn set(&self, key: &str, value: &[u8]) {
        self.set_all([(key.to_owned(), value.to_vec())]);
    }

    /// Writes many values.
    pub(crate) fn set_all(&self, values: impl IntoIterator<Item = (String, Vec<u8>)>) {
        match self {
            Self::File(store) => {
                let sql =
                    "insert into spin_key_value (store, key, value) values ('default', ?1, ?2)
                           on conflict do update set value = excluded.value";
                store.execute_batch("begin immediate").unwrap();
                for value in values {
                    store.execute(sql, value).unwrap();
                }
                store.execute_batch("commit").unwrap();
            }
            Self::Server(store) => {
                let values: Vec<_> = values.into_iter().collect();
                store.borrow_mut().mset::<_, _, ()>(&values).unwrap();
            }
        }
    }

    /// Deletes the value at `key`.
    pub(crate) fn delete(&self, key: &str) {
        match self {
            Self::File(store) => {
                let sql = "delete from spin_key_value where store = 'default' and key = ?1";
                store.execute(sql, [key]).unwrap();
            }
            Self::Server(store) => store.borrow_mut().del::<_, ()>(key).unwrap(),
        }
    }

    /// Writes the number `number` at `key` in the store's own form for counters.
    pub(crate) fn set_number(&self, key: &str, number: i64) {
        match self {
            Self::File(_) => self.set(key, &number.to_le_bytes()),
            Self::Server(_) => self.set(key, number.to_string().as_bytes()),
        }
    }

    /// Makes the store unreadable for the application. A later call of any function here fails.
    pub(crate) fn break_it(&self) {
        match self {
            Self::File(store) => {
                store.execute_batch("alter table spin_key_value rename to away").unwrap();
            }
            // Every command is rejected unless the client has the password.
            Self::Server(store) => {
                let set = redis::cmd("CONFIG").arg("SET").arg("requirepass").arg("away").clone();
                set.exec(&mut *store.borrow_mut()).unwrap();
                redis::cmd("CLIENT")
                    .arg("KILL")
                    .arg("TYPE")
                    .arg("normal")
                    .exec(&mut *store.borrow_mut())
                    .unwrap();
            }
        }
    }
}
