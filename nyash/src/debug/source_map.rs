//! Source maps (ECMA-426) of modules: lines have one number there, and columns are bytes from the start of the module.

use super::{Sources, Used};
use nyash_language::back::Compiled;
use nyash_language::source::Span;
use wasm_encoder::{CustomSection, Encode, Section};

/// The map of a module.
pub fn text(compiled: &Compiled, sources: &Sources<'_>) -> String {
    let mut used = Used::default();
    let mut mappings = String::new();
    // Each number is the difference to the one before: the byte; the file, the line and the column, from 0.
    let (mut byte_before, mut before) = (0, [0; 3]);
    for function in &compiled.functions {
        let mut last = None;
        for (at, span) in &function.places {
            let (line, column) = place(sources, *span);
            let now = [used.number(*span) as i64, line, column];
            if last == Some(now) {
                continue;
            }
            last = Some(now);
            segment(compiled, *at, &mut byte_before, &mut mappings);
            for (now, before) in now.iter().zip(&before) {
                vlq(now - before, &mut mappings);
            }
            before = now;
        }
        if last.is_some() {
            // What follows is from nowhere.
            segment(compiled, function.code.end, &mut byte_before, &mut mappings);
        }
    }
    let files = || {
        used.0
            .iter()
            .map(|file| (sources.name(*file), sources.map.file(*file).text().to_string()))
    };
    serde_json::json!({
        "version": 3,
        "sources": files().map(|(name, _)| name).collect::<Vec<_>>(),
        "sourcesContent": files().map(|(_, text)| text).collect::<Vec<_>>(),
        "names": [],
        "mappings": mappings,
    })
    .to_string()
}

/// Lets a module name its map (the tool conventions' section `sourceMappingURL`).
pub fn refer(compiled: &mut Compiled, url: &str) {
    let mut data = Vec::new();
    url.encode(&mut data);
    let custom = CustomSection {
        name: "sourceMappingURL".into(),
        data: data.into(),
    };
    custom.append_to(&mut compiled.wasm);
}

/// Line and column from 0; columns count what JavaScript counts, units of UTF-16.
fn place(sources: &Sources<'_>, span: Span) -> (i64, i64) {
    let file = sources.map.file(span.file);
    let line = file.line_index(span.start);
    let start = file.line_range(line).start;
    let before = &file.text()[start..file.floor_char(span.start).max(start)];
    (line.into(), before.encode_utf16().count() as i64)
}

/// Begins a segment at an address in the code.
fn segment(compiled: &Compiled, at: u32, before: &mut i64, mappings: &mut String) {
    if !mappings.is_empty() {
        mappings.push(',');
    }
    let byte = i64::from(compiled.code_start + at);
    vlq(byte - *before, mappings);
    *before = byte;
}

/// A number in base 64, the sign in the lowest bit (ECMA-426, "Base64 VLQ").
fn vlq(number: i64, out: &mut String) {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut rest = number.unsigned_abs() << 1 | u64::from(number < 0);
    loop {
        let more = u64::from(rest > 31) << 5;
        out.push(DIGITS[(rest & 31 | more) as usize].into());
        rest >>= 5;
        if more == 0 {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::vlq;

    #[test]
    fn numbers_as_in_the_standard() {
        let written = [0, 1, -1, 15, 16, -17, 1000].map(|number| {
            let mut out = String::new();
            vlq(number, &mut out);
            out
        });
        assert_eq!(written, ["A", "C", "D", "e", "gB", "jB", "w+B"]);
    }
}
