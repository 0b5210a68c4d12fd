//! The cursors of lists of integrations that are not sorted by the id alone: the id of the last row, the word of the order,
//! and the place of the row in it.
//!
//! This module must not know what a place means.

use crate::encoding::{from_hex, to_hex};
use crate::error::Result;
use crate::platform::sqlite::Row;
use crate::wire;

/// The cursor after the row `last`, as JSON. The row has the columns `id` and `place`, both texts.
pub(super) fn write(order: &str, last: &Row) -> Result<String> {
    let place = to_hex(last.get::<&str>("place")?.as_bytes());
    Ok(format!("\"{}.{order}.{place}\"", last.get::<&str>("id")?))
}

/// The id and the place of a cursor that [`write`] made for the same order.
///
/// # Errors
/// [`crate::Error::Invalid`] for any other text.
pub(super) fn read(order: &str, text: &str) -> Result<(String, String)> {
    let parts = text.split_once('.').and_then(|(id, rest)| {
        let place = rest.strip_prefix(order)?.strip_prefix('.')?;
        Some((id, String::from_utf8(from_hex(place)?).ok()?))
    });
    let (id, place) = parts.ok_or_else(wire::no_cursor)?;
    Ok((wire::id_cursor("int_", id.to_owned())?, place))
}
