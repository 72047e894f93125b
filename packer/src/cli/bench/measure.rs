//! The engine: several programs in turn, from spawn to exit.
//!
//! Times of two short processes can only be compared when they are measured side by side: one run of each makes a round, and
//! every round begins with another program. The figure of a program is the median over the rounds.

use std::time::{Duration, Instant};

use super::error::Error;
use super::machine::Machine;
use super::program::Program;
use super::report::{ColdRuns, LeftOut, Measured, Report};
use super::run::{self, Printed, Runner};
use super::settings::{Cold, Settings};
use super::statistics::{self, Ratio, Times};
use crate::cli::system;

/// Runs before those that count: they fill the page cache.
const WARM_UP: usize = 3;
/// Without a wish, as many rounds as fit into this time, within [`FEWEST`] and [`MOST`].
const TIME_FOR_ROUNDS: Duration = Duration::from_secs(3);
const FEWEST: usize = 10;
const MOST: usize = 1000;
/// Runs of each program with a cold page cache. Each costs milliseconds, and their spread is large anyway.
const COLD_RUNS: usize = 10;
/// What a program may print before it is said that printing is measured too, in bytes.
const MUCH_OUTPUT: u64 = 1 << 20;

/// A step of the work, for progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Each program runs once, to see what it does.
    Trial,
    /// A round, and how many there are.
    Round(usize, usize),
    /// System calls and memory are counted.
    Trace,
    /// A cold run of each program, and how many there are.
    Cold(usize, usize),
}

/// Measures programs against the one at index `reference`.
///
/// # Errors
/// [`Error`]: the first program that cannot be measured.
pub fn measure(
    programs: &[Program],
    reference: usize,
    settings: &Settings,
    at: &mut (dyn FnMut(Step) + Send),
) -> Result<Report, Error> {
    // A thread of its own: the choice of a processor holds for the thread and what it starts.
    let work = std::thread::scope(|scope| scope.spawn(|| on_thread(programs, reference, settings, at)).join());
    work.unwrap_or_else(|_| Err(Error::Internal("the measuring thread ended early".to_owned())))
}

fn on_thread(
    programs: &[Program],
    reference: usize,
    settings: &Settings,
    at: &mut (dyn FnMut(Step) + Send),
) -> Result<Report, Error> {
    let processor = if settings.all_processors {
        None
    } else {
        system::stay_on_one_processor()
    };
    let internal = |error: std::io::Error| Error::Internal(error.to_string());
    let mut runners = Vec::new();
    at(Step::Trial);
    let mut printed = Vec::new();
    for program in programs {
        let mut runner = Runner::new(program, settings).map_err(internal)?;
        printed.push(runner.trial()?);
        runners.push(runner);
    }
    let mut notes = notes_about_output(programs, &printed);

    let begin = Instant::now();
    for _ in 0..WARM_UP {
        for runner in &mut runners {
            runner.run()?;
        }
    }
    let one_round = begin.elapsed() / WARM_UP as u32;
    let rounds = settings.rounds.unwrap_or_else(|| {
        let fit = TIME_FOR_ROUNDS.as_nanos() / one_round.as_nanos().max(1);
        usize::try_from(fit).unwrap_or(MOST).clamp(FEWEST, MOST)
    });
    let mut runs: Vec<Vec<run::Run>> = programs.iter().map(|_| Vec::with_capacity(rounds)).collect();
    for round in 0..rounds {
        at(Step::Round(round, rounds));
        for turn in 0..runners.len() {
            let index = (turn + round) % runners.len();
            runs[index].push(runners[index].run()?);
        }
    }

    let cold = cold_runs(programs, &mut runners, settings, at)?;
    at(Step::Trace);
    let reference_times = nanoseconds(&runs[reference]);
    let mut measured = Vec::new();
    for ((program, runs), cold) in programs.iter().zip(&runs).zip(cold) {
        measured.push(figures(program, runs, &reference_times, settings, cold));
    }
    notes.extend(
        measured
            .iter()
            .filter_map(|program| program.times.note(&program.command)),
    );
    Ok(Report {
        machine: Machine::this(),
        rounds,
        warm_up: WARM_UP,
        processor,
        reference,
        programs: measured,
        notes,
    })
}

fn nanoseconds(runs: &[run::Run]) -> Vec<u64> {
    runs.iter().map(|run| run.nanoseconds).collect()
}

