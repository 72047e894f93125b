//! What kind of bytes the packer was given.

use std::borrow::Cow;

use super::text;
use crate::error::{Error, Result};
use crate::image::reading::is_cwasm;

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
            Ok(text) if looks_like_text_module(text) => text::parse(text).map(|wasm| Input::Wasm(Cow::Owned(wasm))),
            _ => Err(Error::NotWasm { start: start(bytes) }),
        }
    }
}

/// An error about a module that was given in this form, in terms of what was given: a fault in a text is told by its place
/// there, and such a text is neither cut short nor damaged.
pub(crate) fn in_terms_of(given: &[u8], wasm: &[u8], error: Error) -> Error {
    match (std::str::from_utf8(given), error) {
        (Ok(source), Error::Invalid { message, offset }) if looks_like_text_module(source) => {
            text::locate(source, wasm, &message, offset)
        }
        (_, error) => error,
    }
}

/// Text modules start with a parenthesis, behind white space and comments.
fn looks_like_text_module(text: &str) -> bool {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    text.starts_with('(') || text.starts_with(";;")
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
