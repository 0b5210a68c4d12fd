//! `cargo xtask fuzz`: the property tests of all crates again and again, each time with more cases, until the
//! time is over.
//!
//! They are those of every module `properties`; `cargo test` runs the same with few cases. What is tried, and
//! what must hold, stands there and not here.

use std::process::{ExitCode, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tokio::io::{AsyncBufReadExt, BufReader};

use crate::cargo;
use crate::repo::Repo;
use crate::test::Tally;

/// In the path of every property test.
const FILTER: &str = "properties::";

/// How many cases of each property the first round tries.
const CASES: u32 = 256;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// For how many minutes; no round begins that would not end by then
    #[arg(long, default_value_t = 60)]
    minutes: u64,
    /// Only tests whose path contains this, such as call::properties
    #[arg(default_value = FILTER)]
    filter: String,
}

pub(crate) async fn run(args: Args) -> Result<ExitCode> {
    let repo = Repo::find()?;
    let packages = repo.with_properties();
    let of: Vec<&str> = packages.iter().flat_map(|package| ["-p", package.as_str()]).collect();
    cargo::run(&repo.root, &[&["test", "--no-run"], &*of].concat(), "building the tests").await?;
    // Building does not count.
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
            "the seeds of what failed are in the crate's `proptest-regressions`: commit them, and they are \
             tried first from now on; put the case into a table of the code's own tests too"
        );
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

/// How many cases the next round tries, where `cases` took `took` and `left` is left: twice as many, or what
/// there is time for; `None` where that is less than the first round's.
fn next(cases: u32, took: Duration, left: Duration) -> Option<u32> {
    let fit = f64::from(cases) * left.as_secs_f64() / took.as_secs_f64().max(0.001);
    let twice = cases.saturating_mul(2);
    if fit >= f64::from(twice) {
        return Some(twice);
    }
    // Less than `twice`, so it is a u32.
    let fit = fit as u32;
    (fit >= CASES).then_some(fit)
}

/// Runs all properties once, with so many cases of each.
async fn round(repo: &Repo, args: &[&str], cases: u32) -> Result<Tally> {
    let mut child = cargo::command(&repo.root, args)
        .env("PROPTEST_CASES", cases.to_string())
        // Inputs that are no case at all grow with the cases.
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
    fn rounds_grow_as_long_as_there_is_time_for_them() {
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
