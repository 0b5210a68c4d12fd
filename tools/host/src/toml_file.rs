//! Reads a TOML file into a type, and rejects keys that the type does not have.

use std::path::Path;

use anyhow::{Context, Result, anyhow};
use serde::de::DeserializeOwned;

/// Reads the file. Errors name the file (and `what` it is, if it cannot be read), the line, the table and the
/// key.
pub(crate) fn read<T: DeserializeOwned>(path: &Path, what: &str) -> Result<T> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the {what} {}", path.display()))?;
    parse(&text, path)
}

/// Reads the text of the file `path`.
pub(crate) fn parse<T: DeserializeOwned>(text: &str, path: &Path) -> Result<T> {
    toml::from_str(text).map_err(|error| {
        let table = error.span().and_then(|span| table_at(text, span.start));
        let table = table.map(|table| format!(", in {table}")).unwrap_or_default();
        anyhow!("{}{table}: {error}", path.display())
    })
}

/// The header of the table that contains the byte at `offset`.
fn table_at(text: &str, offset: usize) -> Option<&str> {
    let end = text.get(offset..)?.find('\n').map_or(text.len(), |line| offset + line);
    text.get(..end)?.lines().rev().map(str::trim).find(|line| line.starts_with('['))
}
