//! `cargo xtask test`: builds everything that the tests need, runs every test, and prints one line at the end
//! with the totals.
//!
//! Skipped tests are reported prominently: a passing result must not hide a runtime that was not tested.

mod browser;
mod build;
pub(crate) mod installed;
mod schemathesis;
mod tally;
mod ui;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context, Result};

use crate::build::Profile;
use crate::repo::Repo;
use crate::runtime::{self, Choice, HostProfile};
use build::TestPrograms;
pub(crate) use tally::Tally;

/// The programs that tests run: the variable that names each to the tests, and its name.
const PROGRAMS: [(&str, &str); 2] = [("NEXUS_EXAMPLE", "slack-tools"), ("NEXUS_CLI", "nexus")];

/// Whether each request has its own instances.
const REUSE: &str = "NEXUS_REUSE";
/// Whether the data of all applications are on servers.
const STORAGE: &str = "NEXUS_STORAGE";
/// How many tests of a binary run at once.
const TEST_THREADS: &str = "RUST_TEST_THREADS";

#[derive(clap::Args)]
pub(crate) struct Args {
    /// The runtime of the black-box tests; auto: the embedded host, and also Spin if it is installed
    #[arg(long, value_enum, default_value = "auto")]
    runtime: Choice,
    /// Where the application keeps its data in the black-box tests. The tests of replicas run on servers in any case, if
    /// those are installed
    #[arg(long, value_enum, default_value = "file")]
    storage: Storage,
    /// Test the components as shipped: slower to build, and the same bytes as in a release
    #[arg(long)]
    shipped: bool,
    /// Run only Schemathesis, on the embedded host
    #[arg(long, conflicts_with_all = ["runtime", "storage", "rest"])]
    schemathesis: bool,
    /// Run only the browser tests, on the embedded host, with screenshots of every view in target/screenshots
    #[arg(long, conflicts_with_all = ["runtime", "storage", "schemathesis", "rest"])]
    shots: bool,
    /// Make the pictures in docs/images again: run only the browser test that makes them, on the embedded host
    #[arg(long, conflicts_with_all = ["runtime", "storage", "schemathesis", "shots", "rest"])]
    pictures: bool,
    /// Skip the runs of the black-box tests in further configurations that would begin later than this, in minutes. The first
    /// run and Schemathesis are not skipped
    #[arg(long, value_name = "MINUTES")]
    further_within: Option<u64>,
    /// Arguments for `cargo test` after `--`: a filter, --nocapture, …
    #[arg(last = true)]
    rest: Vec<String>,
    /// Whether the conformance matrix writes its document.
    #[arg(skip)]
    writes_docs: bool,
}

impl Args {
    /// Only the conformance matrix, which writes its document.
    pub(crate) fn docs() -> Self {
        Self {
            runtime: Choice::Embedded,
            storage: Storage::File,
            shipped: false,
            schemathesis: false,
            shots: false,
            pictures: false,
            further_within: None,
            rest: vec!["conformance::".to_owned()],
            writes_docs: true,
        }
    }
}

/// The values of `--storage`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Storage {
    /// In SQLite files
    File,
    /// On a libSQL server (sqld) and a Redis server, which each application of a test has for itself
    Server,
}

/// The tests that a run on servers leaves out: those whose data are always in files, those whose data are always on servers,
/// and the journeys of all manifests, for which it does not matter where the data are.
const NOT_ON_SERVERS: [&str; 6] =
    ["--skip", "program::", "--skip", "serving::replicas", "--skip", "conformance::every"];

/// The black-box tests, and among them those of bursts. A burst has the machine for itself, because beside other tests its
/// requests would fail for want of time.
const BLACK_BOX: &str = "nexus-tests";
const STORMS: &str = "storms::";

/// The run that includes the browser tests.
const IN_THE_BROWSER: &str = "black-box tests, embedded host";
/// The browser test that makes the pictures in docs/images.
const PICTURES: &str = "browser::the_pictures_of_the_readme";
/// The same tests in another configuration. `--further-within` may skip this run.
const AN_INSTANCE_EACH: &str = "black-box tests, an instance per request";
/// The run on servers.
const ON_SERVERS: &str = "black-box tests, on a libSQL server and Redis";

/// The tests of some packages, with their environment.
struct Run {
    what: &'static str,
    packages: Vec<String>,
    env: Vec<(&'static str, String)>,
    /// Arguments of the test binaries.
    args: &'static [&'static str],
}

