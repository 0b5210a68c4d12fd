//! The chain of records: each has the hash of the one before it.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::items::{items, member};

/// A valid chain.
#[derive(Debug)]
pub(super) struct Chain {
    pub(super) count: u64,
    pub(super) hash: String,
}

/// Verifies the chain in `text`, an export, and that it has the heads `kept`.
///
/// # Errors
/// Which record is wrong, and how.
pub(super) fn verify(text: &str, kept: &[(u64, String)]) -> Result<Chain> {
    let mut items = items(text)?;
    if let [first, .., last] = items.as_slice()
        && seq(first)? > seq(last)?
    {
        items.reverse();
    }
    let zeros = "0".repeat(64);
    let (mut prev, mut workspace) = (zeros.clone(), None);
    let mut found_hashes = vec![zeros];
    let mut counts = Counts::default();
    for (index, item) in items.iter().enumerate() {
        let expected = u64::try_from(index)? + 1;
        let found = seq(item)?;
        ensure!(
            found == expected,
            "found record {found} in place of record {expected}: a record was removed, moved or repeated"
        );
        let at = format!("record {found}");
        let hash = member(item, "hash").with_context(|| at.clone())?;
        ensure!(hash_of(item)? == hash, "{at} was edited: its content does not match its hash");
        ensure!(
            member(item, "prev")? == prev,
            "{at} does not continue the previous record: that record was edited or replaced"
        );
        let its = member(item, "workspace")?;
        ensure!(*workspace.get_or_insert(its) == its, "{at} belongs to another workspace, {its:?}");
        counts.see(found, item)?;
        found_hashes.push(hash.to_owned());
        hash.clone_into(&mut prev);
    }
    counts.finish()?;
    let count = u64::try_from(items.len())?;
    for (at, hash) in kept {
        match usize::try_from(*at).ok().and_then(|at| found_hashes.get(at)) {
            None => bail!(
                "the record ends at {count}, before the head at {at}: records were removed at the end"
            ),
            Some(found) if found != hash => {
                bail!(
                    "record {at} does not have the head's hash {hash}: the chain was rebuilt after the head was stored"
                )
            }
            Some(_) => {}
        }
    }
    Ok(Chain { count, hash: prev })
}

/// The counts of denied attempts. A count is outside its record's hash; a later record confirms it.
#[derive(Default)]
struct Counts {
    shown: BTreeMap<u64, (u64, String)>,
    last_minute: String,
}

impl Counts {
    fn see(&mut self, seq: u64, item: &Map<String, Value>) -> Result<()> {
        let count = item.get("count").and_then(Value::as_u64).context("`count` is missing")?;
        let at = member(item, "at")?;
        let minute = at.get(..16).with_context(|| format!("record {seq}: `at` is not a time"))?;
        self.last_minute = self.last_minute.clone().max(minute.to_owned());
        if count != 1 {
            let denied = member(item, "outcome")? == "denied";
            ensure!(denied && count > 1, "record {seq}: its count {count} was edited");
            self.shown.insert(seq, (count, minute.to_owned()));
        }
        if member(item, "action")? == "audit.count" {
            let of =
                |name: &str| item.get("detail").and_then(|d| d.get(name)).and_then(Value::as_u64);
            let (target, said) = (of("seq").unwrap_or(0), of("count").unwrap_or(0));
            match self.shown.remove(&target) {
                Some((shown, _)) if shown == said => {}
                shown => bail!(
                    "record {target} has the count {}, but record {seq} confirms {said}: the count was edited",
                    shown.map_or(1, |(count, _)| count)
                ),
            }
        }
        Ok(())
    }

    /// Checks that only counts of the newest minute are unconfirmed.
    fn finish(self) -> Result<()> {
        match self.shown.iter().find(|(_, (_, minute))| *minute < self.last_minute) {
            Some((seq, (count, _))) => {
                bail!(
                    "record {seq}: no later record confirms its count {count}: the count was edited"
                )
            }
            None => Ok(()),
        }
    }
}

fn seq(item: &Map<String, Value>) -> Result<u64> {
    item.get("seq").and_then(Value::as_u64).context("an item without `seq` is not an audit record")
}

