//! Colour on terminals that want it. Every message reads the same without.

use std::io::IsTerminal;

fn wanted() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    std::io::stderr().is_terminal() && !set("NO_COLOR") && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

fn painted(code: &str, text: &str) -> String {
    if wanted() {
        format!("\x1b[{code}m{text}\x1b[0m")
    } else {
        text.to_owned()
    }
}

/// Marks an error.
pub fn error(text: &str) -> String {
    painted("1;31", text)
}

/// Marks a hint or note.
pub fn hint(text: &str) -> String {
    painted("1;36", text)
}
