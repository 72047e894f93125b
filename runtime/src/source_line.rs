//! The line of the source that a trap comes from, for a program that was packed with `-g`.

use core::fmt::Write;
use core::sync::atomic::{AtomicBool, Ordering};

use alloc::ffi::CString;
use rustix::fs::{Mode, OFlags};

use crate::message::Stderr;

/// More of a line is not shown.
const LONGEST_LINE: usize = 240;
/// A file that has more before the line is none that somebody has written.
const LONGEST_FILE: usize = 16 << 20;
/// What a tab is shown as.
const TAB: &str = "    ";

static WANTED: AtomicBool = AtomicBool::new(false);

/// Traps are to show the line.
pub fn want() {
    WANTED.store(true, Ordering::Relaxed);
}

/// Writes a line with a mark under a column (both from 1, in bytes; column 0 is not known), if it is wanted and the file can
/// be read. Tells whether it was.
pub fn write(out: &mut Stderr, (file, line, column): (&str, u32, u32)) -> bool {
    let mut buffer = [0; LONGEST_LINE];
    if !WANTED.load(Ordering::Relaxed) {
        return false;
    }
    let Some(text) = read(file, line, &mut buffer) else {
        return false;
    };
    // Stderr never reports an error.
    let _ = write!(out, "      |\n{line:>5} | ");
    let (mut at, mut width, mut mark) = (0, 0, None);
    for chunk in text.utf8_chunks() {
        let damaged = (!chunk.invalid().is_empty()).then_some(char::REPLACEMENT_CHARACTER);
        for character in chunk.valid().chars().chain(damaged) {
            if at + 1 == column as usize {
                mark = Some(width);
            }
            let _ = match character {
                '\t' => out.write_str(TAB),
                // Nothing that a terminal would obey.
                control if control.is_control() => out.write_char(' '),
                character => out.write_char(character),
            };
            width += if character == '\t' { TAB.len() } else { 1 };
            at += if Some(character) == damaged {
                chunk.invalid().len()
            } else {
                character.len_utf8()
            };
        }
    }
    let _ = match mark {
        Some(mark) => writeln!(out, "\n      | {:mark$}^", ""),
        None => writeln!(out),
    };
    true
}

/// A line of a file, without its end.
fn read<'b>(file: &str, line: u32, buffer: &'b mut [u8; LONGEST_LINE]) -> Option<&'b [u8]> {
    let path = CString::new(file).ok()?;
    // What waits for a writer is no source.
    let file = rustix::fs::open(
        path.as_c_str(),
        OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK,
        Mode::empty(),
    )
    .ok()?;
    let mut chunk = [0; 4096];
    let (mut number, mut len, mut total) = (1, 0, 0);
    while total < LONGEST_FILE {
        let read = rustix::io::read(&file, &mut chunk).ok()?;
        if read == 0 {
            break;
        }
        total += read;
        for byte in &chunk[..read] {
            match byte {
                b'\n' if number == line => return Some(&buffer[..len]),
                b'\n' => number += 1,
                b'\r' => {}
                byte if number == line => {
                    if let Some(place) = buffer.get_mut(len) {
                        *place = *byte;
                        len += 1;
                    }
                }
                _ => {}
            }
        }
    }
    (number == line && len > 0).then_some(&buffer[..len])
}
