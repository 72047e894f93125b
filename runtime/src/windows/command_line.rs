//! The command line as arguments: the rules of Microsoft's C runtime, which all compilers for Windows follow.

use alloc::vec::Vec;

const SPACE: u16 = b' ' as u16;
const TAB: u16 = b'\t' as u16;
const QUOTE: u16 = b'"' as u16;
const BACKSLASH: u16 = b'\\' as u16;

/// Splits a command line, without its ending zero.
///
/// The program's name ends at the first space or tab outside quotes, and backslashes mean themselves in it. In the
/// other arguments, 2n backslashes before a quote are n backslashes and the quote is a delimiter, 2n + 1 are n and a
/// literal quote, and two quotes inside a quoted part are a literal one.
pub fn split(line: &[u16]) -> Vec<Vec<u16>> {
    let mut arguments = Vec::new();
    if line.is_empty() {
        return arguments;
    }
    let mut at = 0;
    let mut name = Vec::new();
    let mut quoted = false;
    while let Some(&unit) = line.get(at) {
        match unit {
            QUOTE => quoted = !quoted,
            SPACE | TAB if !quoted => break,
            unit => name.push(unit),
        }
        at += 1;
    }
    arguments.push(name);
    loop {
        while matches!(line.get(at), Some(&(SPACE | TAB))) {
            at += 1;
        }
        if at == line.len() {
            return arguments;
        }
        let (argument, end) = next(line, at);
        arguments.push(argument);
        at = end;
    }
}

/// The argument that starts at `at`, and where it ends.
fn next(line: &[u16], mut at: usize) -> (Vec<u16>, usize) {
    let mut argument = Vec::new();
    let mut quoted = false;
    while let Some(&unit) = line.get(at) {
        match unit {
            SPACE | TAB if !quoted => break,
            BACKSLASH => {
                let count = line[at..].iter().take_while(|unit| **unit == BACKSLASH).count();
                at += count;
                let before_quote = line.get(at) == Some(&QUOTE);
                let kept = if before_quote { count / 2 } else { count };
                argument.extend(core::iter::repeat_n(BACKSLASH, kept));
                if before_quote && count % 2 == 1 {
                    argument.push(QUOTE);
                    at += 1;
                }
                continue;
            }
            QUOTE if quoted && line.get(at + 1) == Some(&QUOTE) => {
                argument.push(QUOTE);
                at += 1;
            }
            QUOTE => quoted = !quoted,
            unit => argument.push(unit),
        }
        at += 1;
    }
    (argument, at)
}
