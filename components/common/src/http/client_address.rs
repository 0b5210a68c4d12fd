//! The network address of a client, for limits.
//!
//! Spin names the peer of the connection, and a client cannot choose that name. Behind a front proxy, the peer
//! is the proxy, and the proxy names the client in a header. Only the operator knows which header a client
//! cannot choose, so the variable `client_address_header` names it. This module must not believe any other
//! header. An address is not an identity, and must not give a right.

use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;

use http::HeaderName;

use super::Inbound;
use crate::error::{Error, Result};
use crate::kept::{Once, once};
use crate::platform::http::PEER;
use crate::platform::variables;

const VARIABLE: &str = "client_address_header";

thread_local! {
    static HEADER: Once<Option<HeaderName>> = const { Once::new(None) };
}

/// The address of the client: an IPv4 address, or the first 64 bits of an IPv6 address, because one client has
/// all addresses with these bits. `None` if the runtime names no address.
///
/// # Errors
/// [`Error::Misconfigured`].
pub async fn client_address(inbound: &Inbound) -> Result<Option<String>> {
    let named = (*header().await?).clone().and_then(|name| {
        // A proxy appends the address that it sees.
        let last = inbound.headers().get_all(name).iter().next_back()?;
        address(last.to_str().ok()?.rsplit(',').next()?)
    });
    Ok(named.or_else(|| address(inbound.header(&PEER)?)))
}

async fn header() -> Result<Rc<Option<HeaderName>>> {
    let read = async {
        let Some(text) = variables::get(VARIABLE).await else { return Ok(None) };
        let name = HeaderName::try_from(&text).ok();
        name.map(Some).ok_or_else(|| {
            Error::misconfigured(
                VARIABLE,
                "must be the name of a header, such as `x-forwarded-for`",
            )
        })
    };
    once(&HEADER, read).await
}

/// The address in `text`, with or without a port.
fn address(text: &str) -> Option<String> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let ip = bare.parse::<IpAddr>().ok();
    let ip = ip.or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip()))?;
    Some(match ip.to_canonical() {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => {
            let [a, b, c, d, ..] = ip.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_in_every_form() {
        for (text, expected) in [
            ("127.0.0.1:5000", Some("127.0.0.1")),
            (" 10.1.2.3 ", Some("10.1.2.3")),
            ("::ffff:10.1.2.3", Some("10.1.2.3")),
            ("[2001:db8:1:2::9]:443", Some("2001:db8:1:2::/64")),
            ("[2001:db8:1:2:3:4:5:6]", Some("2001:db8:1:2::/64")),
            ("2001:db8:1:2:3:4:5:7", Some("2001:db8:1:2::/64")),
            ("unknown", None),
            ("", None),
        ] {
            assert_eq!(address(text).as_deref(), expected, "{text}");
        }
    }
}
