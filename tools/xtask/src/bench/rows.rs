//! The measurements: a row for each repeated request, and the numbers that are derived from the rows. To add
//! a measurement, add a row, not a new path through the code.

use super::app::{EMPTY_ROUTE, FORWARD_ROUTE};
use super::figures::Figures;
use super::load::Plan;

/// The number of concurrent connections, unless a row sets another number.
const CONNECTIONS: usize = 16;

/// The path of a call through the proxy.
pub(crate) const CALL: &str = "/api/proxy/upstream/v1/things";
const PAGE: &str = "/api/integrations?limit=20";

/// An application, by the content of its database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Only the workspace with its 1,000 integrations.
    Alone,
    /// The same workspace, and 99 others with as many integrations each. All have agents, usage and calls
    /// ([`super::history::History::FULL`]).
    Crowded,
    /// As the first one, on a libSQL server and Redis.
    OnServers,
    /// A copy of the first one, in which each instance serves one request: every call finds new instances of the proxy,
    /// `auth` and the broker, with empty caches.
    Fresh,
}

impl State {
    /// All states in files. Each is a separate application. The host's memory is measured at the first one.
    pub(crate) const IN_FILES: [Self; 3] = [Self::Alone, Self::Crowded, Self::Fresh];

    /// The name of the state directory.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Alone => "alone",
            Self::Crowded => "crowded",
            Self::OnServers => "on-servers",
            Self::Fresh => "fresh",
        }
    }

    /// How many requests an instance serves. As with `nexus up`, unless every instance is to be new; deploy/README.md
    /// sets the same for Spin.
    pub(crate) fn reuse(self) -> &'static str {
        match self {
            Self::Alone | Self::Crowded | Self::OnServers => nexus_cli::REUSE,
            Self::Fresh => "1",
        }
    }
}

/// The target of the requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    /// An application.
    App(State),
    /// The provider itself.
    Upstream,
    /// The service in `tests/peer`.
    Node,
    /// nginx.
    Nginx,
}

/// How a request says whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Proof {
    None,
    /// The token of an issuer.
    Token,
    /// The key of an agent.
    Key,
}

/// The proofs of the measured workspace.
pub(crate) struct Proofs {
    /// A token of an ADMIN.
    pub(crate) token: String,
    /// The key of an agent.
    pub(crate) key: String,
}

/// A repeated request: a line of the table.
#[derive(Debug)]
pub(crate) struct Row {
    /// The name for people; it is unique.
    pub(crate) name: &'static str,
    /// The target of the requests.
    pub(crate) endpoint: Endpoint,
    target: &'static str,
    proof: Proof,
    connections: usize,
}

impl Row {
    /// The request to the application at `port`.
    pub(crate) fn plan(&self, port: u16, proofs: &Proofs) -> Plan {
        let proof = match self.proof {
            Proof::None => None,
            Proof::Token => Some(proofs.token.as_str()),
            Proof::Key => Some(proofs.key.as_str()),
        };
        Plan::get(port, self.target, proof, self.connections)
    }
}

/// A number derived from two rows: a member of the JSON.
#[derive(Debug)]
pub(crate) struct Comparison {
    /// The name of the member.
    pub(crate) name: &'static str,
    pub(crate) of: &'static Row,
    pub(crate) to: &'static Row,
    /// How the number is computed from the two rows.
    pub(crate) by: fn(&Figures, &Figures) -> f64,
}

static EMPTY: Row = Row {
    name: "empty component",
    endpoint: Endpoint::App(State::Alone),
    target: EMPTY_ROUTE,
    proof: Proof::None,
    connections: CONNECTIONS,
};

static LIST: Row = Row {
    name: "list of 20 in 1,000",
    endpoint: Endpoint::App(State::Alone),
    target: PAGE,
    proof: Proof::Token,
    connections: CONNECTIONS,
};

static LIST_CROWDED: Row = Row {
    name: "list of 20 in 100,000",
    endpoint: Endpoint::App(State::Crowded),
    target: PAGE,
    proof: Proof::Token,
    connections: CONNECTIONS,
};

static CATALOG: Row = Row {
    name: "catalogue, q=stripe",
    endpoint: Endpoint::App(State::Alone),
    target: "/api/manifests?q=stripe",
    proof: Proof::Token,
    connections: CONNECTIONS,
};

static DIRECT_ONE: Row = Row {
    name: "upstream, 1 connection",
    endpoint: Endpoint::Upstream,
    target: FORWARD_ROUTE,
    proof: Proof::None,
    connections: 1,
};

static PROXY_ONE: Row = Row {
    name: "proxy, 1 connection",
    endpoint: Endpoint::App(State::Alone),
    target: CALL,
    proof: Proof::Token,
    connections: 1,
};

static PROXY_FRESH: Row = Row {
    name: "proxy, cold, 1 connection",
    endpoint: Endpoint::App(State::Fresh),
    target: CALL,
    proof: Proof::Token,
    connections: 1,
};

static PROXY: Row = Row {
    name: "proxy",
    endpoint: Endpoint::App(State::Alone),
    target: CALL,
    proof: Proof::Token,
    connections: CONNECTIONS,
};

