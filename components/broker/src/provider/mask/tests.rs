use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use super::*;

const SECRET: &str = "sk_live_a+b/c=d\"";

fn masked_as(mut mask: Mask, chunks: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::new();
    for chunk in chunks {
        out.extend_from_slice(&mask.push(Bytes::copy_from_slice(chunk)));
    }
    out.extend_from_slice(&mask.finish());
    out
}

fn masked(secret: &str, chunks: &[&[u8]]) -> Vec<u8> {
    masked_as(Mask::new(&Rc::new(Needles::new([secret].into_iter())), false), chunks)
}

/// `text` after the mask. Checks that the result is the same for the whole text, for two chunks with any cut,
/// and for single bytes.
fn everywhere(secret: &str, text: &[u8]) -> Vec<u8> {
    let whole = masked(secret, &[text]);
    for cut in 0..text.len() {
        let (first, second) = text.split_at(cut);
        let found = masked(secret, &[first, second]);
        assert_eq!(found, whole, "cut at {cut}: {}", String::from_utf8_lossy(&found));
    }
    let bytes: Vec<&[u8]> = text.chunks(1).collect();
    assert_eq!(masked(secret, &bytes), whole);
    let needles = Rc::new(Needles::new([secret].into_iter()));
    assert_eq!(Mask::new(&needles, false).whole(Bytes::copy_from_slice(text)), whole);
    whole
}

fn text(secret: &str, before: &str) -> String {
    String::from_utf8(everywhere(secret, before.as_bytes())).unwrap()
}

#[test]
fn a_secret_is_overwritten_in_any_spelling_wherever_it_is_cut() {
    let hex: String = SECRET.bytes().map(|byte| format!("{byte:02x}")).collect();
    let each = |form: &dyn Fn(u8) -> String| SECRET.bytes().map(form).collect::<String>();
    for spelled in [
        SECRET.to_owned(),
        "sk_live_a+b/c=d\\\"".to_owned(),
        "sk_live_a+b\\/c=d\\\"".to_owned(),
        "sk_live_a\\u002bb\\u002Fc\\u003dd\\u0022".to_owned(),
        // JSON in JSON, and JSON in JSON in JSON.
        "sk_live_a+b\\\\/c=d\\\\\\\"".to_owned(),
        "sk_live_a\\\\u002bb\\\\\\\\/c=d\\\\\\\\\\\\\\\"".to_owned(),
        "sk%5Flive%5Fa%2Bb%2Fc%3Dd%22".to_owned(),
        "sk%5flive%5fa%2bb%2fc%3dd%22".to_owned(),
        "sk_live_a%2Bb%2Fc%3Dd%22".to_owned(),
        "sk_live_a%252Bb%252fc%25253Dd%22".to_owned(),
        "sk_live_a&plus;b&sol;c&equals;d&quot;".to_owned(),
        "sk&lowbar;live_a&#43;b&#47;c&#x3d;d&#0034;".to_owned(),
        // HTML in JSON, a URL in JSON, JSON in a form, HTML in HTML, mail.
        "sk_live_a\\u0026#43;b/c\\u0026#x3D;d\\u0026quot;".to_owned(),
        "sk_live_a\\u00252bb/c\\u00253Dd%5C%22".to_owned(),
        "sk_live_a%5Cu002bb%5C%2Fc=d%5Cu0022".to_owned(),
        "sk_live_a%26%2343%3Bb/c=d%26quot%3B".to_owned(),
        "sk_live_a&amp;#43;b/c=d&amp;quot;".to_owned(),
        "sk_li=\r\nve_a+b/c=3Dd\"".to_owned(),
        each(&|byte| format!("\\u{byte:04x}")),
        each(&|byte| format!("\\u{byte:04X}")),
        each(&|byte| format!("%{byte:02X}")),
        each(&|byte| format!("&#{byte};")),
        each(&|byte| format!("&#x{byte:X};")),
        each(&|byte| format!("\\x{byte:02x}")),
        each(&|byte| format!("\\{byte:03o}")),
        each(&|byte| format!("\\u{{{byte:x}}}")),
        each(&|byte| format!("%u{byte:04X}")),
        hex.to_uppercase(),
        hex,
        STANDARD_NO_PAD.encode(SECRET),
        URL_SAFE_NO_PAD.encode(SECRET),
    ] {
        let before = format!("before {spelled} after {spelled}");
        let hidden: String =
            spelled.chars().map(|c| if c.is_control() { c } else { '*' }).collect();
        assert_eq!(text(SECRET, &before), before.replace(&spelled, &hidden));
    }
}

