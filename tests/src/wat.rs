//! From a script to a module in the text format.

use std::fmt::Write;

use anyhow::{Context, Result, bail, ensure};
use nyash_format::preview1::{self, Function, Type};

use crate::script::{Call, Script, decode};

const PRELUDE: &str = include_str!("prelude.wat");

/// Results are written here, 16 bytes apart: the first one and the second one.
const OUT: u32 = 1024;
const RECORD: u32 = 2048;
/// Behind the line buffer of the prelude.
const DATA: u32 = 1 << 16;
const MEMORY_PAGES: u32 = 32;

/// Names of all functions.
pub fn function_names() -> impl Iterator<Item = &'static str> {
    preview1::FUNCTIONS.iter().map(|function| function.name)
}

/// The types that the parameters of a function have.
fn types(function: &Function) -> impl Iterator<Item = &'static str> {
    function.parameters.types().iter().map(|ty| match ty {
        Type::I32 => "i32",
        Type::I64 => "i64",
    })
}

fn function(name: &str) -> Result<&'static Function> {
    preview1::function(name).with_context(|| format!("no function {name}"))
}

struct Module {
    data: String,
    code: String,
    next: u32,
}

/// What prints the results of one call.
#[derive(Default)]
struct Printing {
    code: String,
    /// Buffers, printed up to the count.
    list: Option<u32>,
    buffer: Option<(u32, u32)>,
    events: Option<u32>,
}

impl Module {
    fn reserve(&mut self, len: u32) -> u32 {
        let at = self.next.next_multiple_of(8);
        self.next = at + len;
        at
    }

    fn put(&mut self, bytes: &[u8]) -> u32 {
        let at = self.reserve(bytes.len() as u32);
        let escaped: String = bytes.iter().map(|byte| format!("\\{byte:02x}")).collect();
        let _ = writeln!(self.data, "  (data (i32.const {at}) \"{escaped}\")");
        at
    }

    fn put_list(&mut self, buffers: &[(u32, u32)]) -> u32 {
        let records: Vec<u8> = buffers
            .iter()
            .flat_map(|(at, len)| [at.to_le_bytes(), len.to_le_bytes()])
            .flatten()
            .collect();
        self.put(&records)
    }

    fn call(&mut self, call: &Call) -> Result<()> {
        if call.function == "list" {
            return self.list(call);
        }
        let function = function(&call.function)?;
        let mut printing = Printing::default();
        let mut passed = String::new();
        if call.raw {
            let types: Vec<&str> = types(function).collect();
            ensure!(
                types.len() == call.arguments.len(),
                "{} takes {} arguments",
                call.function,
                types.len()
            );
            for (ty, argument) in types.iter().zip(&call.arguments) {
                let _ = write!(passed, " ({ty}.const {argument})");
            }
        } else {
            let mut arguments = call.arguments.iter();
            // What the letters mean: `format-spec/src/preview1.rs`.
            for letter in function.form.chars() {
                self.argument(&call.function, letter, &mut arguments, &mut passed, &mut printing)?;
            }
            ensure!(arguments.next().is_none(), "too many arguments for {}", call.function);
        }
        if call.function == "proc_exit" {
            let _ = writeln!(self.code, "    (call $proc_exit{passed})");
            return Ok(());
        }
        let _ = writeln!(self.code, "    (local.set $errno (call ${}{passed}))", call.function);
        self.code
            .push_str("    (call $number (i64.extend_i32_u (local.get $errno)))\n");
        let _ = writeln!(
            self.code,
            "    (if (i32.eqz (local.get $errno)) (then {}))",
            printing.code
        );
        self.code.push_str("    (call $flush)\n");
        Ok(())
    }

