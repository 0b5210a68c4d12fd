//! `spin.toml` against the table of rights in ARCHITECTURE.md: no component has more than its row.

use std::collections::{BTreeMap, BTreeSet};

use toml::{Table, Value};

use crate::kit::programs::repo;

/// A row: routes, SQLite, key-value, variables, outbound.
struct Row {
    component: &'static str,
    routes: &'static [&'static str],
    storage: (bool, bool),
    variables: &'static [&'static str],
    outbound: &'static [&'static str],
}

const AUTH_VARIABLES: [&str; 15] = [
    "wrong_proofs_per_minute",
    "issuers",
    "oidc_issuer",
    "oidc_client_id",
    "sign_in_secret",
    "public_url",
    "jwt_issuer",
    "jwt_audience",
    "jwt_secret",
    "jwt_jwks_origin",
    "jwt_jwks_path",
    "jwt_workspace_claim",
    "jwt_role_claim",
    "jwt_types",
    "jwt_max_lifetime",
];
const AUTH: &str = "http://auth.spin.internal";
const BROKER: &str = "http://broker.spin.internal";
const UPKEEP: &str = "http://upkeep.spin.internal";
const PROXY: &str = "http://proxy.spin.internal";

const TABLE: [Row; 18] = [
    Row {
        component: "agents",
        routes: &["/api/agents/..."],
        storage: (true, false),
        variables: &[
            "client_address_header",
            "workspace_calls_per_minute",
            "proxy_domain",
            "public_url",
        ],
        outbound: &[AUTH, PROXY],
    },
    Row {
        component: "people",
        routes: &["/api/people/...", "/api/me/...", "/api/sessions/...", "/api/panic/..."],
        storage: (true, false),
        variables: &[
            "client_address_header",
            "workspace_calls_per_minute",
            "proxy_domain",
            "public_url",
        ],
        outbound: &[AUTH, PROXY],
    },
    Row {
        component: "sign-in",
        routes: &["/sign-in/..."],
        storage: (true, false),
        variables: &[
            "client_address_header",
            "proxy_domain",
            "public_url",
            "oidc_issuer",
            "oidc_client_id",
            "oidc_client_secret",
            "oidc_scopes",
        ],
        outbound: &[AUTH, PROXY, "{{ oidc_hosts }}"],
    },
    Row {
        component: "oauth-server",
        routes: &[
            "/oauth/...",
            "/api/connected-apps/...",
            "/.well-known/oauth-authorization-server/...",
        ],
        storage: (true, false),
        variables: &[
            "client_address_header",
            "proxy_domain",
            "broker_secret",
            "public_url",
            "workspace_calls_per_minute",
        ],
        outbound: &[AUTH, BROKER, PROXY],
    },
    Row {
        component: "ui",
        routes: &["/..."],
        storage: (false, false),
        variables: &[
            "proxy_domain",
            "public_url",
            "jwt_role_claim",
            "jwt_workspace_claim",
            "ui_frame_ancestors",
        ],
        outbound: &[PROXY],
    },
    Row {
        component: "list",
        routes: &["/api/integrations/..."],
        storage: (true, false),
        variables: &[
            "client_address_header",
            "workspace_calls_per_minute",
            "proxy_domain",
            "public_url",
        ],
        outbound: &[
            AUTH,
            "http://create.spin.internal",
            "http://update.spin.internal",
            "http://delete.spin.internal",
            "http://history.spin.internal",
            UPKEEP,
            PROXY,
        ],
    },
    Row {
        component: "create",
        routes: &[],
        storage: (true, false),
        variables: &[
            "client_address_header",
            "workspace_calls_per_minute",
            "broker_secret",
            "public_url",
            "issuers",
            "jwt_issuer",
            "max_integrations",
        ],
        outbound: &[AUTH, BROKER],
    },
    Row {
        component: "update",
        routes: &[],
        storage: (true, false),
        variables: &[
            "client_address_header",
            "workspace_calls_per_minute",
            "broker_secret",
            "public_url",
            "issuers",
            "jwt_issuer",
        ],
        outbound: &[AUTH, BROKER],
    },
    Row {
        component: "delete",
        routes: &[],
        storage: (true, false),
        variables: &[
            "client_address_header",
            "workspace_calls_per_minute",
            "broker_secret",
            "public_url",
        ],
        outbound: &[AUTH, BROKER],
    },
    Row {
        component: "oauth-callback",
        routes: &["/api/oauth/callback/..."],
        storage: (true, false),
        variables: &["proxy_domain", "broker_secret", "public_url"],
        outbound: &[BROKER, PROXY],
    },
    Row {
        component: "catalog",
        routes: &["/api/manifests/...", "/api/oauth-clients/..."],
        storage: (true, true),
        variables: &[
            "client_address_header",
            "workspace_calls_per_minute",
            "proxy_domain",
            "broker_secret",
            "public_url",
            "own_hosts",
            "private_hosts",
            "private_hosts_workspaces",
            "max_manifest_versions",
        ],
        outbound: &[AUTH, BROKER, PROXY],
    },
    Row {
        component: "proxy",
        routes: &["/api/proxy/..."],
        storage: (true, false),
        variables: &["client_address_header", "proxy_domain", "broker_secret", "public_url"],
        outbound: &[AUTH, BROKER],
    },
    Row {
        component: "mcp",
        routes: &["/mcp", "/.well-known/oauth-protected-resource/..."],
        storage: (true, false),
        variables: &[
            "client_address_header",
            "proxy_domain",
            "issuers",
            "jwt_issuer",
            "jwt_jwks_origin",
            "broker_secret",
            "public_url",
        ],
        outbound: &[AUTH, BROKER, PROXY],
    },
    Row {
        component: "status",
        routes: &["/api/..."],
        storage: (true, false),
        variables: &[
            "client_address_header",
            "workspace_calls_per_minute",
            "proxy_domain",
            "broker_secret",
            "tick_secret",
            "public_url",
            "max_integrations",
            "max_manifest_versions",
            "migrate",
        ],
        outbound: &[AUTH, BROKER, PROXY],
    },
    Row {
        component: "history",
        routes: &["/api/audit/...", "/api/usage", "/api/calls"],
        storage: (true, false),
        variables: &[
            "client_address_header",
            "workspace_calls_per_minute",
            "proxy_domain",
            "public_url",
        ],
        outbound: &[AUTH, UPKEEP, PROXY],
    },
    Row {
        component: "upkeep",
        routes: &["/api/tick/..."],
        storage: (true, false),
        variables: &[
            "client_address_header",
            "workspace_calls_per_minute",
            "proxy_domain",
            "broker_secret",
            "tick_secret",
            "public_url",
        ],
        outbound: &[AUTH, BROKER, PROXY],
    },
    Row {
        component: "auth",
        routes: &[],
        storage: (true, true),
        variables: &AUTH_VARIABLES,
        outbound: &[
            "{{ jwt_jwks_origin }}",
            "{{ issuer_hosts }}",
            "{{ issuer_hosts_second }}",
            "{{ issuer_hosts_third }}",
            "{{ issuer_hosts_fourth }}",
            "{{ oidc_hosts }}",
        ],
    },
    Row {
        component: "broker",
        routes: &[],
        storage: (true, true),
        variables: &[
            "proxy_domain",
            "encryption_keys",
            "broker_secret",
            "oauth_clients",
            "public_url",
            "own_hosts",
            "private_hosts",
            "private_hosts_workspaces",
            "issuers",
            "jwt_issuer",
            "agent_calls_per_minute",
            "max_calls_per_agent",
            "max_calls_per_integration",
            "max_calls_per_workspace",
        ],
        outbound: &["https://*:443", "{{ private_hosts }}"],
    },
];

