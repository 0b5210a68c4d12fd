//! The files of an installation: who may read them, and how much room is left.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::fs::statvfs;
use rustix::process::{Resource, getrlimit, getuid};

use super::Finding;
use crate::server::installation::Installation;

/// Less free room than this is an error, in bytes.
const LOW: u64 = 100 << 20;
/// Less free room than this is a warning, in bytes.
const SCARCE: u64 = 1 << 30;
/// Connections need two open files each.
const FEW_FILES: u64 = 4096;

pub(super) fn check(installation: &Installation) -> Vec<Finding> {
    let mut findings = vec![
        is_private("state directory", &installation.state),
        is_private("file with the variables", &installation.env_file),
    ];
    findings.extend(room(&installation.state));
    findings.push(open_files());
    findings
}

fn is_private(what: &'static str, path: &Path) -> Finding {
    let shown = path.display();
    let found = match fs::metadata(path) {
        Ok(found) => found,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let text = format!("{shown} does not exist; `nexus up` makes it on its first start");
            return Finding::warning(what, text);
        }
        Err(error) => return Finding::bad(what, format!("cannot read {shown}: {error}")),
    };
    let mode = found.mode() & 0o777;
    if found.uid() != getuid().as_raw() {
        Finding::bad(what, format!("{shown} belongs to another user; run nexus as that user"))
    } else if mode & 0o077 != 0 {
        let wanted = if found.is_dir() { "700" } else { "600" };
        Finding::bad(
            what,
            format!(
                "{shown} has mode {mode:o}, so other users can read it: chmod {wanted} {shown}"
            ),
        )
    } else {
        Finding::good(what, format!("{shown}, mode {mode:o}"))
    }
}

fn room(state: &Path) -> Option<Finding> {
    let found = statvfs(state).ok()?;
    let free = found.f_bavail.saturating_mul(found.f_frsize);
    let text = format!("{} MB are free in {}", free >> 20, state.display());
    Some(match free {
        0..LOW => Finding::bad("room", format!("{text}; writes will fail soon: make room")),
        LOW..SCARCE => Finding::warning("room", format!("{text}; make room")),
        _ => Finding::good("room", text),
    })
}

fn open_files() -> Finding {
    let limit = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    if limit < FEW_FILES {
        let text = format!(
            "this shell may open {limit} files, so that {} connections are served; set LimitNOFILE= or ulimit -n \
             to {FEW_FILES} or more",
            limit / 2
        );
        return Finding::warning("open files", text);
    }
    Finding::good("open files", format!("at most {limit}"))
}
