//! What is wrong with a command line beyond its grammar: a second module, a command that does not exist.

use std::path::{Path, PathBuf};

use super::exit;

/// A command line that asks for nothing that can be done.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Wrong {
    message: String,
    pub hint: Option<String>,
    pub status: u8,
}

/// Commands of other packers, which are none here.
const PACKING: [&str; 5] = ["build", "compile", "pack", "make", "package"];

/// The one module of a command line.
///
/// # Errors
/// [`Wrong`] when there are more, or when the first word looks like a command.
pub fn one<'a>(modules: &'a [PathBuf], commands: &[String]) -> Result<&'a Path, Wrong> {
    let usage = |message: String, hint: Option<String>| Wrong {
        message,
        hint,
        status: exit::USAGE,
    };
    let (first, rest) = match modules {
        [] => return Err(usage("no module is given".to_owned(), None)),
        [first, rest @ ..] => (first, rest),
    };
    let Some(second) = rest.first() else {
        return Ok(first);
    };
    let word = first.to_string_lossy();
    if looks_like_command(first) {
        let hint = if PACKING.contains(&word.as_ref()) {
            format!("did you mean `nyash-pack {}`?", second.display())
        } else {
            match nearest(&word, commands) {
                Some(command) => format!("did you mean `{command}`?"),
                None => "`nyash-pack help` lists all".to_owned(),
            }
        };
        return Err(usage(format!("there is no command `{word}`"), Some(hint)));
    }
    Err(usage(
        format!("one module at a time: {} is a second one", second.display()),
        None,
    ))
}

/// What to say of a module that cannot be read because it does not exist.
pub fn missing(module: &Path, error: &std::io::Error, commands: &[String]) -> Option<Wrong> {
    if error.kind() != std::io::ErrorKind::NotFound || !looks_like_command(module) {
        return None;
    }
    let command = nearest(&module.to_string_lossy(), commands)?;
    Some(Wrong {
        message: format!("cannot read {}: {error}", module.display()),
        hint: Some(format!("did you mean the command `{command}`?")),
        status: exit::FILES,
    })
}

/// A word without an ending or folder, and no file is called so.
fn looks_like_command(word: &Path) -> bool {
    let plain = word.components().count() == 1 && word.extension().is_none();
    plain && !word.exists() && word != Path::new("-")
}

/// The command that differs in a slip of a few letters.
fn nearest<'a>(word: &str, commands: &'a [String]) -> Option<&'a str> {
    let distance = |command: &&String| nyash_format::edit_distance(word, command);
    let near = commands.iter().min_by_key(distance)?;
    (distance(&near) <= (word.chars().count() / 3).max(1)).then_some(near)
}
