//! Whole-program inference: which functions are reached, and what every variable, field, element, parameter and
//! result can be.
//!
//! Types only grow, so going over the reached functions until nothing changes ends. A function is lowered when it is
//! first called.

// Whoever adds a kind of expression or type is told here what to decide.
#![warn(clippy::wildcard_enum_match_arm)]

mod meaning;

use crate::ir::builtin::{self, Gives, Row, class};
use crate::ir::operators::binary_type;
use crate::ir::visit::{self, Part};
use crate::ir::{
    ClassId, Dispatch, DispatchKind, Expr, FuncId, Kind, Module, Objects, Open, Site, Slot, Stmt, Ty, Var, When, tag,
};
use crate::lower::Lowerer;
use crate::resolve::program::Program;
use crate::source::Span;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

pub use meaning::{Meaning, Target, narrow};

/// The program with everything inferred.
pub struct Infer<'p> {
    lower: Lowerer<'p>,
    dispatch_index: HashMap<(DispatchKind, Rc<str>, usize), usize>,
    /// Builtin classes of which there may be instances.
    live: BTreeSet<u16>,
    changed: bool,
    method_sites: HashMap<&'static str, Site>,
}

/// State of the function being looked at.
struct Frame {
    vars: Vec<Var>,
    ret: Ty,
}

impl<'p> Infer<'p> {
    /// Runs to the end.
    pub fn run(lower: Lowerer<'p>) -> Infer<'p> {
        let mut infer = Infer {
            lower,
            dispatch_index: HashMap::new(),
            live: BTreeSet::new(),
            changed: true,
            method_sites: HashMap::new(),
        };
        let start = infer.module().start;
        infer.module().functions[start].reached = true;
        let mut prepared = 0;
        while infer.changed || infer.module().sites.changed {
            infer.changed = false;
            infer.module().sites.changed = false;
            infer.lower.drain();
            while prepared < infer.module().functions.len() {
                let body = std::mem::take(&mut infer.module().functions[prepared].body);
                infer.module().functions[prepared].body = crate::lower::prepare(body);
                prepared += 1;
            }
            for f in 0..infer.lower.module.functions.len() {
                if infer.lower.module.functions[f].reached {
                    infer.function(f);
                }
            }
            for d in 0..infer.lower.module.dispatches.len() {
                infer.dispatch(d);
            }
            if infer.lower.module.functions.len() > prepared {
                infer.changed = true;
            }
        }
        infer
    }

    pub fn module(&mut self) -> &mut Module {
        &mut self.lower.module
    }

    /// The program as it was resolved.
    pub fn program(&self) -> &'p Program {
        self.lower.program
    }

    /// Null and void are one value, and so on.
    pub fn edition_2026(&self) -> bool {
        self.lower.new_2026
    }

    /// The module, when nobody asks any more.
    pub fn finish(self) -> Module {
        self.lower.module
    }

    /// The function that looks at a receiver, for that many values with the receiver.
    pub fn dispatch_to(&self, what: DispatchKind, name: &Rc<str>, values: usize) -> Option<usize> {
        self.dispatch_index.get(&(what, name.clone(), values)).copied()
    }

    fn nothing(&self) -> Ty {
        if self.lower.new_2026 { Ty::NULL } else { Ty::VOID }
    }

    fn join(&mut self, a: Ty, b: Ty) -> Ty {
        self.lower.module.sites.join(a, b)
    }

    fn grow(&mut self, at: Ty, by: Ty) -> Ty {
        let t = self.join(at, by);
        if t != at {
            self.changed = true;
        }
        t
    }

    fn function(&mut self, f: FuncId) {
        let func = &mut self.lower.module.functions[f];
        let mut body = std::mem::take(&mut func.body);
        // Recursive calls grow the parameters in the function itself meanwhile.
        let mut frame = Frame {
            vars: func.vars.clone(),
            ret: func.ret,
        };
        if self.stmts(&mut body, &mut frame) {
            let nothing = self.nothing();
            frame.ret = self.grow(frame.ret, nothing);
        }
        let func = &mut self.lower.module.functions[f];
        let grown = std::mem::take(&mut func.vars);
        func.body = body;
        let ret = func.ret;
        for (n, v) in grown.into_iter().enumerate() {
            frame.vars[n].ty = self.lower.module.sites.join(frame.vars[n].ty, v.ty);
        }
        let ret = self.lower.module.sites.join(ret, frame.ret);
        let func = &mut self.lower.module.functions[f];
        func.vars = frame.vars;
        func.ret = ret;
    }

