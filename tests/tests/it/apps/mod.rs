//! Programs that sign in by themselves: our own authorization server (`/oauth`), and the apps that it connects.
//!
//! - `attacks`: attempts to get a token, or one with more access
//! - `connect`: from a registration to a call, and to the end of the app
//! - `documents`: clients whose id is the URL of a document about them
//! - `limits`: what a connected app may do
//! - `programs`: official MCP clients and FastMCP, told the URL alone
//! - `register`: clients that register themselves

mod attacks;
mod connect;
mod documents;
mod limits;

mod programs;
mod register;
