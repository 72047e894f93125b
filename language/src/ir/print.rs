//! The IR as text, for `--dump-mir`.

use super::{Expr, Kind, Module, Objects, Op, Stmt, Ty, tag};
use std::fmt::Write;

/// All reached functions.
pub fn module(m: &Module) -> String {
    let mut out = String::new();
    for f in m.functions.iter().filter(|f| f.reached) {
        let params: Vec<String> = f.vars[..f.params]
            .iter()
            .enumerate()
            .map(|(n, v)| format!("%{n} {}: {}", v.name, ty(v.ty, m)))
            .collect();
        let _ = write!(out, "fn {}({}) -> {}", f.name, params.join(", "), ty(f.ret, m));
        if f.throws {
            out.push_str(" throws");
        }
        if f.deep {
            out.push_str(" deep");
        }
        out.push_str(" {\n");
        for (n, v) in f.vars.iter().enumerate().skip(f.params) {
            let _ = writeln!(out, "  var %{n} {}: {}", v.name, ty(v.ty, m));
        }
        list(&f.body, m, 1, &mut out);
        out.push_str("}\n\n");
    }
    out
}

/// A type, e.g. `int|null`.
pub fn ty(t: Ty, m: &Module) -> String {
    let names = ["absent", "void", "null", "bool", "int", "float", "str"];
    let mut parts: Vec<String> = names
        .iter()
        .enumerate()
        .filter(|(n, _)| t.has(*n as u32))
        .map(|(_, s)| s.to_string())
        .collect();
    if t.has(tag::OBJ) {
        parts.push(match t.objects {
            Objects::None => "obj".into(),
            Objects::User(c) => m.classes[c as usize].name.to_string(),
            Objects::Array(s) => match m.sites.element(s) {
                e if e.has(tag::OBJ) => format!("array@{}", m.sites.find(s)),
                e => format!("array<{}>", ty(e, m)),
            },
            Objects::Map(s) => format!("map@{}", m.sites.find(s)),
            Objects::Builtin(c) => format!("box{c}"),
            Objects::Any => "box".into(),
        });
    }
    if parts.is_empty() {
        "never".into()
    } else {
        parts.join("|")
    }
}

fn indent(depth: usize, out: &mut String) {
    for _ in 0..depth {
        out.push_str("  ");
    }
}

fn list(stmts: &[Stmt], m: &Module, depth: usize, out: &mut String) {
    for s in stmts {
        indent(depth, out);
        match s {
            Stmt::Expr(e) => {
                expr(e, m, depth, out);
                out.push('\n');
            }
            Stmt::If(c, a, b) => {
                out.push_str("if ");
                expr(c, m, depth, out);
                out.push_str(" {\n");
                list(a, m, depth + 1, out);
                indent(depth, out);
                if !b.is_empty() {
                    out.push_str("} else {\n");
                    list(b, m, depth + 1, out);
                    indent(depth, out);
                }
                out.push_str("}\n");
            }
            Stmt::Loop { condition, body, step } => {
                out.push_str("loop");
                if let Some(c) = condition {
                    out.push_str(" while ");
                    expr(c, m, depth, out);
                }
                out.push_str(" {\n");
                list(body, m, depth + 1, out);
                indent(depth, out);
                if !step.is_empty() {
                    out.push_str("} step {\n");
                    list(step, m, depth + 1, out);
                    indent(depth, out);
                }
                out.push_str("}\n");
            }
            Stmt::Break => out.push_str("break\n"),
            Stmt::Continue => out.push_str("continue\n"),
            Stmt::Return(None) => out.push_str("return\n"),
            Stmt::Return(Some(e)) => {
                out.push_str("return ");
                expr(e, m, depth, out);
                out.push('\n');
            }
            Stmt::Throw(e) => {
                out.push_str("throw ");
                expr(e, m, depth, out);
                out.push('\n');
            }
            Stmt::Rethrow(v) => {
                let _ = writeln!(out, "rethrow %{v}");
            }
            Stmt::Try(t) => {
                out.push_str("try {\n");
                list(&t.body, m, depth + 1, out);
                indent(depth, out);
                if let Some((v, h)) = &t.handler {
                    let _ = writeln!(out, "}} catch %{v} {{");
                    list(h, m, depth + 1, out);
                    indent(depth, out);
                }
                if !t.cleanup.is_empty() {
                    out.push_str("} cleanup {\n");
                    list(&t.cleanup, m, depth + 1, out);
                    indent(depth, out);
                }
                out.push_str("}\n");
            }
        }
    }
}

fn args(list: &[Expr], m: &Module, depth: usize, out: &mut String) {
    for (n, e) in list.iter().enumerate() {
        if n > 0 {
            out.push_str(", ");
        }
        expr(e, m, depth, out);
    }
}

fn op(o: Op) -> &'static str {
    match o {
        Op::Add => "+",
        Op::Sub => "-",
        Op::Mul => "*",
        Op::Div => "/",
        Op::Rem => "%",
        Op::Eq => "==",
        Op::Ne => "!=",
        Op::Lt => "<",
        Op::Le => "<=",
        Op::Gt => ">",
        Op::Ge => ">=",
        Op::BitAnd => "&",
        Op::BitOr => "|",
        Op::BitXor => "^",
        Op::Shl => "<<",
        Op::Shr => ">>",
    }
}

