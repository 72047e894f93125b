//! `nyash-pack bench APP..`: how fast programs start and end.
//!
//! `program` tells what is run, `run` runs it once, `measure` runs all in turn, `statistics` makes figures of times, `chart` draws;
//! this file prints. System calls, memory and the page cache are `cli/system/`'s.
//! `settings`, `report` and `error` are what goes in and what comes out.

mod chart;
pub mod error;
mod machine;
mod measure;
mod program;
mod report;
mod run;
pub mod settings;
mod statistics;

use std::fmt::Write as _;
use std::io::{IsTerminal, Write};
use std::time::Duration;

use nyash_pack::output;

use super::args::BenchArgs;

use super::interrupt::Watch;
use super::style;
use measure::Step;
use program::Program;
use report::{Measured, Report};
use settings::Settings;

/// Width of the longest bar.
const BAR: u64 = 40;
/// Eighths of a character, for the end of a bar.
const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/// Measures and shows.
pub fn run(args: &BenchArgs) -> anyhow::Result<()> {
    if let Some(path) = &args.chart {
        // Known before minutes go into measuring.
        output::check_output(path)?;
    }
    let programs: Vec<Program> = args
        .apps
        .iter()
        .chain(&args.against)
        .map(|text| Program::parse(text))
        .collect::<Result<_, _>>()?;
    let reference = if args.against.is_empty() { 0 } else { args.apps.len() };
    let settings = Settings {
        rounds: args.rounds.map(|rounds| rounds as usize),
        time_limit: Duration::from_secs(args.time_limit.into()),
        all_processors: args.all_processors,
        cold: args.cold.into(),
        ignore_failure: args.ignore_failure,
    };
    let mut progress = Line::new();
    let measured = measure::measure(&programs, reference, &settings, &mut |step| progress.show(step));
    drop(progress);
    let report = measured?;
    if let Some(path) = &args.chart {
        let watch = Watch::start();
        output::write_file(path, chart::draw(&report).as_bytes(), 0o666, &|| watch.asked())?;
    }
    let mut out = std::io::stdout().lock();
    if args.json {
        serde_json::to_writer_pretty(&mut out, &report)?;
        writeln!(out)?;
    } else {
        out.write_all(text(&report).as_bytes())?;
    }
    out.flush()?;
    for note in &report.notes {
        eprintln!("{} {note}", style::hint("note:"));
    }
    Ok(())
}

/// The report for people.
fn text(report: &Report) -> String {
    let several = report.programs.len() > 1;
    let ratio = if several { "ratio" } else { "" };
    let mut rows = vec![
        [
            "",
            "median",
            "p10",
            "p90",
            ratio,
            "from disk",
            "faults",
            "calls",
            "memory",
        ]
        .map(str::to_owned),
    ];
    rows.extend(report.programs.iter().map(|program| row(program, several)));
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..rows[0].len()).map(width).collect();
    let slowest = report.programs.iter().map(|program| program.times.median_ns).max();
    let mut out = String::new();
    for (at, row) in rows.iter().enumerate() {
        for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
            // Writing to a String cannot fail.
            let _ = match column {
                0 => write!(out, "{cell:<width$}"),
                _ if *width == 0 => Ok(()),
                _ => write!(out, "  {cell:>width$}"),
            };
        }
        out.truncate(out.trim_end().len());
        out.push('\n');
        if let Some(program) = at.checked_sub(1).and_then(|index| report.programs.get(index))
            && several
        {
            let _ = writeln!(out, "{}", bar(program.times.median_ns, slowest.unwrap_or(1)));
        }
    }
    let where_run = report
        .processor
        .map_or("all processors".to_owned(), |one| format!("processor {one}"));
    let _ = writeln!(
        out,
        "\n{} runs of each in turn on {where_run}, after {} to warm up",
        report.rounds, report.warm_up
    );
    for program in &report.programs {
        for left_out in &program.left_out {
            let _ = writeln!(
                out,
                "{}: no {}: {}",
                program.command,
                spoken(left_out.what),
                left_out.why
            );
        }
    }
    out
}

fn row(program: &Measured, several: bool) -> [String; 9] {
    let none = || "-".to_owned();
    let times = &program.times;
    let ratio = &program.ratio;
    [
        program.command.clone(),
        chart::time(times.median_ns),
        chart::time(times.p10_ns),
        chart::time(times.p90_ns),
        if several {
            format!("{:.2} ({:.2}–{:.2})", ratio.ratio, ratio.low, ratio.high)
        } else {
            String::new()
        },
        program.cold.map_or_else(none, |cold| chart::time(cold.median_ns)),
        program.page_faults.map_or_else(none, |count| count.to_string()),
        program.system_calls.map_or_else(none, |count| count.to_string()),
        program.memory.map_or_else(none, |memory| size(memory.resident_bytes)),
    ]
}

fn spoken(what: &str) -> &str {
    match what {
        "system_calls" => "system calls",
        "page_faults" => "page faults",
        "cold" => "time from disk",
        other => other,
    }
}

fn size(bytes: u64) -> String {
    match bytes >> 10 {
        kilobytes @ 0..10_000 => format!("{kilobytes} KB"),
        kilobytes => format!("{} MB", kilobytes >> 10),
    }
}

/// A bar as long as the time's part of the slowest.
fn bar(time: u64, slowest: u64) -> String {
    let eighths = time.saturating_mul(BAR * 8) / slowest.max(1);
    let (full, rest) = (eighths / 8, eighths % 8);
    let whole = usize::try_from(full).unwrap_or(0);
    let end = usize::try_from(rest)
        .ok()
        .and_then(|rest| EIGHTHS.get(rest))
        .unwrap_or(&"");
    // Something is always there.
    match (whole, *end) {
        (0, "") => EIGHTHS[1].to_owned(),
        (whole, end) => "█".repeat(whole) + end,
    }
}

/// What is being done, on terminals.
struct Line(bool);

impl Line {
    fn new() -> Self {
        let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        Line(!dumb && std::io::stderr().is_terminal())
    }

    fn show(&mut self, step: Step) {
        /// Rounds between two changes of the line: writing it must not disturb what is measured.
        const EVERY: usize = 50;
        let text = match step {
            _ if !self.0 => return,
            Step::Round(round, _) if round % EVERY != 0 => return,
            Step::Trial => "trying each program".to_owned(),
            Step::Round(round, rounds) => format!("round {round} of {rounds}"),
            Step::Cold(round, rounds) => format!("from disk, {round} of {rounds}"),
            Step::Trace => "counting system calls".to_owned(),
        };
        let mut stderr = std::io::stderr();
        let _ = write!(stderr, "\r{text}\x1b[K");
        let _ = stderr.flush();
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if self.0 {
            eprint!("\r\x1b[K");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars() {
        assert_eq!(bar(100, 100), "█".repeat(40));
        assert_eq!(bar(50, 100), "█".repeat(20));
        assert_eq!(bar(0, 100), "▏");
        assert_eq!(bar(1, 64), "▋");
    }

    #[test]
    fn sizes() {
        assert_eq!(size(472 << 10), "472 KB");
        assert_eq!(size(40 << 20), "40 MB");
    }
}
