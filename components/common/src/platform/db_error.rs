//! Why a statement failed, read from the messages of SQLite, of a libSQL server and of its client. It decides whether a
//! statement may have run, and whether its connection may be used again.
//!
//! This module must not take a message that it does not know for a refusal: a change could be made twice.

use crate::error::Error;
use crate::metrics::{self, Family};

/// Why a statement failed.
#[derive(Clone, Debug)]
pub enum DbError {
    /// Another writer held the database lock for longer than the busy timeout (5 s).
    Busy,
    /// The disk is full.
    Full,
    /// The client of a libSQL server does not send this statement. Nothing was sent.
    Unsupported,
    /// The server could not be reached, or has refused the request, for example because it closed the connection before.
    /// The statement did not run, and this connection never runs another one. Holds why.
    Refused(String),
    /// The server has ended the transaction, because it took too long and another writer was waiting. Nothing of it was
    /// changed.
    Ended,
    /// The server has stopped the statement. sqld sometimes does that to a statement that directly follows another one of
    /// its connection: it takes the end of the one before for a client that has gone, and stops what then runs.
    ///
    /// Outside of a transaction, the change may have been made nevertheless: SQLite asks its progress handler once more after
    /// the statement has committed (`vdbe_return` in its `vdbe.c`). A transaction ends with its connection.
    Interrupted,
    /// The statement got no answer, so it may have run or not. Holds why.
    Lost(String),
    /// Another error, with SQLite's message, which may name tables and columns but never values.
    Other(String),
}

impl From<DbError> for Error {
    /// A broken constraint is [`Error::Internal`]: the same statement breaks it again. All else may pass.
    fn from(error: DbError) -> Self {
        let is_constraint = error.is_constraint();
        let detail = match error {
            DbError::Busy => "the database stayed locked".to_owned(),
            DbError::Full => "the disk is full".to_owned(),
            DbError::Unsupported => "the database does not support a statement".to_owned(),
            DbError::Refused(why) => format!("the database refused a request: {why}"),
            DbError::Ended => "the database ended a transaction that took too long".to_owned(),
            DbError::Interrupted => "the database stopped a statement".to_owned(),
            DbError::Lost(why) => format!("the database does not answer: {why}"),
            DbError::Other(text) => format!("database: {text}"),
        };
        metrics::note(Family::StorageErrors, &[], 1);
        match is_constraint {
            true => Self::Internal(detail),
            false => Self::Storage { detail },
        }
    }
}

impl DbError {
    /// Whether the statement may have run although it failed.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Lost(_) | Self::Interrupted)
    }

    /// Whether a connection to a server may be lent again after the statement. After [`Self::Busy`] it may not: sqld can
    /// have given the connection a turn to write that nobody else gets until it writes or is closed.
    pub fn leaves_connection(&self) -> bool {
        matches!(self, Self::Full | Self::Unsupported | Self::Other(_))
    }

    /// Whether the transaction goes on without the statement. After other errors, SQLite or the server may have ended it,
    /// and the next statement would be a change of its own.
    pub fn leaves_transaction(&self) -> bool {
        self.is_constraint()
    }

    /// Whether the statement breaks a constraint of the schema.
    fn is_constraint(&self) -> bool {
        matches!(self, Self::Other(text) if text.contains("constraint failed"))
    }

    /// The meaning of a message of SQLite, or of the client of a libSQL server, which puts the messages of the server and
    /// of SQLite into its own.
    fn of(text: String) -> Self {
        if text == "unsupported statement" {
            return Self::Unsupported;
        }
        // An error of the connection, and not of a statement.
        let connection = text.strip_prefix(CLIENT).filter(|error| !error.starts_with(STATEMENT));
        match connection.map(was_not_run) {
            None => Self::of_statement(text),
            Some(true) => Self::Refused(text),
            Some(false) => Self::Lost(text),
        }
    }

    /// The meaning of an error of a statement that has run.
    fn of_statement(text: String) -> Self {
        let has = |part: &str| text.contains(part);
        if has("database is locked") || has("is busy") {
            Self::Busy
        } else if has("database or disk is full") {
            Self::Full
        } else if has("(error code: TRANSACTION_TIMEOUT)") {
            Self::Ended
        } else if has("(error code: SQLITE_INTERRUPT)") {
            Self::Interrupted
        } else {
            Self::Other(text)
        }
    }
}