impl Run {
    async fn start(&self, programs: &TestPrograms, rest: &[String]) -> Result<Tally> {
        heading(self.what);
        let begun = Instant::now();
        let args: Vec<&str> =
            self.args.iter().copied().chain(rest.iter().map(String::as_str)).collect();
        let total = match rest.is_empty() && self.packages == [BLACK_BOX] {
            true => {
                let others = [&args[..], &["--skip", STORMS]].concat();
                let mut total = programs.run(&self.packages, &self.env, &others).await?;
                let storms = [&args[..], &[STORMS]].concat();
                let alone = [&self.env[..], &[(TEST_THREADS, "1".to_owned())]].concat();
                total.add(programs.run(&self.packages, &alone, &storms).await?);
                total
            }
            false => programs.run(&self.packages, &self.env, &args).await?,
        };
        eprintln!("({}, {} s)", self.what, begun.elapsed().as_secs());
        Ok(total)
    }
}

/// The plan: the runs, and what is skipped.
struct Plan {
    runs: Vec<Run>,
    /// The embedded host, if it is used.
    host: Option<PathBuf>,
    /// The skipped tests, and the reasons.
    skipped: Vec<String>,
}

pub(crate) async fn run(mut args: Args) -> Result<ExitCode> {
    let (repo, begun) = (Repo::find()?, Instant::now());
    if args.shots || args.pictures {
        args.runtime = Choice::Embedded;
        let filter = if args.pictures { PICTURES } else { "browser::" };
        args.rest = vec![filter.to_owned()];
    }
    let Plan { runs, host, mut skipped } = plan(&args, &repo).await?;
    let mut total = Tally::default();
    let is_partial = args.schemathesis || args.storage == Storage::Server;
    if args.rest.is_empty() && !is_partial {
        match crate::ui::node().await {
            Ok(()) => total.add(ui::run(&repo).await?),
            Err(why) => skipped.push(format!("the UI's types and unit tests: {why}")),
        }
    }
    // Schemathesis needs the host.
    heading("building the components, the tests, and the programs that the tests run");
    let programs = TestPrograms::build(&repo, Profile::of(args.shipped)).await?;
    let (further, first): (Vec<_>, Vec<_>) =
        runs.iter().partition(|run| run.what == AN_INSTANCE_EACH);
    if !args.schemathesis {
        for run in first {
            total.add(run.start(&programs, &args.rest).await?);
        }
    }
    match (schemathesis::find(&repo), host) {
        (Err(why), _) if args.schemathesis => anyhow::bail!("Schemathesis: {why}"),
        _ if !args.rest.is_empty() => skipped.push("Schemathesis: only some tests run".to_owned()),
        (Ok(program), Some(host)) => {
            heading("Schemathesis");
            let begun = Instant::now();
            total.failed += schemathesis::run(&repo, host, &program).await?;
            eprintln!("(Schemathesis, {} s)", begun.elapsed().as_secs());
        }
        (Err(why), _) => skipped.push(format!("Schemathesis: {why}")),
        (_, None) => {}
    }
    for run in further.into_iter().filter(|_| !args.schemathesis) {
        match args.further_within.filter(|most| begun.elapsed().as_secs() > most * 60) {
            Some(most) => skipped.push(format!("{}: more than {most} min had passed", run.what)),
            None => total.add(run.start(&programs, &args.rest).await?),
        }
    }
    println!();
    for what in &skipped {
        println!("SKIPPED: {what}");
    }
    println!("{total}");
    Ok(if total.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Builds everything that the runs need, and lists the runs.
async fn plan(args: &Args, repo: &Repo) -> Result<Plan> {
    let mut skipped = Vec::new();
    let spin = match (args.runtime, runtime::spin().await) {
        (Choice::Embedded, _) => false,
        (_, Ok(())) => true,
        (Choice::Spin, Err(why)) => {
            anyhow::bail!("{why}; use --runtime embedded, which does not need Spin")
        }
        (Choice::Auto, Err(why)) => {
            skipped.push(format!("black-box tests on Spin: {why}"));
            false
        }
    };
    let embedded = args.runtime != Choice::Spin;
    if !embedded {
        skipped.push("everything on the embedded host: --runtime spin".to_owned());
    }
    if args.runtime == Choice::Embedded {
        skipped.push("black-box tests on Spin: --runtime embedded".to_owned());
    }

    let profile = Profile::of(args.shipped);
    let mut common = vec![
        ("NEXUS_WASM_DIR", repo.wasm_dir(profile.name()).display().to_string()),
        ("NEXUS_REPO", repo.root.display().to_string()),
        ("NEXUS_XTASK", std::env::current_exe()?.display().to_string()),
    ];
    if args.writes_docs {
        common.push(("NEXUS_WRITE_DOCS", "1".to_owned()));
    }
    let host_path = runtime::host_path(repo, HostProfile::Dev);
    for (variable, program) in PROGRAMS {
        let path = repo.target.join("debug").join(program);
        common.push((variable, path.display().to_string()));
    }
    let mut host = None;
    if embedded {
        common.push(("NEXUS_HOST", host_path.display().to_string()));
        host = Some(host_path);
    }

    let sdk = match installed::sdk(repo) {
        Ok(place) => Some(place.display().to_string()),
        Err(why) => {
            skipped
                .push(format!("the vendors' SDKs and the examples in Node.js and Python: {why}"));
            None
        }
    };
    let servers = match installed::servers(repo) {
        Ok(place) => Some(place.display().to_string()),
        Err(why) => {
            skipped.push(format!("the third-party authorization servers: {why}"));
            None
        }
    };
    let named = [("NEXUS_SDK", &sdk), ("NEXUS_SERVERS", &servers)];
    let named = named.iter().filter_map(|(name, place)| Some((*name, place.as_deref()?)));
    let installed: Vec<_> = named.collect();

    let sqld = match (installed::sqld(repo), args.storage) {
        (Ok(program), _) => Some(program.display().to_string()),
        (Err(why), Storage::Server) => anyhow::bail!("the tests on servers: {why}"),
        (Err(why), Storage::File) => {
            skipped.push(format!("the tests on a libSQL server and Redis: {why}"));
            None
        }
    };
    common.extend(sqld.as_ref().map(|program| ("NEXUS_SQLD", program.clone())));

    let unit = repo.unit_tested().into_iter().map(|member| member.name.clone()).collect();
    let mut runs = vec![Run { what: "unit tests", packages: unit, env: common.clone(), args: &[] }];
    let browser = match browser::find(repo).await {
        Ok(env) => env,
        Err(why) if args.shots || args.pictures => anyhow::bail!("the browser tests: {why}"),
        Err(why) => {
            skipped.push(format!("the browser tests: {why}"));
            Vec::new()
        }
    };
    let browser: Vec<_> = browser.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut add = |what, package: &str, more: &[(&'static str, &str)]| {
        let mut env = common.clone();
        // Most of their time, these tests wait: for a time limit, a provider, a browser. Where each request makes
        // its own instances, or a server answers each statement, they compute.
        let waits = !more.iter().any(|(name, _)| [REUSE, STORAGE].contains(name));
        if waits && std::env::var_os(TEST_THREADS).is_none() {
            let cores = std::thread::available_parallelism().map_or(1, usize::from);
            env.push((TEST_THREADS, (3 * cores).to_string()));
        }
        env.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
        let on_servers = more.iter().any(|(name, _)| *name == STORAGE);
        let args = if on_servers { &NOT_ON_SERVERS[..] } else { &[] };
        runs.push(Run { what, packages: vec![package.to_owned()], env, args });
    };
    let server = (STORAGE, "server");
    if args.storage == Storage::Server {
        skipped.push("everything but the black-box tests on servers: --storage server".to_owned());
        for (runtime, runs_here) in [("embedded", embedded), ("spin", spin)] {
            if runs_here {
                add(ON_SERVERS, BLACK_BOX, &[("NEXUS_RUNTIME", runtime), server]);
            }
        }
        runs.remove(0);
        return Ok(Plan { runs, host: None, skipped });
    }
    if args.storage == Storage::File {
        skipped.push("all other black-box tests on servers: --storage server runs them".to_owned());
    }
    if embedded {
        add("the embedded host", "nexus-host", &[]);
        let runtime = ("NEXUS_RUNTIME", "embedded");
        // SDKs and browsers do not depend on how instances are reused, so one run per runtime is enough.
        add(IN_THE_BROWSER, BLACK_BOX, &[&[runtime], &*browser, &*installed].concat());
        let reuse = (REUSE, "1");
        add(AN_INSTANCE_EACH, BLACK_BOX, &[runtime, reuse]);
    }
    if spin {
        let runtime = ("NEXUS_RUNTIME", "spin");
        add("black-box tests, Spin", BLACK_BOX, &[&[runtime], &*browser, &*installed].concat());
    }
    if args.shots || args.pictures {
        runs.retain(|run| run.what == IN_THE_BROWSER);
    }
    if args.pictures {
        let images = repo.root.join("docs/images").display().to_string();
        runs.iter_mut().for_each(|run| run.env.push(("NEXUS_PICTURES", images.clone())));
    }
    if args.shots {
        let shots = repo.root.join("target/screenshots");
        // Removes the screenshots of earlier runs, whose views may no longer exist.
        if shots.exists() {
            std::fs::remove_dir_all(&shots)
                .with_context(|| format!("cannot remove {}", shots.display()))?;
        }
        let shots = shots.display().to_string();
        runs.iter_mut().for_each(|run| run.env.push(("NEXUS_SHOTS", shots.clone())));
    }
    Ok(Plan { runs, host, skipped })
}

fn heading(what: &str) {
    eprintln!("\n=== {what}");
}