    /// A directory with all its names: not a function, but calls of `fd_readdir` with a buffer of some size.
    fn list(&mut self, call: &Call) -> Result<()> {
        let [fd, len] = call.arguments.as_slice() else {
            bail!("list takes a descriptor and the length of the buffer");
        };
        let buffer = self.reserve(len.parse()?);
        let _ = writeln!(
            self.code,
            "    (local.set $errno (call $list (i32.const {fd}) (i32.const {buffer}) (i32.const {len})))\n    \
             (call $space) (call $number (i64.extend_i32_u (local.get $errno)))\n    (call $flush)"
        );
        Ok(())
    }

    fn argument<'a>(
        &mut self,
        function: &str,
        letter: char,
        arguments: &mut impl Iterator<Item = &'a String>,
        passed: &mut String,
        printing: &mut Printing,
    ) -> Result<()> {
        let mut next = || {
            arguments
                .next()
                .with_context(|| format!("too few arguments for {function}"))
        };
        let mut pointer_and_len = |at: u32, len: usize| {
            let _ = write!(passed, " (i32.const {at}) (i32.const {len})");
        };
        match letter {
            's' => {
                let bytes = decode(next()?)?;
                pointer_and_len(self.put(&bytes), bytes.len());
            }
            'w' => {
                let mut buffers = Vec::new();
                // Each part but the last loses its quote to the separator.
                let mut parts = next()?.split("\"+").peekable();
                while let Some(part) = parts.next() {
                    let quote = if parts.peek().is_some() { "\"" } else { "" };
                    let bytes = decode(&format!("{part}{quote}"))?;
                    buffers.push((self.put(&bytes), bytes.len() as u32));
                }
                pointer_and_len(self.put_list(&buffers), buffers.len());
            }
            'r' => {
                let mut buffers = Vec::new();
                for len in next()?.split('+') {
                    let len = len.parse()?;
                    buffers.push((self.reserve(len), len));
                }
                let list = self.put_list(&buffers);
                printing.list = Some(list);
                pointer_and_len(list, buffers.len());
            }
            'b' => {
                let len: u32 = next()?.parse()?;
                let at = self.reserve(len);
                printing.buffer = Some((at, len));
                pointer_and_len(at, len as usize);
                match function {
                    "fd_prestat_dir_name" => {
                        let _ = write!(printing.code, "(call $text (i32.const {at}) (i32.const {len}))");
                    }
                    "random_get" if len >= 8 => {
                        let _ = write!(printing.code, "(call $set (i64.load (i32.const {at})))");
                    }
                    _ => {}
                }
            }
            'p' => {
                let (subscriptions, count) = self.subscriptions(next()?)?;
                let events = self.reserve(32 * count);
                printing.events = Some(events);
                let _ = write!(
                    passed,
                    " (i32.const {subscriptions}) (i32.const {events}) (i32.const {count})"
                );
            }
            'i' | 'I' => {
                let ty = if letter == 'i' { "i32" } else { "i64" };
                let _ = write!(passed, " ({ty}.const {})", next()?);
            }
            'A' => {
                let sizes = function.replace("_get", "_sizes_get");
                let (pointers, buffer) = (self.reserve(4096), self.reserve(1 << 16));
                let _ = writeln!(
                    self.code,
                    "    (drop (call ${sizes} (i32.const {OUT}) (i32.const {})))",
                    OUT + 16
                );
                let _ = write!(passed, " (i32.const {pointers}) (i32.const {buffer})");
                let _ = write!(
                    printing.code,
                    "(call $c_strings (i32.const {pointers}) (i32.load (i32.const {OUT})))"
                );
            }
            '2' => {
                let second = OUT + 16;
                let _ = write!(passed, " (i32.const {OUT}) (i32.const {second})");
                let _ = write!(
                    printing.code,
                    "(call $u32 (i32.const {OUT})) (call $u32 (i32.const {second}))"
                );
            }
            _ => self.result(letter, passed, printing)?,
        }
        Ok(())
    }

    fn result(&mut self, letter: char, passed: &mut String, printing: &mut Printing) -> Result<()> {
        let print = match letter {
            'o' => "u32",
            'O' => "u64",
            'S' => "filestat",
            'F' => "fdstat",
            'P' => "prestat",
            'h' | 'n' | 'z' => "",
            other => bail!("no parameter {other}"),
        };
        if !print.is_empty() {
            let _ = write!(passed, " (i32.const {RECORD})");
            let _ = write!(printing.code, "(call ${print} (i32.const {RECORD}))");
            return Ok(());
        }
        let at = if letter == 'h' { OUT + 16 } else { OUT };
        let _ = write!(passed, " (i32.const {at})");
        let code = &mut printing.code;
        let _ = match letter {
            'h' => write!(code, "(call $space) (call $number (i64.load16_u (i32.const {at})))"),
            'z' => write!(code, "(call $set (i64.load (i32.const {at})))"),
            _ => write!(code, "(call $u32 (i32.const {at}))"),
        };
        if letter == 'n' {
            let count = format!("(i32.load (i32.const {at}))");
            let _ = match (printing.list, printing.events, printing.buffer) {
                (Some(list), ..) => write!(code, "(call $buffers (i32.const {list}) {count})"),
                (_, Some(events), _) => write!(code, "(call $events (i32.const {events}) {count})"),
                (.., Some((buffer, _))) if passed.contains("i64") => write!(
                    code,
                    "(drop (call $entries (i32.const {buffer}) {count} (i64.const 0)))"
                ),
                (.., Some((buffer, _))) => write!(code, "(call $text (i32.const {buffer}) {count})"),
                _ => Ok(()),
            };
        }
        Ok(())
    }

    /// `clock:ID:TIMEOUT:FLAGS`, `read:FD`, `write:FD`; the user data are 1, 2, ….
    fn subscriptions(&mut self, text: &str) -> Result<(u32, u32)> {
        let mut records = Vec::new();
        for (i, text) in text.split('+').enumerate() {
            let mut record = [0_u8; 48];
            record[0] = i as u8 + 1;
            let parts: Vec<&str> = text.split(':').collect();
            match parts.as_slice() {
                ["clock", id, timeout, flags] => {
                    record[16..20].copy_from_slice(&id.parse::<u32>()?.to_le_bytes());
                    record[24..32].copy_from_slice(&timeout.parse::<u64>()?.to_le_bytes());
                    record[40..42].copy_from_slice(&flags.parse::<u16>()?.to_le_bytes());
                }
                [kind @ ("read" | "write"), fd] => {
                    record[8] = if *kind == "read" { 1 } else { 2 };
                    record[16..20].copy_from_slice(&fd.parse::<u32>()?.to_le_bytes());
                }
                ["kind", tag] => record[8] = tag.parse()?,
                _ => bail!("no subscription {text}"),
            }
            records.extend(record);
        }
        Ok((self.put(&records), (records.len() / 48) as u32))
    }
}

/// The module that makes the calls of a script.
///
/// # Errors
/// For calls that are not understood.
pub fn module(script: &Script) -> Result<String> {
    let mut module = Module {
        data: String::new(),
        code: String::new(),
        next: DATA,
    };
    for call in script.calls() {
        module
            .call(call)
            .with_context(|| format!("{} {:?}", call.function, call.arguments))?;
    }
    let mut text = String::from("(module\n");
    for function in &preview1::FUNCTIONS {
        let name = function.name;
        let result = if function.returns() { " (result i32)" } else { "" };
        let parameters = types(function).collect::<Vec<_>>().join(" ");
        let _ = writeln!(
            text,
            "  (import \"{}\" \"{name}\" (func ${name} (param {parameters}){result}))",
            preview1::MODULE
        );
    }
    let _ = writeln!(text, "  (memory (export \"memory\") {MEMORY_PAGES})");
    text.push_str(PRELUDE);
    text.push_str(&module.data);
    let _ = write!(
        text,
        "  (func (export \"_start\") (local $errno i32)\n{}))\n",
        module.code
    );
    ensure!(module.next < MEMORY_PAGES << 16, "the script needs more memory");
    Ok(text)
}
