//! Reads, each of which is one `select` outside of a transaction: a transaction would keep reading an old state.
//!
//! A database in a file is read by one connection, which lives as long as the instance and is closed after any error.
//! A database on a server is read by lent connections ([`crate::platform::server`]). A `select` whose connection was
//! lost runs once more on a new one.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use serde_json::json;

use super::writer::close_kept;
use super::{require_time, schema};
use crate::domain::Page;
use crate::error::Result;
use crate::platform::server;
use crate::platform::sqlite::{Db, DbError, ReadDb, Row, Value, first};

thread_local! {
    static READER: RefCell<Option<Reader>> = const { RefCell::new(None) };
    static OPENED: Cell<u64> = const { Cell::new(0) };
    /// The row of `revisions` that was read last.
    static SEEN: Cell<Option<Seen>> = const { Cell::new(None) };
}

#[derive(Clone)]
struct Reader {
    db: Rc<ReadDb>,
    /// The number of this reader in the instance.
    number: u64,
}

/// The rows that a cache was made from, so that it is known when they have changed. The migration `revisions` has
/// the tables and columns of each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Watched {
    /// The rows on which the right to a call depends: callers, integrations, credentials and stops.
    Rights,
    /// The table `calls_at_work`.
    CallsAtWork,
}

/// A state of [`Watched`] rows. If two revisions are equal, none of the rows has changed in between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revision {
    reader: u64,
    number: i64,
}

/// The revisions at one commit, as one reader has read them.
#[derive(Clone, Copy)]
struct Seen {
    reader: u64,
    commits: i64,
    rights: i64,
    calls_at_work: i64,
}

/// The source of a read.
enum Source {
    /// A file, by this reader.
    File(Reader),
    /// A server.
    Server,
}

/// The revision of the `watched` rows. This costs a fraction of a `select`, and a small one after each commit. `None`
/// if it is not available. It never is for a database on a server, where it would cost as much as the row that a caller
/// wants to save.
///
/// # Errors
/// [`crate::Error::Storage`] or [`crate::Error::DatabaseNewer`] if a new reader cannot be opened.
pub async fn revision(watched: Watched) -> Result<Option<Revision>> {
    let Source::File(Reader { db, number: reader }) = source().await? else { return Ok(None) };
    // The number changes with each commit of another connection (SQLite, `pragma data_version`). The reader
    // itself never writes.
    let rows = db.query("pragma data_version", &[]).unwrap_or_default();
    let Some(commits) = rows.first().and_then(|row| row.get("data_version").ok()) else {
        return Ok(None);
    };
    let is_current = |seen: &Seen| seen.reader == reader && seen.commits == commits;
    let seen = match SEEN.get().filter(is_current) {
        Some(seen) => seen,
        None => {
            let rows = db.query("select rights, places from revisions", &[]).unwrap_or_default();
            let Some(row) = rows.first() else { return Ok(None) };
            let (rights, calls_at_work) = (row.get("rights")?, row.get("places")?);
            let seen = Seen { reader, commits, rights, calls_at_work };
            SEEN.set(Some(seen));
            seen
        }
    };
    let number = match watched {
        Watched::Rights => seen.rights,
        Watched::CallsAtWork => seen.calls_at_work,
    };
    Ok(Some(Revision { reader, number }))
}

