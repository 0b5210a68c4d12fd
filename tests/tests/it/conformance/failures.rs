//! What a provider does when it fails, and what must come of it: a call passes it on as it is, and a check never takes
//! trouble for a dead credential.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

use crate::kit::app::Answer;
use crate::kit::upstream::Reply;

/// A way to fail. The last two are none: they are unusual ways to succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    Unauthorized,
    Forbidden,
    TooMany,
    Broken,
    Html,
    Silent,
    Gzip,
    WrongContentType,
}

/// The failures of a call, in their order. The 401 comes last, because it has consequences.
pub(super) const OF_CALLS: [Failure; 7] = [
    Failure::TooMany,
    Failure::Broken,
    Failure::Html,
    Failure::Gzip,
    Failure::WrongContentType,
    Failure::Forbidden,
    Failure::Unauthorized,
];

/// The failures of the verify request that say nothing about the credential, and the unusual successes.
pub(super) const OF_CHECKS: [Failure; 5] =
    [Failure::TooMany, Failure::Broken, Failure::Html, Failure::Gzip, Failure::WrongContentType];

const PAGE: &str = "<!doctype html><title>Just a moment</title>";

impl Failure {
    /// The reply, or `None` if nothing is sent. `ok` is the body of a success.
    pub(super) fn reply(self, ok: &Value) -> Option<Reply> {
        let json = "content-type: application/json\r\n";
        Some(match self {
            Self::Unauthorized => Reply::json(401, &json!({"message": "unauthorized"})),
            Self::Forbidden => Reply::json(403, &json!({"message": "forbidden"})),
            Self::TooMany => {
                let headers = format!("{json}retry-after: 7\r\n");
                Reply::new(429, &headers, json!({"message": "slow down"}).to_string())
            }
            Self::Broken => Reply::new(500, "content-type: text/plain\r\n", "it broke"),
            Self::Html => Reply::new(403, "content-type: text/html; charset=utf-8\r\n", PAGE),
            Self::Silent => return None,
            Self::Gzip => {
                let headers = format!("{json}content-encoding: gzip\r\n");
                Reply::new(200, &headers, zipped(&ok.to_string()))
            }
            Self::WrongContentType => {
                Reply::new(200, "content-type: text/plain\r\n", ok.to_string())
            }
        })
    }

    /// Whether the answer to a call is what the provider sent.
    pub(super) fn check_call(self, answer: &Answer) -> Result<(), String> {
        let ok = json!({"answer": 42}).to_string();
        let (status, body) = match self {
            Self::Unauthorized => (401, json!({"message": "unauthorized"}).to_string()),
            Self::Forbidden => (403, json!({"message": "forbidden"}).to_string()),
            Self::TooMany => (429, json!({"message": "slow down"}).to_string()),
            Self::Broken => (500, "it broke".to_owned()),
            Self::Html => (403, PAGE.to_owned()),
            Self::Silent => return Ok(()),
            Self::Gzip | Self::WrongContentType => (200, ok),
        };
        let found = match answer.header("content-encoding") {
            "gzip" => unzipped(&answer.bytes),
            _ => answer.text.clone(),
        };
        let retry = if self == Self::TooMany { "7" } else { "" };
        let is_same =
            answer.status == status && found == body && answer.header("retry-after") == retry;
        if is_same { Ok(()) } else { Err(format!("a call that meets {self:?} got {answer:?}")) }
    }
}

fn zipped(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

fn unzipped(bytes: &[u8]) -> String {
    let mut text = String::new();
    let _ = GzDecoder::new(bytes).read_to_string(&mut text);
    text
}
