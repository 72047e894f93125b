//! What kind of bytes the packer was given.

use std::borrow::Cow;

use crate::error::{Error, Result};
use crate::image::reading::is_cwasm;

/// Longer lines of a file are not shown in messages about it, in bytes.
const LONGEST_LINE: usize = 200;

/// An input in the form that the next stage works on.
#[derive(Debug)]
pub enum Input<'a> {
    /// A core module in binary form.
    Wasm(Cow<'a, [u8]>),
    /// A module that is compiled already.
    Cwasm(&'a [u8]),
}

impl<'a> Input<'a> {
    /// Tells what the bytes are by looking at them; names do not matter. Text becomes binary.
    ///
    /// # Errors
    /// For everything that is no module: [`Error::Empty`], [`Error::NotWasm`], [`Error::Component`],
    /// [`Error::Executable`], and [`Error::Text`] for text that does not parse.
    pub fn detect(bytes: &'a [u8]) -> Result<Self> {
        if bytes.is_empty() {
            return Err(Error::Empty);
        }
        if let Some(version) = bytes.strip_prefix(b"\0asm") {
            return match version.get(..4) {
                // The layer field tells components from modules.
                Some([_, _, 1, 0]) => Err(Error::Component),
                _ => Ok(Input::Wasm(Cow::Borrowed(bytes))),
            };
        }
        if is_cwasm(bytes) {
            return Ok(Input::Cwasm(bytes));
        }
        let executable = [b"\x7fELF".as_slice(), b"MZ", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe"];
        if executable.iter().any(|magic| bytes.starts_with(magic)) {
            return Err(Error::Executable {
                packed: crate::inspect::Program::parse(bytes).is_ok(),
            });
        }
        match std::str::from_utf8(bytes) {
            Ok(text) if looks_like_text_module(text) => parse_text(text).map(|wasm| Input::Wasm(Cow::Owned(wasm))),
            _ => Err(Error::NotWasm { start: start(bytes) }),
        }
    }
}

/// Text modules start with a parenthesis, behind white space and comments.
fn looks_like_text_module(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    text.starts_with('(') || text.starts_with(";;")
}

/// A packer that compiles what has been packed before meets no text.
#[cfg(not(feature = "text"))]
fn parse_text(text: &str) -> Result<Vec<u8>> {
    Err(Error::Text(format!(
        "{}: this build of nyash-pack reads no text",
        short(text)
    )))
}

#[cfg(feature = "text")]
fn parse_text(text: &str) -> Result<Vec<u8>> {
    let wasm = wat::parse_str(text).map_err(|error| {
        let message = error.to_string();
        if message.contains("parsing components") {
            return Error::Component;
        }
        Error::Text(short(&message.replace("<anon>:", "line ")))
    })?;
    match wasm.get(4..8) {
        Some([_, _, 1, 0]) => Err(Error::Component),
        _ => Ok(wasm),
    }
}

/// The parser's message without the lines of the file that it shows, if those fill a terminal. What, line and column
/// stand in its first two lines; the caller knows the file's name.
fn short(message: &str) -> String {
    let kept = if message.lines().any(|line| line.len() > LONGEST_LINE) {
        2
    } else {
        usize::MAX
    };
    let lines: Vec<&str> = message.lines().take(kept).collect();
    lines.join("\n")
}

/// The first bytes in readable form.
fn start(bytes: &[u8]) -> String {
    let head = &bytes[..bytes.len().min(8)];
    if head.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ') {
        return format!("{:?}", String::from_utf8_lossy(head));
    }
    let hex: Vec<String> = head.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("the bytes {}", hex.join(" "))
}