    /// Notes a call; gives what it returns.
    fn call(&mut self, f: FuncId, arguments: &[Ty]) -> Ty {
        if !self.lower.module.functions[f].reached {
            self.lower.module.functions[f].reached = true;
            self.changed = true;
        }
        for (n, ty) in arguments.iter().enumerate() {
            // While a function is being looked at, or before it is lowered, its variables are not here.
            while self.lower.module.functions[f].vars.len() <= n {
                self.lower.module.functions[f].vars.push(Var {
                    name: "".into(),
                    ty: Ty::NONE,
                });
            }
            let old = self.lower.module.functions[f].vars[n].ty;
            let new = self.grow(old, *ty);
            self.lower.module.functions[f].vars[n].ty = new;
        }
        self.lower.module.functions[f].ret
    }

    fn set_var(&mut self, frame: &mut Frame, v: usize, ty: Ty) {
        frame.vars[v].ty = self.grow(frame.vars[v].ty, ty);
    }

    /// The answer says whether control can reach the end.
    fn stmts(&mut self, list: &mut [Stmt], frame: &mut Frame) -> bool {
        let mut reaches = true;
        for s in list {
            reaches &= self.stmt(s, frame);
        }
        reaches
    }

    fn stmt(&mut self, s: &mut Stmt, frame: &mut Frame) -> bool {
        match s {
            Stmt::Expr(e) => {
                self.expr(e, frame);
                !diverges(e)
            }
            Stmt::If(c, a, b) => {
                self.expr(c, frame);
                let a = self.stmts(a, frame);
                let b = self.stmts(b, frame);
                a || b
            }
            Stmt::Loop { condition, body, step } => {
                if let Some(c) = condition {
                    self.expr(c, frame);
                }
                self.stmts(body, frame);
                self.stmts(step, frame);
                let forever = match condition {
                    None => true,
                    Some(c) => always(c),
                };
                !forever || breaks(body) || breaks(step)
            }
            Stmt::Break | Stmt::Continue | Stmt::Rethrow(_) => false,
            Stmt::Return(value) => {
                let ty = match value {
                    Some(e) => self.expr(e, frame),
                    None => self.nothing(),
                };
                frame.ret = self.grow(frame.ret, ty);
                false
            }
            Stmt::Throw(e) => {
                self.expr(e, frame);
                self.make(class::ERROR);
                false
            }
            Stmt::Try(t) => {
                let mut reaches = self.stmts(&mut t.body, frame);
                if let Some((v, handler)) = &mut t.handler {
                    self.set_var(frame, *v, Ty::object(Objects::Any));
                    self.make(class::ERROR);
                    reaches |= self.stmts(handler, frame);
                }
                self.stmts(&mut t.cleanup, frame) && reaches
            }
        }
    }

    fn exprs(&mut self, list: &mut [Expr], frame: &mut Frame) -> Vec<Ty> {
        list.iter_mut().map(|e| self.expr(e, frame)).collect()
    }

    fn expr(&mut self, e: &mut Expr, frame: &mut Frame) -> Ty {
        let ty = self.kind(e, frame);
        e.ty = self.join(e.ty, ty);
        e.ty
    }

