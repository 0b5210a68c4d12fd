//! `cargo xtask bench`: how much of an empty component's throughput a page of 20 integrations out
//! of 1,000 reaches, and what memory the host takes for it.
//!
//! The two are measured in alternating slices and compared by their medians, so that whatever else
//! the machine does hits both. The load generator shares the machine's cores with the host: the
//! ratio is the result, the rates depend on the machine.

mod app;
mod fill;
mod load;
mod memory;
mod report;

use std::path::Path;
use std::pin::pin;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::build::{self, Profile};
use crate::child;
use crate::repo::Repo;
use crate::runtime::{self, Choice, Runtime};
use crate::up::Format;
use load::{Plan, Slice};
use report::Outcome;

/// Slices per route.
const SLICES: u32 = 6;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// What to measure; auto: the embedded host, and Spin too where it is installed
    #[arg(long, value_enum, default_value = "auto")]
    runtime: Choice,
    /// Seconds of measuring per route, in six slices of at least one second
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u64).range(1..=3_600))]
    seconds: u64,
    /// json: one last line {"embedded":{"list_vs_empty","host_rss_mb"},…} on stdout
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

pub(crate) async fn run(args: Args) -> Result<ExitCode> {
    let mut interrupted = pin!(child::interrupted());
    let outcomes = tokio::select! {
        outcomes = measure_all(&args) => outcomes?,
        result = &mut interrupted => {
            result?;
            return Ok(ExitCode::from(130));
        }
    };
    match args.format {
        Format::Text => println!("{}", report::table(&outcomes)),
        Format::Json => {
            eprintln!("{}", report::table(&outcomes));
            println!("{}", report::json(&outcomes));
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn measure_all(args: &Args) -> Result<Vec<Outcome>> {
    let repo = Repo::find()?;
    let empty: Vec<_> = repo.guests().into_iter().filter(|m| m.name == "guest-empty").collect();
    let yardstick =
        empty.first().context("there is no crate guest-empty below tools/host/guests")?;
    build::components(&repo, Profile::Shipped, &empty).await?;
    let wasm = repo.wasm_dir(Profile::Shipped.name()).join(yardstick.wasm());

    let mut runtimes = Vec::new();
    if args.runtime != Choice::Spin {
        runtimes.push(Runtime::Embedded(runtime::host(&repo, false).await?));
    }
    match (args.runtime, runtime::spin().await) {
        (Choice::Embedded, _) => {}
        (_, Ok(())) => runtimes.push(Runtime::Spin),
        (Choice::Spin, Err(why)) => anyhow::bail!("{why}; --runtime embedded needs no Spin"),
        (Choice::Auto, Err(why)) => eprintln!("SKIPPED: Spin: {why}"),
    }
    let mut outcomes = Vec::new();
    for runtime in runtimes {
        outcomes.push(measure(args, &repo.root, &wasm, runtime).await?);
    }
    Ok(outcomes)
}

/// One runtime, on a state directory of its own.
async fn measure(args: &Args, root: &Path, empty: &Path, runtime: Runtime) -> Result<Outcome> {
    let bench = app::App::start(root, empty, &runtime).await?;
    let result = slices(args, root, &bench).await;
    let (lists, empties, rss) = match result {
        Ok(measured) => measured,
        Err(error) => {
            eprint!("{}", bench.said());
            bench.stop().await?;
            return Err(error.context(format!("on the runtime {runtime}")));
        }
    };
    bench.stop().await?;
    Ok(Outcome::new(&runtime, lists, empties, rss))
}

async fn slices(
    args: &Args,
    root: &Path,
    bench: &app::App,
) -> Result<(Vec<Slice>, Vec<Slice>, u64)> {
    eprintln!("{}: storing {} integrations", bench.runtime, fill::COUNT);
    fill::fill(root, bench.port, &bench.token).await?;
    let list = Plan::get(bench.port, "/api/integrations?limit=20", Some(&bench.token));
    let empty = Plan::get(bench.port, app::EMPTY_ROUTE, None);

    eprintln!("{}: warming up", bench.runtime);
    for plan in [&list, &empty] {
        load::run(plan.clone(), Duration::from_secs(1)).await?;
    }
    let each = Duration::from_millis((args.seconds * 1_000 / u64::from(SLICES)).max(1_000));
    eprintln!(
        "{}: measuring, 2 x {SLICES} slices of {:.1} s, {} connections",
        bench.runtime,
        each.as_secs_f64(),
        load::CONNECTIONS
    );
    let (mut lists, mut empties, mut rss) = (Vec::new(), Vec::new(), 0);
    for _ in 0..SLICES {
        lists.push(load::run(list.clone(), each).await?);
        empties.push(load::run(empty.clone(), each).await?);
        rss = rss.max(memory::tree(bench.pid())?);
    }
    Ok((lists, empties, rss))
}