fn manifest() -> Table {
    std::fs::read_to_string(repo().join("spin.toml")).unwrap().parse().unwrap()
}

fn texts(value: Option<&Value>) -> BTreeSet<String> {
    let items = value.and_then(Value::as_array).cloned().unwrap_or_default();
    items.iter().map(|item| item.as_str().unwrap().to_owned()).collect()
}

fn set(items: &[&'static str]) -> BTreeSet<String> {
    items.iter().map(|item| (*item).to_owned()).collect()
}

#[test]
fn every_component_has_exactly_its_row() {
    let manifest = manifest();
    let components = manifest["component"].as_table().unwrap();
    let mut rows: BTreeMap<&str, &Row> = TABLE.iter().map(|row| (row.component, row)).collect();
    for (name, component) in components {
        let row = rows.remove(name.as_str()).unwrap_or_else(|| panic!("{name} has no row"));
        let component = component.as_table().unwrap();
        let known = [
            "source",
            "build",
            "variables",
            "sqlite_databases",
            "key_value_stores",
            "allowed_outbound_hosts",
        ];
        for key in component.keys() {
            assert!(known.contains(&key.as_str()), "{name} has {key}");
        }
        let default = |has: bool| if has { set(&["default"]) } else { set(&[]) };
        assert_eq!(texts(component.get("sqlite_databases")), default(row.storage.0), "{name}");
        assert_eq!(texts(component.get("key_value_stores")), default(row.storage.1), "{name}");
        assert_eq!(texts(component.get("allowed_outbound_hosts")), set(row.outbound), "{name}");
        let variables =
            component.get("variables").and_then(Value::as_table).cloned().unwrap_or_default();
        assert_eq!(
            variables.keys().cloned().collect::<BTreeSet<_>>(),
            set(row.variables),
            "{name}"
        );
        for (variable, template) in &variables {
            assert_eq!(template.as_str().unwrap(), format!("{{{{ {variable} }}}}"), "{name}");
        }
    }
    assert!(rows.is_empty(), "rows without a component: {:?}", rows.keys());
}

#[test]
fn only_the_broker_depends_on_the_vault() {
    let mut users = Vec::new();
    for entry in std::fs::read_dir(repo().join("components")).unwrap() {
        let path = entry.unwrap().path();
        let Ok(text) = std::fs::read_to_string(path.join("Cargo.toml")) else { continue };
        let manifest: Table = text.parse().unwrap();
        let tables = ["dependencies", "dev-dependencies", "build-dependencies"];
        let uses = tables.iter().filter_map(|name| manifest.get(*name)?.as_table());
        if uses.into_iter().any(|table| table.contains_key("nexus-vault")) {
            users.push(path.file_name().unwrap().to_str().unwrap().to_owned());
        }
    }
    assert_eq!(users, ["broker"]);
}

#[test]
fn statements_are_in_the_store_and_ciphertexts_are_read_in_the_vault() {
    fn files(folder: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => files(&path, found),
                false => found.push(path),
            }
        }
    }
    let mut all = Vec::new();
    files(&repo().join("components"), &mut all);
    let store = ["components/common/src/store/", "components/vault/src/rows/"];
    let platform = "components/common/src/platform/sqlite.rs";
    let mut seen = 0;
    for path in all.iter().filter(|path| path.extension().is_some_and(|end| end == "rs")) {
        let inside = path.strip_prefix(repo()).unwrap().to_str().unwrap();
        let text = std::fs::read_to_string(path).unwrap();
        if !store.iter().any(|folder| inside.starts_with(folder)) && inside != platform {
            let statement =
                ["\"select ", "\"insert ", "\"update ", "\"delete from ", "platform::sqlite"];
            let of_words = inside.starts_with("components/common/src/domain/");
            let found = statement.iter().find(|one| text.contains(**one));
            assert!(of_words || found.is_none(), "{inside}: {found:?}");
        }
        // The callback passes the flow's ciphertext to the broker without opening it.
        let reads = text.contains("(\"sealed\")") && !inside.starts_with(store[1]);
        assert!(!reads || inside.ends_with("store/flows.rs"), "{inside} reads a ciphertext");
        seen += 1;
    }
    assert!(seen > 100, "{seen} files");
}

