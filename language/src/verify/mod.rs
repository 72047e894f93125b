//! Checks that a settled module is what the stages behind settling take for granted: nothing is open, every number leads
//! somewhere, values fit where they go, variables are set before they are read, and paths that end give something.
//!
//! What is found is a defect of the compiler and never of the program. Which references are counted is decided when code
//! is written, so nothing is said about them here.

// Whoever adds a kind of expression or type is told here what to decide.
#![warn(clippy::wildcard_enum_match_arm)]

mod flow;

use crate::ir::visit::{self, Part};
use crate::ir::{Expr, Func, Guard, Kind, Module, Objects, Ty, Var, When, tag};
use flow::{Flow, Wrong};

/// What is wrong, a line each, with the name of the function.
pub fn module(m: &Module) -> Vec<String> {
    let mut wrong = Vec::new();
    for f in m.functions.iter().filter(|f| f.reached) {
        Check::new(m, &f.name, &f.vars, &mut wrong).function(f);
    }
    for d in &m.dispatches {
        let vars: Vec<Var> = d
            .params
            .iter()
            .map(|ty| Var {
                name: "".into(),
                ty: *ty,
            })
            .collect();
        let mut check = Check::new(m, &d.name, &vars, &mut wrong);
        for (when, value) in &d.arms {
            check.narrowed = Some(*when);
            check.inside(Part::Expr(value));
            check.fits(value.ty, d.ret, "what an arm gives");
            Flow::new(d.params.len(), d.params.len(), &mut |text| check.say(text.to_string())).value(value);
        }
    }
    wrong
}

struct Check<'m> {
    m: &'m Module,
    name: &'m str,
    vars: &'m [Var],
    /// In an arm of a dispatch: what variable 0 has been found to be.
    narrowed: Option<When>,
    wrong: &'m mut Vec<String>,
}

