//! What is odd about a body: code that is never reached, variables that nobody reads, names that hide others, operands
//! that say nothing.

use super::bodies::Resolver;
use super::program::LocalId;
use crate::diagnostic::Diagnostic;
use crate::edition::Edition;
use crate::source::Span;
use crate::syntax::ast::*;

impl Resolver<'_> {
    /// What stands behind `return`, `break` and so on in the same block.
    pub(super) fn unreachable(&mut self, statements: &[Stmt]) {
        let Some(at) = statements.iter().position(leaves) else {
            return;
        };
        let runs = |statement: &&Stmt| {
            !matches!(
                statement.kind,
                StmtKind::Box(_)
                    | StmtKind::Enum(_)
                    | StmtKind::Function(_)
                    | StmtKind::Using(_)
                    | StmtKind::Include(_)
                    | StmtKind::Invalid
            )
        };
        let Some(next) = statements[at + 1..].iter().find(runs) else {
            return;
        };
        let mut diagnostic = Diagnostic::warning("unreachable-code", "this code is never reached")
            .at(next.span, "never reached")
            .also(statements[at].span, "the block is left here");
        if matches!(statements[at].kind, StmtKind::Return(None)) && matches!(next.kind, StmtKind::Expr(_)) {
            diagnostic = diagnostic.hint("the value of `return` stands on its line");
        }
        self.report(diagnostic);
    }

    /// `local x` in a block, where a block around it has an `x`: from here on there are two.
    pub(super) fn hides(&mut self, name: &Name, outer: LocalId) {
        let first = self.declared.program.local(outer).span;
        let diagnostic = Diagnostic::warning(
            "shadowed-variable",
            format!("`{}` hides a variable of the same name", name.text),
        )
        .at(name.span, "a second variable")
        .also(first, "the first one")
        .hint(format!(
            "to give the first one another value write `{} = ..` without `local`",
            name.text
        ));
        self.report(diagnostic);
    }

    /// Variables that `local` declares and nobody reads.
    pub(super) fn unused_variables(&mut self) {
        for local in std::mem::take(&mut self.declared_locals) {
            let info = self.declared.program.local(local);
            if self.read.contains(&local) || info.name.starts_with('_') {
                continue;
            }
            let (name, span) = (info.name.clone(), info.span);
            let diagnostic = match info.reassigned {
                true => Diagnostic::warning("unused-variable", format!("`{name}` is assigned to but never read"))
                    .at(span, "nobody reads this variable"),
                false => Diagnostic::warning("unused-variable", format!("`{name}` is never used"))
                    .at(span, "nobody reads this variable"),
            };
            self.report(diagnostic.hint(format!("remove it, or call it `_{name}` if that is meant")));
        }
    }

    /// `x == 1 or 2`: the right side is true by itself.
    pub(super) fn literal_operand(&mut self, op: BinaryOp, left: &Expr, right: &Expr) {
        let word = if op == BinaryOp::Or {
            "or"
        } else if op == BinaryOp::And {
            "and"
        } else {
            return;
        };
        let ExprKind::Binary {
            op: BinaryOp::Equal | BinaryOp::NotEqual,
            left: subject,
            ..
        } = &left.kind
        else {
            return;
        };
        if !matches!(right.kind, ExprKind::Int(_) | ExprKind::Float(_) | ExprKind::Str(_)) {
            return;
        }
        let mut diagnostic = Diagnostic::warning("constant-comparison", "this operand does not compare anything")
            .at(right.span, "by itself this is a constant condition");
        if let ExprKind::Name(name) = &subject.kind {
            diagnostic = diagnostic.hint(format!(
                "say what it is compared with: `{name} == .. {word} {name} == ..`"
            ));
        }
        self.report(diagnostic);
    }

    /// `"hello ${name}"`, where `name` is a variable: nothing is put in.
    pub(super) fn interpolation(&mut self, text: &str, span: Span) {
        for open in ["${", "#{"] {
            let Some((_, rest)) = text.split_once(open) else {
                continue;
            };
            let Some((inside, _)) = rest.split_once('}') else {
                continue;
            };
            let name: String = inside
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            let visible = self.frames.iter().any(|frame| frame.find(&name).is_some());
            if name.is_empty() || !visible {
                continue;
            }
            if let Some(local) = self.frames.iter().rev().find_map(|frame| frame.find(&name)) {
                // It was meant to be read.
                self.read.insert(local);
            }
            let message = format!("`{open}{}}}` stands in the string as it is", inside);
            let diagnostic = Diagnostic::warning("no-interpolation", message)
                .at(span, "values are not put into a string")
                .hint(format!("join the parts with `+`, as in `\"..\" + {name}`"));
            return self.report(diagnostic);
        }
    }

    /// Whether an inner `local` makes a second variable.
    pub(super) fn blocks_have_variables(&self) -> bool {
        self.edition() == Edition::E2026
    }
}

/// Control does not go on behind the statement.
fn leaves(statement: &Stmt) -> bool {
    match &statement.kind {
        StmtKind::Return(_) | StmtKind::Break | StmtKind::Continue | StmtKind::Throw(_) => true,
        StmtKind::If {
            arms,
            otherwise: Some(otherwise),
        } => block_leaves(otherwise) && arms.iter().all(|(_, block)| block_leaves(block)),
        StmtKind::Block(block) => block_leaves(block),
        StmtKind::If { otherwise: None, .. }
        | StmtKind::Box(_)
        | StmtKind::Enum(_)
        | StmtKind::Function(_)
        | StmtKind::Include(_)
        | StmtKind::Using(_)
        | StmtKind::Local { .. }
        | StmtKind::Outbox { .. }
        | StmtKind::Global { .. }
        | StmtKind::Nowait { .. }
        | StmtKind::Assign(_)
        | StmtKind::Loop { .. }
        | StmtKind::Until { .. }
        | StmtKind::Repeat { .. }
        | StmtKind::RepeatUntil { .. }
        | StmtKind::For { .. }
        | StmtKind::Try(_)
        | StmtKind::Fini(_)
        | StmtKind::Expr(_)
        | StmtKind::Invalid => false,
    }
}

fn block_leaves(block: &Block) -> bool {
    block.statements.iter().any(leaves)
}
