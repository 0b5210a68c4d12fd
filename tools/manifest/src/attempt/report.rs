//! What the manifest makes of a response, in words. Everything that comes from the provider is masked.

use std::time::Duration;

use nexus_manifests::Manifest;
use nexus_manifests::answer::{json, without_mark};
use nexus_manifests::verdict::{Expected, Response, Trouble, Verdict, text_at};
use nexus_printable::shown;

use super::mask::Secrets;
use super::request::Answer;

/// The most characters of a body that are shown.
const MAX_SHOWN: usize = 8_000;

/// The report.
pub(super) struct Report {
    pub(super) text: String,
    /// Whether the provider accepts the credential.
    pub(super) is_live: bool,
}

pub(super) fn of(
    manifest: &Manifest,
    answer: &Answer,
    took: Duration,
    secrets: &Secrets,
    with_body: bool,
) -> Report {
    let json = json(&answer.content_type, &answer.body);
    let mask = |text: &str| secrets.masked(&shown(text));
    let Answer { status, content_type, .. } = answer;
    let mut lines =
        vec![format!("{status} ({}), after {} ms", mask(content_type), took.as_millis())];
    if let Some(location) = &answer.location {
        lines.push(format!("  it redirects to {}, and that was not followed", mask(location)));
    }
    let mut is_live = false;
    if let Some(expected) = Expected::of(&manifest.verify) {
        let response =
            Response { status: *status, json: json.as_ref(), is_limited: answer.is_limited };
        let id = expected.account.map(|account| account.id.as_str());
        let id = id.and_then(|pointer| text_at(json.as_ref()?, pointer));
        // The application keeps no text of a provider that holds a credential.
        let is_echo = id.is_some_and(|id| mask(&id) != shown(&id));
        let verdict = match expected.judge(response) {
            Verdict::LiveWithBody if is_echo && expected.success.is_none() => {
                lines.push("  the account's id holds a credential, so it is not used".to_owned());
                Verdict::Trouble(Trouble::NoAccount)
            }
            other => other,
        };
        is_live = matches!(verdict, Verdict::Live | Verdict::LiveWithBody);
        lines.push(format!("  {}", words(verdict)));
        if let (true, Some(account), Some(json)) = (is_live, expected.account, &json) {
            let named = [("id", Some(&account.id)), ("name", account.label.as_ref())];
            for (what, pointer) in named.into_iter().filter_map(|(what, at)| Some((what, at?))) {
                let value =
                    text_at(json, pointer).map_or("(nothing there)".to_owned(), |text| mask(&text));
                lines.push(format!("  the account's {what} at {pointer}: {value}"));
            }
        }
    }
    if with_body {
        let text = match &json {
            Some(json) => format!("{json:#}"),
            None => String::from_utf8_lossy(without_mark(&answer.body)).into_owned(),
        };
        lines.extend(body_text(&text, secrets).lines().map(|line| format!("  | {line}")));
    }
    Report { text: lines.join("\n"), is_live }
}

/// The beginning of a body. An invisible character within a credential would hide it from the mask, and a cut would leave a
/// part of it at the end. So it is masked between the two.
fn body_text(text: &str, secrets: &Secrets) -> String {
    let visible: Vec<String> = text.lines().map(shown).collect();
    secrets.masked(&visible.join("\n")).chars().take(MAX_SHOWN).collect()
}

fn words(verdict: Verdict<'_>) -> String {
    match verdict {
        Verdict::Live | Verdict::LiveWithBody => "the provider accepts the credential".to_owned(),
        Verdict::Refused => "the provider rejects the credential. If it is live, `verify.live_on` may lack this response".to_owned(),
        Verdict::Trouble(Trouble::Status) => "this response says nothing about the credential".to_owned(),
        Verdict::Trouble(Trouble::NotJson) => "the body is not JSON, so it says nothing about the credential".to_owned(),
        Verdict::Trouble(Trouble::NoSign(pointer)) => format!("the body has nothing at {pointer}, where `verify.success` looks"),
        Verdict::Trouble(Trouble::NoAccount) => "the body has no account where `verify.account.id` points to, so it is not as documented".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;

    #[test]
    fn a_body_is_masked_after_invisible_characters_are_removed_and_before_it_is_cut() {
        let mut secrets = Secrets::default();
        secrets.add("key", Zeroizing::new("sk_live_0123456789".to_owned()));
        let hidden = "a\nsk_live_\u{200b}0123\u{ad}456789\nb";
        assert_eq!(body_text(hidden, &secrets), "a\n‹key›\nb");
        let late = format!("{}sk_live_0123456789", "x".repeat(MAX_SHOWN - 10));
        assert!(!body_text(&late, &secrets).contains("sk_"));
        assert_eq!(body_text(&late, &secrets).chars().count(), MAX_SHOWN - 5);
    }
}
