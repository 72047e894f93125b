//! Which variables are set on every way to a place, and which ways come to an end.

use crate::ir::builtin::Gives;
use crate::ir::{Expr, Kind, Stmt, Try, Ty, VarId};

/// The variables that are set, a bit each; `None` where control never comes.
type Set = Option<Vec<u64>>;

/// What can be wrong on the way.
#[derive(Clone, Copy, Debug)]
pub enum Wrong {
    /// A variable is read where nothing has been assigned to it.
    Unset(VarId),
    /// `break` or `continue` outside of a loop.
    Jump,
}

impl std::fmt::Display for Wrong {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Wrong::Unset(v) => write!(f, "%{v} is read before it is set"),
            Wrong::Jump => f.write_str("a jump out of no loop"),
        }
    }
}

/// A walk over the statements of one function, in the order they run.
pub struct Flow<'f> {
    /// How many variables there are.
    vars: usize,
    set: Set,
    /// What is set where loops are left and where they go on, innermost last.
    loops: Vec<(Set, Set)>,
    returned: Vec<Option<Ty>>,
    /// Takes what is wrong.
    say: &'f mut dyn FnMut(Wrong),
}

impl<'f> Flow<'f> {
    /// For a function of that many variables, the first of which are parameters.
    pub fn new(vars: usize, params: usize, say: &'f mut dyn FnMut(Wrong)) -> Flow<'f> {
        let mut set = vec![0; vars / 64 + 1];
        for v in 0..params {
            set[v / 64] |= 1 << (v % 64);
        }
        Flow {
            vars,
            set: Some(set),
            loops: Vec::new(),
            returned: Vec::new(),
            say,
        }
    }

    /// The answer says whether control can come to the end.
    pub fn body(&mut self, list: &[Stmt]) -> bool {
        self.stmts(list);
        self.set.is_some()
    }

    /// The types of what is returned where control can come; nothing stands for none.
    pub fn returned(self) -> Vec<Option<Ty>> {
        self.returned
    }

    pub fn value(&mut self, e: &Expr) {
        self.expr(e);
    }

    fn read(&mut self, v: VarId) {
        if let Some(set) = &self.set
            && v < self.vars
            && set[v / 64] & (1 << (v % 64)) == 0
        {
            (self.say)(Wrong::Unset(v));
        }
    }

    fn write(&mut self, v: VarId) {
        if let Some(set) = &mut self.set
            && v < self.vars
        {
            set[v / 64] |= 1 << (v % 64);
        }
    }

    fn stmts(&mut self, list: &[Stmt]) {
        for s in list {
            self.stmt(s);
        }
    }

    fn stmt(&mut self, s: &Stmt) {
        match s {
            Stmt::Expr(e) => self.expr(e),
            Stmt::If(c, a, b) => {
                let otherwise = self.condition(c);
                self.stmts(a);
                let after = std::mem::replace(&mut self.set, otherwise);
                self.stmts(b);
                self.join(after);
            }
            Stmt::Loop { condition, body, step } => {
                let leaves = condition.as_ref().and_then(|c| self.condition(c));
                self.loops.push((leaves, None));
                self.stmts(body);
                let next = self.loops.last_mut().and_then(|(_, next)| next.take());
                self.join(next);
                self.stmts(step);
                self.set = self.loops.pop().and_then(|(leaves, _)| leaves);
            }
            Stmt::Break | Stmt::Continue => {
                let here = self.set.take();
                match self.loops.last_mut() {
                    Some((leaves, next)) => {
                        let to = if matches!(s, Stmt::Break) { leaves } else { next };
                        *to = joined(to.take(), here);
                    }
                    None => (self.say)(Wrong::Jump),
                }
            }
            Stmt::Return(value) => {
                if let Some(e) = value {
                    self.expr(e);
                }
                if self.set.take().is_some() {
                    self.returned.push(value.as_ref().map(|e| e.ty));
                }
            }
            Stmt::Throw(e) => {
                self.expr(e);
                self.set = None;
            }
            Stmt::Rethrow(v) => {
                self.read(*v);
                self.set = None;
            }
            Stmt::Try(t) => self.try_stmt(t),
        }
    }

    fn try_stmt(&mut self, t: &Try) {
        // An error can come before anything in the body is done.
        let before = self.set.clone();
        self.stmts(&t.body);
        if let Some((v, handler)) = &t.handler {
            let after = std::mem::replace(&mut self.set, before.clone());
            self.write(*v);
            self.stmts(handler);
            self.join(after);
        }
        if t.cleanup.is_empty() {
            return;
        }
        let after = std::mem::replace(&mut self.set, before);
        self.stmts(&t.cleanup);
        // What the cleanup sets is set besides; where it does not end, nothing does.
        self.set = match (after, self.set.take()) {
            (Some(a), Some(b)) => Some(a.iter().zip(&b).map(|(a, b)| a | b).collect()),
            (None, _) | (_, None) => None,
        };
    }

    fn join(&mut self, other: Set) {
        self.set = joined(self.set.take(), other);
    }

    fn exprs<'e>(&mut self, list: impl IntoIterator<Item = &'e Expr>) {
        for e in list {
            self.expr(e);
        }
    }