fn call(name: &str, list: &[&Expr], m: &Module, depth: usize, out: &mut String) {
    out.push_str(name);
    out.push('(');
    for (n, e) in list.iter().enumerate() {
        if n > 0 {
            out.push_str(", ");
        }
        expr(e, m, depth, out);
    }
    out.push(')');
}

fn expr(e: &Expr, m: &Module, depth: usize, out: &mut String) {
    let w = |out: &mut String, s: String| out.push_str(&s);
    match &e.kind {
        Kind::Unset => out.push_str("unset"),
        Kind::Void => out.push_str("void"),
        Kind::Null => out.push_str("null"),
        Kind::Bool(b) => w(out, b.to_string()),
        Kind::Int(i) => w(out, i.to_string()),
        Kind::Float(f) => w(out, format!("{f:?}")),
        Kind::Str(s) => w(out, format!("{s:?}")),
        Kind::Var(v) => w(out, format!("%{v}")),
        Kind::SetVar(v, value) => {
            w(out, format!("%{v} = "));
            expr(value, m, depth, out);
        }
        Kind::Global(g) => w(out, format!("${}", m.globals[*g].name)),
        Kind::SetGlobal(g, value) => {
            w(out, format!("${} = ", m.globals[*g].name));
            expr(value, m, depth, out);
        }
        Kind::CellNew { value, .. } => call("cell", &[value], m, depth, out),
        Kind::CellGet { from, .. } => w(out, format!("*%{from}")),
        Kind::CellSet { to, value, .. } => {
            w(out, format!("*%{to} = "));
            expr(value, m, depth, out);
        }
        Kind::Static { class, ensure } => {
            w(
                out,
                format!(
                    "{}{}",
                    if *ensure { "ready " } else { "" },
                    m.classes[*class as usize].name
                ),
            );
        }
        Kind::Field { object, name } => {
            expr(object, m, depth, out);
            w(out, format!(".{name}"));
        }
        Kind::SetField { object, name, value } => {
            expr(object, m, depth, out);
            w(out, format!(".{name} = "));
            expr(value, m, depth, out);
        }
        Kind::Call { function, arguments } => {
            w(out, m.functions[*function].name.to_string());
            out.push('(');
            args(arguments, m, depth, out);
            out.push(')');
        }
        Kind::Method {
            object,
            name,
            arguments,
        } => {
            expr(object, m, depth, out);
            w(out, format!(".{name}("));
            args(arguments, m, depth, out);
            out.push(')');
        }
        Kind::CallValue { callee, arguments } => {
            expr(callee, m, depth, out);
            out.push('(');
            args(arguments, m, depth, out);
            out.push(')');
        }
        Kind::Alloc(c) => w(out, format!("alloc {}", m.classes[*c as usize].name)),
        Kind::Closure { class, captures } => {
            w(out, format!("make {}#{class}", m.classes[*class as usize].name));
            out.push('(');
            args(captures, m, depth, out);
            out.push(')');
        }
        Kind::Neg(a) => call("-", &[a], m, depth, out),
        Kind::BitNot(a) => call("~", &[a], m, depth, out),
        Kind::Not(a) => call("not ", &[a], m, depth, out),
        Kind::Truthy(a) => call("bool", &[a], m, depth, out),
        Kind::Binary(o, a, b) => {
            out.push('(');
            expr(a, m, depth, out);
            w(out, format!(" {} ", op(*o)));
            expr(b, m, depth, out);
            out.push(')');
        }
        Kind::And(a, b) => call("and", &[a, b], m, depth, out),
        Kind::Or(a, b) => call("or", &[a, b], m, depth, out),
        Kind::Cond(a, b, c) => call("select", &[a, b, c], m, depth, out),
        Kind::IsSomething(a) => call("something", &[a], m, depth, out),
        Kind::IsClass(a, c) => call(&format!("is{c:?}"), &[a], m, depth, out),
        Kind::IsTag(a, t) => call(&format!("tag{t}"), &[a], m, depth, out),
        Kind::Builtin {
            function, arguments, ..
        } => {
            w(out, function.symbol.to_string());
            out.push('(');
            args(arguments, m, depth, out);
            out.push(')');
        }
        Kind::Array { items, .. } => {
            out.push('[');
            args(items, m, depth, out);
            out.push(']');
        }
        Kind::Map { entries, .. } => {
            out.push_str("%{");
            for (n, (k, v)) in entries.iter().enumerate() {
                if n > 0 {
                    out.push_str(", ");
                }
                expr(k, m, depth, out);
                out.push_str(" => ");
                expr(v, m, depth, out);
            }
            out.push('}');
        }
        Kind::Block(stmts, value) => {
            out.push_str("{\n");
            list(stmts, m, depth + 1, out);
            if let Some(v) = value {
                indent(depth + 1, out);
                expr(v, m, depth + 1, out);
                out.push('\n');
            }
            indent(depth, out);
            out.push('}');
        }
        Kind::Raise { message, .. } => w(out, format!("raise {message:?}")),
    }
}
