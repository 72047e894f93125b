//! Reading and writing test scripts: calls of WASI preview 1, and what they return.
//!
//! ```text
//! ;;! dir work::/w
//! ;;! file work/f "hello"
//!
//! path_open 3 0 "f" 0 0x2 0 0
//! => success 4
//! fd_read 4 3+9
//! => success 5 "hel" "lo"
//! ```
//!
//! Lines that start with `;;!` prepare the run ([`Setup`]), `;;` is a comment, `=>` is what the call before it
//! returns: the name of the error number and, on success, what it wrote. A string is a pointer and a length,
//! `"a"+"b"` a list of buffers to write, `3+9` one to read into. Pointers to results are not written. A line that
//! starts with `raw` gives every argument as the function takes it.

use anyhow::{Context, Result, bail, ensure};

/// What a line of a setup asks for, and its words.
pub struct Setup {
    /// `dir`, `file`, `arg`, …
    pub what: String,
    /// The rest, split at blanks outside of strings; strings are decoded.
    pub words: Vec<Vec<u8>>,
}

/// A call and what it should return.
pub struct Call {
    /// The function, or `list`.
    pub function: String,
    /// Its arguments as written.
    pub arguments: Vec<String>,
    /// The arguments are those of the function itself.
    pub raw: bool,
    /// What stands behind `=>`, if the call returns.
    pub expected: Option<String>,
}

/// One line of a script, so that it can be written again.
pub enum Line {
    /// Anything that is kept as it is.
    Other(String),
    /// A call, with its text.
    Call(Call, String),
}

/// A test.
pub struct Script {
    /// All lines.
    pub lines: Vec<Line>,
    /// What the setup lines ask for.
    pub setup: Vec<Setup>,
}

impl Script {
    /// Reads a script.
    ///
    /// # Errors
    /// For lines that are not understood.
    pub fn parse(text: &str) -> Result<Script> {
        let mut lines = Vec::new();
        let mut setup = Vec::new();
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix(";;!") {
                let mut words = split(rest).context(line.to_owned())?.into_iter();
                let what = words.next().context("empty setup line")?;
                setup.push(Setup {
                    what,
                    words: words.map(|word| decode(&word)).collect::<Result<_>>()?,
                });
                lines.push(Line::Other(line.to_owned()));
            } else if line.trim().is_empty() || line.starts_with(";;") {
                lines.push(Line::Other(line.to_owned()));
            } else if let Some(expected) = line.strip_prefix("=>") {
                let Some(Line::Call(call, _)) = lines.last_mut() else {
                    bail!("a result without a call: {line}");
                };
                call.expected = Some(expected.trim().to_owned());
            } else {
                let mut words = split(line).context(line.to_owned())?.into_iter().peekable();
                let raw = words.next_if(|word| word == "raw").is_some();
                let function = words.next().context("empty call")?;
                let call = Call {
                    function,
                    arguments: words.collect(),
                    raw,
                    expected: None,
                };
                lines.push(Line::Call(call, line.to_owned()));
            }
        }
        Ok(Script { lines, setup })
    }

    /// The calls.
    pub fn calls(&self) -> impl Iterator<Item = &Call> {
        self.lines.iter().filter_map(|line| match line {
            Line::Call(call, _) => Some(call),
            Line::Other(_) => None,
        })
    }

    /// The setup lines of one kind.
    pub fn setup(&self, what: &str) -> impl Iterator<Item = &Setup> {
        self.setup.iter().filter(move |setup| setup.what == what)
    }

    /// The script with other results. Calls behind the last result do not return.
    pub fn with_results(&self, results: &[String]) -> String {
        let mut results = results.iter();
        let mut out = String::new();
        for line in &self.lines {
            match line {
                Line::Other(text) => out.push_str(text),
                Line::Call(_, text) => {
                    out.push_str(text);
                    if let Some(result) = results.next() {
                        out.push_str("\n=> ");
                        out.push_str(result);
                    }
                }
            }
            out.push('\n');
        }
        out
    }
}

/// Splits at blanks, but not inside strings.
fn split(line: &str) -> Result<Vec<String>> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut inside = false;
    let mut escaped = false;
    for c in line.chars() {
        if c.is_whitespace() && !inside {
            if !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
            continue;
        }
        word.push(c);
        if c == '"' && !escaped {
            inside = !inside;
        }
        escaped = inside && c == '\\' && !escaped;
    }
    ensure!(!inside, "a string does not end");
    if !word.is_empty() {
        words.push(word);
    }
    Ok(words)
}

/// The bytes of a word: of a string with the escapes of the text format of wasm, plus `"x"*n` for repetition, or of
/// the word itself.
///
/// # Errors
/// For unknown escapes.
pub fn decode(word: &str) -> Result<Vec<u8>> {
    let Some(rest) = word.strip_prefix('"') else {
        return Ok(word.as_bytes().to_vec());
    };
    let (text, times) = match rest.rsplit_once("\"*") {
        Some((text, times)) => (text, times.parse()?),
        None => (rest.strip_suffix('"').context("a string does not end")?, 1),
    };
    let mut out = Vec::new();
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        match bytes.next().context("an escape does not end")? {
            b'n' => out.push(b'\n'),
            c @ (b'"' | b'\\') => out.push(c),
            high => {
                let low = bytes.next().context("an escape does not end")?;
                let hex = [high, low];
                out.push(u8::from_str_radix(std::str::from_utf8(&hex)?, 16)?);
            }
        }
    }
    Ok(out.repeat(times))
}