/// The SHA-256, in hexadecimal, of the record without `hash` and `count`, as RFC 8785 writes it.
fn hash_of(item: &Map<String, Value>) -> Result<String> {
    let mut record = item.clone();
    record.retain(|name, _| name != "hash" && name != "count");
    let canonical = serde_json_canonicalizer::to_vec(&record)?;
    Ok(Sha256::digest(canonical).iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A chain of these records, each with its count.
    fn chain(records: &[(Value, u64)]) -> Vec<Value> {
        let mut prev = "0".repeat(64);
        let mut items = Vec::new();
        for (index, (record, count)) in records.iter().enumerate() {
            let mut item = json!({
                "seq": index + 1, "prev": prev, "at": "2026-01-01T00:00:00.000Z", "actor": "é\n",
                "workspace": "w", "action": "x", "outcome": "done", "detail": {"b": 1, "a": [true]},
            });
            item.as_object_mut().unwrap().extend(record.as_object().unwrap().clone());
            prev = hash_of(item.as_object().unwrap()).unwrap();
            item["hash"] = prev.clone().into();
            item["count"] = (*count).into();
            items.push(item);
        }
        items
    }

    fn three() -> Vec<Value> {
        chain(&[(json!({}), 1), (json!({"action": "y"}), 1), (json!({"actor": "z"}), 1)])
    }

    fn outcome(items: &[Value], head: Option<(u64, String)>) -> String {
        match verify(&json!(items).to_string(), head.as_slice()) {
            Ok(chain) => format!("ok {}", chain.count),
            Err(error) => format!("{error:#}"),
        }
    }

    #[test]
    fn a_complete_chain_is_valid_in_both_orders_and_every_form() {
        let items = three();
        assert_eq!(outcome(&items, None), "ok 3");
        assert_eq!(outcome(&items.iter().rev().cloned().collect::<Vec<_>>(), None), "ok 3");
        assert_eq!(outcome(&[], None), "ok 0");
        let pages = format!(
            "{}\n{}",
            json!({"items": [items[2], items[1]], "next_cursor": "2"}),
            json!({"items": [items[0]], "next_cursor": null})
        );
        assert_eq!(verify(&pages, &[]).unwrap().count, 3);
        let lines: String = items.iter().map(|item| format!("{item:#}\n")).collect();
        assert_eq!(verify(&lines, &[]).unwrap().count, 3);
    }

    #[test]
    fn an_edited_record_is_found() {
        for (member, value) in [
            ("actor", json!("mallory")),
            ("detail", json!({"b": 2, "a": [true]})),
            ("at", json!("2025-01-01T00:00:00.000Z")),
            ("outcome", json!("denied")),
            ("extra", json!(1)),
            ("hash", json!("0".repeat(64))),
        ] {
            let mut items = three();
            items[1][member] = value;
            let found = outcome(&items, None);
            assert!(found.contains("record 2 was edited"), "{member}: {found}");
        }
        // With a recomputed hash of its own, the next record reveals it.
        let mut items = three();
        items[1]["actor"] = "mallory".into();
        items[1]["hash"] = hash_of(items[1].as_object().unwrap()).unwrap().into();
        assert!(outcome(&items, None).contains("record 3 does not continue"));
    }

    #[test]
    fn a_removed_moved_or_repeated_record_is_found() {
        let items = three();
        let found = outcome(&[items[0].clone(), items[2].clone()], None);
        assert!(found.contains("found record 3 in place of record 2"), "{found}");
        let found = outcome(&[items[1].clone(), items[2].clone()], None);
        assert!(found.contains("found record 2 in place of record 1"), "{found}");
        let moved = [items[1].clone(), items[0].clone(), items[2].clone()];
        assert!(outcome(&moved, None).contains("in place of record 1"));
        let repeated = [items[0].clone(), items[1].clone(), items[1].clone(), items[2].clone()];
        assert!(outcome(&repeated, None).contains("found record 2 in place of record 3"));
    }

    #[test]
    fn a_truncated_record_is_found_by_a_head() {
        let items = three();
        let hash = |index: usize| items[index]["hash"].as_str().unwrap().to_owned();
        assert_eq!(outcome(&items, Some((3, hash(2)))), "ok 3");
        assert_eq!(outcome(&items, Some((2, hash(1)))), "ok 3");
        assert_eq!(outcome(&items, Some((0, "0".repeat(64)))), "ok 3");
        let found = outcome(&items[..2], Some((3, hash(2))));
        assert!(found.contains("ends at 2, before the head at 3: records were removed"), "{found}");
        assert!(outcome(&items, Some((2, hash(2)))).contains("was rebuilt"));
    }

    #[test]
    fn a_count_is_confirmed_by_a_later_record() {
        let denied = json!({"outcome": "denied"});
        let later = |minute: u32| {
            json!({"at": format!("2026-01-01T00:0{minute}:00.000Z"),
            "action": "audit.count", "detail": {"seq": 1, "count": 5}})
        };
        assert_eq!(outcome(&chain(&[(denied.clone(), 5), (later(1), 1)]), None), "ok 2");
        // The minute is not over, so nothing confirms the count yet.
        assert_eq!(outcome(&chain(&[(denied.clone(), 5), (json!({}), 1)]), None), "ok 2");
        for (items, part) in [
            (
                chain(&[(denied.clone(), 4), (later(1), 1)]),
                "has the count 4, but record 2 confirms 5",
            ),
            (
                chain(&[(denied.clone(), 1), (later(1), 1)]),
                "has the count 1, but record 2 confirms 5",
            ),
            (
                chain(&[(denied.clone(), 5), (json!({"at": "2026-01-01T00:01:00.000Z"}), 1)]),
                "no later record confirms its count 5",
            ),
            (chain(&[(json!({}), 2)]), "its count 2 was edited"),
            (chain(&[(denied, 0)]), "its count 0 was edited"),
        ] {
            let found = outcome(&items, None);
            assert!(found.contains(part), "{part}: {found}");
        }
    }

    #[test]
    fn an_invalid_record_is_reported() {
        for text in ["{", "1", "[{}]", "{\"items\": [1]}", "{\"seq\": 1}"] {
            assert!(verify(text, &[]).is_err(), "{text}");
        }
    }

    #[test]
    fn two_workspaces_do_not_mix() {
        let items = chain(&[(json!({}), 1), (json!({"workspace": "v"}), 1)]);
        assert!(outcome(&items, None).contains("belongs to another workspace"));
    }
}