#[test]
fn a_secret_is_found_within_base64_of_a_longer_text() {
    for secret in ["up_live_0123456789/abc+def=", "12345678", "\u{fc}ber~secret??>"] {
        for before in ["", "Bearer ", "user:", "x-key: ", "{\"a\":\""] {
            for after in ["", "\"}", "\r\nhost: x"] {
                let plain = format!("{before}{secret}{after}");
                for form in [
                    STANDARD.encode(&plain),
                    URL_SAFE_NO_PAD.encode(&plain),
                    STANDARD.encode(&plain).replace('/', "\\/"),
                    STANDARD.encode(&plain).replace('+', "%2B").replace('/', "%2F"),
                    STANDARD.encode(&plain).replace('+', "\\u002b").replace('=', "\\u003d"),
                ] {
                    let found = text(secret, &format!("{{\"echo\":\"{form}\"}}"));
                    let stars = found.matches('*').count();
                    // At most two bytes at the beginning of the secret are left.
                    assert!(stars >= (secret.len() - 2) * 8 / 6, "{plain}: {found}");
                    assert!(found.starts_with("{\"echo\":\"") && found.ends_with("\"}"));
                }
            }
        }
    }
    // Base64 in lines, as in mail.
    let long = format!("{}{SECRET}", "x".repeat(50));
    let lines: Vec<String> = STANDARD
        .encode(long)
        .as_bytes()
        .chunks(76)
        .map(|l| String::from_utf8_lossy(l).into())
        .collect();
    let found = text(SECRET, &lines.join("\r\n"));
    assert!(found.matches('*').count() >= 18 && found.contains("*\r\n*"), "{found}");
}

#[test]
fn wide_characters_in_either_byte_order_stay_valid() {
    let plain = format!("<\u{4e2d}{SECRET}\u{4e2d}> and %73k\\u005flive_a+b/c=d&quot;.");
    let utf16: Vec<u16> = plain.encode_utf16().collect();
    let little: Vec<u8> = utf16.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    let big: Vec<u8> = utf16.iter().flat_map(|unit| unit.to_be_bytes()).collect();
    let wide: Vec<u8> = plain.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
    let hidden = format!(
        "<\u{4e2d}{}\u{4e2d}> and {}.",
        "*".repeat(SECRET.len()),
        "*".repeat(SECRET.len() + 2 + 5 + 5)
    );
    let read = |bytes: &[u8], of: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.chunks(2).map(|pair| of([pair[0], pair[1]])).collect();
        String::from_utf16(&units).unwrap()
    };
    assert_eq!(read(&everywhere(SECRET, &little), u16::from_le_bytes), hidden);
    assert_eq!(read(&everywhere(SECRET, &big), u16::from_be_bytes), hidden);
    let wide = everywhere(SECRET, &wide);
    let units = wide.chunks(4).map(|c| u32::from_le_bytes([c[0], c[1], c[2], c[3]]));
    assert_eq!(units.map(|unit| char::from_u32(unit).unwrap()).collect::<String>(), hidden);
}

#[test]
fn characters_beyond_ascii_are_found_in_each_spelling() {
    let secret = "p\u{e4}ssw\u{f6}rd-\u{1f511}-1";
    for spelled in [
        secret.to_owned(),
        "p\\u00e4ssw\\u00F6rd-\\ud83d\\udd11-1".to_owned(),
        "p%C3%A4ssw%c3%b6rd-%F0%9F%94%91-1".to_owned(),
        "p&#228;ssw&#xf6;rd-&#x1F511;-1".to_owned(),
        "p\\u{e4}ssw\\u{f6}rd-\\u{1f511}-1".to_owned(),
    ] {
        let before = format!("[{spelled}]");
        assert_eq!(text(secret, &before), format!("[{}]", "*".repeat(spelled.len())));
    }
    let latin = b"[p\xe4ssw\xf6rd-long]";
    assert_eq!(everywhere("p\u{e4}ssw\u{f6}rd-long", latin), b"[*************]");
}

