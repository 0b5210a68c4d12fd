//! What is measured: a row for each thing that is asked over and over, and the figures made of
//! them. Another measurement is another row here, not another way through the code.

use super::app::{EMPTY_ROUTE, FORWARD_ROUTE};
use super::load::Plan;
use super::report::Figures;

/// How many connections ask at once, where a row does not want another number.
const CONNECTIONS: usize = 16;

const PAGE: &str = "/api/integrations?limit=20";

/// An application, by what its database holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// The workspace with its 1,000 integrations, and no other.
    Alone,
    /// The same beside 99 other workspaces with as many each.
    Crowded,
}

impl State {
    /// Each is an application of its own. The host's memory is measured at the first.
    pub(crate) const ALL: [Self; 2] = [Self::Alone, Self::Crowded];

    /// The name of its state directory.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Alone => "alone",
            Self::Crowded => "crowded",
        }
    }
}

/// Who is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum At {
    /// An application.
    App(State),
    /// The provider itself.
    Upstream,
}

/// Something that is asked over and over: a line of the table.
#[derive(Debug)]
pub(crate) struct Row {
    /// What people read; no two have the same.
    pub(crate) name: &'static str,
    /// Who is asked.
    pub(crate) at: At,
    target: &'static str,
    signed_in: bool,
    connections: usize,
}

impl Row {
    /// What to send to the application at `port`.
    pub(crate) fn plan(&self, port: u16, token: &str) -> Plan {
        Plan::get(port, self.target, self.signed_in.then_some(token), self.connections)
    }
}

/// Two rows made into one number: a member of the JSON.
#[derive(Debug)]
pub(crate) struct Comparison {
    /// The name of the member.
    pub(crate) name: &'static str,
    pub(crate) of: &'static Row,
    pub(crate) to: &'static Row,
    /// How the number is made of the two.
    pub(crate) by: fn(&Figures, &Figures) -> f64,
}

static EMPTY: Row = Row {
    name: "empty component",
    at: At::App(State::Alone),
    target: EMPTY_ROUTE,
    signed_in: false,
    connections: CONNECTIONS,
};

static LIST: Row = Row {
    name: "list of 20 in 1,000",
    at: At::App(State::Alone),
    target: PAGE,
    signed_in: true,
    connections: CONNECTIONS,
};

static LIST_CROWDED: Row = Row {
    name: "the same among 100,000",
    at: At::App(State::Crowded),
    target: PAGE,
    signed_in: true,
    connections: CONNECTIONS,
};

static CATALOG: Row = Row {
    name: "catalogue, q=stripe",
    at: At::App(State::Alone),
    target: "/api/manifests?q=stripe",
    signed_in: true,
    connections: CONNECTIONS,
};

static DIRECT_ONE: Row = Row {
    name: "upstream, 1 connection",
    at: At::Upstream,
    target: FORWARD_ROUTE,
    signed_in: false,
    connections: 1,
};

static PROXY_ONE: Row = Row {
    name: "proxy, 1 connection",
    at: At::App(State::Alone),
    target: "/api/proxy/upstream/v1/things",
    signed_in: true,
    connections: 1,
};

static PROXY: Row = Row {
    name: "proxy",
    at: At::App(State::Alone),
    target: "/api/proxy/upstream/v1/things",
    signed_in: true,
    connections: CONNECTIONS,
};

static FORWARDER: Row = Row {
    name: "bare forwarder",
    at: At::App(State::Alone),
    target: FORWARD_ROUTE,
    signed_in: true,
    connections: CONNECTIONS,
};

/// All rows, in the order in which they take turns.
pub(crate) static ROWS: [&Row; 8] =
    [&LIST, &LIST_CROWDED, &CATALOG, &EMPTY, &PROXY, &FORWARDER, &PROXY_ONE, &DIRECT_ONE];

/// All comparisons, in the order in which they are printed.
pub(crate) static COMPARISONS: [Comparison; 5] = [
    Comparison { name: "list_vs_empty", of: &LIST, to: &EMPTY, by: Figures::rate_to },
    Comparison { name: "list_100k_vs_1k", of: &LIST_CROWDED, to: &LIST, by: Figures::rate_to },
    Comparison { name: "catalog_vs_empty", of: &CATALOG, to: &EMPTY, by: Figures::rate_to },
    Comparison {
        name: "proxy_added_p50_ms",
        of: &PROXY_ONE,
        to: &DIRECT_ONE,
        by: Figures::added_ms,
    },
    Comparison { name: "proxy_vs_forwarder", of: &PROXY, to: &FORWARDER, by: Figures::rate_to },
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn rows_are_told_apart_and_what_is_compared_is_measured() {
        let names: BTreeSet<_> = ROWS.iter().map(|row| row.name).collect();
        assert_eq!(names.len(), ROWS.len());
        for Comparison { name, of, to, .. } in &COMPARISONS {
            assert!(names.contains(of.name) && names.contains(to.name), "{name}");
        }
    }
}
