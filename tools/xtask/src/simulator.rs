//! `cargo xtask simulator`: runs a single provider simulator.

use std::process::ExitCode;

use anyhow::Result;
use nexus_simulators::{Consent, Kind, Simulator};

use crate::child;

#[derive(clap::Args)]
#[command(after_help = known())]
pub(crate) struct Args {
    /// The provider; see below
    name: Kind,
    /// The port on 127.0.0.1; 0 for any free port
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// OAuth: a redirect URI of the client; can be given more than once
    #[arg(long, default_value = "http://127.0.0.1:3000/api/oauth/callback")]
    redirect_uri: Vec<String>,
    /// OAuth: consent immediately, without a page
    #[arg(long)]
    allow: bool,
}

fn known() -> String {
    let names = Kind::ALL.iter().map(|kind| {
        let oauth = if kind.default_client().is_some() { " (OAuth)" } else { "" };
        format!("{kind}{oauth}")
    });
    format!("Providers: {}", names.collect::<Vec<_>>().join(", "))
}

pub(crate) async fn run(args: Args) -> Result<ExitCode> {
    if args.port != 0 {
        child::free_port(args.port)?;
    }
    let simulator = Simulator::start(args.name, args.port).await?;
    println!("{} at {}", args.name, simulator.origin());
    let key = args.name.default_key();
    if !key.is_empty() {
        println!("accepts the test key {key}");
    }
    if let Some((id, secret)) = args.name.default_client() {
        let uris: Vec<&str> = args.redirect_uri.iter().map(String::as_str).collect();
        simulator.register_client(id, secret, &uris);
        simulator.set_consent(if args.allow { Consent::Allow } else { Consent::Page });
        let path = args.name.authorization_path().unwrap_or_default();
        println!("asks for consent at {}{path}", simulator.origin());
        println!("has the client {id} with the secret {secret}");
        println!("and the redirect URIs {}", uris.join(", "));
    }
    println!("Press Ctrl-C to stop");
    let mut shown = 0;
    loop {
        tokio::select! {
            result = child::interrupted() => { result?; return Ok(ExitCode::SUCCESS); }
            _ = simulator.wait_for_requests(shown + 1) => {
                for request in simulator.requests().iter().skip(shown) {
                    println!("{} {}", request.method, request.path);
                    shown += 1;
                }
            }
        }
    }
}