/// Each case is a secret that is short or a number, a text, and the masked text.
#[test]
fn a_secret_that_may_be_a_word_or_a_number_is_masked_only_as_a_whole_value() {
    for (secret, before, after) in [
        ("123456", "{\"total\":123456,\"x\":[123456, 123456],\"y\":-123456.5}", None),
        ("123456", "{\"echo\":\"123456\"}", Some("{\"echo\":\"******\"}")),
        ("123456", "{\"echo\":\"12\\u00334\\x356\"}", Some("{\"echo\":\"**************\"}")),
        (
            "123456",
            "{\"raw\":\"{\\\"echo\\\":\\\"123456\\\"}\"}",
            Some("{\"raw\":\"{\\\"echo\\\":\\\"******\\\"}\"}"),
        ),
        (
            "123456",
            "{&quot;echo&quot;:&quot;123456&quot;}",
            Some("{&quot;echo&quot;:&quot;******&quot;}"),
        ),
        ("123456", "{\"123456\":1,\"a123456\":\"1234567\"}", None),
        ("123456", "user=u&password=123456&x=1123456", Some("user=u&password=******&x=1123456")),
        ("123456", "password=123456", Some("password=******")),
        ("123456", "123456", None),
        ("123456", "<n>123456</n><n>1123456</n>", Some("<n>******</n><n>1123456</n>")),
        ("12345678", "{\"n\":12345678,\"m\":[12345678,912345678]}", None),
        ("12345678", "{\"e\":\"bad key: 12345678\"}", Some("{\"e\":\"bad key: ********\"}")),
        ("12345678", "{\"e\":\"(12345678) is bad\"}", Some("{\"e\":\"(********) is bad\"}")),
        (
            "hunter2",
            "{\"hunter2\":\"a hunter2 b\",\"p\":\"hunter2\"}",
            Some("{\"hunter2\":\"a hunter2 b\",\"p\":\"*******\"}"),
        ),
        ("hunter2", "hunter2\n", Some("*******\n")),
        ("hunter2", "hunter23", None),
        ("true", "true", None),
        ("x", "{\"x\":\"x\",\"y\":[\"x\"]}", Some("{\"x\":\"*\",\"y\":[\"*\"]}")),
        ("", "{\"a\":\"\"}", None),
    ] {
        assert_eq!(text(secret, before), after.unwrap_or(before), "{secret} in {before}");
    }
    for (secret, value, after) in [
        ("123456", "123456", "******"),
        ("123456", "1234567", "1234567"),
        ("123456", "a=123456; Path=/", "a=******; Path=/"),
        ("true", "true", "****"),
        ("hunter2", "Basic hunter2", "Basic hunter2"),
    ] {
        let mut header = HeaderValue::from_str(value).unwrap();
        Needles::new([secret].into_iter()).header(&mut header);
        assert_eq!(header, after, "{secret} in {value}");
    }
}

