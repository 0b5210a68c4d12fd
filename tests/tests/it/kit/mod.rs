//! The tools of all tests: the running application, a provider that records requests, tokens, and the
//! contract.
//!
//! - `answer`: a response of the application
//! - `app`: starts the application, and calls it
//! - `collector`: a collector of traces, which keeps what it gets
//! - `contract`: compares every response with the OpenAPI document
//! - `database`: the application's database, in a file or on a server
//! - `hrana`: a client of a libSQL server
//! - `key_value`: the application's key-value store, in a file or on a server
//! - `line`: the network between an application and its database server
//! - `link`: links by which the owner of the machine signs in
//! - `person`: a signed-in person, and a program that asks for access
//! - `process`: the process of the application
//! - `programs`: the repository, and the programs that the tests run
//! - `servers`: a libSQL server and a Redis server
//! - `shortcuts`: requests that many tests send
//! - `site`: a site of the web with TLS
//! - `stream`: a stream of events through the proxy
//! - `token`: makes tokens
//! - `upstream`: a provider that records each request

mod answer;
pub(crate) mod app;
pub(crate) mod collector;
pub(crate) mod contract;
pub(crate) mod database;
mod hrana;
pub(crate) mod key_value;
pub(crate) mod line;
pub(crate) mod link;
pub(crate) mod person;
pub(crate) mod process;
pub(crate) mod programs;
pub(crate) mod servers;
pub(crate) mod shortcuts;
pub(crate) mod site;
pub(crate) mod stream;
pub(crate) mod token;
pub(crate) mod upstream;