    /// Evaluates a condition: afterwards is set what is set where it holds; the answer is what is set where it does not.
    fn condition(&mut self, e: &Expr) -> Set {
        if let Kind::Bool(_) | Kind::Int(_) = e.kind {
            // The side that a constant excludes is never come to.
            let holds = matches!(e.kind, Kind::Bool(true)) || matches!(e.kind, Kind::Int(n) if n != 0);
            return if holds { None } else { self.set.take() };
        }
        if let Kind::Truthy(a) = &e.kind {
            return self.condition(a);
        }
        if let Kind::Not(a) = &e.kind {
            let otherwise = self.condition(a);
            return std::mem::replace(&mut self.set, otherwise);
        }
        if let Kind::And(a, b) = &e.kind {
            let first = self.condition(a);
            return joined(self.condition(b), first);
        }
        if let Kind::Or(a, b) = &e.kind {
            let otherwise = self.condition(a);
            let first = std::mem::replace(&mut self.set, otherwise);
            let otherwise = self.condition(b);
            self.join(first);
            return otherwise;
        }
        if let Kind::Block(list, Some(value)) = &e.kind {
            self.stmts(list);
            return self.condition(value);
        }
        // Nothing is known of any other.
        self.expr(e);
        self.set.clone()
    }

    fn expr(&mut self, e: &Expr) {
        match &e.kind {
            Kind::Unset
            | Kind::Void
            | Kind::Null
            | Kind::Bool(_)
            | Kind::Int(_)
            | Kind::Float(_)
            | Kind::Str(_)
            | Kind::Global(_)
            | Kind::Static { .. }
            | Kind::Alloc(_) => {}
            Kind::Var(v) | Kind::CellGet { from: v, .. } => self.read(*v),
            Kind::SetVar(v, value) => {
                self.expr(value);
                self.write(*v);
            }
            Kind::CellSet { to, value, .. } => {
                self.read(*to);
                self.expr(value);
            }
            Kind::SetGlobal(_, a)
            | Kind::CellNew { value: a, .. }
            | Kind::Slot { object: a, .. }
            | Kind::Require { object: a, .. }
            | Kind::Neg(a)
            | Kind::BitNot(a)
            | Kind::Not(a)
            | Kind::Truthy(a)
            | Kind::IsSomething(a)
            | Kind::IsClass(a, _)
            | Kind::IsTag(a, _) => self.expr(a),
            Kind::SetSlot {
                object: a, value: b, ..
            }
            | Kind::Binary(_, a, b) => {
                self.expr(a);
                self.expr(b);
            }
            Kind::Call { arguments: list, .. }
            | Kind::Dispatch { arguments: list, .. }
            | Kind::Closure { captures: list, .. }
            | Kind::Array { items: list, .. } => self.exprs(list),
            Kind::Builtin {
                function, arguments, ..
            } => {
                self.exprs(arguments);
                if function.result == Gives::Never {
                    self.set = None;
                }
            }
            Kind::Map { entries, .. } => {
                for (k, v) in entries {
                    self.expr(k);
                    self.expr(v);
                }
            }
            Kind::Refuse {
                receiver, arguments, ..
            } => {
                self.expr(receiver);
                self.exprs(arguments);
                self.set = None;
            }
            Kind::Raise { .. } => self.set = None,
            Kind::And(..) | Kind::Or(..) => {
                let otherwise = self.condition(e);
                self.join(otherwise);
            }
            Kind::Cond(c, a, b) => {
                let otherwise = self.condition(c);
                self.expr(a);
                let after = std::mem::replace(&mut self.set, otherwise);
                self.expr(b);
                self.join(after);
            }
            Kind::Block(list, value) => {
                self.stmts(list);
                self.exprs(value.as_deref());
            }
            // It is reported elsewhere.
            Kind::Open(_) => {}
        }
    }
}

fn joined(a: Set, b: Set) -> Set {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.iter().zip(&b).map(|(a, b)| a & b).collect()),
        (a, b) => a.or(b),
    }
}
