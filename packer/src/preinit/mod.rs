//! `--preinit`: the module is run up to the end of an export when it is packed, and packed as it then is.
//!
//! There is no engine for that in the packer. The module, with everything that can change exported (`instrument`), is
//! packed for this machine with the runtime that every packer carries, run once (`run`), and writes its state out
//! (`nyash_format::snapshot`). `state` reads that, `write` makes the module that starts with it: the same functions,
//! other memories, globals, tables and segments. What follows knows nothing of it.
//!
//! A snapshot may also be taken in the middle, when the program first reads standard input. Then each frame of the call
//! stack is in the snapshot too (`suspend`), and for each there is a function that goes on from there (`resume`).

pub(crate) mod error;
mod instrument;
mod resume;
mod run;
mod shape;
mod state;
mod suspend;
mod write;

use crate::error::Result;
use crate::options::{OptLevel, Options, Preinit};

pub use error::{Failure, Held};
use shape::Shape;
use state::State;
use write::Exports;

/// What is called if nothing else is said: the first that is there.
const USUAL: [&str; 2] = ["wizer.initialize", INITIALIZE];
/// What a reactor has its libraries initialised with.
const INITIALIZE: &str = "_initialize";
/// What a program runs.
const START: &str = "_start";
/// What takes the place of `_start` in a module made for wizer, because the constructors have run.
const RESUME: (&str, &str) = ("wizer.resume", START);

/// What the initialisation has learnt about this machine, which is part of the program now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Learnt {
    /// Clocks were read.
    pub clock: bool,
    /// Random numbers were taken.
    pub random: bool,
    /// The environment was read.
    pub environment: bool,
    /// Arguments were read.
    pub arguments: bool,
    /// Granted directories were looked for.
    pub directories: bool,
}

impl Learnt {
    fn of(called: &[&str]) -> Self {
        let any = |names: &[&str]| called.iter().any(|name| names.contains(name));
        Learnt {
            clock: any(&["clock_time_get"]),
            random: any(&["random_get"]),
            environment: any(&["environ_get", "environ_sizes_get"]),
            arguments: any(&["args_get", "args_sizes_get"]),
            directories: any(&["fd_prestat_get"]),
        }
    }

    /// What was learnt, in words.
    pub(crate) fn words(self) -> Vec<&'static str> {
        let all = [
            (self.clock, "the clock"),
            (self.random, "random numbers"),
            (self.environment, "the environment"),
            (self.arguments, "the arguments"),
            (self.directories, "the granted directories"),
        ];
        all.into_iter()
            .filter(|(read, _)| *read)
            .map(|(_, word)| word)
            .collect()
    }
}

/// A module that starts where the initialisation of another ended.
pub(crate) struct Initialised {
    pub wasm: Vec<u8>,
    /// The export that was called.
    pub function: String,
    pub learnt: Learnt,
}

/// How a module is run: all that its state can depend on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Run {
    preinit: Preinit,
    /// What the program runs, if it is not [`START`].
    invoke: Option<String>,
    /// How the program for the snapshot is packed.
    options: Options,
}

impl Run {
    pub fn new(preinit: &Preinit, options: &Options) -> Self {
        Run {
            preinit: preinit.clone(),
            invoke: options.invoke.clone(),
            options: Options {
                directories: preinit.directories.clone(),
                // They are the program's own, and no part of the world of this machine.
                embedded: options.embedded.clone(),
                env_set: preinit.env.clone(),
                args: preinit.args.clone(),
                argv0: options.argv0.clone().or_else(|| Some(b"program".to_vec())),
                memory_limit: options.memory_limit,
                stack_size: options.stack_size,
                unknown_imports: options.unknown_imports,
                // It runs once.
                opt_level: OptLevel::None,
                stubs: options.stubs.clone(),
                ..Options::default()
            },
        }
    }
}

/// Runs the initialisation of a module in binary form. `pack` makes a program for this machine of a module with reserved
/// exports.
///
/// # Errors
/// [`crate::Error::Preinit`], and what the module would be refused for anyway.
pub(crate) fn initialise(
    wasm: &[u8],
    Run {
        preinit,
        invoke,
        options,
    }: &Run,
    pack: impl FnOnce(&[u8], &Options) -> Result<Vec<u8>>,
) -> Result<Initialised> {
    let shape = Shape::read(wasm)?;
    shape.check_segments()?;
    let function = match &preinit.function {
        Some(function) => function.as_str(),
        None if preinit.until_input => invoke.as_deref().unwrap_or(START),
        None => USUAL
            .into_iter()
            .find(|name| shape.function(name).is_some())
            .ok_or_else(|| Failure::NoUsual {
                there: shape.callable(),
            })?,
    };
    let called = shape.init(function)?;
    let mut init = Vec::new();
    let mut removed = Vec::new();
    if function != INITIALIZE && shape.function(INITIALIZE).is_some() {
        // A reactor may be used only after that, and that may be called only once: now, unless the function does it.
        let before = shape.init(INITIALIZE)?;
        if !shape.calls(wasm, called, before)? {
            init.push(before);
        }
        removed.push(INITIALIZE);
    }
    init.push(called);
    // Before a runtime is looked for that would help nobody here.
    run::possible()?;
    let run = instrument::instrument(wasm, &shape, &init, preinit.until_input)?;
    let program = pack(&run.wasm, options)?;
    let snapshot = run::run(&program, preinit.seconds)?;
    if run.late.is_some() && snapshot.bytes().len() == nyash_format::snapshot::start().len() {
        return Err(Failure::NoInput.into());
    }
    let shadow = run.late.as_ref().map(|(_, shadow)| *shadow);
    let state = State::read(snapshot.bytes(), &shape, &run.dropped, shadow)?;
    let resumed = match (&run.late, &state.stack) {
        (Some((sites, _)), Some(stack)) => {
            let frames = resume::frames(stack, sites)?;
            Some((resume::resume(wasm, &shape, &frames)?, function))
        }
        _ => {
            removed.push(function);
            None
        }
    };
    let resumes = function == USUAL[0] && shape.function(RESUME.0).is_some();
    let changes = Exports {
        removed,
        renamed: resumes.then_some(RESUME),
        resumed,
    };
    Ok(Initialised {
        wasm: write::write(&shape, &state, &changes)?,
        function: function.to_owned(),
        learnt: Learnt::of(&state.called),
    })
}
