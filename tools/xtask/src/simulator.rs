//! `cargo xtask simulator`: one provider simulator, run by hand.

use std::process::ExitCode;

use anyhow::Result;
use nexus_simulators::{Consent, Kind, Simulator};

use crate::child;

#[derive(clap::Args)]
#[command(after_help = known())]
pub(crate) struct Args {
    /// Which provider; see below
    name: Kind,
    /// The port on 127.0.0.1; 0: any free one
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// OAuth: where the client may be called back; may be given more than once
    #[arg(long, default_value = "http://127.0.0.1:3000/api/oauth/callback")]
    redirect_uri: Vec<String>,
    /// OAuth: consent at once, without the page
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
        println!("it accepts the pretend key {key}");
    }
    if let Some((id, secret)) = args.name.default_client() {
        let uris: Vec<&str> = args.redirect_uri.iter().map(String::as_str).collect();
        simulator.register_client(id, secret, &uris);
        simulator.set_consent(if args.allow { Consent::Allow } else { Consent::Page });
        let path = args.name.authorization_path().unwrap_or_default();
        println!("it asks for consent at {}{path}", simulator.origin());
        println!("it knows the client {id} with the secret {secret}");
        println!("which may be called back at {}", uris.join(", "));
    }
    println!("Ctrl-C stops it");
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
