//! Agents' calls, through the proxy and MCP.
//!
//! - `bodies`: denied members of bodies
//! - `calls`: the list of calls
//! - `ends`: broken responses and broken requests
//! - `examples`: `examples/agent-tools`
//! - `gate`: denied calls, in every spelling
//! - `limits`: limits of concurrent calls, bodies and streams
//! - `links`: links in responses
//! - `mask`: credentials in responses
//! - `mcp`: the Model Context Protocol
//! - `mcp_tools`: the schemas and arguments of MCP tools
//! - `named`: policies that name agents
//! - `own_token`: an agent's token is sent to no provider
//! - `policy`: `tests/policy-cases.json`
//! - `proxy`: requests and responses
//! - `proxy_attacks`: slow, broken and hostile providers
//! - `proxy_domain`: each integration's own host
//! - `registry`: agents and their keys
//! - `rules`: policies that name agents, and presets
//! - `sdk`: vendors' SDKs and MCP clients
//! - `sdk_links`: SDKs that follow links
//! - `signed`: tokens that an agent signs with its own key

mod bodies;
mod calls;
mod ends;
mod examples;
mod gate;
pub(crate) mod limits;
mod links;
mod mask;
pub(crate) mod mcp;
mod mcp_tools;
mod named;
mod own_token;
mod policy;
pub(crate) mod proxy;
mod proxy_attacks;
mod proxy_domain;
pub(crate) mod registry;
mod rules;
pub(crate) mod sdk;
mod sdk_links;
mod signed;
