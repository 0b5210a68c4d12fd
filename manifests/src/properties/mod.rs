//! Properties of everything that parses text from outside: entries of `private_hosts`, URLs, manifests.

mod hosts;
mod manifests;
mod spin;
