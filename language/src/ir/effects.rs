//! What evaluating an expression can do besides giving its value: the one place that says so, for every kind.

use super::builtin::{Effect, Row};
use super::operators::binary_throws;
use super::visit::{self, Part};
use super::{Expr, Kind, Module, Op, Ty, tag};

/// How far an evaluation reaches into what can change: variables in memory, objects, the outside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// It computes from its operands, or makes something new.
    #[default]
    Pure,
    Reads,
    Writes,
    /// It runs code of the program.
    Runs,
}

/// What an evaluation can do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effects {
    /// It can end in an error.
    pub fails: bool,
    pub reach: Reach,
}

/// Whom an expression calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Callee {
    Function(usize),
    Dispatch(usize),
}

impl Effects {
    const ALL: Effects = Effects {
        fails: true,
        reach: Reach::Runs,
    };

    fn new(fails: bool, reach: Reach) -> Effects {
        Effects { fails, reach }
    }

    fn and(self, other: Effects) -> Effects {
        Effects {
            fails: self.fails || other.fails,
            reach: self.reach.max(other.reach),
        }
    }
}

/// What an expression does by itself, without its operands and without the functions it calls.
pub fn own(e: &Expr, m: &Module) -> Effects {
    use Reach::{Pure, Reads, Runs, Writes};
    match &e.kind {
        Kind::Unset
        | Kind::Void
        | Kind::Null
        | Kind::Bool(_)
        | Kind::Int(_)
        | Kind::Float(_)
        | Kind::Str(_)
        | Kind::Var(_)
        | Kind::Static { ensure: false, .. } => Effects::default(),
        Kind::SetVar(..) | Kind::SetGlobal(..) | Kind::CellSet { .. } => Effects::new(false, Writes),
        Kind::Global(g) => Effects::new(m.globals[*g].ty.has(tag::ABSENT), Reads),
        Kind::CellGet { .. } => Effects::new(false, Reads),
        Kind::Static { ensure: true, .. } => Effects::new(false, Runs),
        Kind::Slot { object, class, slot } => {
            Effects::new(!object.ty.only(tag::OBJ) || m.raises_absent(*class, *slot), Reads)
        }
        Kind::SetSlot { object, .. } => Effects::new(!object.ty.only(tag::OBJ), Writes),
        Kind::Call { guard, .. } => Effects::new(guard.is_some(), Runs),
        // A receiver of none of the classes is an error.
        Kind::Dispatch { .. } => Effects::ALL,
        Kind::Require { object, .. } => Effects::new(!object.ty.only(tag::OBJ), Pure),
        Kind::Refuse { .. } | Kind::Raise { .. } => Effects::new(true, Pure),
        Kind::Open(_) => Effects::ALL,
        Kind::CellNew { .. } | Kind::Alloc(_) | Kind::Closure { .. } | Kind::Array { .. } | Kind::Map { .. } => {
            Effects::default()
        }
        Kind::Neg(a) => Effects::new(!a.ty.numeric(), Pure),
        Kind::BitNot(a) => Effects::new(!a.ty.only(tag::INT), Pure),
        Kind::Truthy(a) => {
            let refused = a.ty.is_none() || a.ty.maybe_nothing() || a.ty.has(tag::OBJ);
            Effects::new(m.edition_2026 && refused, reads_object(a.ty))
        }
        Kind::Binary(op, a, b) => {
            let fails = binary_throws(*op, a.ty, b.ty, m.edition_2026);
            let numbers = a.ty.only(tag::INT) && b.ty.only(tag::INT);
            // `a >> b` of two boxes makes a channel in the first edition.
            let reach = if *op == Op::Shr && !m.edition_2026 && !numbers {
                Writes
            } else {
                reads_object(a.ty).max(reads_object(b.ty))
            };
            Effects::new(fails, reach)
        }
        Kind::Not(_)
        | Kind::IsSomething(_)
        | Kind::IsClass(..)
        | Kind::IsTag(..)
        | Kind::And(..)
        | Kind::Or(..)
        | Kind::Cond(..)
        | Kind::Block(..) => Effects::default(),
        Kind::Builtin {
            function,
            arguments,
            guard,
            ..
        } => {
            let passed = match guard {
                Some(g) if !g.passed => &arguments[1..],
                _ => arguments,
            };
            let checks = passed
                .iter()
                .zip(function.each_letter())
                .any(|(a, p)| needs_check(a.ty, p));
            let plain = !passed.iter().any(|a| a.ty.has(tag::OBJ) || a.ty.is_none());
            let reach = row(function);
            let reach = if reach == Reads && plain { Pure } else { reach };
            let fails = guard.is_some() || function.can_fail(m.edition_2026) || checks;
            Effects::new(fails, reach)
        }
    }
}

