//! Requests of one instance that wait for another one of it.
//!
//! The runtime wakes a request only for the request's own events. So each one that waits reads from a stream (Component
//! Model, `stream.new`), whose other end belongs to the request that it waits for. Closing that end wakes it. Looking
//! again every few milliseconds would cost more than the work, if hundreds wait.
//!
//! This module must not know what is waited for.

use std::collections::VecDeque;

use spin_sdk::wasip3::wit_bindgen::StreamWriter;
use spin_sdk::wasip3::wit_stream;

/// Requests that wait, the first to come at the front. If the queue is dropped, all of them are woken.
#[derive(Default)]
pub struct Queue {
    waiting: VecDeque<(u64, StreamWriter<u8>)>,
    number: u64,
}

impl Queue {
    /// A queue in which nothing waits.
    pub const EMPTY: Self = Self { waiting: VecDeque::new(), number: 0 };

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Puts a request at the end. Returns its number for [`Self::leave`], and what resolves when it is woken.
    pub fn enter(&mut self) -> (u64, impl Future<Output = ()> + use<>) {
        let (wakes, mut woken) = wit_stream::new();
        self.number += 1;
        self.waiting.push_back((self.number, wakes));
        // Nothing is ever written: the read ends when the other end is closed.
        (self.number, async move {
            let _ = woken.next().await;
        })
    }

    /// Wakes the first request, which leaves the queue. Returns whether one was waiting.
    pub fn wake_first(&mut self) -> bool {
        self.waiting.pop_front().is_some()
    }

    /// Takes the request `number` out. Returns whether it was still waiting, that is, was not woken.
    pub fn leave(&mut self, number: u64) -> bool {
        let place = self.waiting.iter().position(|(one, _)| *one == number);
        place.and_then(|place| self.waiting.remove(place)).is_some()
    }
}