    fn kind(&mut self, e: &mut Expr, frame: &mut Frame) -> Ty {
        let span = e.span;
        let nothing = self.nothing();
        match &mut e.kind {
            Kind::Void | Kind::Unset => nothing,
            Kind::Null => Ty::NULL,
            Kind::Bool(_) => Ty::BOOL,
            Kind::Int(_) => Ty::INT,
            Kind::Float(_) => Ty::FLOAT,
            Kind::Str(_) => Ty::STR,
            Kind::Var(v) => frame.vars[*v].ty,
            Kind::SetVar(v, value) => {
                let ty = self.expr(value, frame);
                self.set_var(frame, *v, ty);
                nothing
            }
            Kind::Global(g) => self.lower.module.globals[*g].ty.without(tag::ABSENT),
            Kind::SetGlobal(g, value) => {
                let ty = self.expr(value, frame);
                let new = self.grow(self.lower.module.globals[*g].ty, ty);
                self.lower.module.globals[*g].ty = new;
                nothing
            }
            Kind::CellNew { cell, value } => {
                let ty = self.expr(value, frame);
                let new = self.grow(self.lower.module.cells[*cell], ty);
                self.lower.module.cells[*cell] = new;
                Ty::object(Objects::Builtin(class::CELL))
            }
            Kind::CellGet { cell, .. } => self.lower.module.cells[*cell],
            Kind::CellSet { cell, value, .. } => {
                let ty = self.expr(value, frame);
                let new = self.grow(self.lower.module.cells[*cell], ty);
                self.lower.module.cells[*cell] = new;
                nothing
            }
            Kind::Static { class, ensure } => {
                if *ensure && let Some(f) = self.lower.module.ensure[*class as usize] {
                    self.call(f, &[]);
                }
                Ty::object(Objects::User(*class))
            }
            Kind::Open(open) => self.open(open, frame, span),
            Kind::Call {
                function, arguments, ..
            } => {
                let types = self.exprs(arguments, frame);
                self.call(*function, &types)
            }
            Kind::Alloc(c) => {
                self.make_live(*c);
                Ty::object(Objects::User(*c))
            }
            Kind::Closure { class, captures } => {
                let class = *class;
                let types = self.exprs(captures, frame);
                for (n, ty) in types.into_iter().enumerate() {
                    self.grow_slot(class, n, ty);
                }
                self.make_live(class);
                Ty::object(Objects::User(class))
            }
            Kind::Neg(a) => {
                let t = self.expr(a, frame);
                Ty {
                    kinds: t.kinds & (Ty::INT.kinds | Ty::FLOAT.kinds),
                    objects: Objects::None,
                }
            }
            Kind::BitNot(a) => {
                self.expr(a, frame);
                Ty::INT
            }
            Kind::Not(a) | Kind::Truthy(a) | Kind::IsSomething(a) | Kind::IsClass(a, _) | Kind::IsTag(a, _) => {
                self.expr(a, frame);
                Ty::BOOL
            }
            Kind::Binary(op, a, b) => {
                let (a, b) = (self.expr(a, frame), self.expr(b, frame));
                let ty = binary_type(*op, a, b, self.lower.new_2026);
                if ty.has(tag::OBJ) {
                    self.make(class::CHANNEL);
                }
                ty
            }
            Kind::And(a, b) | Kind::Or(a, b) => {
                self.expr(a, frame);
                self.expr(b, frame);
                Ty::BOOL
            }
            Kind::Cond(c, a, b) => {
                self.expr(c, frame);
                let (a, b) = (self.expr(a, frame), self.expr(b, frame));
                self.join(a, b)
            }
            Kind::Builtin {
                function,
                arguments,
                site,
                ..
            } => {
                let (function, site) = (*function, *site);
                let types = self.exprs(arguments, frame);
                if function.result == Gives::Iterated && self.iterates_part(types[0], &mut arguments[0]) {
                    let part = self.expr(&mut arguments[0], frame);
                    return self.builtin(function, &[part], site);
                }
                self.builtin(function, &types, site)
            }
            Kind::Array { items, site } => {
                let site = *site;
                for ty in self.exprs(items, frame) {
                    self.lower.module.sites.add(site, ty);
                }
                self.make(class::ARRAY);
                Ty::object(Objects::Array(self.lower.module.sites.find(site)))
            }
            Kind::Map { entries, site } => {
                let site = *site;
                for (k, v) in entries {
                    self.expr(k, frame);
                    let ty = self.expr(v, frame);
                    self.lower.module.sites.add(site, ty);
                }
                self.make(class::MAP);
                Ty::object(Objects::Map(self.lower.module.sites.find(site)))
            }
            Kind::Block(list, value) => {
                self.stmts(list, frame);
                match value {
                    Some(e) => self.expr(e, frame),
                    None => Ty::NONE,
                }
            }
            Kind::Raise { .. } => Ty::NONE,
            Kind::Slot { .. }
            | Kind::SetSlot { .. }
            | Kind::Dispatch { .. }
            | Kind::Require { .. }
            | Kind::Refuse { .. } => unreachable!("settling comes after inference"),
        }
    }

