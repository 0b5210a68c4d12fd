//! The resident memory of a process and its descendants, from `/proc` (Linux).

use anyhow::{Context, Result};

/// The resident bytes of `pid` and its descendants, without our own guard around Spin.
pub(crate) fn tree(pid: u32) -> Result<u64> {
    let mut processes = Vec::new();
    for entry in std::fs::read_dir("/proc").context("memory is measured on Linux only: no /proc")? {
        let name = entry?.file_name();
        let Some(id) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else { continue };
        // A process that has ended in the meantime is ignored.
        if let Ok(status) = std::fs::read_to_string(format!("/proc/{id}/status")) {
            processes.push((id, Status::parse(&status)));
        }
    }
    Ok(sum(&processes, pid))
}

/// The fields that are read from `/proc/<pid>/status`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Status {
    name: String,
    parent: u32,
    resident: u64,
}

impl Status {
    fn parse(text: &str) -> Self {
        let mut status = Self::default();
        for line in text.lines() {
            let Some((name, value)) = line.split_once(':') else { continue };
            let first = value.split_whitespace().next().unwrap_or_default();
            match name {
                "Name" => status.name = value.trim().to_owned(),
                "PPid" => status.parent = first.parse().unwrap_or_default(),
                "VmRSS" => status.resident = first.parse::<u64>().unwrap_or_default() * 1_024,
                _ => {}
            }
        }
        status
    }
}

fn sum(processes: &[(u32, Status)], root: u32) -> u64 {
    let own = processes
        .iter()
        .filter(|(id, status)| *id == root && status.name != "xtask")
        .map(|(_, status)| status.resident)
        .sum::<u64>();
    let children = processes.iter().filter(|(id, status)| status.parent == root && *id != root);
    own + children.map(|(id, _)| sum(processes, *id)).sum::<u64>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descendants_count_and_the_guard_does_not() {
        let text = "Name:\tnexus-host\nPPid:\t7\nVmSize:\t  999 kB\nVmRSS:\t    1000 kB\n";
        let host = Status::parse(text);
        assert_eq!(host, Status { name: "nexus-host".into(), parent: 7, resident: 1_024_000 });
        let guard = Status { name: "xtask".into(), parent: 1, resident: 50 };
        let other = Status { name: "other".into(), parent: 1, resident: 70 };
        let child = Status { name: "c".into(), parent: 8, resident: 5 };
        let processes = [(7, guard), (8, host), (9, other), (10, child)];
        assert_eq!(sum(&processes, 7), 1_024_005);
        assert_eq!(sum(&processes, 8), 1_024_005);
        assert_eq!(sum(&processes, 9), 70);
    }

    #[test]
    fn this_process_has_resident_memory() {
        assert!(tree(1).is_ok());
    }
}
