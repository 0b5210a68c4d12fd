//! `cargo xtask fuzz`: runs the property tests of all crates repeatedly, each time with more cases, until the
//! time is over.
//!
//! The tests are those in every module named `properties`; `cargo test` runs them with few cases. The modules
//! define the inputs and the properties, not this file.

use std::process::{ExitCode, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tokio::io::{AsyncBufReadExt, BufReader};

use crate::cargo;
use crate::repo::Repo;
use crate::test::Tally;

/// The path of every property test contains this.
const FILTER: &str = "properties::";

/// The number of cases per property in the first round.
const CASES: u32 = 256;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// How many minutes to run; no round starts that could not finish in time
    #[arg(long, default_value_t = 60)]
    minutes: u64,
    /// Run only tests whose path contains this, such as call::properties
    #[arg(default_value = FILTER)]
    filter: String,
}

pub(crate) async fn run(args: Args) -> Result<ExitCode> {
    let repo = Repo::find()?;
    let packages = repo.with_properties();
    let of: Vec<&str> = packages.iter().flat_map(|package| ["-p", package.as_str()]).collect();
    cargo::run(&repo.root, &[&["test", "--no-run"], &*of].concat(), "building the tests").await?;
    // Time for building does not count.
    let (begun, limit) = (Instant::now(), Duration::from_secs(args.minutes.saturating_mul(60)));
    let (mut cases, mut all, mut rounds) = (Some(CASES), Tally::default(), 0_u32);
    while let Some(now) = cases {
        rounds += 1;
        println!("round {rounds}: {now} cases of each property in {}", packages.join(", "));
        let from = Instant::now();
        let test = [&["test", "--no-fail-fast"], &*of, &["--", args.filter.as_str()]].concat();
        let tally = round(&repo, &test, now).await?;
        ensure!(tally.passed + tally.failed > 0, "no test has {:?} in its path", args.filter);
        all.add(tally);
        let left = limit.saturating_sub(begun.elapsed());
        cases = next(now, from.elapsed(), left).filter(|_| all.failed == 0);
    }
    println!("{rounds} rounds, {} s: {all}", begun.elapsed().as_secs());
    if all.failed > 0 {
        println!(
            "the seeds of the failures are in the crate's `proptest-regressions`; commit them, so that later \
             runs try them first, and add the case to a table of the code's own tests"
        );
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

/// The number of cases for the next round, if `cases` took `took` and `left` is left: twice as many, or as
/// many as fit in the time. `None` if that is fewer than in the first round.
fn next(cases: u32, took: Duration, left: Duration) -> Option<u32> {
    let fit = f64::from(cases) * left.as_secs_f64() / took.as_secs_f64().max(0.001);
    let twice = cases.saturating_mul(2);
    if fit >= f64::from(twice) {
        return Some(twice);
    }
    // The value is less than `twice`, so it fits a u32.
    let fit = fit as u32;
    (fit >= CASES).then_some(fit)
}

/// Runs all properties once, each with this number of cases.
async fn round(repo: &Repo, args: &[&str], cases: u32) -> Result<Tally> {
    let mut child = cargo::command(&repo.root, args)
        .env("PROPTEST_CASES", cases.to_string())
        // The number of rejected inputs grows with the number of cases.
        .env("PROPTEST_MAX_GLOBAL_REJECTS", (cases * 16).to_string())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot run cargo test")?;
    let mut tally = Tally::default();
    if let Some(stdout) = child.stdout.take() {
        let mut lines = BufReader::new(stdout).lines();
        while let Some(line) = lines.next_line().await? {
            tally.line(&line);
            if !line.trim().is_empty() {
                println!("{line}");
            }
        }
    }
    let status = child.wait().await?;
    if !status.success() && tally.failed == 0 {
        println!("FAILED without a result: cargo {} ({status})", args.join(" "));
        tally.failed += 1;
    }
    Ok(tally)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_grow_while_time_remains() {
        let seconds = Duration::from_secs;
        for (cases, took, left, expected) in [
            (256, 10, 3600, Some(512)),
            (512, 20, 40, Some(1024)),
            (1024, 40, 20, Some(512)),
            (1024, 40, 5, None),
            (256, 10, 0, None),
            (u32::MAX, 1, 3600, Some(u32::MAX)),
        ] {
            assert_eq!(next(cases, seconds(took), seconds(left)), expected, "{cases} {left}");
        }
    }
}
