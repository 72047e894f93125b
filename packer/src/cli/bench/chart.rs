//! The chart of a report as SVG: a bar for each program, its spread, its ratio.

use std::fmt::Write as _;

use super::report::{Measured, Report};

const PACKED: &str = "#0072B2";
const OTHER: &str = "#7F7F7F";
const WIDTH: f64 = 960.0;
const LEFT: f64 = 250.0;
const RIGHT: f64 = 190.0;
const TOP: f64 = 90.0;
const ROW: f64 = 30.0;
/// Characters of a command that fit in front of its bar.
const NAME: usize = 30;

/// Draws the report.
pub fn draw(report: &Report) -> String {
    let slowest = report.programs.iter().map(|program| program.times.p90_ns).max();
    let scale = (WIDTH - LEFT - RIGHT) / slowest.unwrap_or(1).max(1) as f64;
    let bottom = TOP + ROW * report.programs.len() as f64;
    let height = bottom + 44.0;
    let reference = report.programs.get(report.reference);
    let mut out = format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" font-family="DejaVu Sans, Verdana, sans-serif" font-size="14">
<rect width="{WIDTH}" height="{height}" fill="white"/>
<text x="24" y="32" font-size="19" font-weight="bold">Time from start to end</text>
<text x="24" y="54" fill="#444">Medians of {} interleaved runs, with the 10th and 90th percentile; ratios to {}</text>
"##,
        report.rounds,
        escape(&reference.map(name).unwrap_or_default())
    );
    for (row, program) in report.programs.iter().enumerate() {
        bar(&mut out, program, TOP + ROW * row as f64 + ROW / 2.0, scale);
    }
    let machine = &report.machine;
    let processor = machine.processor.as_deref().unwrap_or("unknown processor");
    // Writing to a String cannot fail.
    let _ = writeln!(
        out,
        r##"<text x="24" y="{:.0}" fill="#666" font-size="12">{}, {}</text>
</svg>"##,
        bottom + 26.0,
        escape(processor),
        escape(&machine.system)
    );
    out
}

fn bar(out: &mut String, program: &Measured, middle: f64, scale: f64) {
    let (colour, weight) = if program.packed {
        (PACKED, r#" font-weight="bold""#)
    } else {
        (OTHER, "")
    };
    let x = |nanoseconds: u64| LEFT + nanoseconds as f64 * scale;
    let times = &program.times;
    let _ = writeln!(
        out,
        r##"<text x="{:.0}" y="{:.1}" text-anchor="end"{weight}>{}</text>
<rect x="{LEFT}" y="{:.1}" width="{:.1}" height="14" fill="{colour}" opacity="0.85"/>
<line x1="{:.1}" x2="{:.1}" y1="{middle:.1}" y2="{middle:.1}" stroke="#222" stroke-width="1.6"/>
<text x="{:.0}" y="{:.1}"{weight}>{:.2} ×<tspan x="{:.0}" text-anchor="end" fill="#444">{}</tspan></text>"##,
        LEFT - 14.0,
        middle + 5.0,
        escape(&name(program)),
        middle - 7.0,
        x(times.median_ns) - LEFT,
        x(times.p10_ns),
        x(times.p90_ns),
        WIDTH - RIGHT + 16.0,
        middle + 5.0,
        program.ratio.ratio,
        WIDTH - 24.0,
        time(times.median_ns)
    );
}

/// The end of a command is what tells it from others.
fn name(program: &Measured) -> String {
    let letters: Vec<char> = program.command.chars().collect();
    match letters.len().checked_sub(NAME) {
        Some(more @ 1..) => format!("…{}", letters[more + 1..].iter().collect::<String>()),
        _ => program.command.clone(),
    }
}

fn escape(text: &str) -> String {
    let mut out = String::new();
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // XML has no way to write these.
            letter if letter.is_control() => out.push('\u{fffd}'),
            letter => out.push(letter),
        }
    }
    out
}

/// A time for people: three digits and the unit that fits.
pub fn time(nanoseconds: u64) -> String {
    let value = nanoseconds as f64;
    let (value, unit) = match nanoseconds {
        0..1_000_000 => (value / 1e3, "µs"),
        1_000_000..1_000_000_000 => (value / 1e6, "ms"),
        _ => (value / 1e9, "s"),
    };
    let digits = match value {
        ..10.0 => 2,
        ..100.0 => 1,
        _ => 0,
    };
    format!("{value:.digits$} {unit}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_for_people() {
        let texts = [999, 12_345, 345_678, 1_234_567, 45_600_000, 2_000_000_000].map(time);
        assert_eq!(texts, ["1.00 µs", "12.3 µs", "346 µs", "1.23 ms", "45.6 ms", "2.00 s"]);
    }

    #[test]
    fn text_stays_text() {
        assert_eq!(escape("a<b> & \u{1b}"), "a&lt;b&gt; &amp; \u{fffd}");
    }
}
