//! JSON pointers (RFC 6901): how one is extended and checked. `serde_json` resolves them.

/// The pointer to the member or the item `token` of the value at `pointer`.
#[must_use]
pub fn below(pointer: &str, token: &str) -> String {
    format!("{pointer}/{}", token.replace('~', "~0").replace('/', "~1"))
}

/// Whether `text` is a pointer to a part of a document, and not to the whole.
#[must_use]
pub fn is_to_part(text: &str) -> bool {
    let escapes_end = |part: &str| part.starts_with(['0', '1']);
    text.starts_with('/') && text.split('~').skip(1).all(escapes_end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_escaped() {
        assert_eq!(below("", "a"), "/a");
        assert_eq!(below("/a", ""), "/a/");
        assert_eq!(below("/a", "b/c~d~1"), "/a/b~1c~0d~01");
    }

    #[test]
    fn each_escape_is_complete() {
        for (text, is) in [
            ("/", true),
            ("/a/0/b~1c~0", true),
            ("", false),
            ("a", false),
            ("/a~", false),
            ("/a~2", false),
        ] {
            assert_eq!(is_to_part(text), is, "{text}");
        }
    }
}