/// The text or the contents of an object can change.
fn reads_object(ty: Ty) -> Reach {
    if ty.has(tag::OBJ) || ty.is_none() {
        Reach::Reads
    } else {
        Reach::Pure
    }
}

/// What a function of the library does.
fn row(row: &Row) -> Reach {
    match row.effect {
        Effect::Pure => Reach::Pure,
        Effect::Reads => Reach::Reads,
        Effect::Writes => Reach::Writes,
        Effect::Runs => Reach::Runs,
    }
}

/// Whether passing a value as a parameter of that letter can fail.
pub fn needs_check(ty: Ty, letter: char) -> bool {
    match letter {
        'i' => !ty.only(tag::INT),
        'f' => !ty.numeric(),
        's' | 'S' => !ty.only(tag::STR),
        'a' | 'm' => true,
        'b' => !ty.only(tag::BOOL),
        _ => false,
    }
}

/// Whom an expression by itself calls.
pub fn callee(e: &Expr, m: &Module) -> Option<Callee> {
    match &e.kind {
        Kind::Call { function, .. } => Some(Callee::Function(*function)),
        Kind::Dispatch { to, .. } => Some(Callee::Dispatch(*to)),
        Kind::Static { class, ensure: true } => m.ensure[*class as usize].map(Callee::Function),
        Kind::Static { ensure: false, .. }
        | Kind::Unset
        | Kind::Void
        | Kind::Null
        | Kind::Bool(_)
        | Kind::Int(_)
        | Kind::Float(_)
        | Kind::Str(_)
        | Kind::Var(_)
        | Kind::SetVar(..)
        | Kind::Global(_)
        | Kind::SetGlobal(..)
        | Kind::CellNew { .. }
        | Kind::CellGet { .. }
        | Kind::CellSet { .. }
        | Kind::Open(_)
        | Kind::Slot { .. }
        | Kind::SetSlot { .. }
        | Kind::Require { .. }
        | Kind::Refuse { .. }
        | Kind::Alloc(_)
        | Kind::Closure { .. }
        | Kind::Neg(_)
        | Kind::BitNot(_)
        | Kind::Not(_)
        | Kind::Truthy(_)
        | Kind::Binary(..)
        | Kind::And(..)
        | Kind::Or(..)
        | Kind::Cond(..)
        | Kind::IsSomething(_)
        | Kind::IsClass(..)
        | Kind::IsTag(..)
        | Kind::Builtin { .. }
        | Kind::Array { .. }
        | Kind::Map { .. }
        | Kind::Block(..)
        | Kind::Raise { .. } => None,
    }
}

/// What evaluating an expression with all its operands can do. Functions must know whether they fail.
pub fn whole(e: &Expr, m: &Module) -> Effects {
    let mut out = own(e, m);
    match callee(e, m) {
        Some(Callee::Function(f)) => out.fails |= m.functions[f].throws,
        Some(Callee::Dispatch(_)) => out.fails = true,
        None => {}
    }
    if out == Effects::ALL {
        return out;
    }
    visit::operands(e, &mut |part| match part {
        Part::Expr(a) if out != Effects::ALL => out = out.and(whole(a, m)),
        Part::Expr(_) => {}
        // Statements can leave the expression.
        Part::List([]) => {}
        Part::List(_) => out = Effects::ALL,
    });
    out
}

/// Whether evaluating does nothing at all, so that it need not be done.
pub fn idle(e: &Expr, m: &Module) -> bool {
    let effects = whole(e, m);
    !effects.fails && effects.reach <= Reach::Reads
}
