//! The words that a person looks for in the audit record.
//!
//! A word may be in the record itself, or in the name of what the record has by its id. Each page reads the records until
//! it has enough of them, because no index has words.

use super::needle::Needle;
use crate::platform::sqlite::Value;

/// The maximum number of words. The others are ignored.
const MOST: usize = 8;

/// A search in the audit record.
#[derive(Debug, Default)]
pub struct AuditSearch {
    /// Words that must all be in the record, or in the name of its actor or its target. Case is ignored.
    pub text: String,
    /// Actions whose records are found whatever the text is: a client knows in its own language what an action is
    /// called.
    pub actions: Vec<String>,
}

impl AuditSearch {
    /// The condition on a record of workspace `?1`, without a leading `and`. Its values are added to `values`. Empty if
    /// nothing is looked for.
    pub(super) fn condition(&self, values: &mut Vec<Value>) -> String {
        let words = self.text.split_whitespace().take(MOST);
        let words: Vec<String> = words.map(|word| found(&Needle::bind(word, values))).collect();
        if words.is_empty() {
            return String::new();
        }
        let mut ways = vec![words.join(" and ")];
        for action in &self.actions {
            values.push(Value::text(action.as_str()));
            ways.push(format!("record ->> '$.action' = ?{}", values.len()));
        }
        format!("(({}))", ways.join(") or ("))
    }
}

/// Whether a word is in a record, or in the name of what it is about.
fn found(word: &Needle) -> String {
    let (key, name) = (word.is_in_folded("name_key"), word.is_in("lower(name)"));
    let named = format!(
        "select id from agents where workspace = ?1 and {key}
         union all select subject from agents where workspace = ?1 and subject is not null and {key}
         union all select id from people where workspace = ?1 and {name}
         union all select subject from people where workspace = ?1 and subject is not null and {name}
         union all select id from integrations where workspace = ?1 and {key}
         union all select id from deletions where workspace = ?1 and ({key} or {name})"
    );
    let text = word.is_in(
        "lower((record ->> '$.actor') || ' ' || (record ->> '$.action') || ' '
           || coalesce(record ->> '$.target', '') || ' ' || coalesce(record ->> '$.request_id', '') || ' '
           || coalesce(record ->> '$.detail', ''))",
    );
    format!("({text} or record ->> '$.actor' in ({named}) or record ->> '$.target' in ({named}))")
}
