//! Why nothing was measured.

use std::process::ExitStatus;
use std::time::Duration;
use std::{fmt, io};

/// Why nothing was measured.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The text of a command cannot be understood.
    #[error("{command}: {message}")]
    Command {
        /// The text.
        command: String,
        /// What is wrong with it.
        message: String,
    },
    /// A program did not do what can be measured.
    #[error("{command}: {failure}")]
    Failed {
        /// The text of its command.
        command: String,
        /// What happened.
        failure: Failure,
    },
    /// The benchmark itself could not work.
    #[error("cannot measure: {0}")]
    Internal(String),
}

impl Error {
    /// The next step.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Error::Failed { failure, .. } => failure.hint(),
            _ => None,
        }
    }
}

/// What a program did that cannot be measured.
#[derive(Debug)]
#[non_exhaustive]
pub enum Failure {
    /// It could not be started.
    Start(io::Error),
    /// It ended with another status than 0.
    Status {
        /// How it ended.
        status: ExitStatus,
        /// The last lines of its errors.
        said: String,
    },
    /// It did not end.
    Hangs {
        /// When it was ended.
        limit: Duration,
        /// What it had printed until then, in bytes, where that was looked at.
        printed: Option<u64>,
    },
}

impl Failure {
    fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Failure::Start(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                "make it executable: chmod +x, and look whether its file system allows that"
            }
            Failure::Start(_) => "give an executable of this system, or the interpreter and the script as one argument",
            Failure::Status { .. } => "--ignore-failure measures programs that fail as well",
            Failure::Hangs { .. } => "a program that waits for input gets none here; --time-limit gives it more time",
        })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Start(error) => write!(f, "it cannot be started: {error}"),
            Failure::Status { status, said } => {
                write!(f, "it failed ({status})")?;
                said.lines().try_for_each(|line| write!(f, "\n  {line}"))
            }
            Failure::Hangs { limit, printed } => {
                write!(f, "it had not ended after {} s, and was ended", limit.as_secs_f64())?;
                match printed {
                    Some(bytes) if *bytes > 0 => write!(f, "; it had printed {bytes} bytes"),
                    _ => Ok(()),
                }
            }
        }
    }
}
