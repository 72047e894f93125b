//! Whole-program inference: which functions are reached, and what every variable, field, element, parameter and
//! result can be.
//!
//! Types only grow, so going over the reached functions until nothing changes ends. A function is lowered when it is
//! first called.

mod throws;
mod uses;

use crate::ir::builtin::{self, Gives, Receiver, Row, class};
use crate::ir::{ClassId, Dispatch, DispatchKind, Expr, FuncId, Kind, Module, Objects, Site, Slot, Stmt, Ty, Var, tag};
use crate::lower::{Key, Lowerer};
use crate::source::Span;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

pub use crate::ir::operators::{binary_throws, binary_type};
pub use throws::{needs_check, throws};
pub use uses::library_rows;

/// What one kind of receiver does for a method.
#[derive(Clone, Debug)]
pub enum Target {
    /// A function of the program; `me` is passed where the flag says so.
    User {
        function: FuncId,
        me: bool,
    },
    Builtin(&'static Row),
    /// An error known when compiling.
    Error(Rc<str>),
}

/// When a target applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    Tag(u32),
    /// Runtime class number.
    Class(u32),
}

/// The program with everything inferred.
pub struct Infer<'p> {
    pub lower: Lowerer<'p>,
    pub dispatch_index: HashMap<(DispatchKind, Rc<str>, usize), usize>,
    /// Builtin classes of which there may be instances.
    pub live: BTreeSet<u16>,
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
    fn call(&mut self, f: FuncId, arguments: &[Ty], frame: Option<&mut Frame>) -> Ty {
        let _ = frame;
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
                self.live.insert(class::ERROR);
                false
            }
            Stmt::Try(t) => {
                let mut reaches = self.stmts(&mut t.body, frame);
                if let Some((v, handler)) = &mut t.handler {
                    self.set_var(frame, *v, Ty::object(Objects::Any));
                    self.live.insert(class::ERROR);
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
                    self.call(f, &[], None);
                }
                Ty::object(Objects::User(*class))
            }
            Kind::Field { object, name } => {
                let ty = self.expr(object, frame);
                let name = name.clone();
                self.field(ty, &name, span)
            }
            Kind::SetField { object, name, value } => {
                let ty = self.expr(object, frame);
                let value = self.expr(value, frame);
                let name = name.clone();
                self.set_field(ty, &name, value, span);
                nothing
            }
            Kind::Call { function, arguments } => {
                let types = self.exprs(arguments, frame);
                self.call(*function, &types, Some(frame))
            }
            Kind::Method {
                object,
                name,
                arguments,
            } => {
                let recv = self.expr(object, frame);
                let types = self.exprs(arguments, frame);
                let name = name.clone();
                self.method(recv, &name, &types, span)
            }
            Kind::CallValue { callee, arguments } => {
                let recv = self.expr(callee, frame);
                let types = self.exprs(arguments, frame);
                self.call_value(recv, &types, span)
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
                    self.live.insert(class::CHANNEL);
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
                self.live.insert(class::ARRAY);
                Ty::object(Objects::Array(self.lower.module.sites.find(site)))
            }
            Kind::Map { entries, site } => {
                let site = *site;
                for (k, v) in entries {
                    self.expr(k, frame);
                    let ty = self.expr(v, frame);
                    self.lower.module.sites.add(site, ty);
                }
                self.live.insert(class::MAP);
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
        *object = Expr::new(Kind::Field { object: inner, name }, span);
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

    // -------------------------------------------------------------------------------------------- fields

    /// What reading a field of an instance of one class gives.
    fn class_field(&mut self, c: ClassId, name: &str) -> Ty {
        if let Some(f) = self.lower.property(c, name) {
            let me = Ty::object(Objects::User(c));
            let passes = self.lower.module.functions[f].params == 1;
            return self.call(f, if passes { std::slice::from_ref(&me) } else { &[] }, None);
        }
        let nothing = self.nothing();
        match self.lower.module.classes[c as usize].slot(name) {
            Some(n) => {
                let slot = &self.lower.module.classes[c as usize].slots[n];
                let (ty, weak, internal) = (slot.ty, slot.weak, name.starts_with('$'));
                if weak {
                    return self.join(ty.without(tag::ABSENT), Ty::NULL);
                }
                if internal {
                    return ty.without(tag::ABSENT);
                }
                if ty.has(tag::ABSENT) && self.lower.new_2026 {
                    return self.join(ty.without(tag::ABSENT), nothing);
                }
                ty.without(tag::ABSENT)
            }
            None if self.lower.new_2026 => nothing,
            None => Ty::NONE,
        }
    }

    fn field(&mut self, object: Ty, name: &Rc<str>, span: Span) -> Ty {
        match object.objects {
            Objects::None => Ty::NONE,
            Objects::User(c) => self.class_field(c, name),
            Objects::Any => {
                let d = self.dispatch_for(DispatchKind::Get, name, &[object], span);
                self.lower.module.dispatches[d].ret
            }
            _ => {
                // Fields of builtin boxes read like their methods without arguments, e.g. `e.message`.
                if self.single(object, name, 0).is_some() {
                    self.method(object, name, &[], span)
                } else if self.map_field(object).is_some() {
                    self.given(builtin::map_get_field().result, &[object], 0)
                } else {
                    Ty::NONE
                }
            }
        }
    }

    /// In the second edition the fields of a map are its entries. Gives where the map was made.
    pub fn map_field(&self, object: Ty) -> Option<Site> {
        match object.objects {
            Objects::Map(s) if self.lower.new_2026 => Some(s),
            _ => None,
        }
    }

    fn set_class_field(&mut self, c: ClassId, name: &Rc<str>, value: Ty) {
        let class = &mut self.lower.module.classes[c as usize];
        let slot = match class.slot(name) {
            Some(n) => n,
            None => {
                class.slots.push(Slot {
                    name: name.clone(),
                    ty: Ty::ABSENT,
                    weak: false,
                    declared: false,
                });
                self.changed = true;
                self.lower.module.classes[c as usize].slots.len() - 1
            }
        };
        self.grow_slot(c, slot, value);
    }

    fn set_field(&mut self, object: Ty, name: &Rc<str>, value: Ty, span: Span) {
        match object.objects {
            Objects::User(c) => self.set_class_field(c, name, value),
            Objects::Any => {
                self.dispatch_for(DispatchKind::Set, name, &[object, value], span);
            }
            Objects::Map(s) if self.lower.new_2026 => self.lower.module.sites.add(s, value),
            _ => {}
        }
    }

    /// Every class of the program that has instances.
    pub fn live_classes(&self) -> Vec<ClassId> {
        let classes = &self.lower.module.classes;
        (0..classes.len() as ClassId)
            .filter(|c| classes[*c as usize].live)
            .collect()
    }

    // -------------------------------------------------------------------------------------------- methods

    /// What a method means for one class of the program.
    fn class_target(&mut self, c: ClassId, name: &str, arguments: usize) -> Option<Target> {
        if let Some(function) = self.lower.method(c, name, arguments) {
            let want = self.lower.arity(function, c);
            if want != arguments {
                let message = format!("Method {name} expects {want} arguments, got {arguments}");
                return Some(Target::Error(message.into()));
            }
            let me = self.lower.module.functions[function].params > want;
            return Some(Target::User { function, me });
        }
        if matches!(name, "toString" | "stringify" | "str" | "to_string") && arguments == 0 {
            for other in ["toString", "str", "stringify"] {
                if let Some(function) = self.lower.method(c, other, 0)
                    && self.lower.arity(function, c) == 0
                {
                    let me = self.lower.module.functions[function].params > 0;
                    return Some(Target::User { function, me });
                }
            }
        }
        for parent in self.lower.builtin_parents(c) {
            let field: Rc<str> = format!("${parent}").into();
            let slot = self.lower.module.classes[c as usize].slot(&field);
            let ty = slot.map(|n| self.lower.module.classes[c as usize].slots[n].ty);
            if let Some(ty) = ty
                && !ty.is_none()
                && self.single(ty, name, arguments).is_some()
            {
                let function = self.lower.function(Key::Part(c, field, name.into(), arguments));
                return Some(Target::User { function, me: true });
            }
        }
        if self.lower.module.classes[c as usize].slot(name).is_some() {
            let function = self.lower.function(Key::FieldCall(c, name.into(), arguments));
            return Some(Target::User { function, me: true });
        }
        if self.lower.module.classes[c as usize].lambda.is_some() && matches!(name, "call" | "invoke") {
            let function = self.lower.module.classes[c as usize].lambda?;
            if self.lower.module.functions[function].params == arguments + 1 {
                return Some(Target::User { function, me: true });
            }
        }
        builtin::find(Receiver::Any, name, arguments).map(Target::Builtin)
    }

    fn recv_of(t: u32) -> Receiver {
        match t {
            tag::INT => Receiver::Int,
            tag::FLOAT => Receiver::Float,
            tag::BOOL => Receiver::Bool,
            tag::STR => Receiver::Text,
            _ => Receiver::Any,
        }
    }

    fn builtin_target(recv: Receiver, name: &str, arguments: usize) -> Option<Target> {
        builtin::find(recv, name, arguments)
            .or_else(|| builtin::find(Receiver::Any, name, arguments))
            .map(Target::Builtin)
    }

    /// What a method means for receivers of a type, kind by kind. Kinds that do not have it are left out.
    pub fn cases(&mut self, recv: Ty, name: &str, arguments: usize) -> Vec<(Guard, Target)> {
        let mut out = Vec::new();
        for t in [tag::NULL, tag::VOID, tag::BOOL, tag::INT, tag::FLOAT, tag::STR] {
            if !recv.has(t) || (t == tag::VOID && !self.lower.new_2026 && name != "toString") {
                continue;
            }
            if let Some(target) = Self::builtin_target(Self::recv_of(t), name, arguments) {
                out.push((Guard::Tag(t), target));
            }
        }
        if recv.has(tag::OBJ) {
            match recv.objects {
                Objects::User(c) => {
                    if let Some(t) = self.class_target(c, name, arguments) {
                        out.push((Guard::Class(u32::from(class::FIRST_USER) + c), t));
                    }
                }
                Objects::Array(_) => self.class_case(class::ARRAY, name, arguments, &mut out),
                Objects::Map(_) => self.class_case(class::MAP, name, arguments, &mut out),
                Objects::Builtin(b) => self.class_case(b, name, arguments, &mut out),
                Objects::Any => {
                    for b in self.live.clone() {
                        self.class_case(b, name, arguments, &mut out);
                    }
                    for c in self.live_classes() {
                        if let Some(t) = self.class_target(c, name, arguments) {
                            out.push((Guard::Class(u32::from(class::FIRST_USER) + c), t));
                        }
                    }
                }
                Objects::None => {}
            }
        }
        out
    }

    fn class_case(&mut self, of: u16, name: &str, arguments: usize, out: &mut Vec<(Guard, Target)>) {
        if of == class::METHOD && name == "invoke" {
            let function = self.lower.function(Key::Invoke(arguments));
            out.push((Guard::Class(u32::from(of)), Target::User { function, me: true }));
        } else if let Some(t) = Self::builtin_target(Receiver::Class(of), name, arguments) {
            out.push((Guard::Class(u32::from(of)), t));
        }
    }

    /// The one target of a method where there is only one and what else the receiver can be has none.
    pub fn single(&mut self, recv: Ty, name: &str, arguments: usize) -> Option<(Guard, Target)> {
        if recv.objects == Objects::Any {
            return None;
        }
        let mut cases = self.cases(recv, name, arguments);
        if cases.len() == 1 { cases.pop() } else { None }
    }

    fn target_type(&mut self, guard: Guard, target: &Target, recv: Ty, arguments: &[Ty]) -> Ty {
        match target {
            Target::User { function, me } => {
                let mut all = Vec::with_capacity(arguments.len() + 1);
                if *me {
                    all.push(narrow(recv, guard));
                }
                all.extend_from_slice(arguments);
                self.call(*function, &all, None)
            }
            Target::Builtin(b) => {
                let me = narrow(recv, guard);
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

    /// The type of what a target gives; for emission, when nothing grows any more.
    pub fn result_of(&mut self, guard: Guard, target: &Target, recv: Ty, arguments: &[Ty]) -> Ty {
        self.target_type(guard, target, recv, arguments)
    }

    /// The type of a field of a class.
    pub fn field_type(&mut self, c: ClassId, name: &str) -> Ty {
        self.class_field(c, name)
    }

    /// Arrays that methods make are told apart by method, not by call.
    fn method_site(&mut self, b: &Row) -> Site {
        match self.method_sites.get(b.symbol) {
            Some(s) => *s,
            None => {
                let s = self.lower.module.sites.make();
                self.method_sites.insert(b.symbol, s);
                s
            }
        }
    }

    fn method(&mut self, recv: Ty, name: &Rc<str>, arguments: &[Ty], span: Span) -> Ty {
        if recv.is_none() {
            return Ty::NONE;
        }
        if recv.objects != Objects::Any {
            let cases = self.cases(recv, name, arguments.len());
            if cases.len() <= 1 {
                return match cases.first() {
                    Some((guard, target)) => self.target_type(*guard, target, recv, arguments),
                    None => Ty::NONE,
                };
            }
        }
        let mut params = vec![recv];
        params.extend_from_slice(arguments);
        let d = self.dispatch_for(DispatchKind::Method, name, &params, span);
        self.lower.module.dispatches[d].ret
    }

    fn call_value(&mut self, recv: Ty, arguments: &[Ty], span: Span) -> Ty {
        if let Objects::User(c) = recv.objects
            && let Some(f) = self.lower.module.classes[c as usize].lambda
            && self.lower.module.functions[f].params == arguments.len() + 1
        {
            let mut all = vec![Ty::object(Objects::User(c))];
            all.extend_from_slice(arguments);
            return self.call(f, &all, None);
        }
        let mut params = vec![recv];
        params.extend_from_slice(arguments);
        let d = self.dispatch_for(DispatchKind::CallValue, &"".into(), &params, span);
        self.lower.module.dispatches[d].ret
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
        let arguments = &dispatch.params[1..];
        match dispatch.what {
            DispatchKind::Method => {
                for (guard, target) in self.cases(dispatch.params[0], &dispatch.name, arguments.len()) {
                    let ty = self.target_type(guard, &target, dispatch.params[0], arguments);
                    ret = self.grow(ret, ty);
                }
            }
            DispatchKind::Get => {
                for c in self.live_classes() {
                    if self.has_field(c, &dispatch.name) {
                        let ty = self.class_field(c, &dispatch.name);
                        ret = self.grow(ret, ty);
                    }
                }
                for b in self.live.clone() {
                    if let Some(t) = builtin::find(Receiver::Class(b), &dispatch.name, 0) {
                        let me = Ty::object(builtin_objects(b));
                        let ty = self.builtin(t, &[me], 0);
                        ret = self.grow(ret, ty);
                    }
                }
                if self.lower.new_2026 {
                    ret = self.grow(ret, Ty::NULL);
                    if self.live.contains(&class::MAP) {
                        let entry = self.given(builtin::map_get_field().result, &[Ty::object(Objects::Map(0))], 0);
                        ret = self.grow(ret, entry);
                    }
                }
            }
            DispatchKind::Set => {
                for c in self.live_classes() {
                    if self.lower.module.classes[c as usize].lambda.is_none() {
                        self.set_class_field(c, &dispatch.name, arguments[0]);
                    }
                }
                if self.lower.new_2026 && self.live.contains(&class::MAP) {
                    self.lower.module.sites.add(0, arguments[0]);
                }
            }
            DispatchKind::CallValue => {
                for c in self.live_classes() {
                    if let Some(f) = self.lower.module.classes[c as usize].lambda
                        && self.lower.module.functions[f].params == arguments.len() + 1
                    {
                        let mut all = vec![Ty::object(Objects::User(c))];
                        all.extend_from_slice(arguments);
                        let ty = self.call(f, &all, None);
                        ret = self.grow(ret, ty);
                    }
                }
            }
        }
        self.lower.module.dispatches[d].ret = ret;
    }

    /// Whether instances of a class have a field or property of that name.
    pub fn has_field(&mut self, c: ClassId, name: &str) -> bool {
        self.lower.module.classes[c as usize].slot(name).is_some() || self.lower.property(c, name).is_some()
    }

    // -------------------------------------------------------------------------------------------- builtins

    fn site_of(ty: Ty) -> Option<Site> {
        match ty.objects {
            Objects::Array(s) | Objects::Map(s) => Some(s),
            Objects::Any => Some(0),
            _ => None,
        }
    }

    fn builtin(&mut self, b: &'static Row, arguments: &[Ty], site: Site) -> Ty {
        let recv = arguments.first().copied().unwrap_or(Ty::NONE);
        if let (Some(n), Some(of)) = (b.stores, Self::site_of(recv))
            && let Some(ty) = arguments.get(n)
        {
            self.lower.module.sites.add(of, *ty);
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
            Gives::Any => {
                // What comes out may be anything these boxes make or have been given.
                for ty in arguments {
                    self.escape(*ty);
                }
                self.live.insert(class::ARRAY);
                self.live.insert(class::MAP);
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
                self.live.insert(class::WEAK);
                Ty {
                    kinds: Ty::NULL.kinds | Ty::object(Objects::Any).kinds,
                    objects: Objects::Any,
                }
            }
            Gives::Target => match recv.objects {
                Objects::Any | Objects::Builtin(_) | Objects::None => Ty::ANY,
                _ => self.join(recv, Ty::NULL),
            },
            Gives::Arrow => {
                let other = arguments.get(1).copied().unwrap_or(Ty::NONE);
                let ty = binary_type(crate::ir::Op::Shr, recv, other, false);
                if ty.has(tag::OBJ) {
                    self.live.insert(class::CHANNEL);
                }
                ty
            }
            Gives::Texts | Gives::Ints => {
                self.live.insert(class::ARRAY);
                let element = if gives == Gives::Ints { Ty::INT } else { Ty::STR };
                self.lower.module.sites.add(site, element);
                Ty::object(Objects::Array(self.lower.module.sites.find(site)))
            }
            Gives::Array => {
                self.live.insert(class::ARRAY);
                for ty in arguments {
                    if let Objects::Array(s) = ty.objects {
                        let element = self.lower.module.sites.element(s);
                        self.lower.module.sites.add(site, element);
                    }
                }
                Ty::object(Objects::Array(self.lower.module.sites.find(site)))
            }
            Gives::SameArray => {
                self.live.insert(class::ARRAY);
                let of = Self::site_of(recv).unwrap_or(0);
                Ty::object(Objects::Array(self.lower.module.sites.find(of)))
            }
            Gives::Iterated => {
                self.live.insert(class::ARRAY);
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
                self.live.insert(c);
                if matches!(c, class::RESULT | class::FUTURE | class::METHOD) {
                    self.escape(recv);
                }
                Ty::object(Objects::Builtin(c))
            }
            Gives::Word | Gives::Never => Ty::NONE,
        }
    }
}

fn builtin_objects(b: u16) -> Objects {
    match b {
        class::ARRAY => Objects::Array(0),
        class::MAP => Objects::Map(0),
        other => Objects::Builtin(other),
    }
}

/// A receiver's type under a guard.
pub fn narrow(recv: Ty, guard: Guard) -> Ty {
    match guard {
        Guard::Tag(t) => Ty {
            kinds: 1 << t,
            objects: Objects::None,
        },
        Guard::Class(c) if c >= u32::from(class::FIRST_USER) => {
            Ty::object(Objects::User(c - u32::from(class::FIRST_USER)))
        }
        Guard::Class(c) => Ty::object(match recv.objects {
            Objects::Any => builtin_objects(c as u16),
            other => other,
        }),
    }
}

fn diverges(e: &Expr) -> bool {
    match &e.kind {
        Kind::Raise { .. } => true,
        Kind::Builtin { function, .. } => function.result == Gives::Never,
        _ => false,
    }
}

fn always(c: &Expr) -> bool {
    match &c.kind {
        Kind::Bool(b) => *b,
        Kind::Int(n) => *n != 0,
        Kind::Truthy(e) => always(e),
        _ => false,
    }
}

/// Whether statements leave the loop they are the body of.
pub fn breaks(list: &[Stmt]) -> bool {
    list.iter().any(|s| match s {
        Stmt::Break => true,
        Stmt::If(_, a, b) => breaks(a) || breaks(b),
        Stmt::Try(t) => breaks(&t.body) || breaks(&t.cleanup) || t.handler.as_ref().is_some_and(|(_, h)| breaks(h)),
        Stmt::Expr(e) | Stmt::Return(Some(e)) | Stmt::Throw(e) => expr_breaks(e),
        _ => false,
    })
}

/// `break` can stand in a block expression; those are rare, so any block counts.
fn expr_breaks(e: &Expr) -> bool {
    match &e.kind {
        Kind::Block(list, value) => breaks(list) || value.as_ref().is_some_and(|v| expr_breaks(v)),
        Kind::SetVar(_, v) | Kind::SetGlobal(_, v) => expr_breaks(v),
        _ => false,
    }
}
