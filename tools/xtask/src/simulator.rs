//! `cargo xtask simulator`: one provider simulator, run by hand.

use std::process::ExitCode;

use anyhow::Result;
use nexus_simulators::{Kind, Simulator};

use crate::child;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Which provider: stripe, openai or sandbox
    name: Kind,
    /// The port on 127.0.0.1; 0: any free one
    #[arg(long, default_value_t = 0)]
    port: u16,
}

pub(crate) async fn run(args: Args) -> Result<ExitCode> {
    if args.port != 0 {
        child::free_port(args.port)?;
    }
    let simulator = Simulator::start(args.name, args.port).await?;
    println!("{} at {}", args.name, simulator.origin());
    println!("it accepts the pretend key {}", args.name.default_key());
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
