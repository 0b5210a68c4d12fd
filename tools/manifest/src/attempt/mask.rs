//! Removes credentials from what is shown, in every form in which a provider may echo them.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use zeroize::Zeroizing;

/// The credentials of a request. Each is shown as `‹name›`.
#[derive(Default)]
pub(super) struct Secrets {
    values: Vec<(String, Zeroizing<String>)>,
}

impl Secrets {
    pub(super) fn add(&mut self, name: &str, value: Zeroizing<String>) {
        self.values.push((name.to_owned(), value));
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let found = self.values.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// `text` with each credential replaced by its name.
    pub(super) fn masked(&self, text: &str) -> String {
        let mut forms: Vec<(Zeroizing<String>, &str)> = Vec::new();
        for (name, value) in &self.values {
            forms.extend(spellings(value).into_iter().map(|form| (form, name.as_str())));
        }
        for (user, first) in &self.values {
            for (_, second) in &self.values {
                let pair = Zeroizing::new(format!("{}:{}", first.as_str(), second.as_str()));
                forms.extend(spellings(&pair).into_iter().map(|form| (form, user.as_str())));
            }
            let alone = Zeroizing::new(format!("{}:", first.as_str()));
            forms.extend(spellings(&alone).into_iter().map(|form| (form, user.as_str())));
        }
        // A form may contain another.
        forms.sort_by_key(|(form, _)| std::cmp::Reverse(form.len()));
        forms.iter().fold(text.to_owned(), |text, (form, name)| replaced(&text, form, name))
    }
}

/// `text` with `form` replaced, whatever the case of its letters.
fn replaced(text: &str, form: &str, name: &str) -> String {
    if form.is_empty() || !form.is_ascii() {
        return text.replace(form, &format!("‹{name}›"));
    }
    let (folded, wanted) = (text.to_ascii_lowercase(), form.to_ascii_lowercase());
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (found, _) in folded.match_indices(&wanted) {
        out.push_str(text.get(at..found).unwrap_or_default());
        out.push_str(&format!("‹{name}›"));
        at = found + wanted.len();
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// The forms of a value: as it is, percent-encoded, as a JSON string, in base64, and in base64 as a bearer token's header.
fn spellings(value: &str) -> Vec<Zeroizing<String>> {
    let quoted = serde_json::Value::from(value).to_string();
    let quoted = quoted.trim_matches('"').to_owned();
    let encoded = utf8_percent_encode(value, NON_ALPHANUMERIC).to_string();
    let form = url::form_urlencoded::byte_serialize(value.as_bytes()).collect::<String>();
    let bearer = Zeroizing::new(format!("Bearer {value}"));
    let base64 = [value, bearer.as_str()]
        .map(|text| [STANDARD_NO_PAD.encode(text), URL_SAFE_NO_PAD.encode(text)])
        .concat();
    let mut all = vec![value.to_owned(), quoted, encoded, form];
    // Of base64, three characters are about two of the value. What is shorter occurs by chance.
    all.extend(base64.into_iter().filter(|text| text.len() >= 6));
    all.sort();
    all.dedup();
    all.into_iter().filter(|form| !form.is_empty()).map(Zeroizing::new).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_is_masked_in_every_spelling() {
        let mut secrets = Secrets::default();
        secrets.add("username", Zeroizing::new("ann@acme.example".to_owned()));
        secrets.add("password", Zeroizing::new("p\"a+s/s w=1".to_owned()));
        for text in [
            "p\"a+s/s w=1",
            "P\"A+S/S W=1",
            r#"{"echo":"p\"a+s/s w=1"}"#,
            "?key=p%22a%2Bs%2Fs%20w%3D1",
            "?key=p%22a%2bs%2fs%20w%3d1",
            "?key=p%22a%2Bs%2Fs+w%3D1",
            &STANDARD_NO_PAD.encode("p\"a+s/s w=1"),
            &STANDARD_NO_PAD.encode("ann@acme.example:p\"a+s/s w=1"),
            &URL_SAFE_NO_PAD.encode("ann@acme.example:p\"a+s/s w=1"),
            &STANDARD_NO_PAD.encode("Bearer p\"a+s/s w=1"),
            &URL_SAFE_NO_PAD.encode("Bearer p\"a+s/s w=1"),
        ] {
            let shown = secrets.masked(&format!("before {text} after"));
            let name =
                if shown.contains("‹username›") { "‹username›" } else { "‹password›" };
            let (before, after) = shown.split_once(name).unwrap();
            assert!(before.starts_with("before ") && after.ends_with(" after"), "{shown}");
            let lower = shown.to_ascii_lowercase();
            for part in ["a+s/s", "a%2bs", "ccjhk3mvcyb3pte"] {
                assert!(!lower.contains(part), "{text}: {shown}");
            }
        }
        assert_eq!(secrets.masked("nothing here"), "nothing here");
    }
}
