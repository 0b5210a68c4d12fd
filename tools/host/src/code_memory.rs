//! Lets code run that is a part of the program.

use rustix::mm::{MprotectFlags, mprotect};
use wasmtime::CustomCodeMemory;

/// Makes code executable that is a part of the program.
pub(crate) struct InThisProgram;

impl CustomCodeMemory for InThisProgram {
    fn required_alignment(&self) -> usize {
        rustix::param::page_size()
    }

    fn publish_executable(&self, ptr: *const u8, len: usize) -> wasmtime::Result<()> {
        let flags = MprotectFlags::READ | MprotectFlags::EXEC;
        // SAFETY: Wasmtime passes whole pages of the code of one component, which is a static without other data
        // in its pages.
        Ok(unsafe { mprotect(ptr.cast_mut().cast(), len, flags) }?)
    }

    fn unpublish_executable(&self, ptr: *const u8, len: usize) -> wasmtime::Result<()> {
        // SAFETY: as above, and Wasmtime runs no code from there any longer.
        Ok(unsafe { mprotect(ptr.cast_mut().cast(), len, MprotectFlags::READ) }?)
    }
}
