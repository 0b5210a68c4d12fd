//! A place among the requests in progress. A request releases its place while it waits for its client, and
//! takes a place again before it continues.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};

/// A place.
pub(crate) struct Place {
    free: Arc<Semaphore>,
    held: Mutex<Option<OwnedSemaphorePermit>>,
}

/// The wait for a place.
pub(crate) type Acquiring =
    Pin<Box<dyn Future<Output = Result<OwnedSemaphorePermit, AcquireError>> + Send>>;

impl Place {
    /// Waits for a place.
    pub(crate) async fn take(free: &Arc<Semaphore>) -> Arc<Self> {
        // An error would mean that the semaphore is closed, which never happens.
        let held = free.clone().acquire_owned().await.ok();
        Arc::new(Self { free: free.clone(), held: Mutex::new(held) })
    }

    fn lock(&self) -> MutexGuard<'_, Option<OwnedSemaphorePermit>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Releases the place for other requests.
    pub(crate) fn release(&self) {
        self.lock().take();
    }

    /// Takes a place again, if it was released.
    pub(crate) fn poll_return(
        &self,
        acquiring: &mut Option<Acquiring>,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        if self.lock().is_none() {
            let free = &self.free;
            let waiting = acquiring.get_or_insert_with(|| Box::pin(free.clone().acquire_owned()));
            *self.lock() = ready!(waiting.as_mut().poll(cx)).ok();
            *acquiring = None;
        }
        Poll::Ready(())
    }
}
