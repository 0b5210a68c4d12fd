//! Questions to a person, or to a pipe. This module must not print an answer that is secret.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use anyhow::{Context, Result, bail};
use zeroize::Zeroizing;

/// Whether a person answers.
pub(crate) fn is_person() -> bool {
    io::stdin().is_terminal()
}

/// The answer to a question, trimmed; `default` if it is empty.
///
/// # Errors
/// The end of the input.
pub(crate) fn text(question: &str, default: &str) -> Result<String> {
    let shown = if default.is_empty() { String::new() } else { format!(" [{default}]") };
    eprint!("{question}{shown}: ");
    io::stderr().flush()?;
    let answer = line()?.context("the input has ended")?;
    let answer = answer.trim();
    Ok(if answer.is_empty() { default } else { answer }.to_owned())
}

/// A secret: from the terminal without echo, or the next line of a pipe.
///
/// # Errors
/// The end of the input, or an empty secret.
pub(crate) fn secret(name: &str, label: &str) -> Result<Zeroizing<String>> {
    let typed = if is_person() {
        rpassword::prompt_password(format!("{label} (not shown, not stored): "))
            .map(Zeroizing::new)
            .context("cannot read from the terminal")?
    } else {
        line()?.with_context(|| format!("the input has no line for `{name}`"))?
    };
    let trimmed = Zeroizing::new(typed.trim().to_owned());
    if trimmed.is_empty() {
        bail!(
            "`{name}` is empty. Enter it, or pipe it: one line for each field, in the order of the questions"
        );
    }
    Ok(trimmed)
}

/// The next line of the standard input.
fn line() -> Result<Option<Zeroizing<String>>> {
    let mut line = Zeroizing::new(String::new());
    let read = io::stdin().lock().read_line(&mut line).context("cannot read the standard input")?;
    Ok((read > 0).then_some(line))
}
