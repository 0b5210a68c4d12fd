//! What a statement does to the connection that runs it, besides what it does to the database.
//!
//! Statements are told by how they begin. What is not known counts as [`Effect::Lasting`].

use std::time::Duration;

/// The settings after which a connection can be used again, by an owner that makes the same ones.
const SETTINGS: [&str; 5] =
    ["query_only", "synchronous", "secure_delete", "foreign_keys", "busy_timeout"];

/// What a statement leaves on its connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Nothing: the statement reads.
    None,
    /// Nothing but the number of changed rows and the last row id, once its transaction has ended.
    Changes,
    /// A setting: `pragma name = value`, in lower case.
    Setting(String),
    /// Something else, which the next owner must not meet.
    Lasting,
}

impl Effect {
    /// The effect of the first statement in `sql`. The empty text stands for no statement.
    pub(crate) fn of(sql: &str) -> Self {
        let sql = sql.trim();
        match first_word(sql).as_str() {
            "select" if reads_settings(sql) => Self::Lasting,
            "select" => Self::None,
            "" if sql.is_empty() => Self::None,
            "insert" | "update" | "delete" | "with" | "begin" | "commit" | "rollback" => {
                Self::Changes
            }
            "pragma" => of_pragma(&sql.to_ascii_lowercase()),
            _ => Self::Lasting,
        }
    }
}

/// Whether the first statement in `sql` takes the lock for writers, outside of a transaction or as the first change of one.
pub(crate) fn takes_write_lock(sql: &str) -> bool {
    let sql = sql.trim_start();
    match first_word(sql).as_str() {
        "insert" | "update" | "delete" | "replace" => true,
        "begin" => {
            let mode = first_word(sql.get("begin".len()..).unwrap_or_default().trim_start());
            matches!(mode.as_str(), "immediate" | "exclusive")
        }
        "with" => {
            let sql = sql.to_ascii_lowercase();
            ["insert ", "update ", "delete ", "replace "].iter().any(|word| sql.contains(word))
        }
        _ => false,
    }
}

/// The word with which `sql` begins, in lower case.
fn first_word(sql: &str) -> String {
    let word = sql.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
    word.to_ascii_lowercase()
}

/// Whether a `select` may read the settings of the connection.
fn reads_settings(sql: &str) -> bool {
    let sql = sql.to_ascii_lowercase();
    let mut behind = sql.split("pragma_").skip(1);
    behind.any(|behind| !behind.starts_with("user_version"))
}

fn of_pragma(sql: &str) -> Effect {
    if let "pragma data_version" | "pragma user_version" = sql {
        return Effect::None;
    }
    let set = sql.strip_prefix("pragma ").and_then(|set| set.split_once(" = "));
    match set {
        Some((name, value)) if SETTINGS.contains(&name) && is_word(value) => {
            Effect::Setting(sql.to_owned())
        }
        _ => Effect::Lasting,
    }
}

fn is_word(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// How long a statement waits for a lock after the setting `sql`. `None` if the setting is another one.
pub(crate) fn busy_timeout(sql: &str) -> Option<Duration> {
    let value = sql.strip_prefix("pragma busy_timeout = ")?;
    value.parse().ok().map(Duration::from_millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_told_by_how_it_begins() {
        for sql in [
            "select 1",
            " SELECT a from t",
            "select (select user_version from pragma_user_version) as schema, a from t",
            "pragma data_version",
            "PRAGMA user_version",
            "",
        ] {
            assert_eq!(Effect::of(sql), Effect::None, "{sql}");
        }
        let with = "with a as (select 1) insert into t select * from a";
        for sql in ["insert into t values (1)", "Begin immediate", "commit", "delete from t", with]
        {
            assert_eq!(Effect::of(sql), Effect::Changes, "{sql}");
        }
        for sql in [
            "create temp table t (a)",
            "attach ':memory:' as m",
            "savepoint s",
            "pragma writable_schema = 1",
            "pragma query_only = 1; pragma synchronous = off",
            "pragma synchronous=off",
            "pragma synchronous",
            "pragma main.synchronous = off",
            "pragma busy_timeout = ",
            "-- a comment\ninsert into t values (1)",
            "selected",
            "select * from pragma_foreign_keys",
            "select * from PRAGMA_foreign_keys",
            "select * from pragma_user_version, pragma_synchronous",
            "()",
        ] {
            assert_eq!(Effect::of(sql), Effect::Lasting, "{sql}");
        }
        let setting = Effect::Setting("pragma synchronous = full".to_owned());
        assert_eq!(Effect::of(" PRAGMA synchronous = FULL "), setting);
    }

    #[test]
    fn a_writer_is_told_from_a_reader() {
        for sql in [
            "insert into t values (1)",
            "\n  UPDATE t set a = 1",
            "begin immediate",
            "with a as (select 1) insert into t select * from a",
        ] {
            assert!(takes_write_lock(sql), "{sql}");
        }
        for sql in
            ["select 1", "begin", "commit", "rollback", "with a as (select 1) select * from a", ""]
        {
            assert!(!takes_write_lock(sql), "{sql}");
        }
    }

    #[test]
    fn the_time_for_a_lock_is_read_from_its_setting() {
        assert_eq!(busy_timeout("pragma busy_timeout = 20"), Some(Duration::from_millis(20)));
        assert_eq!(busy_timeout("pragma busy_timeout = x"), None);
        assert_eq!(busy_timeout("pragma synchronous = 20"), None);
    }
}
