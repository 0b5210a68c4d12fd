//! Calls between the components of this application.
//!
//! An [`Operation`] is one type. It says the operation's name, the component that serves it, the components
//! that may call it, the request, the response and the refusal. The client ([`Client`]), the server
//! ([`Request`]) and the check of the caller all follow from it. The operations themselves are in
//! [`crate::broker`] and [`crate::auth`].
//!
//! A response is 200 with the [`Operation::Response`] as JSON. Everything else is an [`Operation::Refusal`].
//! This module must not know what an operation does.

mod body;
mod client;
mod component;
mod server;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Problem};
use crate::http::{RequestId, Respond};
use crate::platform::http::Response;
pub(crate) use body::{Body, bodies_with_secrets};
pub use client::Client;
pub(crate) use client::call_openly;
pub use component::Component;
pub use server::Request;

/// The header in which the caller of the broker names itself.
pub const CALLER: &str = "x-nexus-caller";

/// An operation that one component offers to others.
pub trait Operation {
    /// The last segment of its path, `/v1/{NAME}`.
    const NAME: &'static str;
    /// The component that serves it.
    const SERVER: Component;
    /// The components that may call it.
    const CALLERS: &'static [Component];
    /// The purpose, in a few words.
    const PURPOSE: &'static str;
    /// The body of a request.
    type Request: body::Body + DeserializeOwned;
    /// The body of a 200.
    type Response: Serialize + DeserializeOwned;
    /// The reason why there is no response.
    type Refusal: Refusal;
}

/// The reason why an operation gives no response, in the form that passes between two components.
pub trait Refusal: DeserializeOwned + Into<Error> {
    /// The HTTP response that carries `error`.
    fn respond(error: Error, request_id: &RequestId) -> Response;
}

/// Most operations refuse with the problem document that the client of the API will get.
impl Refusal for Problem {
    fn respond(error: Error, request_id: &RequestId) -> Response {
        error.respond(request_id)
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::Passed(Box::new(problem))
    }
}

/// The body of a request without parameters, or of a response without a result.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// One line of the table of operations in ARCHITECTURE.md.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// [`Operation::NAME`].
    pub name: &'static str,
    /// [`Operation::CALLERS`].
    pub callers: &'static [Component],
    /// [`Operation::PURPOSE`].
    pub purpose: &'static str,
}

impl Entry {
    /// The line of `O`.
    #[must_use]
    pub const fn of<O: Operation>() -> Self {
        Self { name: O::NAME, callers: O::CALLERS, purpose: O::PURPOSE }
    }
}

/// Declares operations of one server: types without values, and the table of all of them.
macro_rules! operations {
    (
        $(#[$table_doc:meta])* $table:ident at $server:ident;
        $(
            $(#[$doc:meta])*
            $operation:ident($name:literal, $purpose:literal) for [$($caller:ident),+]:
            $request:ty => $response:ty, or $refusal:ty;
        )+
    ) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug)]
            pub enum $operation {}

            impl $crate::rpc::Operation for $operation {
                const NAME: &'static str = $name;
                const SERVER: $crate::rpc::Component = $crate::rpc::Component::$server;
                const CALLERS: &'static [$crate::rpc::Component] =
                    &[$($crate::rpc::Component::$caller),+];
                const PURPOSE: &'static str = $purpose;
                type Request = $request;
                type Response = $response;
                type Refusal = $refusal;
            }
        )+

        $(#[$table_doc])*
        pub const $table: &[$crate::rpc::Entry] = &[$($crate::rpc::Entry::of::<$operation>()),+];
    };
}
pub(crate) use operations;

/// The table of operations, as ARCHITECTURE.md has it.
#[cfg(test)]
pub(crate) fn document_table(operations: impl Iterator<Item = Entry>) -> String {
    let mut table = String::from("| operation | callers | what it does |\n|---|---|---|\n");
    for Entry { name, callers, purpose } in operations {
        let callers: Vec<_> = callers.iter().map(|caller| caller.name()).collect();
        table.push_str(&format!("| `{name}` | {} | {purpose} |\n", callers.join(", ")));
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table in ARCHITECTURE.md is the one that the code enforces.
    #[test]
    fn the_document_has_the_operations_of_the_broker() {
        let table = document_table(crate::broker::operations());
        let document = include_str!("../../../../ARCHITECTURE.md");
        assert!(document.contains(&table), "ARCHITECTURE.md must have this table:\n\n{table}");
    }

    #[test]
    fn a_name_means_one_operation() {
        let names: Vec<_> = crate::broker::operations().map(|entry| entry.name).collect();
        let distinct: std::collections::BTreeSet<_> = names.iter().collect();
        assert_eq!(distinct.len(), names.len(), "{names:?}");
    }
}