    /// What an access gives that depends on its receiver.
    fn open(&mut self, open: &mut Open, frame: &mut Frame, span: Span) -> Ty {
        match open {
            Open::Field { object, name } => {
                let recv = self.expr(object, frame);
                let meaning = self.field(recv, name);
                self.type_of(&meaning, DispatchKind::Get, name, &[recv], span)
            }
            Open::SetField { object, name, value } => {
                let recv = self.expr(object, frame);
                let value = self.expr(value, frame);
                let meaning = self.set_field(recv, name);
                self.type_of(&meaning, DispatchKind::Set, name, &[recv, value], span);
                self.nothing()
            }
            Open::Method {
                object,
                name,
                arguments,
            } => {
                let mut types = vec![self.expr(object, frame)];
                types.extend(self.exprs(arguments, frame));
                let meaning = self.method(types[0], name, &types[1..]);
                self.type_of(&meaning, DispatchKind::Method, name, &types, span)
            }
            Open::CallValue { callee, arguments } => {
                let mut types = vec![self.expr(callee, frame)];
                types.extend(self.exprs(arguments, frame));
                let meaning = self.call_value(types[0], arguments.len());
                self.type_of(&meaning, DispatchKind::CallValue, &"".into(), &types, span)
            }
        }
    }

    /// Going through an instance with a builtin parent goes through the builtin value inside it.
    fn iterates_part(&mut self, ty: Ty, object: &mut Expr) -> bool {
        let Objects::User(c) = ty.objects else { return false };
        let parents = self.lower.builtin_parents(c);
        let part = parents
            .iter()
            .find(|p| matches!(&***p, "ArrayBox" | "MapBox" | "StringBox"));
        let Some(part) = part.filter(|_| ty.only(tag::OBJ)) else {
            return false;
        };
        let span = object.span;
        let inner = std::mem::replace(object, Expr::new(Kind::Null, span));
        let name = format!("${part}").into();
        let inner = Box::new(inner);
        *object = Expr::new(Open::Field { object: inner, name }, span);
        true
    }

    fn make_live(&mut self, c: ClassId) {
        let class = &mut self.lower.module.classes[c as usize];
        if !class.live {
            class.live = true;
            self.changed = true;
        }
    }

    fn grow_slot(&mut self, class: ClassId, slot: usize, ty: Ty) {
        let old = self.lower.module.classes[class as usize].slots[slot].ty;
        let new = self.grow(old, ty);
        self.lower.module.classes[class as usize].slots[slot].ty = new;
    }

    // -------------------------------------------------------------------------------------------- accesses

    /// What something gives that is decided by its receiver; `types` are those of the receiver and the arguments. What it
    /// calls is noted, what it stores is added to where it goes.
    pub fn type_of(&mut self, meaning: &Meaning, what: DispatchKind, name: &Rc<str>, types: &[Ty], span: Span) -> Ty {
        match meaning {
            Meaning::One(when, target) => {
                let given = self.target_type(*when, target, types[0], &types[1..]);
                // What a setter gives is not what an assignment gives.
                let setter = what == DispatchKind::Set && matches!(target, Target::User { .. });
                if setter { self.nothing() } else { given }
            }
            Meaning::Slot { class, slot } if what == DispatchKind::Set => {
                self.grow_slot(*class, *slot, types[1]);
                self.nothing()
            }
            Meaning::Slot { class, slot } => self.slot_type(*class, *slot),
            Meaning::Missing(_) if self.lower.new_2026 => self.nothing(),
            Meaning::Missing(_) | Meaning::Refused => Ty::NONE,
            Meaning::Entry if what == DispatchKind::Set => {
                let of = Self::site_of(types[0]).unwrap_or(0);
                self.lower.module.sites.add(of, types[1]);
                self.nothing()
            }
            Meaning::Entry => self.given(builtin::map_get_field().result, types, 0),
            Meaning::Several => {
                let d = self.dispatch_for(what, name, types, span);
                self.lower.module.dispatches[d].ret
            }
        }
    }

