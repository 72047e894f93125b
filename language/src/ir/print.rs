//! The IR as text, for `--dump-mir`.

use super::builtin::class::FIRST_USER;
use super::{Dispatch, DispatchKind, Expr, Guard, Kind, Module, Objects, Op, Open, Stmt, Ty, When, tag};
use std::fmt::Write;

/// All reached functions, and what looks at receivers that can be several things.
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
    for d in &m.dispatches {
        let params: Vec<String> = d
            .params
            .iter()
            .enumerate()
            .map(|(n, t)| format!("%{n}: {}", ty(*t, m)))
            .collect();
        let _ = write!(
            out,
            "dispatch {}({}) -> {}",
            dispatch_name(d),
            params.join(", "),
            ty(d.ret, m)
        );
        out.push_str(if d.deep { " deep {\n" } else { " {\n" });
        for (when, value) in &d.arms {
            let when = match when {
                When::Tag(t) => format!("tag{t}"),
                When::Class(c) => match c.checked_sub(u32::from(FIRST_USER)) {
                    Some(n) => m.classes[n as usize].name.to_string(),
                    None => format!("box{c}"),
                },
            };
            let _ = write!(out, "  {when} => ");
            expr(value, m, 1, &mut out);
            out.push('\n');
        }
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

/// A call; the receiver that is tested first stands behind a question mark, and before `>` where it is not passed.
fn called(name: &str, arguments: &[Expr], guard: Option<&Guard>, m: &Module, depth: usize, out: &mut String) {
    let _ = write!(out, "{name}(");
    if let Some(g) = guard {
        out.push_str(if g.passed { "?" } else { "?>" });
    }
    args(arguments, m, depth, out);
    out.push(')');
}

fn open_access(open: &Open, m: &Module, depth: usize, out: &mut String) {
    match open {
        Open::Field { object, name } => {
            expr(object, m, depth, out);
            let _ = write!(out, ".{name}");
        }
        Open::SetField { object, name, value } => {
            expr(object, m, depth, out);
            let _ = write!(out, ".{name} = ");
            expr(value, m, depth, out);
        }
        Open::Method {
            object,
            name,
            arguments,
        } => {
            expr(object, m, depth, out);
            let _ = write!(out, ".{name}(");
            args(arguments, m, depth, out);
            out.push(')');
        }
        Open::CallValue { callee, arguments } => {
            expr(callee, m, depth, out);
            out.push('(');
            args(arguments, m, depth, out);
            out.push(')');
        }
    }
}

/// `get x`, `set x`, `m/2` (a method and how many values it is called with) or `call/2`.
fn dispatch_name(d: &Dispatch) -> String {
    match d.what {
        DispatchKind::Get => format!("get {}", d.name),
        DispatchKind::Set => format!("set {}", d.name),
        DispatchKind::Method => format!("{}/{}", d.name, d.params.len() - 1),
        DispatchKind::CallValue => format!("call/{}", d.params.len() - 1),
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
        Kind::Open(open) => open_access(open, m, depth, out),
        Kind::Slot { object, class, slot } => {
            expr(object, m, depth, out);
            w(out, format!(".{}", m.classes[*class as usize].slots[*slot].name));
        }
        Kind::SetSlot {
            object,
            class,
            slot,
            value,
        } => {
            expr(object, m, depth, out);
            w(out, format!(".{} = ", m.classes[*class as usize].slots[*slot].name));
            expr(value, m, depth, out);
        }
        Kind::Require { object, what } => {
            w(out, format!("require {what:?} "));
            expr(object, m, depth, out);
        }
        Kind::Refuse {
            receiver,
            arguments,
            what,
        } => {
            w(out, format!("refuse {what:?} "));
            expr(receiver, m, depth, out);
            out.push('(');
            args(arguments, m, depth, out);
            out.push(')');
        }
        Kind::Dispatch { to, arguments } => {
            w(out, format!("dispatch {}", dispatch_name(&m.dispatches[*to])));
            out.push('(');
            args(arguments, m, depth, out);
            out.push(')');
        }
        Kind::Call {
            function,
            arguments,
            guard,
        } => called(&m.functions[*function].name, arguments, guard.as_deref(), m, depth, out),
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
            function,
            arguments,
            guard,
            ..
        } => called(function.symbol, arguments, guard.as_deref(), m, depth, out),
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
