//! Finds the content coding that a client prefers (RFC 9110, 12.5.3). This module must not compress anything.

/// A content coding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    Br,
    Gzip,
    Identity,
}

impl Coding {
    /// The registered name of the coding.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Br => "br",
            Self::Gzip => "gzip",
            Self::Identity => "identity",
        }
    }
}

/// The value of `Accept-Encoding`, with all its lines joined by commas. Empty if the header is missing.
pub(crate) struct AcceptEncoding<'a>(pub(crate) &'a str);

impl AcceptEncoding<'_> {
    /// The client's preference for `coding`: 0 if it does not accept the coding, otherwise 1 to 1001.
    ///
    /// If the header does not name identity, identity has the weight 1, which is less than any coding that is
    /// named. A client that accepts no coding still gets identity, as if the header were missing (RFC 9110,
    /// 12.1).
    pub(crate) fn weight(&self, coding: Coding) -> u32 {
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
            .map(|coding| AcceptEncoding(sent).weight(coding))
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
