//! Heads that were stored elsewhere: the number of records at a moment, and the hash of the last one.

use serde_json::{Map, Value};

use super::items::items;

/// The head that `COUNT:HASH` names.
pub(super) fn head(text: &str) -> Result<(u64, String), String> {
    let rule = "must be COUNT:HASH, a number and 64 hexadecimal digits";
    let (count, hash) = text.split_once(':').ok_or(rule)?;
    let count = count.parse().map_err(|_| rule)?;
    let digits = hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit());
    if digits { Ok((count, hash.to_ascii_lowercase())) } else { Err(rule.to_owned()) }
}

/// The heads in `text`: JSON, or the lines of a log that name `workspace`.
pub(super) fn heads_of(text: &str, workspace: Option<&str>) -> Vec<(u64, String)> {
    if let Ok(items) = items(text) {
        let one = |item: &Map<String, Value>| {
            Some((item.get("count")?.as_u64()?, item.get("hash")?.as_str()?.to_owned()))
        };
        return items.iter().filter_map(one).collect();
    }
    let workspace = nexus_printable::logged(workspace.unwrap_or_default());
    let mark = format!("what=\"audit head\" workspace={workspace} head=");
    let after = text.lines().filter_map(|line| line.split_once(&mark));
    after.filter_map(|(_, rest)| head(rest.split(' ').next()?).ok()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn heads_are_read_from_pages_and_from_a_log() {
        let hash = "a".repeat(64);
        let page = json!({"items": [{"count": 2, "hash": hash, "at": "x", "mac": "y"}],
            "next_cursor": null});
        assert_eq!(heads_of(&page.to_string(), None), [(2, hash.clone())]);
        let log = format!(
            "x\n[broker] level=info what=\"audit head\" workspace=\"w 1\" head=3:{hash} at=x mac=y\n\
             level=info what=\"audit head\" workspace=v head=4:{hash} at=x mac=y\n"
        );
        assert_eq!(heads_of(&log, Some("w 1")), [(3, hash.clone())]);
        assert_eq!(heads_of(&log, Some("v")), [(4, hash)]);
        assert!(heads_of("nothing", Some("w")).is_empty());
    }

    #[test]
    fn a_head_is_a_count_and_a_hash() {
        assert!(head("3").is_err() && head("x:00").is_err() && head("3:00").is_err());
        assert_eq!(head(&format!("3:{}", "A".repeat(64))).unwrap(), (3, "a".repeat(64)));
    }
}