#[test]
fn private_components_have_no_route() {
    let manifest = manifest();
    let mut routes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for trigger in manifest["trigger"]["http"].as_array().unwrap() {
        let component = trigger["component"].as_str().unwrap().to_owned();
        let routes = routes.entry(component).or_default();
        match &trigger["route"] {
            Value::String(route) => assert!(routes.insert(route.clone())),
            private => assert_eq!(private["private"].as_bool(), Some(true)),
        }
    }
    for row in &TABLE {
        assert_eq!(routes.remove(row.component), Some(set(row.routes)), "{}", row.component);
    }
    assert!(routes.is_empty(), "{routes:?}");
}

#[test]
fn only_the_broker_is_given_keys() {
    let manifest = manifest();
    for secret in ["encryption_keys", "oauth_clients"] {
        let holders: Vec<_> = manifest["component"]
            .as_table()
            .unwrap()
            .iter()
            .filter(|(_, component)| {
                component
                    .get("variables")
                    .is_some_and(|variables| variables.to_string().contains(secret))
            })
            .map(|(name, _)| name.as_str())
            .collect();
        assert_eq!(holders, ["broker"], "{secret}");
    }
    for (name, variable) in manifest["variables"].as_table().unwrap() {
        let secret = ["secret", "keys", "clients"].iter().any(|word| name.contains(word));
        let marked = variable.get("secret").and_then(Value::as_bool).unwrap_or(false);
        assert_eq!(marked, secret, "{name}: `secret = true` keeps Spin from printing it");
    }
}
