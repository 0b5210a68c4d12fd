//! The query parameters of lists: which page, how many, from when, and what a person typed.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::domain::Page;
use crate::error::{Error, Result};
use crate::id;

/// The page that the query parameters `limit` (1 to 100, 50 by default) and `cursor` select.
///
/// # Errors
/// [`Error::Invalid`].
pub fn page(query: &[(String, String)]) -> Result<Page> {
    let mut page = Page { cursor: None, limit: 50 };
    for (name, value) in query {
        match name.as_str() {
            "limit" => page.limit = limit(value)?,
            "cursor" => page.cursor = Some(digits(value).ok_or_else(no_cursor)?),
            _ => {}
        }
    }
    Ok(page)
}

/// The value of the parameter `limit`, from 1 to 100.
///
/// # Errors
/// [`Error::Invalid`].
pub fn limit(value: &str) -> Result<u32> {
    limit_to(100, value)
}

/// The value of the parameter `limit`, from 1 to `most`.
///
/// # Errors
/// [`Error::Invalid`].
pub fn limit_to(most: u32, value: &str) -> Result<u32> {
    let limit = digits(value).filter(|limit| (1..=most).contains(limit));
    limit.ok_or_else(|| Error::invalid("?limit", format!("must be 1 to {most}, but is {value:?}")))
}

/// The position that the parameter `name` has: one that an earlier response named.
///
/// # Errors
/// [`Error::Invalid`].
pub fn position(name: &str, value: &str) -> Result<i64> {
    let rule = "must be the `latest` of an earlier page";
    digits(value).ok_or_else(|| Error::invalid(format!("?{name}"), rule))
}

/// The value of the parameter `name`, `true` or `false`.
///
/// # Errors
/// [`Error::Invalid`].
pub fn choice(name: &str, value: &str) -> Result<bool> {
    match value {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(Error::invalid(format!("?{name}"), "must be true or false")),
    }
}

/// A number of 1 to 18 digits, without any other character.
fn digits<T: std::str::FromStr>(value: &str) -> Option<T> {
    let plain = (1..=18).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_digit());
    value.parse().ok().filter(|_| plain)
}

/// The value of the parameter `name`, which a person typed. It may have at most 200 characters.
///
/// # Errors
/// [`Error::Invalid`].
pub fn typed(name: &str, value: String) -> Result<String> {
    match value.chars().count() {
        0..=200 => Ok(value),
        length => {
            let detail = format!("must have at most 200 characters, but has {length}");
            Err(Error::invalid(format!("?{name}"), detail))
        }
    }
}

/// The time that the parameter `name` has, in milliseconds since the Unix epoch.
///
/// # Errors
/// [`Error::Invalid`].
pub fn time(name: &str, value: &str) -> Result<i64> {
    let time = OffsetDateTime::parse(value, &Rfc3339).map_err(|_| {
        let rule = "must be an RFC 3339 time such as 2026-01-31T12:00:00Z";
        Error::invalid(format!("?{name}"), format!("{rule}, but is {value:?}"))
    })?;
    Ok(time.unix_timestamp() * 1000 + i64::from(time.millisecond()))
}

/// The cursor of a list that is sorted by id: an id with this prefix.
///
/// # Errors
/// [`Error::Invalid`].
pub fn id_cursor(prefix: &str, value: String) -> Result<String> {
    if id::has_form(prefix, &value) { Ok(value) } else { Err(no_cursor()) }
}

/// The error for a `cursor` that does not come from a page.
pub fn no_cursor() -> Error {
    Error::invalid("?cursor", "must be the `next_cursor` of an earlier page")
}
