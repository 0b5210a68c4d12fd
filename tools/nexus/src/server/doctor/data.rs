//! The databases: whether they can be read, and whose schema they have.

use std::path::Path;

use anyhow::Result;
use rusqlite::{Connection, OpenFlags};

use super::Finding;
use crate::server::installation::Installation;
use crate::server::snapshot;
use crate::server::swap::Swap;

pub(super) fn check(installation: &Installation) -> Vec<Finding> {
    let data = &installation.data;
    if !data.on_servers.is_empty() {
        let tables = data.on_servers.join(" and ");
        let text =
            format!("on a server ({tables}). `nexus health` asks the application whether it works");
        return vec![Finding::good("data", text)];
    }
    if let Ok(Some(_)) = Swap::find(&installation.state, data) {
        let text = "it was interrupted. `nexus up` or `nexus restore` finishes it";
        return vec![Finding::bad("restore", text.to_owned())];
    }
    let mut findings = vec![schema(&data.database), whole("database", &data.database)];
    if data.key_value.exists() {
        findings.push(whole("key-value store", &data.key_value));
    }
    if data.database.exists() {
        findings.push(last_tick(&data.database));
    }
    findings
}

fn open(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Ok(Connection::open_with_flags(path, flags)?)
}

fn schema(path: &Path) -> Finding {
    let what = "schema";
    if !path.exists() {
        let text = format!("{} does not exist; the first request makes it", path.display());
        return Finding::warning(what, text);
    }
    let known = snapshot::known_schema();
    match open(path).and_then(|database| snapshot::schema(&database)) {
        Ok(found) if found > known => Finding::bad(
            what,
            format!(
                "the database has schema {found}, and this version knows {known}: use a newer version"
            ),
        ),
        Ok(found) if found < known => Finding::warning(
            what,
            format!("{found}; `nexus migrate` or the next start of this version makes it {known}"),
        ),
        Ok(found) => Finding::good(what, found.to_string()),
        Err(error) => Finding::bad(what, format!("cannot read {}: {error:#}", path.display())),
    }
}

fn whole(what: &'static str, path: &Path) -> Finding {
    if !path.exists() {
        return Finding::warning(what, format!("{} does not exist yet", path.display()));
    }
    match open(path).and_then(|database| snapshot::check(&database)) {
        Ok(()) => {
            let bytes = std::fs::metadata(path).map_or(0, |found| found.len());
            Finding::good(
                what,
                format!("{} is whole ({} KB)", path.display(), bytes.div_ceil(1000)),
            )
        }
        Err(error) => Finding::bad(
            what,
            format!(
                "{} is damaged: {error:#}. `nexus restore` brings a backup back",
                path.display()
            ),
        ),
    }
}

fn last_tick(path: &Path) -> Finding {
    let what = "last tick";
    let sql = "select cast(unixepoch() - at / 1000 as integer) from marks where name = 'tick'";
    let seconds =
        open(path).map(|database| database.query_row(sql, [], |row| row.get::<_, i64>(0)).ok());
    match seconds {
        Ok(Some(seconds)) if seconds <= 180 => Finding::good(what, format!("{seconds} s ago")),
        Ok(Some(seconds)) => Finding::bad(
            what,
            format!(
                "{seconds} s ago. It must come every minute: run `nexus up` without --no-tick, or mend the timer that \
                 calls POST /api/tick"
            ),
        ),
        Ok(None) => Finding::warning(what, "there was none yet"),
        Err(error) => Finding::bad(what, format!("{error:#}")),
    }
}