impl<'m> Check<'m> {
    fn new(m: &'m Module, name: &'m str, vars: &'m [Var], wrong: &'m mut Vec<String>) -> Check<'m> {
        Check {
            m,
            name,
            vars,
            narrowed: None,
            wrong,
        }
    }

    fn say(&mut self, text: impl AsRef<str>) {
        self.wrong.push(format!("{}: {}", self.name, text.as_ref()));
    }

    fn function(&mut self, f: &Func) {
        if f.params > f.vars.len() {
            self.say("fewer variables than parameters");
            return;
        }
        for s in &f.body {
            self.inside(Part::List(std::slice::from_ref(s)));
        }
        let nothing = self.m.nothing();
        let (m, ret) = (self.m, f.ret);
        // In the first edition a variable belongs to the whole function, and one that is read where it was not set is what
        // its type starts as: the program's doing.
        let mut say = |text: Wrong| {
            if m.edition_2026 || !matches!(text, Wrong::Unset(_)) {
                self.say(text.to_string());
            }
        };
        let mut flow = Flow::new(f.vars.len(), f.params, &mut say);
        let ends = flow.body(&f.body);
        let returned = flow.returned();
        if ends && !fits(m, nothing, ret) {
            self.say("a path ends without a value");
        }
        for ty in returned {
            self.fits(ty.unwrap_or(nothing), ret, "what is returned");
        }
    }

    fn inside(&mut self, part: Part<'_>) {
        match part {
            Part::List(list) => {
                for s in list {
                    visit::parts(s, &mut |part| self.inside(part));
                }
            }
            Part::Expr(e) => {
                self.expr(e);
                visit::operands(e, &mut |part| self.inside(part));
            }
        }
    }

    fn fits(&mut self, from: Ty, to: Ty, what: &str) {
        if !fits(self.m, from, to) {
            let (from, to) = (crate::ir::print::ty(from, self.m), crate::ir::print::ty(to, self.m));
            self.say(format!("{what} is {from} and not {to}"));
        }
    }

    fn var(&mut self, v: usize) -> Option<Ty> {
        let ty = self.vars.get(v).map(|v| v.ty);
        if ty.is_none() {
            self.say(format!("there is no variable %{v}"));
        }
        ty
    }

    /// A value that must stand in the representation of one kind.
    fn only(&mut self, ty: Ty, tag: u32, what: &str) {
        if !ty.only(tag) && !ty.is_none() {
            let found = crate::ir::print::ty(ty, self.m);
            self.say(format!("{what} is {found}"));
        }
    }

    fn slot(&mut self, object: &Expr, class: u32, slot: usize) -> Option<Ty> {
        let of = object.ty.objects;
        if of != Objects::User(class) && !object.ty.is_none() {
            self.say(format!(
                "a slot of class {class} in {}",
                crate::ir::print::ty(object.ty, self.m)
            ));
        }
        let found = self.m.classes.get(class as usize).and_then(|c| c.slots.get(slot));
        if found.is_none() {
            self.say(format!("class {class} has no slot {slot}"));
        }
        found.map(|s| s.ty.without(tag::ABSENT))
    }

    /// The types of what a call passes: the receiver as the guard leaves it, or not at all.
    fn passed(&mut self, arguments: &[Expr], guard: Option<&Guard>) -> Vec<Ty> {
        let mut types: Vec<Ty> = arguments.iter().map(|a| a.ty).collect();
        match guard {
            Some(_) if types.is_empty() => self.say("a guarded call without a receiver"),
            Some(g) if g.passed => types[0] = g.ty,
            Some(_) => drop(types.remove(0)),
            None => {}
        }
        types
    }

    fn expr(&mut self, e: &Expr) {
        match &e.kind {
            Kind::Unset | Kind::Void | Kind::Null | Kind::Raise { .. } | Kind::Require { .. } | Kind::Refuse { .. } => {
            }
            Kind::Bool(_) => self.only(e.ty, tag::BOOL, "a bool"),
            Kind::Int(_) => self.only(e.ty, tag::INT, "an integer"),
            Kind::Float(_) => self.only(e.ty, tag::FLOAT, "a float"),
            Kind::Str(_) => self.only(e.ty, tag::STR, "a text"),
            Kind::Var(v) => {
                let Some(ty) = self.var(*v) else { return };
                match self.narrowed {
                    Some(when) if *v == 0 => self.only(e.ty, when.tag(), "the receiver of an arm"),
                    Some(_) | None => self.fits(ty, e.ty, &format!("%{v}")),
                }
            }
            Kind::SetVar(v, value) => {
                if let Some(ty) = self.var(*v) {
                    self.fits(value.ty, ty, &format!("what %{v} is set to"));
                }
            }
            Kind::Global(g) | Kind::SetGlobal(g, _) if *g >= self.m.globals.len() => {
                self.say(format!("there is no global variable {g}"));
            }
            Kind::Global(g) => self.fits(self.m.globals[*g].ty.without(tag::ABSENT), e.ty, "a global variable"),
            Kind::SetGlobal(g, value) => self.fits(value.ty, self.m.globals[*g].ty, "what a global variable is set to"),
            Kind::CellNew { cell, .. } | Kind::CellGet { cell, .. } | Kind::CellSet { cell, .. }
                if *cell >= self.m.cells.len() =>
            {
                self.say(format!("there is no cell {cell}"));
            }
            Kind::CellNew { cell, value } => self.fits(value.ty, self.m.cells[*cell], "what a cell is made with"),
            Kind::CellGet { cell, from } => {
                self.var(*from);
                self.fits(self.m.cells[*cell], e.ty, "a cell");
            }
            Kind::CellSet { cell, to, value } => {
                self.var(*to);
                self.fits(value.ty, self.m.cells[*cell], "what a cell is set to");
            }
            Kind::Static { class, .. } | Kind::Alloc(class) if *class as usize >= self.m.classes.len() => {
                self.say(format!("there is no class {class}"));
            }
            Kind::Static { class, .. } => {
                if !self.m.classes[*class as usize].is_static {
                    self.say(format!("class {class} has no instance of its own"));
                }
            }
            Kind::Alloc(_) => {}
            Kind::Open(_) => self.say("an access is still open"),
            Kind::Slot { object, class, slot } => {
                if let Some(ty) = self.slot(object, *class, *slot) {
                    self.fits(ty, e.ty, "a slot");
                }
            }
            Kind::SetSlot {
                object,
                class,
                slot,
                value,
            } => {
                if let Some(ty) = self.slot(object, *class, *slot)
                    && !self.m.classes[*class as usize].slots[*slot].weak
                {
                    self.fits(value.ty, ty, "what a slot is set to");
                }
            }
            Kind::Call {
                function,
                arguments,
                guard,
            } => {
                let m = self.m;
                let Some(f) = m.functions.get(*function).filter(|f| f.reached) else {
                    self.say(format!("there is no function {function}"));
                    return;
                };
                let passed = self.passed(arguments, guard.as_deref());
                if passed.len() != f.params {
                    self.say(format!(
                        "{} takes {} values and is passed {}",
                        f.name,
                        f.params,
                        passed.len()
                    ));
                }
                for (ty, var) in passed.iter().zip(&f.vars) {
                    self.fits(*ty, var.ty, &format!("an argument of {}", f.name));
                }
                self.fits(f.ret, e.ty, &format!("what {} gives", f.name));
            }
            Kind::Dispatch { to, arguments } => {
                let m = self.m;
                let Some(d) = m.dispatches.get(*to) else {
                    self.say(format!("there is no dispatch {to}"));
                    return;
                };
                if arguments.len() != d.params.len() {
                    self.say(format!("a dispatch of {} is passed {} values", d.name, arguments.len()));
                }
                for (a, ty) in arguments.iter().zip(&d.params) {
                    self.fits(a.ty, *ty, &format!("an argument of a dispatch of {}", d.name));
                }
                self.fits(d.ret, e.ty, &format!("what a dispatch of {} gives", d.name));
            }
            Kind::Builtin {
                function,
                arguments,
                guard,
                ..
            } => {
                let passed = self.passed(arguments, guard.as_deref());
                let wants = function.arity() + usize::from(function.takes_receiver());
                let enough = passed.len() == wants || (function.letters.ends_with('*') && passed.len() > wants);
                if !enough {
                    self.say(format!("{} is passed {} values", function.symbol, passed.len()));
                }
                for (ty, letter) in passed.iter().zip(function.each_letter()) {
                    if letter == 'o' {
                        self.only(*ty, tag::OBJ, &format!("the object passed to {}", function.symbol));
                    }
                }
            }
            Kind::Closure { class, captures } => {
                let m = self.m;
                let Some(c) = m.classes.get(*class as usize) else {
                    self.say(format!("there is no class {class}"));
                    return;
                };
                if captures.len() > c.slots.len() {
                    self.say("more is captured than there is room for");
                }
                for (capture, slot) in captures.iter().zip(&c.slots) {
                    self.fits(capture.ty, slot.ty, "what is captured");
                }
            }
            Kind::Neg(_) | Kind::BitNot(_) | Kind::IsSomething(_) | Kind::IsClass(..) | Kind::IsTag(..) => {}
            Kind::Truthy(_) => self.only(e.ty, tag::BOOL, "a condition"),
            Kind::Not(a) => self.only(a.ty, tag::BOOL, "what is negated"),
            Kind::And(a, b) | Kind::Or(a, b) => {
                self.only(a.ty, tag::BOOL, "a condition");
                self.only(b.ty, tag::BOOL, "a condition");
            }
            Kind::Binary(op, a, b) => {
                let ty = crate::ir::operators::binary_type(*op, a.ty, b.ty, self.m.edition_2026);
                self.fits(ty, e.ty, "what an operator gives");
            }
            Kind::Cond(c, a, b) => {
                self.only(c.ty, tag::BOOL, "a condition");
                self.fits(a.ty, e.ty, "one of two values");
                self.fits(b.ty, e.ty, "one of two values");
            }
            Kind::Array { items, site } => {
                let element = self.m.sites.element(*site);
                for item in items {
                    self.fits(item.ty, element, "an element");
                }
            }
            Kind::Map { entries, site } => {
                let element = self.m.sites.element(*site);
                for (_, value) in entries {
                    self.fits(value.ty, element, "an entry");
                }
            }
            Kind::Block(_, value) => {
                if let Some(v) = value {
                    self.fits(v.ty, e.ty, "the value of a block");
                }
            }
        }
    }
}