static PROXY_CROWDED: Row = Row {
    name: "proxy, grown",
    endpoint: Endpoint::App(State::Crowded),
    target: CALL,
    proof: Proof::Token,
    connections: CONNECTIONS,
};

static PROXY_KEY: Row = Row {
    name: "proxy, an agent's key",
    endpoint: Endpoint::App(State::Alone),
    target: CALL,
    proof: Proof::Key,
    connections: CONNECTIONS,
};

static PROXY_KEY_CROWDED: Row = Row {
    name: "proxy, an agent's key, grown",
    endpoint: Endpoint::App(State::Crowded),
    target: CALL,
    proof: Proof::Key,
    connections: CONNECTIONS,
};

static FORWARDER: Row = Row {
    name: "bare forwarder",
    endpoint: Endpoint::App(State::Alone),
    target: FORWARD_ROUTE,
    proof: Proof::Token,
    connections: CONNECTIONS,
};

static NODE_LIST: Row = Row {
    name: "Node: list of 20 in 1,000",
    endpoint: Endpoint::Node,
    target: PAGE,
    proof: Proof::Token,
    connections: CONNECTIONS,
};

static NODE_PROXY: Row = Row {
    name: "Node: proxy",
    endpoint: Endpoint::Node,
    target: CALL,
    proof: Proof::Token,
    connections: CONNECTIONS,
};

static NODE_PROXY_ONE: Row = Row {
    name: "Node: proxy, 1 connection",
    endpoint: Endpoint::Node,
    target: CALL,
    proof: Proof::Token,
    connections: 1,
};

static NGINX: Row = Row {
    name: "nginx: a fixed header",
    endpoint: Endpoint::Nginx,
    target: CALL,
    proof: Proof::Token,
    connections: CONNECTIONS,
};

static LIST_ON_SERVERS: Row = Row {
    name: "list of 20, on servers",
    endpoint: Endpoint::App(State::OnServers),
    target: PAGE,
    proof: Proof::Token,
    connections: CONNECTIONS,
};

static PROXY_ON_SERVERS: Row = Row {
    name: "proxy, on servers",
    endpoint: Endpoint::App(State::OnServers),
    target: CALL,
    proof: Proof::Token,
    connections: CONNECTIONS,
};

/// The rows that are measured if the servers of the tests are installed.
pub(crate) static SERVER_ROWS: [&Row; 2] = [&LIST_ON_SERVERS, &PROXY_ON_SERVERS];

/// The rows of `--compare`, which take turns with all others.
pub(crate) static PEER_ROWS: [&Row; 4] = [&NODE_LIST, &NODE_PROXY, &NODE_PROXY_ONE, &NGINX];

/// All other rows, in the order in which they take turns.
pub(crate) static ROWS: [&Row; 12] = [
    &LIST,
    &LIST_CROWDED,
    &CATALOG,
    &EMPTY,
    &PROXY,
    &PROXY_CROWDED,
    &PROXY_KEY,
    &PROXY_KEY_CROWDED,
    &FORWARDER,
    &PROXY_ONE,
    &PROXY_FRESH,
    &DIRECT_ONE,
];

/// All comparisons, in the order in which they are printed. Those with a row that was not measured are left out.
pub(crate) static COMPARISONS: [Comparison; 16] = [
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
    Comparison { name: "proxy_grown_vs_new", of: &PROXY_CROWDED, to: &PROXY, by: Figures::rate_to },
    Comparison { name: "proxy_p99_to_p50", of: &PROXY, to: &PROXY, by: Figures::p99_to_p50 },
    Comparison { name: "key_vs_jwt", of: &PROXY_KEY, to: &PROXY, by: Figures::rate_to },
    Comparison {
        name: "key_grown_vs_new",
        of: &PROXY_KEY_CROWDED,
        to: &PROXY_KEY,
        by: Figures::rate_to,
    },
    Comparison {
        name: "key_vs_jwt_grown",
        of: &PROXY_KEY_CROWDED,
        to: &PROXY_CROWDED,
        by: Figures::rate_to,
    },
    Comparison {
        name: "cold_instance_vs_warm",
        of: &PROXY_FRESH,
        to: &PROXY_ONE,
        by: Figures::p50_to,
    },
    Comparison { name: "list_on_servers", of: &LIST_ON_SERVERS, to: &LIST, by: Figures::rate_to },
    Comparison {
        name: "proxy_on_servers",
        of: &PROXY_ON_SERVERS,
        to: &PROXY,
        by: Figures::rate_to,
    },
    Comparison { name: "proxy_vs_node", of: &PROXY, to: &NODE_PROXY, by: Figures::rate_to },
    Comparison { name: "list_vs_node", of: &LIST, to: &NODE_LIST, by: Figures::rate_to },
    Comparison { name: "proxy_vs_nginx", of: &PROXY, to: &NGINX, by: Figures::rate_to },
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn row_names_are_unique_and_compared_rows_are_measured() {
        let all = || ROWS.iter().chain(&SERVER_ROWS).chain(&PEER_ROWS);
        let names: BTreeSet<_> = all().map(|row| row.name).collect();
        assert_eq!(names.len(), all().count());
        for Comparison { name, of, to, .. } in &COMPARISONS {
            assert!(names.contains(of.name) && names.contains(to.name), "{name}");
        }
    }
}
