//! The day, as manifests write it.

use time::OffsetDateTime;

/// Today in UTC, `YYYY-MM-DD`.
pub(crate) fn today() -> String {
    let day = OffsetDateTime::now_utc().date();
    format!("{:04}-{:02}-{:02}", day.year(), u8::from(day.month()), day.day())
}
