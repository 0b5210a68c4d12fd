//! The files of `deploy/`: each metric that they name exists, each alert has its section in the runbook, and Kubernetes
//! knows every member of its manifests.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use super::metrics::{promtool, scrape};
use crate::agents::sdk::installed;
use crate::kit::app::App;
use crate::kit::programs::repo;

fn read(path: &str) -> String {
    fs::read_to_string(repo().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The metrics that a text names.
fn metrics(text: &str) -> BTreeSet<&str> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.split(|c: char| !is_name(c)).filter(|word| word.starts_with("nexus_")).collect()
}

/// The anchors of a document in Markdown, as GitHub makes them.
fn anchors(text: &str) -> BTreeSet<String> {
    let headings = text.lines().filter_map(|line| {
        line.trim_start_matches('#').strip_prefix(' ').filter(|_| line.starts_with('#'))
    });
    headings
        .map(|heading| {
            let kept = heading.to_lowercase();
            let kept = kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
            kept.map(|c| if c == ' ' { '-' } else { c }).collect()
        })
        .collect()
}

#[tokio::test]
async fn alerts_and_the_dashboard_name_metrics_that_exist() {
    let app = App::start().await;
    let scraped = scrape(&app).await;
    let mut known = BTreeSet::new();
    for (name, kind) in &scraped.kinds {
        match kind.as_str() {
            "histogram" => {
                known.extend(["_bucket", "_sum", "_count"].map(|end| format!("{name}{end}")))
            }
            _ => drop(known.insert(name.clone())),
        }
    }
    for file in ["deploy/alerts.yaml", "deploy/grafana.json"] {
        let text = read(file);
        let named = metrics(&text);
        assert!(named.len() > 8, "{file}: {named:?}");
        let unknown: Vec<_> = named.into_iter().filter(|name| !known.contains(*name)).collect();
        assert!(unknown.is_empty(), "{file}: {unknown:?}");
    }
    // Each metric is used by the dashboard or by an alert.
    let (dashboard, alerts) = (read("deploy/grafana.json"), read("deploy/alerts.yaml"));
    for name in scraped.kinds.keys() {
        assert!(dashboard.contains(name.as_str()) || alerts.contains(name.as_str()), "{name}");
    }
    let dashboard: Value = serde_json::from_str(&dashboard).unwrap();
    let ids: Vec<_> =
        dashboard["panels"].as_array().unwrap().iter().map(|panel| &panel["id"]).collect();
    assert_eq!(ids.len(), ids.iter().map(|id| id.as_i64()).collect::<BTreeSet<_>>().len());
}

#[tokio::test]
async fn each_alert_has_its_section_in_the_runbook() {
    let (alerts, runbook) = (read("deploy/alerts.yaml"), read("docs/runbook.md"));
    let anchors = anchors(&runbook);
    let mut named = BTreeSet::new();
    for alert in alerts.split("- alert: ").skip(1) {
        let name = alert.lines().next().unwrap().trim();
        let url = alert.lines().find_map(|line| line.trim().strip_prefix("runbook_url: "));
        let url = url.unwrap_or_else(|| panic!("{name} has no runbook_url"));
        let (file, anchor) = url.split_once('#').unwrap();
        assert_eq!((file, anchor), ("docs/runbook.md", name.to_lowercase().as_str()), "{name}");
        assert!(anchors.contains(anchor), "{name}: {anchors:?}");
        assert!(alert.contains("severity: ") && alert.contains("summary: "), "{name}");
        named.insert(anchor.to_owned());
    }
    assert!(named.len() > 10, "{named:?}");
    // A section whose alert no longer exists.
    let sections: BTreeSet<_> =
        anchors.into_iter().filter(|anchor| anchor.starts_with("nexus")).collect();
    assert_eq!(sections, named);
}

/// Runs the linter on the rules. Each alert must fire for its series, and must not fire for healthy ones.
#[tokio::test]
async fn each_alert_fires_and_only_then() {
    let (rules, cases) =
        (repo().join("deploy/alerts.yaml"), repo().join("tests/alerts/alerts.yaml"));
    let checked = ["check", "rules", "--lint-fatal", rules.to_str().unwrap()];
    let Some(said) = promtool(&checked, "").await else {
        eprintln!("SKIPPED: promtool is not installed (the package prometheus)");
        return;
    };
    assert!(said.contains("SUCCESS"), "{said}");
    let tested = promtool(&["test", "rules", cases.to_str().unwrap()], "").await.unwrap();
    assert!(tested.contains("SUCCESS"), "{tested}");
    // Each alert is among those that must fire.
    let cases = read("tests/alerts/alerts.yaml");
    for alert in read("deploy/alerts.yaml").split("- alert: ").skip(1) {
        let name = alert.lines().next().unwrap().trim();
        assert!(cases.contains(&format!("alertname=\"{name}\"")), "{name}");
    }
}

#[tokio::test]
async fn links_between_the_operators_documents_lead_somewhere() {
    for file in [
        "docs/operate.md",
        "docs/runbook.md",
        "docs/upgrade.md",
        "deploy/README.md",
        "deploy/kubernetes/README.md",
    ] {
        let text = read(file);
        let folder = repo().join(file);
        let folder = folder.parent().unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if link.starts_with("http") {
                continue;
            }
            let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if path.is_empty() { repo().join(file) } else { folder.join(path) };
            assert!(target.exists(), "{file}: {link}");
            if !anchor.is_empty() {
                let target = fs::read_to_string(target).unwrap();
                assert!(anchors(&target).contains(anchor), "{file}: {link}");
            }
        }
    }
}

#[tokio::test]
async fn kubernetes_knows_every_member_of_its_manifests() {
    let Some(place) = installed() else { return };
    let python = place.join("venv/bin/python");
    let script = repo().join("tests/sdk/kubernetes.py");
    let mut command = tokio::process::Command::new(python);
    let ended = command.arg(script).arg(repo().join("deploy/kubernetes")).output().await.unwrap();
    let said = String::from_utf8_lossy(&ended.stdout).into_owned();
    assert!(ended.status.success(), "{said}\n{}", String::from_utf8_lossy(&ended.stderr));
    for kind in [
        "SpinApp",
        "StatefulSet",
        "HorizontalPodAutoscaler",
        "PodDisruptionBudget",
        "NetworkPolicy",
        "Job",
        "CronJob",
    ] {
        assert!(said.lines().any(|line| line.ends_with(kind)), "no {kind}: {said}");
    }
}
