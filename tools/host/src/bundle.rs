//! Components that were compiled ahead of time, and that a program contains.
//!
//! `nexus-host bundle` makes the files, the program includes them, and each component is run from where it is in the
//! program: nothing is unpacked. A component whose bytes do not have the digest that was taken when the program was
//! made is not run.

use std::path::Path;
use std::ptr::NonNull;

use anyhow::{Context, Result, ensure};
use rustix::mm::{Advice, madvise};
use sha2::{Digest, Sha256};
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::engine::error;

/// The manifest and the compiled components of an application.
pub struct Bundle {
    /// The text of `spin.toml`.
    pub manifest: &'static str,
    /// The components, compiled for this target.
    pub components: &'static [Compiled],
}

/// One compiled component.
pub struct Compiled {
    /// Its `source` in the manifest.
    pub source: &'static str,
    /// Its native code. It begins a page of memory, and ends one.
    pub code: &'static [u8],
    /// The SHA-256 of `code`.
    pub sha256: [u8; 32],
}

impl Bundle {
    pub(crate) fn find(&self, source: &Path) -> Result<&'static Compiled> {
        let found = self.components.iter().find(|compiled| Path::new(compiled.source) == source);
        found.with_context(|| format!("this program does not contain {}", source.display()))
    }
}

impl Compiled {
    /// Checks the digest, and makes the code executable.
    pub(crate) fn load(&self, engine: &Engine) -> Result<Component> {
        let digest: [u8; 32] = Sha256::digest(self.code).into();
        ensure!(
            digest == self.sha256,
            "{} in this program is damaged: its digest is wrong. Install the program again",
            self.source
        );
        // What was read for the digest need not stay in memory: most of it never runs.
        // SAFETY: the pages are part of the program's file and were not written to, so that they are read again
        // when they are needed. A part of a page that something else shares stays.
        let _ = unsafe {
            madvise(self.code.as_ptr().cast_mut().cast(), self.code.len(), Advice::LinuxDontNeed)
        };
        // SAFETY: the code was made by `nexus-host bundle` with the same version of Wasmtime, as the digest shows. It is a
        // static of the program, so that it lives for ever, and nothing writes to it.
        let component = unsafe { Component::deserialize_raw(engine, NonNull::from(self.code)) };
        component.map_err(error).with_context(|| format!("cannot load {}", self.source))
    }
}