#[test]
fn other_texts_are_not_changed_or_held_back() {
    let needles = Rc::new(Needles::new([SECRET, "short"].into_iter()));
    let mut mask = Mask::new(&needles, false);
    let event = Bytes::from_static(b"data: {\"text\":\"hello short\\n\\u4e2d\"}\n\n");
    assert_eq!(mask.push(event.clone()).as_ptr(), event.as_ptr(), "it was copied");
    assert!(mask.finish().is_empty());
    assert_eq!(mask.push(Bytes::from_static(b"x sk_li")), Bytes::from_static(b"x "));
    assert_eq!(mask.push(Bytes::from_static(b"ke it")), Bytes::from_static(b"sk_like it"));
    assert_eq!(mask.push(Bytes::from_static(b"100%")), Bytes::from_static(b"100"));
    assert_eq!(mask.push(Bytes::from_static(b" of")), Bytes::from_static(b"% of"));
    // A secret whose last character may begin an escape is complete nevertheless.
    let mut mask = Mask::new(&Rc::new(Needles::new(["a-key-with="].into_iter())), false);
    assert_eq!(
        mask.push(Bytes::from_static(b"x a-key-with=")),
        Bytes::from_static(b"x ***********")
    );
    let url = "https://x/?key=sk_live_a%2Bb%2Fc%3Dd%22&y";
    let mut value = HeaderValue::from_str(url).unwrap();
    needles.header(&mut value);
    assert_eq!(value, "https://x/?key=************************&y");
}

/// One secret begins within the other.
#[test]
fn two_overlapping_secrets_are_both_overwritten() {
    let needles = Rc::new(Needles::new(["abcdefgh1234", "h1234567890"].into_iter()));
    let all = b"<abcdefgh1234567890>";
    for cut in 0..all.len() {
        let (first, second) = all.split_at(cut);
        let found = masked_as(Mask::new(&needles, false), &[first, second]);
        assert_eq!(String::from_utf8(found).unwrap(), "<******************>", "cut at {cut}");
    }
}

/// A part of a body (206) may begin and end within a secret.
#[test]
fn the_ends_of_a_part_do_not_show_six_bytes_of_a_secret() {
    let secret = "up_live_0123456789/abc+def=";
    let needles = Rc::new(Needles::new([secret].into_iter()));
    let json = format!("{{\"a\":\"{}\"}}", secret.replace('/', "\\u002f").replace('+', "\\u002b"));
    let base64 = STANDARD.encode(format!("Bearer {secret}"));
    let plain = format!("before {secret} after");
    for body in [plain, json, base64.clone()] {
        for start in 0..body.len() {
            for end in (start + 1..=body.len()).rev().step_by(1 + start % 11) {
                let part = &body.as_bytes()[start..end];
                for chunks in [vec![part], part.chunks(3).collect()] {
                    let found = masked_as(Mask::new(&needles, true), &chunks);
                    let found = String::from_utf8(found).unwrap();
                    let read = found.replace("\\u002f", "/").replace("\\u002b", "+");
                    let windows = secret.as_bytes().windows(6);
                    for window in windows.map(|w| std::str::from_utf8(w).unwrap()) {
                        assert!(!read.contains(window), "{start}..{end} of {body}: {found}");
                    }
                    let of_base64 = base64.as_bytes()[12..46].windows(11);
                    for window in of_base64.map(|w| std::str::from_utf8(w).unwrap()) {
                        assert!(!read.contains(window), "{start}..{end} of {body}: {found}");
                    }
                }
            }
        }
    }
}

/// A search for the whole secret at each position where it could begin would take quadratic time.
#[test]
fn a_secret_that_repeats_itself_is_found_in_one_pass() {
    for (secret, text) in [
        ("a".repeat(400), "a".repeat(1 << 17)),
        ("ab".repeat(200), "ab".repeat(1 << 16)),
        (format!("{}b", "a".repeat(399)), "a".repeat(1 << 17)),
        ("\\".repeat(100), "\\".repeat(1 << 13)),
    ] {
        let needles = Rc::new(Needles::new([secret.as_str()].into_iter()));
        let masked = Mask::new(&needles, false).whole(Bytes::from(text.clone()));
        let left = masked.iter().filter(|byte| **byte != b'*').count();
        assert!(left < 17, "{left} of {}", text.len());
        // Byte by byte, with other text around the secret.
        let text = format!("before {secret} after");
        let mut mask = Mask::new(&needles, false);
        let mut out: Vec<u8> =
            text.bytes().flat_map(|byte| mask.push(Bytes::copy_from_slice(&[byte]))).collect();
        out.extend_from_slice(&mask.finish());
        assert_eq!(
            String::from_utf8(out).unwrap(),
            text.replace(&secret, &"*".repeat(secret.len()))
        );
    }
}
