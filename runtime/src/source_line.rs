//! The line of the source that a trap comes from, for a program that was packed with `-g`.

use core::fmt::Write;

use alloc::ffi::CString;
use alloc::string::String;
use nyash_format::capability;
use rustix::fs::{Mode, OFlags};

use crate::message::{self, Stderr};

/// More of a line is not shown.
const LONGEST_LINE: usize = 240;
/// A file that has more before the line is none that somebody has written.
const LONGEST_FILE: usize = 16 << 20;
/// What a tab is shown as.
const TAB: &str = "    ";

/// Writes a line with a mark under a column (both from 1, in bytes; column 0 is not known), if the program was packed for it
/// and the file can be read. Tells whether it was.
pub fn write(out: &mut Stderr, (file, line, column): (&str, u32, u32)) -> bool {
    let mut buffer = [0; LONGEST_LINE];
    if !message::has_capability(capability::SOURCE_LINES) {
        return false;
    }
    let Some(text) = read(file, line, &mut buffer) else {
        return false;
    };
    // Stderr never reports an error.
    let _ = writeln!(out, "      |\n{line:>5} | {}", shown(text));
    let before = (column as usize).checked_sub(1).and_then(|len| text.get(..len));
    if let Some(before) = before.filter(|before| before.len() < text.len()) {
        let mark = shown(before).chars().count();
        let _ = writeln!(out, "      | {:mark$}^", "");
    }
    true
}

/// Text as it is written: nothing in it that a terminal would obey.
fn shown(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text).replace('\t', TAB);
    text.replace(char::is_control, " ")
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
