//! The code of functions as text, before it is linked: the runtime's functions and data are named, so the text does not
//! depend on where they lie.

use super::code::{Callee, Code, Ins};
use std::fmt::Write;
use std::rc::Rc;
use wasm_encoder::{BlockType, Instruction, MemArg, ValType};

/// All functions, in the order of the module.
pub fn functions(list: &[Code]) -> String {
    let names: Vec<Rc<str>> = list.iter().map(|f| f.name.clone()).collect();
    let mut out = String::new();
    for f in list {
        function(f, &names, &mut out);
        out.push('\n');
    }
    out
}

fn function(f: &Code, names: &[Rc<str>], out: &mut String) {
    let _ = writeln!(out, "func {} {} -> {} {{", f.name, types(&f.params), types(&f.results));
    if !f.locals.is_empty() {
        let _ = writeln!(out, "  locals {}", types(&f.locals));
    }
    let mut depth = 1;
    for ins in &f.body {
        let text = match ins {
            Ins::Wasm(i) => instruction(i),
            Ins::Call(Callee::Program(n)) => format!("call {}", names[*n as usize]),
            Ins::Call(Callee::Runtime(name)) => format!("call {name}"),
            Ins::Address(name) => format!("i32.const {name}"),
        };
        let (closes, opens) = match ins {
            Ins::Wasm(Instruction::Block(_) | Instruction::Loop(_) | Instruction::If(_)) => (0, 1),
            Ins::Wasm(Instruction::Else) => (1, 1),
            Ins::Wasm(Instruction::End) => (1, 0),
            Ins::Wasm(_) | Ins::Call(_) | Ins::Address(_) => (0, 0),
        };
        depth -= closes;
        let _ = writeln!(out, "{}{text}", "  ".repeat(depth));
        depth += opens;
    }
    out.push_str("}\n");
}

fn types(list: &[ValType]) -> String {
    let names: Vec<&str> = list.iter().map(|t| val_type(*t)).collect();
    format!("({})", names.join(" "))
}

fn val_type(ty: ValType) -> &'static str {
    match ty {
        ValType::I32 => "i32",
        ValType::I64 => "i64",
        ValType::F32 => "f32",
        ValType::F64 => "f64",
        ValType::V128 => "v128",
        ValType::Ref(_) => "ref",
    }
}

fn instruction(i: &Instruction<'_>) -> String {
    let name = name(i);
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "wasm_encoder has every instruction; few have operands to print"
    )]
    match i {
        Instruction::LocalGet(n) | Instruction::LocalSet(n) | Instruction::LocalTee(n) => format!("{name} {n}"),
        Instruction::I32Const(n) => format!("{name} {n}"),
        Instruction::I64Const(n) => format!("{name} {n}"),
        Instruction::F64Const(n) => format!("{name} {}", f64::from_bits(n.bits())),
        Instruction::Br(n) | Instruction::BrIf(n) => format!("{name} {n}"),
        Instruction::Block(BlockType::Result(t))
        | Instruction::Loop(BlockType::Result(t))
        | Instruction::If(BlockType::Result(t)) => format!("{name} {}", val_type(*t)),
        Instruction::I32Load(m)
        | Instruction::I32Load16U(m)
        | Instruction::I32Store(m)
        | Instruction::I64Load(m)
        | Instruction::I64Load32U(m)
        | Instruction::I64Store(m)
        | Instruction::F64Load(m)
        | Instruction::F64Store(m) => format!("{name}{}", offset(m)),
        _ => name,
    }
}

fn offset(m: &MemArg) -> String {
    if m.offset == 0 {
        String::new()
    } else {
        format!(" +{}", m.offset)
    }
}

/// `I64ExtendI32U` is `i64.extend_i32_u`: the encoder's names are those of the text format, written another way.
fn name(i: &Instruction<'_>) -> String {
    let text = format!("{i:?}");
    let end = text.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(text.len());
    let mut out = String::new();
    let mut words = 0;
    for c in text[..end].chars() {
        if c.is_ascii_uppercase() {
            if words > 0 {
                let dot = words == 1 && matches!(&*out, "i32" | "i64" | "f32" | "f64" | "local" | "global" | "memory");
                out.push(if dot { '.' } else { '_' });
            }
            words += 1;
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}
