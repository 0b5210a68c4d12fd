//! Public suffixes: the domains below which anybody can register, such as `com`, `co.uk` and `github.io`.
//!
//! `build.rs` makes the table from the rules of the crate `psl`, the private section included. It is searched from its
//! beginning, which takes microseconds: few requests need it.

/// The rules as a tree, from the last label to the first: `ac(com,edu)`, `~ck(*,!www)`. Each top-level domain has a line. An
/// entry is a label, and in parentheses the entries below it, separated by commas. `~` marks a label that is not a rule itself,
/// `!` an exception from the rule `*` beside it, which stands for every other label.
const SUFFIXES: &str = include_str!(concat!(env!("OUT_DIR"), "/suffixes.txt"));

/// The registrable domain of a host name in small ASCII letters: its public suffix, and one label more. `None` if the host
/// is a public suffix. A dot at the end is left out.
pub(crate) fn registrable(host: &str) -> Option<&str> {
    let host = host.strip_suffix('.').unwrap_or(host);
    let suffix = match suffix_length(host) {
        0 => return None,
        length => host.get(host.len() - length..)?,
    };
    let before = host.strip_suffix(suffix)?.strip_suffix('.').filter(|rest| !rest.is_empty())?;
    let label = before.rsplit('.').next().unwrap_or(before);
    host.get(before.len() - label.len()..)
}

/// The length of the public suffix of a host, in bytes. If no rule fits, it is the last label.
fn suffix_length(host: &str) -> usize {
    let mut labels = host.rsplit('.');
    let last = labels.next().unwrap_or_default();
    let (mut suffix, mut length) = (last.len(), last.len());
    let Some(Entry { mut below, .. }) = top_level(last) else { return suffix };
    for label in labels {
        let parent = length;
        length += 1 + label.len();
        let Some(entry) = find(below, label).or_else(|| find(below, "*")) else { break };
        suffix = match entry.kind {
            Kind::Between => suffix,
            Kind::Rule => length,
            Kind::Exception => parent,
        };
        below = entry.below;
    }
    suffix
}

/// The entry of a top-level domain.
fn top_level(label: &str) -> Option<Entry<'static>> {
    // The lists below the other top-level domains are not read.
    let is_like = |line: &&str| line.strip_prefix('~').unwrap_or(line).starts_with(label);
    SUFFIXES.lines().filter(is_like).find_map(|line| find(line, label))
}

/// An entry of the table.
struct Entry<'t> {
    label: &'t str,
    kind: Kind,
    /// The entries below it.
    below: &'t str,
}

enum Kind {
    Between,
    Rule,
    Exception,
}

/// The entry of a label in a list of entries.
fn find<'t>(list: &'t str, label: &str) -> Option<Entry<'t>> {
    entries(list).find(|entry| entry.label == label)
}

fn entries(list: &str) -> impl Iterator<Item = Entry<'_>> {
    let mut rest = list;
    std::iter::from_fn(move || {
        let (entry, after) = first(rest)?;
        rest = after;
        Some(entry)
    })
}

/// The first entry of a list, and the entries after it.
fn first(list: &str) -> Option<(Entry<'_>, &str)> {
    let (marked, after) = list.split_at_checked(list.find([',', '(']).unwrap_or(list.len()))?;
    let (below, after) = match after.strip_prefix('(') {
        Some(inner) => {
            let (below, after) = inner.split_at_checked(end(inner)?)?;
            (below, after.strip_prefix(')')?)
        }
        None => ("", after),
    };
    let (kind, label) = match (marked.strip_prefix('~'), marked.strip_prefix('!')) {
        (Some(label), _) => (Kind::Between, label),
        (_, Some(label)) => (Kind::Exception, label),
        _ => (Kind::Rule, marked),
    };
    let entry = Entry { label, kind, below };
    (!label.is_empty()).then_some((entry, after.strip_prefix(',').unwrap_or(after)))
}

/// The place of the parenthesis that closes a list.
fn end(list: &str) -> Option<usize> {
    let mut depth = 0_usize;
    list.bytes().position(|byte| match byte {
        b'(' => {
            depth += 1;
            false
        }
        b')' if depth == 0 => true,
        b')' => {
            depth -= 1;
            false
        }
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The rules of the table, with `!` before an exception.
    fn rules(list: &str, parent: &str, out: &mut Vec<String>) {
        for entry in entries(list) {
            let dot = if parent.is_empty() { "" } else { "." };
            let domain = format!("{}{dot}{parent}", entry.label);
            match entry.kind {
                Kind::Between => {}
                Kind::Rule => out.push(domain.clone()),
                Kind::Exception => out.push(format!("!{domain}")),
            }
            rules(entry.below, &domain, out);
        }
    }

    /// Asserts that the table and `psl` know the same registrable domain, of a domain and of domains below it.
    fn check(domain: &str) {
        for prefix in ["", "b.a."] {
            let host = format!("{prefix}{domain}");
            assert_eq!(registrable(&host), psl::domain_str(&host), "{host}");
        }
    }

    #[test]
    fn the_table_has_every_rule_and_answers_as_the_crate_that_it_is_made_from() {
        let text = std::fs::read_to_string(env!("PSL_RULES")).unwrap();
        let lines: Vec<&str> =
            text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let mut own = Vec::new();
        SUFFIXES.lines().for_each(|line| rules(line, "", &mut own));
        assert!(lines.len() > 9_000 && own.len() == lines.len(), "{} {}", own.len(), lines.len());
        // The rules with other characters are in the table in their `xn--` form.
        let ascii = lines.into_iter().filter(|line| line.is_ascii()).map(str::to_owned);
        let mut domains = BTreeSet::new();
        for rule in ascii.chain(own) {
            let domain = rule.strip_prefix('!').unwrap_or(&rule);
            domains.extend(domain.split_once('.').map(|(_, parent)| parent.to_owned()));
            domains.insert(domain.replace('*', "wild"));
        }
        domains.iter().for_each(|domain| check(domain));
    }

    #[test]
    fn hosts_that_no_rule_knows() {
        let long = "a.".repeat(100);
        for host in [
            "",
            ".",
            "acme.com.",
            "a.acme.co.uk.",
            "co.uk.",
            "..",
            "com",
            "unknown",
            "a.unknown",
            "a.b.unknown",
            ".com",
            "a..com",
            "..com",
            "*",
            "*.ck",
            "x.*.ck",
            "ac(com",
            "~ck",
            "!www.ck",
            "a.!www.ck",
            ",",
            "a,b.com",
            "a.xn--p1ai",
            "a.b.xn--55qx5d.cn",
            long.as_str(),
        ] {
            assert_eq!(registrable(host), psl::domain_str(host), "{host}");
        }
        // An empty label at the end is not a domain.
        assert_eq!(registrable("com.."), None);
    }

    #[test]
    fn wildcards_and_exceptions() {
        for (host, expected) in [
            ("acme.com", Some("acme.com")),
            ("a.b.acme.co.uk", Some("acme.co.uk")),
            ("co.uk", None),
            ("acme.github.io", Some("acme.github.io")),
            ("www.ck", Some("www.ck")),
            ("a.www.ck", Some("www.ck")),
            ("other.ck", None),
            ("a.other.ck", Some("a.other.ck")),
            ("city.kobe.jp", Some("city.kobe.jp")),
            ("a.b.kobe.jp", Some("a.b.kobe.jp")),
        ] {
            assert_eq!(registrable(host), expected, "{host}");
        }
    }
}