    /// What reading a slot gives.
    fn slot_type(&mut self, c: ClassId, slot: usize) -> Ty {
        let slot = &self.lower.module.classes[c as usize].slots[slot];
        let (ty, weak, internal) = (slot.ty, slot.weak, slot.name.starts_with('$'));
        let present = ty.without(tag::ABSENT);
        if weak {
            return self.join(present, Ty::NULL);
        }
        if ty.has(tag::ABSENT) && self.lower.new_2026 && !internal {
            let nothing = self.nothing();
            return self.join(present, nothing);
        }
        present
    }

    /// The place of a field that is assigned; it is made where the class does not declare it.
    fn slot_for(&mut self, c: ClassId, name: &Rc<str>) -> usize {
        let class = &mut self.lower.module.classes[c as usize];
        if let Some(n) = class.slot(name) {
            return n;
        }
        class.slots.push(Slot {
            name: name.clone(),
            ty: Ty::ABSENT,
            weak: false,
            declared: false,
        });
        self.changed = true;
        class.slots.len() - 1
    }

    /// Every class of the program that has instances.
    fn live_classes(&self) -> Vec<ClassId> {
        let classes = &self.lower.module.classes;
        (0..classes.len() as ClassId)
            .filter(|c| classes[*c as usize].live)
            .collect()
    }

    /// There may be instances of a builtin class.
    fn make(&mut self, class: u16) {
        self.changed |= self.live.insert(class);
    }

    fn target_type(&mut self, when: When, target: &Target, recv: Ty, arguments: &[Ty]) -> Ty {
        match target {
            Target::User { function, me } => {
                let mut all = Vec::with_capacity(arguments.len() + 1);
                if *me {
                    all.push(narrow(recv, when));
                }
                all.extend_from_slice(arguments);
                self.call(*function, &all)
            }
            Target::Builtin(b) => {
                let me = narrow(recv, when);
                let mut all = Vec::with_capacity(arguments.len() + 1);
                if b.takes_receiver() {
                    all.push(me);
                }
                all.extend_from_slice(arguments);
                let site = self.method_site(b);
                self.builtin(b, &all, site)
            }
            Target::Error(_) => Ty::NONE,
        }
    }

    /// Arrays that methods make are told apart by method, not by call.
    pub fn method_site(&mut self, b: &Row) -> Site {
        self.named_site(b.symbol)
    }

    fn named_site(&mut self, name: &'static str) -> Site {
        match self.method_sites.get(name) {
            Some(s) => *s,
            None => {
                let s = self.lower.module.sites.make();
                self.method_sites.insert(name, s);
                s
            }
        }
    }

    fn dispatch_for(&mut self, what: DispatchKind, name: &Rc<str>, params: &[Ty], span: Span) -> usize {
        let key = (what, name.clone(), params.len());
        let d = match self.dispatch_index.get(&key) {
            Some(d) => *d,
            None => {
                let d = self.lower.module.dispatches.len();
                let dispatch = Dispatch {
                    what,
                    name: name.clone(),
                    params: vec![Ty::NONE; params.len()],
                    ret: Ty::NONE,
                    span,
                    arms: Vec::new(),
                    deep: false,
                };
                self.lower.module.dispatches.push(dispatch);
                self.dispatch_index.insert(key, d);
                self.changed = true;
                d
            }
        };
        for (n, ty) in params.iter().enumerate() {
            let old = self.lower.module.dispatches[d].params[n];
            // The receiver stands as tag and payload whatever it is.
            let ty = if n == 0 {
                Ty {
                    kinds: Ty::ANY.kinds | Ty::ABSENT.kinds,
                    objects: Objects::Any,
                }
            } else {
                *ty
            };
            let new = self.grow(old, ty);
            self.lower.module.dispatches[d].params[n] = new;
            if n == 0 {
                self.escape(params[0]);
            }
        }
        d
    }

    /// A value goes where nothing is known about it.
    fn escape(&mut self, ty: Ty) {
        self.join(ty, Ty::object(Objects::Any));
    }

