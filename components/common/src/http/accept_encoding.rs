//! Finds the content coding that a client prefers (RFC 9110, 12.5.3). This module must not compress anything.

use http::header;

use super::Inbound;

/// A content coding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// Brotli (RFC 7932).
    Br,
    /// Gzip (RFC 1952).
    Gzip,
    /// The bytes as they are.
    Identity,
}

impl Coding {
    /// The registered name of the coding.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Br => "br",
            Self::Gzip => "gzip",
            Self::Identity => "identity",
        }
    }
}

/// The value of `Accept-Encoding`, with all its lines joined by commas. Empty if the header is missing.
pub struct AcceptEncoding(String);

impl AcceptEncoding {
    /// The encodings that the client of `inbound` accepts.
    #[must_use]
    pub fn of(inbound: &Inbound) -> Self {
        let lines = inbound.headers().get_all(header::ACCEPT_ENCODING).iter();
        Self(lines.filter_map(|line| line.to_str().ok()).collect::<Vec<_>>().join(","))
    }

    /// Whether the client prefers a compressed response to a plain one.
    #[must_use]
    pub fn prefers_gzip(&self) -> bool {
        let gzip = self.weight(Coding::Gzip);
        gzip > 0 && gzip >= self.weight(Coding::Identity)
    }

    /// The client's preference for `coding`: 0 if it does not accept the coding, otherwise 1 to 1001.
    ///
    /// If the header does not name identity, identity has the weight 1, which is less than any coding that is
    /// named. A client that accepts no coding still gets identity, as if the header were missing (RFC 9110,
    /// 12.1).
    #[must_use]
    pub fn weight(&self, coding: Coding) -> u32 {
        let (mut any, mut named) = (None, None);
        for item in self.0.split(',') {
            let mut parts = item.split(';').map(str::trim);
            let name = parts.next().unwrap_or_default();
            let is = |other: &str| name.eq_ignore_ascii_case(other);
            let weight = parts.next().map_or(1001, weight);
            if is(coding.name()) || (coding == Coding::Gzip && is("x-gzip")) {
                named = Some(weight);
            } else if is("*") {
                any = Some(weight);
            }
        }
        named.or(any).unwrap_or(u32::from(coding == Coding::Identity))
    }
}

/// The weight of a parameter: 501 for `q=0.5`, and 0 if it is not a valid weight.
fn weight(parameter: &str) -> u32 {
    let value = parameter.split_once('=').filter(|(name, _)| name.trim().eq_ignore_ascii_case("q"));
    let value = value.and_then(|(_, value)| value.trim().parse::<f32>().ok());
    match value.filter(|value| *value > 0.0 && *value <= 1.0) {
        Some(value) => (value * 1000.0) as u32 + 1,
        None => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weights(sent: &str) -> [u32; 3] {
        [Coding::Br, Coding::Gzip, Coding::Identity]
            .map(|coding| AcceptEncoding(sent.to_owned()).weight(coding))
    }

    #[test]
    fn gzip_is_preferred_where_the_client_names_it_first_or_alone() {
        let prefers = |sent: &str| AcceptEncoding(sent.to_owned()).prefers_gzip();
        for sent in ["gzip", "gzip, deflate, br", "*", "identity;q=0.5, gzip", "x-gzip;q=0.1"] {
            assert!(prefers(sent), "{sent:?}");
        }
        for sent in ["", "br", "identity", "gzip;q=0", "identity, gzip;q=0.5", "*;q=0"] {
            assert!(!prefers(sent), "{sent:?}");
        }
    }

    #[test]
    fn weights_follow_the_standard() {
        for (sent, expected) in [
            ("", [0, 0, 1]),
            ("br", [1001, 0, 1]),
            ("gzip, deflate, br, zstd", [1001, 1001, 1]),
            ("BR;Q=0.5 , x-gzip ; q = 1.0", [501, 1001, 1]),
            ("br;q=0, *", [0, 1001, 1001]),
            ("*;q=0.1, gzip;q=0", [101, 0, 101]),
            ("*;q=0", [0, 0, 0]),
            ("identity;q=0, gzip;q=0.001", [0, 2, 0]),
            ("br;q=1.5, gzip;q=nan, identity;q=", [0, 0, 0]),
            ("br;level=1, gzip;q=-1", [0, 0, 1]),
        ] {
            assert_eq!(weights(sent), expected, "{sent:?}");
        }
    }
}
