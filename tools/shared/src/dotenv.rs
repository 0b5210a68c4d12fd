//! Parses an env file: `NAME=value`, comments, quotes and `export`.
//!
//! It substitutes nothing. A line in which Spin's reader would substitute (`$` outside single quotes) is
//! rejected, so that a file never has two meanings. A message must not contain a value, nor a line that may be half of
//! one.

use std::collections::HashMap;
use std::path::Path;

use anyhow::{Context, Result, bail};

/// Reads the file; a missing file is treated as empty.
///
/// # Errors
/// The file cannot be read, or a line is not in a form that has one meaning.
pub fn read(path: &Path) -> Result<HashMap<String, String>> {
    match std::fs::read_to_string(path) {
        Ok(text) => parse(&text).with_context(|| path.display().to_string()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(HashMap::new()),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// The values by their names.
///
/// # Errors
/// The number of a line that is not in a form that has one meaning.
pub fn parse(text: &str) -> Result<HashMap<String, String>> {
    let mut values = HashMap::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (name, value) = parse_line(line).with_context(|| format!("line {}", index + 1))?;
        // The first of two definitions wins, as in Spin's reader.
        values.entry(name).or_insert(value);
    }
    Ok(values)
}

fn parse_line(line: &str) -> Result<(String, String)> {
    let line = line.strip_prefix("export ").unwrap_or(line);
    let (name, value) = line.split_once('=').context("the `=` is missing")?;
    let name = name.trim();
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.') {
        // A secret that was broken over two lines may have a `=` too, so the name is not shown.
        bail!("the text before the `=` is not a valid name");
    }
    Ok((name.to_owned(), unquote(value.trim())?))
}

fn unquote(value: &str) -> Result<String> {
    let mut result = String::new();
    let mut chars = value.chars();
    let mut quote = None;
    while let Some(c) = chars.next() {
        match (quote, c) {
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            (Some('\''), c) => result.push(c),
            (_, '$') => bail!("`$` must be in single quotes"),
            (Some(_), '\\') => match chars.next() {
                Some('n') => result.push('\n'),
                Some(c @ ('\\' | '"' | '\'' | '$' | ' ')) => result.push(c),
                _ => bail!("unknown escape"),
            },
            (None, '\\') => match chars.next() {
                Some(c) => result.push(c),
                None => bail!("the line ends with a backslash"),
            },
            (None, c) if c.is_whitespace() => {
                let rest = chars.as_str().trim_start();
                if !rest.is_empty() && !rest.starts_with('#') {
                    bail!("quote a value that contains spaces");
                }
                break;
            }
            (_, c) => result.push(c),
        }
    }
    if quote.is_some() {
        bail!("the closing quote is missing");
    }
    Ok(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(line: &str) -> String {
        parse(line).unwrap().remove("A").unwrap()
    }

    #[test]
    fn values_are_read_as_written() {
        assert_eq!(value("A=plain"), "plain");
        assert_eq!(value("export A = spaced # comment"), "spaced");
        assert_eq!(value("A='it $is #1'"), "it $is #1");
        assert_eq!(value(r#"A="two\nlines \"q\"""#), "two\nlines \"q\"");
        assert_eq!(value("A="), "");
        assert_eq!(value("A=k2:YWJj+/==,k1:eA=="), "k2:YWJj+/==,k1:eA==");
        assert_eq!(value("A=first\nA=second"), "first");
    }

    #[test]
    fn a_missing_file_is_empty() {
        assert!(read(Path::new("/nonexistent/.env")).unwrap().is_empty());
    }

    #[test]
    fn an_ambiguous_line_is_rejected_with_its_number() {
        for line in
            ["A=$hush", "A=\"$hush\"", "A=two hush", "A='hush", "hush", "hush/+==", "A=\"\\hush\""]
        {
            let error = format!("{:#}", parse(&format!("# x\n{line}")).unwrap_err());
            assert!(error.starts_with("line 2"), "{line}: {error}");
            assert!(!error.contains("hush"), "{error}");
        }
    }
}