    /// Goes over what a dispatch can reach.
    fn dispatch(&mut self, d: usize) {
        let dispatch = self.lower.module.dispatches[d].clone();
        let mut ret = dispatch.ret;
        for (when, meaning) in self.arms(d) {
            let mut types = dispatch.params.clone();
            types[0] = narrow(types[0], when);
            let ty = self.type_of(&meaning, dispatch.what, &dispatch.name, &types, dispatch.span);
            ret = self.grow(ret, ty);
        }
        if dispatch.what == DispatchKind::Get && self.lower.new_2026 {
            ret = self.grow(ret, Ty::NULL);
        }
        self.lower.module.dispatches[d].ret = ret;
    }

    // -------------------------------------------------------------------------------------------- builtins

    fn site_of(ty: Ty) -> Option<Site> {
        match ty.objects {
            Objects::Array(s) | Objects::Map(s) => Some(s),
            Objects::Any => Some(0),
            Objects::None | Objects::User(_) | Objects::Builtin(_) => None,
        }
    }

    fn builtin(&mut self, b: &'static Row, arguments: &[Ty], site: Site) -> Ty {
        let recv = arguments.first().copied().unwrap_or(Ty::NONE);
        if let (Some(n), Some(of)) = (b.stores, Self::site_of(recv))
            && let Some(ty) = arguments.get(n)
        {
            self.lower.module.sites.add(of, *ty);
        }
        if let (Some(n), Some(of)) = (b.spreads, Self::site_of(recv))
            && let Some(from) = arguments.get(n).copied().and_then(Self::site_of)
        {
            let element = self.lower.module.sites.element(from);
            self.lower.module.sites.add(of, element);
        }
        // What is passed as any value leaves the reach of element types only where it is stored.
        self.given(b.result, arguments, site)
    }