/// One program's figures from its runs.
fn figures(
    program: &Program,
    runs: &[run::Run],
    reference: &[u64],
    settings: &Settings,
    cold: Result<Option<ColdRuns>, String>,
) -> Measured {
    let times_ns = nanoseconds(runs);
    let mut left_out = Vec::new();
    let traced = system::trace(run::command(program), settings.time_limit);
    let traced = traced.map_err(|why| {
        left_out.extend(["system_calls", "memory"].map(|what| LeftOut { what, why: why.clone() }));
    });
    let traced = traced.ok();
    let cold = cold.unwrap_or_else(|why| {
        left_out.push(LeftOut { what: "cold", why });
        None
    });
    let median_of = |figure: fn(&run::Run) -> Option<u64>| {
        let values: Option<Vec<u64>> = runs.iter().map(figure).collect();
        values.map(|values| statistics::median(&values))
    };
    let page_faults = median_of(|run| run.page_faults);
    if page_faults.is_none() {
        let why = "this system does not count them for each process".to_owned();
        left_out.push(LeftOut {
            what: "page_faults",
            why,
        });
    }
    Measured {
        command: program.text.clone(),
        packed: program.is_packed(),
        file_bytes: program.size(),
        times: Times::of(&times_ns),
        ratio: Ratio::of(&times_ns, reference),
        cpu_ns: median_of(|run| run.cpu_nanoseconds),
        page_faults,
        system_calls: traced.as_ref().map(|run| run.system_calls),
        memory: traced.and_then(|run| run.memory),
        cold,
        left_out,
        times_ns,
    }
}

/// Runs of every program with a cold page cache; the reason where there can be none.
fn cold_runs(
    programs: &[Program],
    runners: &mut [Runner<'_>],
    settings: &Settings,
    at: &mut (dyn FnMut(Step) + Send),
) -> Result<Vec<Result<Option<ColdRuns>, String>>, Error> {
    if settings.cold == Cold::Off {
        return Ok(programs.iter().map(|_| Ok(None)).collect());
    }
    let mut taken: Vec<Result<Vec<run::Run>, String>> = programs.iter().map(|_| Ok(Vec::new())).collect();
    for round in 0..COLD_RUNS {
        at(Step::Cold(round, COLD_RUNS));
        for ((program, runner), taken) in programs.iter().zip(runners.iter_mut()).zip(&mut taken) {
            let Ok(runs) = taken else { continue };
            match system::drop_files(&program.files(), settings.cold == Cold::Machine) {
                Ok(()) => runs.push(runner.run()?),
                Err(why) => *taken = Err(why),
            }
        }
    }
    Ok(taken
        .into_iter()
        .map(|runs| runs.and_then(|runs| summary(&runs)))
        .collect())
}

fn summary(runs: &[run::Run]) -> Result<Option<ColdRuns>, String> {
    let times = nanoseconds(runs);
    let read: Vec<u64> = runs.iter().map(|run| run.read_bytes.unwrap_or(0)).collect();
    let read_bytes = statistics::median(&read);
    if read_bytes == 0 {
        return Err("nothing was read from disk: its files are in use, or lie in memory".to_owned());
    }
    let times_of = Times::of(&times);
    Ok(Some(ColdRuns {
        runs: times.len(),
        median_ns: times_of.median_ns,
        min_ns: times_of.min_ns,
        max_ns: times_of.max_ns,
        read_bytes,
    }))
}

fn notes_about_output(programs: &[Program], printed: &[Printed]) -> Vec<String> {
    let mut notes = Vec::new();
    for (program, printed) in programs.iter().zip(printed) {
        if printed.bytes > MUCH_OUTPUT {
            notes.push(format!(
                "{} prints {:.1} MB: making it is a part of its times, though it is thrown away",
                program.text,
                printed.bytes as f64 / 1e6
            ));
        }
    }
    let different: Vec<&str> = programs
        .iter()
        .zip(printed)
        .skip(1)
        .filter(|(_, other)| **other != printed[0])
        .map(|(program, _)| program.text.as_str())
        .collect();
    if !different.is_empty() {
        notes.push(format!(
            "{} and {} print different things: do they do the same?",
            different.join(", "),
            programs[0].text
        ));
    }
    notes
}