/// How each error of the client of a libSQL server begins.
const CLIENT: &str = "Hrana: `";
/// The text after [`CLIENT`] if the server reports the error of a statement.
const STATEMENT: &str = "cursor error: `error at step ";
/// The text after [`CLIENT`] if the client could not connect. Nothing was sent.
const NOT_SENT: &str = "http error: `error trying to connect: ";
/// The text after [`CLIENT`] if the status was not 200.
const STATUS: &str = "api error: `";
/// The beginnings of the bodies with which sqld rejects a request before it runs the statement. The errors of a gateway are
/// not among them, because a gateway may fail after the statement has run. Neither is the error for a baton that was used
/// before: a repeated request gets it even if the first one has run.
const NOT_RUN: [&str; 7] = [
    "{\"message\":\"The stream has expired due to inactivity\"",
    "Received an invalid baton",
    "Stream for this baton was closed",
    "{\"error\":\"Too many concurrent requests\"",
    "{\"error\":\"Timed out while opening database connection\"",
    "{\"error\":\"Unauthorized: ",
    "{\"error\":\"Namespace ",
];

/// Whether an error of the connection says that the statement did not run. `error` is the message without [`CLIENT`].
fn was_not_run(error: &str) -> bool {
    let refuses = |body: &str| NOT_RUN.iter().any(|begin| body.starts_with(begin));
    error.starts_with(NOT_SENT) || error.strip_prefix(STATUS).is_some_and(refuses)
}

impl From<spin_sdk::sqlite::Error> for DbError {
    fn from(error: spin_sdk::sqlite::Error) -> Self {
        use spin_sdk::sqlite::Error as Sdk;
        match error {
            Sdk::DatabaseFull => Self::Full,
            Sdk::Io(text) => Self::of(text),
            other => Self::Other(other.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_the_client_of_a_server_are_told_apart() {
        let of = |text: &str| DbError::of(text.to_owned());
        assert!(matches!(of("database is locked"), DbError::Busy));
        assert!(matches!(of("unsupported statement"), DbError::Unsupported));
        let step = "Hrana: `cursor error: `error at step 0: (error code: SQLITE_CONSTRAINT) `SQLite error: UNIQUE constraint failed: integrations.name`";
        assert!(of(step).leaves_transaction());
        assert!(matches!(of(step).into(), Error::Internal(_)), "a retry breaks it again");
        assert!(matches!(of("disk I/O error").into(), Error::Storage { .. }));
        let locked = "Hrana: `cursor error: `error at step 0: (error code: SQLITE_BUSY) `SQLite error: database is locked`";
        assert!(matches!(of(locked), DbError::Busy));
        let stolen = "Hrana: `cursor error: `error at step 0: (error code: TRANSACTION_TIMEOUT) `Transaction timed-out`";
        assert!(matches!(of(stolen), DbError::Ended));
        let stopped = "Hrana: `cursor error: `error at step 0: (error code: SQLITE_INTERRUPT) `SQLite error: interrupted```";
        assert!(matches!(of(stopped), DbError::Interrupted));
        assert!(of(stopped).is_unknown() && !of(stopped).leaves_connection());
        for expired in [
            "Hrana: `api error: `{\"message\":\"The stream has expired due to inactivity\",\"code\":\"STREAM_EXPIRED\"}``",
            "Hrana: `api error: `Received an invalid baton``",
            "Hrana: `api error: `{\"error\":\"Too many concurrent requests\"}``",
            "Hrana: `http error: `error trying to connect: tcp connect error: Connection refused (os error 111)``",
        ] {
            assert!(matches!(of(expired), DbError::Refused(_)), "{expired}");
        }
        for lost in [
            "Hrana: `http error: `connection closed before message completed``",
            "Hrana: `cursor error: `cursor stream ended prematurely``",
            "Hrana: `api error: `<html>502 Bad Gateway</html>``",
            // Of gateways. The server may have run the statement.
            "Hrana: `api error: `{\"message\":\"An invalid response was received from the upstream server\"}``",
            "Hrana: `api error: `{\"error\":{\"code\":502,\"message\":\"the server is busy\"}}``",
            "Hrana: `api error: `{\"error\":\"Internal Error: `database is locked`\"}``",
            // Of the server, to a request that something has sent twice.
            "Hrana: `api error: `Received a baton that has already been used``",
            "Hrana: `cursor error: `json error: `invalid type: map, expected a string``",
        ] {
            assert!(of(lost).is_unknown() && !of(lost).leaves_connection(), "{lost}");
        }
    }
}