/// Whether every value of a type is one of the other.
fn fits(m: &Module, from: Ty, to: Ty) -> bool {
    let objects = match (from.objects, to.objects) {
        (Objects::None, _) | (_, Objects::Any) => true,
        (Objects::Array(a), Objects::Array(b)) | (Objects::Map(a), Objects::Map(b)) => {
            m.sites.find(a) == m.sites.find(b)
        }
        (a, b) => a == b,
    };
    from.kinds & !to.kinds == 0 && objects
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::{Op, Open, Stmt};
    use crate::source::{FileId, Span};

    fn expr(kind: impl Into<Kind>, ty: Ty) -> Expr {
        let mut e = Expr::new(kind, Span::new(FileId(0), 0, 0));
        e.ty = ty;
        e
    }

    /// A function of one parameter and one variable, both integers.
    fn wrong(body: Vec<Stmt>) -> Vec<String> {
        let var = |name: &str| Var {
            name: name.into(),
            ty: Ty::INT,
        };
        let f = Func {
            name: "Main.f".into(),
            span: Span::new(FileId(0), 0, 0),
            params: 1,
            vars: vec![var("a"), var("b")],
            body,
            ret: Ty::INT,
            reached: true,
            throws: false,
            deep: false,
        };
        module(&Module {
            edition_2026: true,
            functions: vec![f],
            ..Module::default()
        })
    }

    fn read(v: usize) -> Expr {
        expr(Kind::Var(v), Ty::INT)
    }

    #[test]
    fn a_good_function_is_passed() {
        let sum = Kind::Binary(Op::Add, Box::new(read(0)), Box::new(expr(Kind::Int(1), Ty::INT)));
        let set = Kind::SetVar(1, Box::new(expr(sum, Ty::INT)));
        let body = vec![Stmt::Expr(expr(set, Ty::NULL)), Stmt::Return(Some(read(1)))];
        assert_eq!(wrong(body), [""; 0]);
    }

    #[test]
    fn every_defect_is_named_with_its_function() {
        let open = Open::Field {
            object: Box::new(read(0)),
            name: "x".into(),
        };
        let text = || expr(Kind::Str("t".into()), Ty::STR);
        let unknown = Kind::Call {
            function: 7,
            arguments: Vec::new(),
            guard: None,
        };
        let one_side = Stmt::If(
            expr(Kind::Truthy(Box::new(read(0))), Ty::BOOL),
            vec![Stmt::Expr(expr(Kind::SetVar(1, Box::new(read(0))), Ty::NULL))],
            Vec::new(),
        );
        for (body, expected) in [
            (
                vec![Stmt::Return(Some(expr(open, Ty::INT)))],
                "Main.f: an access is still open",
            ),
            (vec![Stmt::Return(Some(read(9)))], "Main.f: there is no variable %9"),
            (
                vec![Stmt::Return(Some(expr(unknown, Ty::INT)))],
                "Main.f: there is no function 7",
            ),
            (vec![Stmt::Return(Some(read(1)))], "Main.f: %1 is read before it is set"),
            (
                vec![one_side, Stmt::Return(Some(read(1)))],
                "Main.f: %1 is read before it is set",
            ),
            (
                vec![Stmt::Return(Some(text()))],
                "Main.f: what is returned is str and not int",
            ),
            (
                vec![
                    Stmt::Expr(expr(Kind::SetVar(1, Box::new(text())), Ty::NULL)),
                    Stmt::Return(Some(read(1))),
                ],
                "Main.f: what %1 is set to is str and not int",
            ),
            (Vec::new(), "Main.f: a path ends without a value"),
            (vec![Stmt::Break], "Main.f: a jump out of no loop"),
        ] {
            assert_eq!(wrong(body), [expected]);
        }
    }
}
