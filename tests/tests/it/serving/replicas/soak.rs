//! A soak test: sixteen writers on two replicas, with 5 ms between each replica and the database, for ten
//! minutes. The test reports how long writes took, and fails if the database server stops writing.
//!
//! `cargo xtask test --storage file -- --ignored --nocapture replicas::soak` runs it. `NEXUS_SOAK_SECONDS` sets its length.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use futures::future::join_all;
use nexus_simulators::{Kind, Simulator};
use serde_json::json;

use super::{Replicas, create};
use crate::kit::app::App;
use crate::kit::upstream::Upstream;

/// The number of concurrent writers.
const WRITERS: usize = 16;
/// A write that takes longer is counted as stalled.
const STALLED: Duration = Duration::from_secs(4);
/// If no write succeeds for this long, the server has stopped writing.
const STOPPED: Duration = Duration::from_secs(30);

/// The measurements of the writers.
#[derive(Default)]
struct Seen {
    /// The times of successful writes, in milliseconds, by kind.
    times: BTreeMap<&'static str, Vec<u128>>,
    /// The number of other responses, by kind and status.
    failed: BTreeMap<(&'static str, u16), u32>,
    stalled: u32,
    /// The longest time without a successful write.
    longest: Duration,
    last: Option<Instant>,
}

impl Seen {
    fn note(&mut self, kind: &'static str, status: u16, took: Duration) {
        self.stalled += u32::from(took >= STALLED);
        if status >= 300 {
            *self.failed.entry((kind, status)).or_default() += 1;
            return;
        }
        self.times.entry(kind).or_default().push(took.as_millis());
        let now = Instant::now();
        let gap = self.last.map_or(Duration::ZERO, |last| now - last);
        (self.longest, self.last) = (self.longest.max(gap), Some(now));
    }

    fn print(mut self, seconds: u64) {
        for (kind, times) in &mut self.times {
            times.sort_unstable();
            let at = |part: usize| times[(times.len() - 1) * part / 100];
            println!(
                "{kind}: {} ({:.1}/s), {} ms in the middle, {} ms at 99 %, {} ms at most",
                times.len(),
                times.len() as f64 / seconds as f64,
                at(50),
                at(99),
                at(100)
            );
        }
        println!("other answers: {:?}", self.failed);
        println!("{} writes took 4 s or longer", self.stalled);
        println!("{:?} at most without a successful write", self.longest);
    }
}

/// Writes by `app` until `end`: creates an integration, changes its policy, and deletes it.
async fn write(app: &App, manifest: &str, number: usize, end: Instant, seen: &Mutex<Seen>) {
    static NAMES: AtomicU32 = AtomicU32::new(0);
    while Instant::now() < end {
        let name = format!("Soak {number} {}", NAMES.fetch_add(1, Ordering::Relaxed));
        let begun = Instant::now();
        let created = create(app, manifest, &name).await;
        seen.lock().unwrap().note("create", created.status.as_u16(), begun.elapsed());
        if created.status != 201 {
            continue;
        }
        let path = format!("/api/integrations/{}", created.json()["id"].as_str().unwrap());
        let policy = json!({"policy": {"agents": ["*"], "rules": []}, "name": format!("{name} b")});
        let begun = Instant::now();
        let changed = app.put(&path).as_admin().json(&policy).send().await;
        seen.lock().unwrap().note("change", changed.status.as_u16(), begun.elapsed());
        let begun = Instant::now();
        let deleted = app.delete(&path).as_admin().send().await;
        seen.lock().unwrap().note("delete", deleted.status.as_u16(), begun.elapsed());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes ten minutes"]
async fn sixteen_writers_for_ten_minutes() {
    let Some(replicas) = Replicas::start().await else { return };
    let seconds = std::env::var("NEXUS_SOAK_SECONDS").ok().and_then(|text| text.parse().ok());
    let seconds: u64 = seconds.unwrap_or(600);
    let Replicas { apps, servers: _servers, lines, _dir } = replicas;
    let provider = Simulator::start(Kind::Stripe, 0).await.unwrap();
    let manifest = apps[0].adopt("stripe", &provider).await;
    let upstream = Upstream::start().await;
    upstream.connect(&apps[0], json!({})).await;
    lines.iter().for_each(|line| line.delay(Duration::from_millis(5)));
    let end = Instant::now() + Duration::from_secs(seconds);
    let seen = Mutex::new(Seen::default());
    let writers =
        (0..WRITERS).map(|number| write(&apps[number % 2], &manifest, number, end, &seen));
    // Calls of agents add usage and places of concurrent calls while the writers run.
    let shared = &seen;
    let calls = apps.iter().map(|app| async move {
        while Instant::now() < end {
            let begun = Instant::now();
            let answer = app.get("/api/proxy/up/x").as_role("AGENT", "acme").send().await;
            let status = answer.status.as_u16();
            assert!(matches!(status, 200 | 429 | 503), "{answer:?}");
            if status != 200 || begun.elapsed() >= STALLED {
                shared.lock().unwrap().note("call", status, begun.elapsed());
            }
        }
    });
    tokio::join!(join_all(writers), join_all(calls));
    let seen = seen.into_inner().unwrap();
    let longest = seen.longest;
    let wrong: Vec<_> =
        seen.failed.keys().filter(|(_, status)| !matches!(status, 429 | 503)).copied().collect();
    seen.print(seconds);
    let last = create(&apps[0], &manifest, "After the soak").await;
    assert_eq!(last.status, 201, "the server has stopped to write: {last:?}");
    assert!(longest < STOPPED, "no write for {longest:?}");
    assert!(wrong.is_empty(), "{wrong:?}");
}
