//! How providers show a rejected key: its ends, with stars between.

/// `key` with all characters replaced by `*`, except the first `head` and the last `tail`. A key that is too
/// short becomes stars only.
pub(crate) fn mask(key: &str, head: usize, tail: usize) -> String {
    let length = key.chars().count();
    if length <= head + tail {
        return "*".repeat(length);
    }
    key.chars()
        .enumerate()
        .map(|(index, c)| if index < head || index >= length - tail { c } else { '*' })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::mask;

    #[test]
    fn only_the_ends_are_shown() {
        assert_eq!(mask("sk-PMafPxxxxxE873", 8, 4), "sk-PMafP*****E873");
        assert_eq!(mask("short", 8, 4), "*****");
        assert_eq!(mask("", 8, 4), "");
    }
}
