//! `cargo xtask locate`: the functions behind the addresses that a panic of a runtime prints.
//!
//! `cargo xtask stubs` lets the linker leave a map beside each stub that it builds. Stubs are the same bytes everywhere, so
//! the map of one's own build speaks about everybody's.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::build::{map_of, output, root, target_dir};

/// Options of the task.
#[derive(clap::Args)]
pub struct Arguments {
    /// The stub that the message names, as x86_64-linux-lean
    stub: String,
    /// The addresses of the message, the innermost call first
    #[arg(required = true, value_parser = address)]
    addresses: Vec<u64>,
}

fn address(text: &str) -> Result<u64, String> {
    u64::from_str_radix(text.trim_start_matches("0x"), 16).map_err(|_| "expected a hexadecimal number".to_owned())
}

/// Runs the task.
///
/// # Errors
/// When there is no map of the stub.
pub fn run(arguments: &Arguments) -> Result<()> {
    let path = map_of(&output(&target_dir(root()?)), &arguments.stub);
    let text = fs::read_to_string(&path).with_context(|| {
        format!(
            "{}; build the version that the message names: cargo xtask stubs --only {}",
            path.display(),
            arguments.stub
        )
    })?;
    let functions = functions(&text);
    if functions.is_empty() {
        bail!("{}: no functions in it", path.display());
    }
    for address in &arguments.addresses {
        // The call is before the address that it returns to, which may belong to the next function.
        let place = address.saturating_sub(1);
        let at = functions.partition_point(|(start, _)| *start <= place);
        match at.checked_sub(1).map(|at| &functions[at]) {
            Some((start, name)) => println!("{address:#x}  {name} + {:#x}", address - start),
            None => println!("{address:#x}  outside of the runtime"),
        }
    }
    Ok(())
}

/// Start, as a distance from that of the executable, and name of everything in a linker's map, in order.
fn functions(map: &str) -> Vec<(u64, String)> {
    let mut found: Vec<(u64, String)> = map
        .lines()
        .filter_map(|line| elf(line).or_else(|| pe(line)).or_else(|| mach_o(line)))
        .collect();
    // Labels of assemblers inside functions.
    found.retain(|(_, name)| !["$", ".L", "ltmp"].iter().any(|label| name.starts_with(label)));
    found.sort_by_key(|(start, _)| *start);
    found
}

/// `VMA LMA Size Align`, and in the third of the columns behind them a symbol.
fn elf(line: &str) -> Option<(u64, String)> {
    const SYMBOL: usize = 65;
    let (numbers, name) = line.split_at_checked(SYMBOL)?;
    let mut words = numbers.split_whitespace();
    let start = u64::from_str_radix(words.next()?, 16).ok()?;
    // No file and no section in the columns before.
    (words.count() == 3 && !name.starts_with(' ')).then(|| (start, without_hash(name).to_owned()))
}

/// This linker demangles, but keeps the hash that ends older names.
fn without_hash(name: &str) -> &str {
    match name.rsplit_once("::h") {
        Some((name, hash)) if hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) => name,
        _ => name,
    }
}

/// `section:offset name address object`.
fn pe(line: &str) -> Option<(u64, String)> {
    const BASE: u64 = 0x1_4000_0000;
    let mut words = line.split_whitespace();
    let (place, name, address) = (words.next()?, words.next()?, words.next()?);
    let start = u64::from_str_radix(address, 16).ok()?.checked_sub(BASE)?;
    (place.contains(':') && address.len() == 16).then(|| (start, demangled(name)))
}

/// `0xADDRESS [file] name`.
fn mach_o(line: &str) -> Option<(u64, String)> {
    const BASE: u64 = 0x1_0000_0000;
    let (address, rest) = line.strip_prefix("0x")?.split_once('\t')?;
    let start = u64::from_str_radix(address, 16).ok()?.checked_sub(BASE)?;
    let (_, name) = rest.strip_prefix('[')?.split_once("] ")?;
    Some((start, demangled(name.strip_prefix('_').unwrap_or(name))))
}

fn demangled(name: &str) -> String {
    format!("{:#}", rustc_demangle::demangle(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(map: &str) -> Vec<(u64, String)> {
        functions(map)
    }

    #[test]
    fn maps_of_the_three_linkers() {
        let elf = "\
             VMA              LMA     Size Align Out     In      Symbol
           19018            19018       10     4 .text
           19018            19018       10     4         /x/y.o:(.text._start)
           19018            19018        0     1                 _start
           19018            19018        0     1                 $x
           3b0f8            3b0f8       10     4                 <wasmtime::Engine>::new::h0123456789abcdef
";
        let pe = "
  Address         Publics by Value              Rva+Base               Lib:Object

 0001:00000000       _ZN4core9panicking9panic_fmt17h0123456789abcdefE  0000000140001000     y.o
";
        let mach_o = "# Symbols:\n# Address\t    File  Name\n0x100000FA8\t[  1] __ZN4core9panicking9panic_fmt17h0123456789abcdefE\n";
        let named = |start, name: &str| (start, name.to_owned());
        assert_eq!(
            names(elf),
            [named(0x19018, "_start"), named(0x3b0f8, "<wasmtime::Engine>::new")]
        );
        assert_eq!(names(pe), [named(0x1000, "core::panicking::panic_fmt")]);
        assert_eq!(names(mach_o), [named(0xfa8, "core::panicking::panic_fmt")]);
    }
}
