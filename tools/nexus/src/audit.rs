//! `nexus audit verify`: checks whether an exported audit record is complete and unchanged.
//!
//! The export alone shows whether each record fits the records before and after it. Heads that were stored
//! elsewhere show that the records are the original ones, and that none was removed at the end. This module
//! must not share code with the module that writes the chain. It implements the hash from its description in
//! ARCHITECTURE.md.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// The verbs of `nexus audit`.
#[derive(clap::Subcommand)]
pub enum Verb {
    /// Verify an export: pages of GET /api/audit, or their items, in the order in which they were returned
    Verify(Args),
}

/// The arguments of `nexus audit verify`.
#[derive(clap::Args)]
pub struct Args {
    /// The export as JSON: pages, arrays of items, or a sequence of items; `-` reads standard input
    file: PathBuf,
    /// COUNT:HASH, a head that GET /api/audit/head returned earlier; the record must contain it
    #[arg(long, value_parser = head)]
    head: Option<(u64, String)>,
    /// A file with stored heads: pages of GET /api/audit/heads, or a log with the lines `what="audit head"`
    #[arg(long, value_name = "FILE")]
    heads: Option<PathBuf>,
}

fn head(text: &str) -> Result<(u64, String), String> {
    let rule = "must be COUNT:HASH, a number and 64 hexadecimal digits";
    let (count, hash) = text.split_once(':').ok_or(rule)?;
    let count = count.parse().map_err(|_| rule)?;
    let digits = hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit());
    if digits { Ok((count, hash.to_ascii_lowercase())) } else { Err(rule.to_owned()) }
}

/// Verifies the record, and prints what is proved. The error says which record is wrong, and how.
pub fn run(verb: &Verb) -> Result<()> {
    let Verb::Verify(Args { file, head, heads }) = verb;
    let shown = file.display();
    let text = if file.as_os_str() == "-" {
        std::io::read_to_string(std::io::stdin()).context("cannot read standard input")?
    } else {
        read(file)?
    };
    let mut kept: Vec<_> = head.iter().cloned().collect();
    let log = heads.as_ref().map(|file| read(file)).transpose()?;
    let broken = || format!("{shown} is not valid");
    if let Some(log) = &log {
        let workspace = workspace(&text).with_context(broken)?;
        let found = heads_of(log, workspace.as_deref());
        ensure!(
            !found.is_empty(),
            "the file of --heads has no head of this record; check the workspace"
        );
        kept.extend(found);
    }
    let chain = verify(&text, &kept).with_context(broken)?;
    println!("{} valid records, up to {}:{}", chain.count, chain.count, chain.hash);
    println!("{}", proved(&chain, &kept));
    Ok(())
}

fn read(file: &Path) -> Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))
}

/// What a valid chain proves, given these heads.
fn proved(chain: &Chain, kept: &[(u64, String)]) -> String {
    let Some(last) = kept.iter().map(|(count, _)| *count).max() else {
        return "The records are consistent. This does not prove that they are the original records, or \
                that none was removed at the end, because a writer of the database can build a new \
                chain. To prove that, pass a head that was stored elsewhere: --head, --heads"
            .to_owned();
    };
    let mut said = format!(
        "Up to record {last}, no record was edited, added or removed since {} was stored.",
        if kept.len() == 1 { "the head" } else { "the last head" }
    );
    if last < chain.count {
        said.push_str(&format!(
            " Records {} to {} are only proved to be consistent.",
            last + 1,
            chain.count
        ));
    }
    said
}

/// The heads in `text`: JSON, or the lines of a log that name `workspace`.
fn heads_of(text: &str, workspace: Option<&str>) -> Vec<(u64, String)> {
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

/// The workspace of the records; `None` if there are no items.
fn workspace(text: &str) -> Result<Option<String>> {
    let items = items(text)?;
    items.first().map(|item| member(item, "workspace").map(str::to_owned)).transpose()
}

/// A valid chain.
#[derive(Debug)]
struct Chain {
    count: u64,
    hash: String,
}

fn verify(text: &str, kept: &[(u64, String)]) -> Result<Chain> {
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

/// All items of a stream of JSON values: items, arrays of items, pages.
fn items(text: &str) -> Result<Vec<Map<String, Value>>> {
    let mut items = Vec::new();
    for value in serde_json::Deserializer::from_str(text).into_iter::<Value>() {
        collect(value.context("not JSON")?, &mut items)?;
    }
    Ok(items)
}

fn collect(value: Value, items: &mut Vec<Map<String, Value>>) -> Result<()> {
    match value {
        Value::Array(values) => values.into_iter().try_for_each(|value| collect(value, items)),
        Value::Object(mut page) if page.contains_key("items") => {
            collect(page.remove("items").unwrap_or_default(), items)
        }
        Value::Object(item) => {
            items.push(item);
            Ok(())
        }
        other => bail!("{other} is not an audit record"),
    }
}

fn seq(item: &Map<String, Value>) -> Result<u64> {
    item.get("seq").and_then(Value::as_u64).context("an item without `seq` is not an audit record")
}

fn member<'a>(item: &'a Map<String, Value>, name: &str) -> Result<&'a str> {
    let value = item.get(name).and_then(Value::as_str);
    value.with_context(|| format!("`{name}` is missing or is not a string"))
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
    fn the_message_states_exactly_what_is_proved() {
        let chain = Chain { count: 3, hash: "h".into() };
        let kept = |counts: &[u64]| counts.iter().map(|n| (*n, "h".to_owned())).collect::<Vec<_>>();
        for (counts, part) in [
            (&[][..], "This does not prove that they are the original records"),
            (
                &[3],
                "Up to record 3, no record was edited, added or removed since the head was stored.",
            ),
            (&[1, 2], "Records 3 to 3 are only proved to be consistent."),
        ] {
            let said = proved(&chain, &kept(counts));
            assert!(said.contains(part), "{said}");
        }
    }

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
        assert!(head("3").is_err() && head("x:00").is_err() && head("3:00").is_err());
        assert_eq!(head(&format!("3:{}", "A".repeat(64))).unwrap(), (3, "a".repeat(64)));
    }

    #[test]
    fn two_workspaces_do_not_mix() {
        let items = chain(&[(json!({}), 1), (json!({"workspace": "v"}), 1)]);
        assert!(outcome(&items, None).contains("belongs to another workspace"));
    }
}
