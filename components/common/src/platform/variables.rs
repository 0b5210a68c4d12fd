//! The application's variables, as `spin.toml` gives them to this component.
//!
//! This module must not log or repeat a value, because many values are secrets.

/// The trimmed value of the variable `name`. `None` if it is empty or not given to this component.
pub async fn get(name: &str) -> Option<String> {
    let value = spin_sdk::variables::get(name).await.ok()?;
    let trimmed = value.trim();
    if trimmed.is_empty() {
        None
    } else if trimmed.len() == value.len() {
        Some(value)
    } else {
        Some(trimmed.to_owned())
    }
}