/// Runs one `select` and returns its rows.
///
/// # Errors
/// [`crate::Error::Storage`], [`crate::Error::DatabaseNewer`].
pub fn read(
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> impl Future<Output = Result<Vec<Row>>> {
    run(sql, Vec::from_iter(values))
}

async fn run(sql: &str, values: Vec<Value>) -> Result<Vec<Row>> {
    let Source::File(Reader { db, .. }) = source().await? else {
        return Ok(server::select(sql, values).await?);
    };
    match db.query(sql, &values) {
        Ok(rows) => Ok(rows),
        Err(error) => {
            READER.set(None);
            close_kept();
            Err(error.into())
        }
    }
}

/// Runs one `select` and returns its first row.
///
/// # Errors
/// As [`read`].
pub fn read_row(
    sql: &str,
    values: impl IntoIterator<Item = Value>,
) -> impl Future<Output = Result<Option<Row>>> {
    first(read(sql, values))
}

/// The version of the database's schema.
///
/// # Errors
/// As [`read`].
pub async fn schema_version() -> Result<i64> {
    schema::version_of(read_row(schema::VERSION, []).await?.as_ref())
}

/// Checks that this version of the application knows the schema. Another one may have migrated the database since this
/// instance began.
///
/// # Errors
/// [`crate::Error::DatabaseNewer`], [`crate::Error::SchemaBehind`], and the errors of [`read`].
pub async fn require_known_schema() -> Result<()> {
    schema::require_current(schema_version().await?)
}

/// The database's time, in milliseconds since the Unix epoch.
///
/// # Errors
/// As [`read`].
pub async fn now_ms() -> Result<i64> {
    let row = read_row("select cast(unixepoch('subsec') * 1000 as integer) as now", []).await?;
    Ok(require_time(row)?.get("now")?)
}

/// A time in seconds since the Unix epoch, as the API shows it (RFC 3339, UTC).
///
/// # Errors
/// As [`read`].
pub async fn shown_time(seconds: i64) -> Result<String> {
    let sql = "select strftime('%Y-%m-%dT%H:%M:%fZ', ?1, 'unixepoch') as at";
    let row = require_time(read_row(sql, [Value::integer(seconds)]).await?)?;
    // No text for a time after the year 9999.
    Ok(row.text_or_null("at")?.unwrap_or_else(|| "9999-12-31T23:59:59.999Z".to_owned()))
}

impl Page {
    /// The page as JSON, `{"items":[…],"next_cursor":…}`. `sql` is a `select` without `limit` of the
    /// columns `item` (JSON) and `position`.
    pub(super) async fn read(&self, sql: &str, values: Vec<Value>) -> Result<String> {
        Ok(self.list(sql, values).await?.into_json())
    }

    /// The page of the same statement, before it is JSON.
    pub(super) async fn list(&self, sql: &str, values: Vec<Value>) -> Result<Listed> {
        list_by(sql, values, self.limit, |last| Ok(format!("\"{}\"", last.get::<i64>("position")?)))
            .await
    }
}

/// A page that was read.
pub(super) struct Listed {
    /// The items as JSON, with commas between them.
    items: String,
    /// The cursor of the next page as JSON. `None` if this page is the last one.
    pub(super) next_cursor: Option<String>,
}

impl Listed {
    /// The page as JSON, `{"items":[…],"next_cursor":…}`.
    pub(super) fn into_json(self) -> String {
        self.closed_by("")
    }

    /// The page as JSON with one member more, whose value is `json`.
    pub(super) fn into_json_with(self, name: &str, json: &str) -> String {
        self.closed_by(&format!(",\"{name}\":{json}"))
    }

    /// The page as JSON, with `rest` after its members.
    fn closed_by(self, rest: &str) -> String {
        let next = self.next_cursor.as_deref().unwrap_or("null");
        format!("{{\"items\":[{}],\"next_cursor\":{next}{rest}}}", self.items)
    }
}

/// The conditions that have a value, each after `and` and followed by its parameter. The values are added to `values`.
pub(super) fn and_each<const N: usize>(
    values: &mut Vec<Value>,
    conditions: [(&str, Option<Value>); N],
) -> String {
    let mut sql = String::new();
    for (condition, value) in conditions {
        let Some(value) = value else { continue };
        values.push(value);
        sql.push_str(&format!(" and {condition}?{}", values.len()));
    }
    sql
}

/// A page of at most `limit` items as JSON, `{"items":[…],"next_cursor":…}`. The cursor is the id of the last item.
/// `sql` is a `select` without `limit` of the columns `item` (JSON) and `id`.
pub(super) async fn page_by_id(sql: &str, values: Vec<Value>, limit: u32) -> Result<String> {
    page_by(sql, values, limit, |last| Ok(json!(last.get::<&str>("id")?).to_string())).await
}

/// Such a page, whose cursor is the JSON that `cursor` makes of the last row. `sql` is a `select` without `limit` of the
/// column `item` and the columns that `cursor` reads.
pub(super) async fn page_by(
    sql: &str,
    values: Vec<Value>,
    limit: u32,
    cursor: impl Fn(&Row) -> Result<String>,
) -> Result<String> {
    Ok(list_by(sql, values, limit, cursor).await?.into_json())
}

/// The page of [`page_by`], before it is JSON.
async fn list_by(
    sql: &str,
    values: Vec<Value>,
    limit: u32,
    cursor: impl Fn(&Row) -> Result<String>,
) -> Result<Listed> {
    // One row more than the page shows whether there is a next page.
    let rows = read(&format!("{sql} limit {}", limit + 1), values).await?;
    let shown = rows.len().min(limit as usize);
    let (page, rest) = rows.split_at_checked(shown).unwrap_or((rows.as_slice(), &[]));
    let items: Vec<&str> = page.iter().map(|row| row.get("item")).collect::<Result<_, _>>()?;
    let next_cursor = page.last().filter(|_| !rest.is_empty()).map(cursor).transpose()?;
    Ok(Listed { items: items.join(","), next_cursor })
}

async fn source() -> Result<Source> {
    if let Some(reader) = READER.with_borrow(Clone::clone) {
        return Ok(Source::File(reader));
    }
    if schema::is_ready_on_server() {
        return Ok(Source::Server);
    }
    let db = ReadDb::open()?;
    // The client of a libSQL server refuses this pragma, without asking the server. So an instance learns where its
    // database is.
    match db.query("pragma query_only = 1", &[]) {
        Err(DbError::Unsupported) => {
            schema::ensure_on_server().await?;
            return Ok(Source::Server);
        }
        done => done?,
    };
    let found = db.query("pragma user_version", &[])?;
    if !schema::up_to_date(schema::version_of(found.first())?)? {
        schema::ensure(&Db::open().await?).await?;
    }
    OPENED.set(OPENED.get() + 1);
    let reader = Reader { db: Rc::new(db), number: OPENED.get() };
    READER.set(Some(reader.clone()));
    Ok(Source::File(reader))
}
