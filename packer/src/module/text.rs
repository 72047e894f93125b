//! Modules in text form: the binary, and where in the text a fault of it stands.

use crate::error::{Error, Result};

/// Longer lines of a file are not shown in messages about it, in bytes.
const LONGEST_LINE: usize = 200;

/// A packer that compiles what has been packed before meets no text.
#[cfg(not(feature = "text"))]
pub(super) fn parse(text: &str) -> Result<Vec<u8>> {
    Err(Error::Text(format!(
        "{}: this build of nyash-pack reads no text",
        short(text)
    )))
}

#[cfg(feature = "text")]
pub(super) fn parse(text: &str) -> Result<Vec<u8>> {
    let wasm = wat::parse_str(text).map_err(|error| {
        let message = error.to_string();
        if message.contains("parsing components") {
            return Error::Component;
        }
        told(&message)
    })?;
    match wasm.get(4..8) {
        Some([_, _, 1, 0]) => Err(Error::Component),
        _ => Ok(wasm),
    }
}

/// A fault of the binary that was made from a text, with line and column where it lies in a function.
#[cfg(not(feature = "text"))]
pub(super) fn locate(_: &str, _: &[u8], message: &str, _: u64) -> Error {
    Error::Text(format!("invalid WebAssembly: {message}"))
}

#[cfg(feature = "text")]
pub(super) fn locate(text: &str, wasm: &[u8], message: &str, offset: u64) -> Error {
    let message = format!("invalid WebAssembly: {message}");
    match place::span(text, wasm, offset) {
        Some(span) => {
            let mut error = wast::Error::new(span, message);
            error.set_text(text);
            told(&error.to_string())
        }
        None => Error::Text(message),
    }
}

/// The parser's message without the lines of the file that it shows, if those fill a terminal. What, line and column
/// stand in its first two lines; the caller knows the file's name.
#[cfg(feature = "text")]
fn told(message: &str) -> Error {
    Error::Text(short(&message.replace("<anon>:", "line ")))
}

fn short(message: &str) -> String {
    let kept = if message.lines().any(|line| line.len() > LONGEST_LINE) {
        2
    } else {
        usize::MAX
    };
    let lines: Vec<&str> = message.lines().take(kept).collect();
    lines.join("\n")
}

/// From an offset in the binary to a place in the text: the instructions of both are the same, one by one.
#[cfg(feature = "text")]
mod place {
    use wasmparser::{Parser, Payload, WasmFeatures};
    use wast::core::{FuncKind, ModuleField, ModuleKind};
    use wast::parser::{ParseBuffer, parse};
    use wast::token::Span;
    use wast::{Wat, core::Module};

    /// The instruction at an offset.
    pub fn span(text: &str, wasm: &[u8], offset: u64) -> Option<Span> {
        let (function, instruction) = instruction(wasm, usize::try_from(offset).ok()?)?;
        let mut buffer = ParseBuffer::new(text).ok()?;
        buffer.track_instr_spans(true);
        let Ok(Wat::Module(Module {
            kind: ModuleKind::Text(fields),
            ..
        })) = parse::<Wat<'_>>(&buffer)
        else {
            return None;
        };
        let mut defined = fields.iter().filter_map(|field| match field {
            ModuleField::Func(function) => match &function.kind {
                FuncKind::Inline { expression, .. } => Some((function.span, expression)),
                FuncKind::Import(..) => None,
            },
            _ => None,
        });
        let (whole, expression) = defined.nth(function)?;
        let spans = expression.instr_spans.as_deref().unwrap_or_default();
        // The end of a function is not written out.
        Some(spans.get(instruction).or(spans.last()).copied().unwrap_or(whole))
    }

    /// The function, of those that are defined, and the instruction in it that stand at an offset.
    fn instruction(wasm: &[u8], offset: usize) -> Option<(usize, usize)> {
        let mut parser = Parser::new(0);
        parser.set_features(WasmFeatures::all());
        let bodies = parser.parse_all(wasm).filter_map(|payload| match payload {
            Ok(Payload::CodeSectionEntry(body)) => Some(body),
            _ => None,
        });
        for (number, body) in bodies.enumerate() {
            if !body.range().contains(&offset) {
                continue;
            }
            let mut operators = body.get_operators_reader().ok()?;
            let mut instruction = 0;
            while !operators.eof() {
                operators.read().ok()?;
                if operators.original_position() > offset {
                    break;
                }
                instruction += 1;
            }
            return Some((number, instruction));
        }
        None
    }
}
