//! A command line that is measured: which file is run, with which words.

use std::path::{Path, PathBuf};

use nyash_pack::{files, inspect};

use super::error::Error;

/// A program and its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// As it was given.
    pub text: String,
    /// The executable. It is looked up once: a search would be part of every time.
    pub path: PathBuf,
    /// What follows its name.
    pub arguments: Vec<String>,
}

impl Program {
    /// Reads a command: the path of a file, or words as a shell separates them. Nothing but quotes and backslashes is
    /// special in it.
    ///
    /// # Errors
    /// [`Error::Command`]: an open quote, no word, no such file.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let refuse = |message: &str| Error::Command {
            command: text.to_owned(),
            message: message.to_owned(),
        };
        let as_path = Path::new(text);
        let words = if as_path.is_file() {
            vec![text.to_owned()]
        } else {
            shell_words::split(text).map_err(|_| refuse("a quote in it is not closed"))?
        };
        let (name, arguments) = words.split_first().ok_or_else(|| refuse("the command is empty"))?;
        let path = find(name).ok_or_else(|| refuse(&format!("there is no program `{name}`")))?;
        if matches!(
            path.extension().and_then(|end| end.to_str()),
            Some("wasm" | "wat" | "cwasm")
        ) {
            return Err(refuse("this is a module; pack it, and measure the executable"));
        }
        Ok(Program {
            text: text.to_owned(),
            path,
            arguments: arguments.to_vec(),
        })
    }

    /// The executable and the files among its arguments.
    pub fn files(&self) -> Vec<PathBuf> {
        let named = self.arguments.iter().map(PathBuf::from).filter(|path| path.is_file());
        std::iter::once(self.path.clone()).chain(named).collect()
    }

    /// Size of the executable in bytes.
    pub fn size(&self) -> u64 {
        std::fs::metadata(&self.path).map_or(0, |file| file.len())
    }

    /// Whether nyash-pack made it.
    pub fn is_packed(&self) -> bool {
        files::map(&self.path).is_ok_and(|file| inspect::Program::parse(file.bytes()).is_ok())
    }
}

/// The file of a name: itself if it has a folder, else from the search path.
fn find(name: &str) -> Option<PathBuf> {
    let path = PathBuf::from(name);
    if path.components().count() > 1 {
        return path.is_file().then_some(path);
    }
    let suffix = std::env::consts::EXE_SUFFIX;
    let folders = std::env::var_os("PATH")?;
    let found = std::env::split_paths(&folders)
        .flat_map(|folder| [folder.join(name), folder.join(format!("{name}{suffix}"))])
        .find(|path| path.is_file());
    // `app` in the working directory is what somebody means who has just packed it.
    found.or_else(|| path.is_file().then(|| Path::new(".").join(path)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_separated_like_a_shell_does() {
        let program = Program::parse("cargo 'one word' two\\ words").unwrap();
        assert_eq!(program.arguments, ["one word", "two words"]);
        assert!(program.path.is_absolute());
    }

    #[test]
    fn what_cannot_be_run_is_said() {
        let said = |text: &str| Program::parse(text).unwrap_err().to_string();
        assert!(said("  ").contains("empty"));
        assert!(said("no-such-program-here x").contains("no program `no-such-program-here`"));
        assert!(said("./no/such 'x").contains("not closed"));
    }
}
