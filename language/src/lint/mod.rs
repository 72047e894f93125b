//! What inference knows to be wrong or odd: accesses and operations that fail whenever they are reached, comparisons
//! with one answer, results that nobody looks at.
//!
//! A wrong message is worse than none. So nothing is said of an expression that is fine in one of the copies in which a
//! function is compiled, nor of a value that a condition around it asks about: `if x != null { x.f() }` is right where `x`
//! is always null.

// Unlike the stages, a lint has an arm for everything else: of a kind of expression that it does not name it says nothing.

mod access;
mod arguments;
mod comparison;
mod operators;
mod unused;
mod words;

use crate::diagnostic::Diagnostic;
use crate::infer::Infer;
use crate::ir::builtin::Gives;
use crate::ir::visit::{self, Part};
use crate::ir::{Expr, FuncId, Kind, Stmt, Var};
use crate::prelude;
use crate::resolve::program::Program;
use crate::source::Span;
use std::collections::HashMap;

/// Looks at every function that is reached.
pub fn run(infer: &mut Infer<'_>) -> Vec<Diagnostic> {
    let program = infer.program();
    let mut lint = Lint {
        program,
        infer,
        found: HashMap::new(),
        conditions: Vec::new(),
        vars: Vec::new(),
        params: 0,
    };
    for f in 0..lint.infer.module().functions.len() {
        lint.function(f);
    }
    let mut found: Vec<Diagnostic> = lint.found.into_values().flatten().collect();
    let place = |d: &Diagnostic| {
        d.primary
            .as_ref()
            .map(|label| (label.span.file, label.span.start, label.span.end))
    };
    found.sort_by_key(|d| (place(d), d.code));
    found
}

struct Lint<'i, 'p> {
    program: &'p Program,
    infer: &'i mut Infer<'p>,
    /// What was found at each place, by what was asked there. `None`: it is fine in some copy of the function.
    found: HashMap<(Span, Question), Option<Diagnostic>>,
    /// Conditions that hold, or do not hold, where the walk is.
    conditions: Vec<Span>,
    /// Variables of the function.
    vars: Vec<Var>,
    params: usize,
}

/// What can be asked about one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Question {
    Access,
    Argument,
    Operands,
    Condition,
    Comparison,
    Use,
}

impl Lint<'_, '_> {
    fn function(&mut self, f: FuncId) {
        let program = self.program;
        let function = &mut self.infer.module().functions[f];
        let own = &**program.sources.file(function.span.file).name() != prelude::FILE;
        if !function.reached || !own {
            return;
        }
        let body = std::mem::take(&mut function.body);
        self.vars.clone_from(&function.vars);
        self.params = function.params;
        self.stmts(&body);
        self.infer.module().functions[f].body = body;
    }

    /// Notes the answer to a question about a place.
    fn answer(&mut self, at: Span, question: Question, wrong: Option<Diagnostic>) {
        let known = self.found.entry((at, question));
        let known = known.or_insert_with(|| wrong.clone());
        if wrong.is_none() {
            *known = None;
        }
    }

    fn stmts(&mut self, list: &[Stmt]) {
        let outer = self.conditions.len();
        for stmt in list {
            self.stmt(stmt);
            if let Stmt::If(condition, then, otherwise) = stmt
                && (leaves(then) || leaves(otherwise))
            {
                self.conditions.push(condition.span);
            }
        }
        self.conditions.truncate(outer);
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Expr(e) => {
                self.unused(e);
                self.expr(e);
            }
            Stmt::Return(Some(e)) | Stmt::Throw(e) => self.expr(e),
            Stmt::If(condition, then, otherwise) => {
                self.expr(condition);
                self.under(condition.span, |lint| {
                    lint.stmts(then);
                    lint.stmts(otherwise);
                });
            }
            Stmt::Loop { condition, body, step } => {
                if let Some(condition) = condition {
                    self.expr(condition);
                    return self.under(condition.span, |lint| {
                        lint.stmts(body);
                        lint.stmts(step);
                    });
                }
                self.stmts(body);
                self.stmts(step);
            }
            Stmt::Try(t) => {
                self.stmts(&t.body);
                if let Some((_, handler)) = &t.handler {
                    self.stmts(handler);
                }
                self.stmts(&t.cleanup);
            }
            Stmt::Break | Stmt::Continue | Stmt::Return(None) | Stmt::Rethrow(_) => {}
        }
    }

    fn expr(&mut self, e: &Expr) {
        self.access(e);
        self.arguments(e);
        self.operands(e);
        self.comparison(e);
        match &e.kind {
            Kind::Cond(condition, then, otherwise) => {
                self.expr(condition);
                self.under(condition.span, |lint| {
                    lint.expr(then);
                    lint.expr(otherwise);
                });
            }
            Kind::And(left, right) | Kind::Or(left, right) => {
                self.expr(left);
                self.under(left.span, |lint| lint.expr(right));
            }
            Kind::Block(list, value) => {
                let outer = self.conditions.len();
                for stmt in list {
                    self.stmt(stmt);
                    if let Stmt::If(condition, ..) = stmt {
                        self.conditions.push(condition.span);
                    }
                }
                if let Some(value) = value {
                    self.expr(value);
                }
                self.conditions.truncate(outer);
            }
            _other => visit::operands(e, &mut |part| match part {
                Part::Expr(inner) => self.expr(inner),
                Part::List(list) => self.stmts(list),
            }),
        }
    }

    fn under(&mut self, condition: Span, walk: impl FnOnce(&mut Self)) {
        self.conditions.push(condition);
        walk(self);
        self.conditions.pop();
    }

    /// Whether a condition around the place asks about the value, as far as names tell.
    fn asked_about(&self, e: &Expr) -> bool {
        /// Conditions that are looked at, so that a function of a million `if` costs no more than its length.
        const MOST: usize = 64;
        let text = self.text(e.span);
        let name = text
            .rsplit(|c: char| !(c.is_alphanumeric() || c == '_'))
            .find(|word| !word.is_empty())
            .unwrap_or("");
        if !name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            return false;
        }
        let words = |span: &Span| {
            let mut words = self.text(*span).split(|c: char| !(c.is_alphanumeric() || c == '_'));
            words.any(|word| word == name)
        };
        self.conditions.iter().rev().take(MOST).any(words)
    }

    fn text(&self, span: Span) -> &str {
        self.program.sources.text(span)
    }

    /// Whether one of the marks stands between two operands: what lowering makes has no operator in the source.
    fn written_between(&self, a: Span, b: Span, marks: &[&str]) -> bool {
        let between = Span {
            start: a.end,
            end: b.start,
            ..a
        };
        a.file == b.file && a.end <= b.start && {
            let text = self.text(between);
            marks.iter().any(|mark| text.contains(mark))
        }
    }
}

/// Control does not reach what follows the statements.
fn leaves(list: &[Stmt]) -> bool {
    list.last().is_some_and(|stmt| match stmt {
        Stmt::Break | Stmt::Continue | Stmt::Return(_) | Stmt::Throw(_) | Stmt::Rethrow(_) => true,
        Stmt::Expr(e) => {
            matches!(e.kind, Kind::Raise { .. })
                || matches!(&e.kind, Kind::Builtin { function, .. } if function.result == Gives::Never)
        }
        Stmt::If(_, then, otherwise) => leaves(then) && leaves(otherwise),
        Stmt::Loop { .. } | Stmt::Try(_) => false,
    })
}