    /// The type of what a library function gives.
    fn given(&mut self, gives: Gives, arguments: &[Ty], site: Site) -> Ty {
        let recv = arguments.first().copied().unwrap_or(Ty::NONE);
        match gives {
            Gives::Nothing => self.nothing(),
            Gives::Done if self.lower.new_2026 => Ty::NULL,
            Gives::Done | Gives::Text => Ty::STR,
            Gives::Int => Ty::INT,
            Gives::Float => Ty::FLOAT,
            Gives::Bool => Ty::BOOL,
            Gives::Null => Ty {
                kinds: Ty::NULL.kinds | Ty::VOID.kinds,
                objects: Objects::None,
            },
            Gives::OneOf(list) => {
                let mut all = Ty::NONE;
                for gives in list {
                    let ty = self.given(*gives, arguments, site);
                    all = self.join(all, ty);
                }
                all
            }
            Gives::Element => {
                let of = Self::site_of(recv).unwrap_or(0);
                let element = self.lower.module.sites.element(of);
                self.join(element, Ty::NULL)
            }
            Gives::Present => {
                let of = Self::site_of(recv).unwrap_or(0);
                self.lower.module.sites.element(of)
            }
            Gives::Entry => {
                let of = Self::site_of(recv).unwrap_or(0);
                let element = self.lower.module.sites.element(of);
                self.join(
                    element,
                    Ty {
                        kinds: Ty::STR.kinds | Ty::NULL.kinds,
                        objects: Objects::None,
                    },
                )
            }
            Gives::EntryOr => {
                let of = Self::site_of(recv).unwrap_or(0);
                let element = self.lower.module.sites.element(of);
                let other = arguments.get(2).copied().unwrap_or(Ty::NONE);
                self.join(element, other)
            }
            Gives::Pairs => {
                self.make(class::ARRAY);
                let pair = self.named_site("pairs");
                let of = Self::site_of(recv).unwrap_or(0);
                let value = self.lower.module.sites.element(of);
                self.lower.module.sites.add(pair, Ty::STR);
                self.lower.module.sites.add(pair, value);
                let pair = Ty::object(Objects::Array(self.lower.module.sites.find(pair)));
                self.lower.module.sites.add(site, pair);
                Ty::object(Objects::Array(self.lower.module.sites.find(site)))
            }
            Gives::Any => {
                // What comes out may be anything these boxes make or have been given.
                for ty in arguments {
                    self.escape(*ty);
                }
                self.make(class::ARRAY);
                self.make(class::MAP);
                self.lower.module.sites.add(0, Ty::ANY);
                Ty::ANY
            }
            Gives::Converted => {
                let numbers = Ty {
                    kinds: recv.kinds | Ty::INT.kinds | Ty::FLOAT.kinds,
                    objects: recv.objects,
                };
                if recv.maybe_numeric() { numbers } else { recv }
            }
            Gives::Either => {
                let other = arguments.get(1).copied().unwrap_or(Ty::NONE);
                self.join(recv, other)
            }
            Gives::Weak => {
                self.escape(recv);
                self.make(class::WEAK);
                Ty {
                    kinds: Ty::NULL.kinds | Ty::object(Objects::Any).kinds,
                    objects: Objects::Any,
                }
            }
            Gives::Target => match recv.objects {
                Objects::Any | Objects::Builtin(_) | Objects::None => Ty::ANY,
                Objects::User(_) | Objects::Array(_) | Objects::Map(_) => self.join(recv, Ty::NULL),
            },
            Gives::Arrow => {
                let other = arguments.get(1).copied().unwrap_or(Ty::NONE);
                let ty = binary_type(crate::ir::Op::Shr, recv, other, false);
                if ty.has(tag::OBJ) {
                    self.make(class::CHANNEL);
                }
                ty
            }
            Gives::Texts | Gives::Ints => {
                self.make(class::ARRAY);
                let element = if gives == Gives::Ints { Ty::INT } else { Ty::STR };
                self.lower.module.sites.add(site, element);
                Ty::object(Objects::Array(self.lower.module.sites.find(site)))
            }
            Gives::Array => {
                self.make(class::ARRAY);
                for ty in arguments {
                    if let Objects::Array(s) = ty.objects {
                        let element = self.lower.module.sites.element(s);
                        self.lower.module.sites.add(site, element);
                    }
                }
                Ty::object(Objects::Array(self.lower.module.sites.find(site)))
            }
            Gives::SameArray => {
                self.make(class::ARRAY);
                let of = Self::site_of(recv).unwrap_or(0);
                Ty::object(Objects::Array(self.lower.module.sites.find(of)))
            }
            Gives::Iterated => {
                self.make(class::ARRAY);
                if let Objects::Array(_) = recv.objects
                    && recv.only(tag::OBJ)
                {
                    return recv;
                }
                let items = Ty {
                    kinds: Ty::STR.kinds | Ty::INT.kinds,
                    objects: Objects::None,
                };
                self.lower.module.sites.add(0, items);
                Ty::object(Objects::Array(0))
            }
            Gives::Object(c) => {
                self.make(c);
                if matches!(c, class::RESULT | class::FUTURE | class::METHOD) {
                    self.escape(recv);
                }
                Ty::object(Objects::Builtin(c))
            }
            Gives::Word | Gives::Never => Ty::NONE,
        }
    }
}

fn diverges(e: &Expr) -> bool {
    matches!(e.kind, Kind::Raise { .. })
        || matches!(&e.kind, Kind::Builtin { function, .. } if function.result == Gives::Never)
}

fn always(c: &Expr) -> bool {
    let inner = if let Kind::Truthy(e) = &c.kind { e } else { c };
    matches!(inner.kind, Kind::Bool(true)) || matches!(inner.kind, Kind::Int(n) if n != 0)
}

/// Whether statements leave the loop they are the body of; `break` can stand in a block that is a value.
fn breaks(list: &[Stmt]) -> bool {
    list.iter().any(|s| match s {
        Stmt::Break => true,
        // Its own.
        Stmt::Loop { .. } => false,
        Stmt::Expr(_)
        | Stmt::If(..)
        | Stmt::Continue
        | Stmt::Return(_)
        | Stmt::Throw(_)
        | Stmt::Rethrow(_)
        | Stmt::Try(_) => {
            let mut found = false;
            visit::parts(s, &mut |part| found = found || part_breaks(part));
            found
        }
    })
}

fn part_breaks(part: Part<'_>) -> bool {
    match part {
        Part::List(list) => breaks(list),
        Part::Expr(e) => {
            let mut found = false;
            visit::operands(e, &mut |part| found = found || part_breaks(part));
            found
        }
    }
}
