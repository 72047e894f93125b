//! Why a module cannot be packed as it is after its initialisation.

use thiserror::Error;

/// What a reference is to that cannot be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Held {
    /// Something outside of the module.
    External,
    /// An object or exception, which lives outside of memory.
    Collected,
    /// A function that is not the module's.
    Unknown,
    /// Any reference, where none can be kept.
    Reference,
}

impl std::fmt::Display for Held {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Held::External => "a reference to something outside of the module",
            Held::Collected => "a reference to an object of the garbage collector",
            Held::Unknown => "a function that is not the module's",
            Held::Reference => "a reference",
        })
    }
}

/// Why a module could not be initialised, or what it then holds that cannot be kept.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Failure {
    /// No function to call has this name.
    #[error("the module exports no function `{wanted}`{}", others(.there))]
    NoFunction {
        /// The name.
        wanted: String,
        /// Functions that could be called.
        there: Vec<String>,
    },
    /// Neither of the usual functions is there.
    #[error("the module exports neither `wizer.initialize` nor `_initialize`{}", others(.there))]
    NoUsual {
        /// Functions that could be called.
        there: Vec<String>,
    },
    /// The function takes parameters or returns results.
    #[error("`{name}` must take no parameters and return nothing, and here it is {signature}")]
    Signature {
        /// The function.
        name: String,
        /// Its type.
        signature: String,
    },
    /// An export has a name that is used for taking the snapshot.
    #[error("the export `{0}` has a name that --preinit needs for itself")]
    Reserved(String),
    /// A compiled module.
    #[error("a module that is compiled already cannot be initialised")]
    Compiled,
    /// The packer cannot run programs of any of its targets.
    #[error("it runs the module, which it can do on x86-64 Linux only")]
    Machine,
    /// The program did not end by itself in time.
    #[error("the initialisation took more than {0} seconds of a processor")]
    TimedOut(u64),
    /// The program waited for something.
    #[error("the initialisation has waited for something for more than {0} seconds")]
    Waited(u64),
    /// The program trapped; it has said so itself.
    #[error("the module trapped while it was initialised")]
    Trapped,
    /// The program called `proc_exit`.
    #[error("the module ended itself, with status {0}, before its initialisation was over")]
    Exited(i32),
    /// A signal ended the program.
    #[error("signal {0} ended the module while it was initialised")]
    Killed(i32),
    /// The system refused to start it.
    #[error("the module cannot be run on this machine: {0}")]
    Start(String),
    /// It could not be instantiated; it has said why.
    #[error("the module could not be started to be initialised")]
    NotStarted,
    /// The program ended before it read standard input.
    #[error("the module has not read its standard input, where the snapshot was to be taken")]
    NoInput,
    /// The snapshot cannot be understood.
    #[error("the snapshot is not whole: {0}")]
    Incomplete(String),
    /// Descriptors are not what they were.
    #[error("after the initialisation {}, which cannot be kept", .0.join("; "))]
    Descriptors(Vec<String>),
    /// A global or table refers to what cannot be kept.
    #[error("after the initialisation {place} holds {held}, which cannot be kept")]
    Held {
        /// Where.
        place: String,
        /// What.
        held: Held,
    },
}

impl Failure {
    /// The next step.
    pub(crate) fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Failure::NoFunction { .. } => "give the name of an exported function: --preinit=NAME",
            Failure::NoUsual { .. } => "name the function to call: --preinit=NAME",
            Failure::Compiled => "give the .wasm file",
            Failure::Descriptors(_) => "close what is opened before the function returns",
            Failure::TimedOut(_) | Failure::Waited(_) => {
                "call a function that returns, and that waits for nothing; --preinit-timeout SECONDS gives it more time"
            }
            Failure::Trapped | Failure::Exited(_) => {
                "what it may need is given with --preinit-arg, --preinit-env and --preinit-dir"
            }
            _ => return None,
        })
    }
}

/// The first few functions that could have been meant.
fn others(names: &[String]) -> String {
    match names {
        [] => String::new(),
        names => {
            let shown: Vec<String> = names.iter().take(6).map(|name| format!("`{name}`")).collect();
            let more = if names.len() > 6 { ", ..." } else { "" };
            format!("; it exports {}{more}", shown.join(", "))
        }
    }
}
