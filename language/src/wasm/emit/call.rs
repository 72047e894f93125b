//! Calls: functions, methods, values, and the functions that look at a receiver to find the method.

use super::{Emit, Own, Program};
use crate::infer::{Guard, Target, narrow};
use crate::ir::builtin::{self, Receiver, class};
use crate::ir::{DispatchKind, Expr, FuncId, Kind, Objects, Rep, Ty, tag};
use crate::source::Span;
use crate::wasm::code::Code;
use std::rc::Rc;
use wasm_encoder::{BlockType, Instruction as I, ValType};

impl Emit<'_, '_, '_> {
    /// Calls a function; the result is left in the representation that comes back.
    pub(super) fn call_function(&mut self, f: FuncId, arguments: &[&Expr], span: Span) -> Rep {
        let func = &self.program.infer.lower.module.functions[f];
        let (throws, deep, ret) = (func.throws, func.deep, func.ret.rep());
        let reps: Vec<Rep> = func.vars[..func.params].iter().map(|v| v.ty.rep()).collect();
        let mark = self.mark();
        for (a, rep) in arguments.iter().zip(reps) {
            self.lent(a, rep);
        }
        let index = self.program.index[f];
        self.call_index(index, deep, throws, span);
        self.release_held(mark);
        ret
    }

    fn call_index(&mut self, index: u32, deep: bool, throws: bool, span: Span) {
        if deep {
            match self.budget {
                Some(b) => {
                    self.code.get(b);
                    self.costs.push(self.code.body.len());
                    self.code.i32(0);
                    self.code.op(I::I32Sub);
                }
                None => self.code.i32(super::STACK_BUDGET),
            }
        }
        self.code.call(index);
        if throws {
            self.check(span);
        }
    }

    /// Calls the function that finds out what the receiver is.
    pub(super) fn call_dispatch(&mut self, what: DispatchKind, name: &Rc<str>, arguments: &[&Expr], span: Span) -> Rep {
        let key = (what, name.clone(), arguments.len());
        let Some(d) = self.program.infer.dispatch_index.get(&key).copied() else {
            // Nothing is known to reach this place; evaluate and go on.
            for a in arguments {
                self.effect(a);
            }
            self.zero(Rep::Dyn);
            return Rep::Dyn;
        };
        let dispatch = &self.program.infer.lower.module.dispatches[d];
        let ret = dispatch.ret.rep();
        let reps: Vec<Rep> = dispatch.params.iter().map(|t| t.rep()).collect();
        let mark = self.mark();
        for (a, rep) in arguments.iter().zip(reps) {
            self.lent(a, rep);
        }
        let deep = self.program.dispatch_deep[d];
        let index = self.program.dispatch_base + d as u32;
        self.call_index(index, deep, true, span);
        self.release_held(mark);
        ret
    }

    pub(super) fn call_value(&mut self, e: &Expr, callee: &Expr, arguments: &[Expr]) -> Own {
        let own = if e.ty.counted() { Own::Owned } else { Own::Plain };
        let mut list: Vec<&Expr> = vec![callee];
        list.extend(arguments);
        // Inference makes no dispatch for a value that can only be one function, or null.
        if let Objects::User(c) = callee.ty.objects
            && let Some(f) = self.program.infer.lower.module.classes[c as usize].lambda
            && self.program.infer.lower.module.functions[f].params == list.len()
        {
            if callee.ty.only(tag::OBJ) {
                let ret = self.call_function(f, &list, e.span);
                self.convert(ret, e.ty.rep());
                return own;
            }
            let mark = self.mark();
            let known = self.object_operand(callee, "Cannot call a value", e.span);
            list[0] = &known;
            let ret = self.call_function(f, &list, e.span);
            self.convert(ret, e.ty.rep());
            self.homes.pop();
            self.release_held(mark);
            return own;
        }
        let ret = self.call_dispatch(DispatchKind::CallValue, &"".into(), &list, e.span);
        self.convert(ret, e.ty.rep());
        own
    }

    pub(super) fn method(&mut self, e: &Expr, object: &Expr, name: &Rc<str>, arguments: &[Expr], used: bool) -> Own {
        let recv = object.ty;
        let own = if e.ty.counted() { Own::Owned } else { Own::Plain };
        if recv.objects != Objects::Any {
            let mut cases = self.program.infer.cases(recv, name, arguments.len());
            match cases.len() {
                0 => {
                    let mark = self.mark();
                    let h = self.temp_home(Rep::Dyn);
                    self.lent(object, Rep::Dyn);
                    self.store_home(h);
                    for a in arguments {
                        self.effect(a);
                    }
                    match wrong_number(recv, name, arguments.len()) {
                        Some(message) => self.raise(0, &message, e.span),
                        None if recv.only(tag::OBJ) && matches!(recv.objects, Objects::User(_)) => {
                            let class = match recv.objects {
                                Objects::User(c) => &self.program.infer.lower.module.classes[c as usize],
                                _ => return Own::Plain,
                            };
                            let message = format!("Method '{name}' not found in {}", class.name);
                            self.raise(0, &message, e.span);
                        }
                        None => self.refuse(h.a, h.b, &format!("Method '{name}' not found"), e.span),
                    }
                    self.done_home(h);
                    self.release_held(mark);
                    self.zero(e.ty.rep());
                    return Own::Plain;
                }
                1 => {
                    if let Some((guard, target)) = cases.pop() {
                        return self.single(e, object, name, arguments, guard, &target, used);
                    }
                }
                _ => {}
            }
        }
        let mut list: Vec<&Expr> = vec![object];
        list.extend(arguments);
        let ret = self.call_dispatch(DispatchKind::Method, name, &list, e.span);
        self.convert(ret, e.ty.rep());
        own
    }

    /// A method that means one thing; the receiver is tested where it may be something else.
    #[allow(clippy::too_many_arguments, reason = "a call has that many parts")]
    fn single(
        &mut self,
        e: &Expr,
        object: &Expr,
        name: &str,
        arguments: &[Expr],
        guard: Guard,
        target: &Target,
        used: bool,
    ) -> Own {
        let want = match guard {
            Guard::Tag(t) => t,
            Guard::Class(_) => tag::OBJ,
        };
        if object.ty.only(want) || object.ty.is_none() {
            let mut list: Vec<&Expr> = vec![object];
            list.extend(arguments);
            return self.target(e, target, &list, used);
        }
        // Put the receiver into a variable and test it.
        let mark = self.mark();
        let h = self.temp_home(Rep::Dyn);
        self.borrowed(object, Rep::Dyn);
        self.store_home(h);
        if !self.knows(object) {
            self.code.get(h.a);
            self.code.i32(want as i32);
            self.code.op(I::I32Ne);
            self.code.start_if(BlockType::Empty);
            self.refuse(h.a, h.b, &format!("Method '{name}' not found"), e.span);
            self.code.end();
            self.note(object);
        }
        // The receiver as a variable of its own for what follows.
        let var = self.homes.len();
        self.homes.push(h);
        let receiver = Expr {
            kind: Kind::Var(var),
            ty: narrow(object.ty, guard),
            span: object.span,
        };
        // Arguments may reach code that changes the field the receiver was read from.
        let keep = arguments.iter().any(|a| !self.quiet(a)) || matches!(target, Target::User { .. });
        if keep && matches!(object.kind, Kind::Field { .. } | Kind::Method { .. }) {
            self.retain_home(h);
            self.load_home(h);
            self.hold(Rep::Dyn, Own::Owned);
            self.code.op(I::Drop);
            self.code.op(I::Drop);
        }
        let mut list: Vec<&Expr> = vec![&receiver];
        list.extend(arguments);
        let own = self.target(e, target, &list, used);
        // A result that is only borrowed must not outlive the receiver.
        let own = if own == Own::Borrowed && self.mark() > mark {
            self.own(e.ty.rep(), own);
            Own::Owned
        } else {
            own
        };
        self.release_held(mark);
        self.done_home(h);
        own
    }

    /// Runs a target; the result is in the representation of the expression's type.
    fn target(&mut self, e: &Expr, target: &Target, list: &[&Expr], used: bool) -> Own {
        let own = if e.ty.counted() { Own::Owned } else { Own::Plain };
        match target {
            Target::User { function, me } => {
                let list = if *me {
                    list
                } else {
                    // `me` of a static box is not passed, but making it ready is part of the call.
                    self.effect(list[0]);
                    &list[1..]
                };
                let ret = self.call_function(*function, list, e.span);
                self.convert(ret, e.ty.rep());
                own
            }
            Target::Builtin(b) => {
                let list = if b.takes_receiver() { list } else { &list[1..] };
                self.builtin(e, b, list, used)
            }
            Target::Error(message) => {
                for a in list {
                    self.effect(a);
                }
                self.raise(0, message, e.span);
                self.zero(e.ty.rep());
                Own::Plain
            }
        }
    }
}

/// What is wrong with a call of a library's method that exists, but not with this many arguments.
fn wrong_number(recv: Ty, name: &str, arguments: usize) -> Option<String> {
    let of = match recv.objects {
        Objects::Array(_) if recv.only(tag::OBJ) => Receiver::Class(class::ARRAY),
        Objects::Map(_) if recv.only(tag::OBJ) => Receiver::Class(class::MAP),
        Objects::Builtin(b) if recv.only(tag::OBJ) => Receiver::Class(b),
        Objects::None if recv.only(tag::STR) => Receiver::Text,
        Objects::None if recv.only(tag::INT) => Receiver::Int,
        Objects::None if recv.only(tag::FLOAT) => Receiver::Float,
        _ => return None,
    };
    let wants = builtin::arity(of, name)?;
    let plural = if wants == 1 { "" } else { "s" };
    Some(format!("{name}() expects {wants} argument{plural}, got {arguments}"))
}

impl Program<'_, '_> {
    /// The function behind a [`crate::ir::Dispatch`].
    pub(super) fn dispatch(&mut self, d: usize) -> Code {
        let dispatch = self.infer.lower.module.dispatches[d].clone();
        let deep = self.dispatch_deep[d];
        let arguments = dispatch.params.len() - 1;
        let span = dispatch.span;
        let label: Rc<str> = if dispatch.name.is_empty() {
            "call".into()
        } else {
            dispatch.name.clone()
        };
        let mut emit = self.begin(label, &dispatch.params, dispatch.params.len(), dispatch.ret, deep);
        let receiver = emit.homes[0];
        let argument = |n: usize| Expr {
            kind: Kind::Var(n),
            ty: dispatch.params[n],
            span,
        };
        let arms: Vec<(Guard, Arm)> = match dispatch.what {
            DispatchKind::Method => emit
                .program
                .infer
                .cases(dispatch.params[0], &dispatch.name, arguments)
                .into_iter()
                .map(|(g, t)| (g, Arm::Target(t)))
                .collect(),
            DispatchKind::CallValue => {
                let infer = &emit.program.infer;
                infer
                    .live_classes()
                    .into_iter()
                    .filter_map(|c| Some((c, infer.lower.module.classes[c as usize].lambda?)))
                    .map(|(c, function)| {
                        let wants = infer.lower.module.functions[function].params - 1;
                        let target = if wants == arguments {
                            Target::User { function, me: true }
                        } else {
                            Target::Error(format!("Function expects {wants} arguments, got {arguments}").into())
                        };
                        (Guard::Class(u32::from(class::FIRST_USER) + c), Arm::Target(target))
                    })
                    .collect()
            }
            DispatchKind::Get => {
                let mut arms = Vec::new();
                for c in emit.program.infer.live_classes() {
                    if emit.program.infer.has_field(c, &dispatch.name) || emit.new_2026() {
                        arms.push((Guard::Class(u32::from(class::FIRST_USER) + c), Arm::Get));
                    }
                }
                for b in emit.program.infer.live.clone() {
                    if let Some(t) = builtin::find(Receiver::Class(b), &dispatch.name, 0) {
                        arms.push((Guard::Class(u32::from(b)), Arm::Target(Target::Builtin(t))));
                    } else if b == class::MAP && emit.new_2026() {
                        arms.push((Guard::Class(u32::from(b)), Arm::MapGet));
                    }
                }
                arms
            }
            DispatchKind::Set => emit
                .program
                .infer
                .live_classes()
                .into_iter()
                .filter(|c| emit.program.infer.lower.module.classes[*c as usize].lambda.is_none())
                .map(|c| (Guard::Class(u32::from(class::FIRST_USER) + c), Arm::Set))
                .chain(
                    (emit.new_2026() && emit.program.infer.live.contains(&class::MAP))
                        .then_some((Guard::Class(u32::from(class::MAP)), Arm::Set)),
                )
                .collect(),
        };
        // Tags first, then classes.
        for (guard, arm) in &arms {
            if let Guard::Tag(t) = guard {
                emit.code.get(receiver.a);
                emit.code.i32(*t as i32);
                emit.code.op(I::I32Eq);
                emit.code.start_if(BlockType::Empty);
                emit.arm(*guard, arm, &dispatch, &argument);
                emit.code.end();
            }
        }
        if arms.iter().any(|(g, _)| matches!(g, Guard::Class(_))) {
            emit.code.get(receiver.a);
            emit.code.i32(tag::OBJ as i32);
            emit.code.op(I::I32Eq);
            emit.code.start_if(BlockType::Empty);
            let c = emit.code.temp(ValType::I32);
            emit.class_of(receiver);
            emit.code.set(c);
            for (guard, arm) in &arms {
                if let Guard::Class(class) = guard {
                    emit.code.get(c);
                    emit.code.i32(*class as i32);
                    emit.code.op(I::I32Eq);
                    emit.code.start_if(BlockType::Empty);
                    emit.arm(*guard, arm, &dispatch, &argument);
                    emit.code.end();
                }
            }
            emit.code.done(c);
            emit.code.end();
        }
        let what = match dispatch.what {
            DispatchKind::Method => format!("Method '{}' not found", dispatch.name),
            DispatchKind::Get => format!("Cannot access field '{}'", dispatch.name),
            DispatchKind::Set => format!("Cannot set field '{}'", dispatch.name),
            DispatchKind::CallValue => "Cannot call a value".to_string(),
        };
        // The caller's place is the one to show.
        emit.code.get(receiver.a);
        emit.code.get(receiver.b);
        let text = emit.program.data.string(&what.into());
        emit.code.i32(text as i32);
        emit.code.runtime("ny_refuse");
        let unwind = emit.unwind;
        emit.code.br(unwind);
        emit.finish(dispatch.params.len())
    }
}

/// What a dispatch does for one kind of receiver.
enum Arm {
    Target(Target),
    Get,
    /// An entry of a map.
    MapGet,
    Set,
}

impl Emit<'_, '_, '_> {
    /// One arm: computes the result and leaves the function.
    fn arm(&mut self, guard: Guard, arm: &Arm, dispatch: &crate::ir::Dispatch, argument: &dyn Fn(usize) -> Expr) {
        self.known.clear();
        let span = dispatch.span;
        let receiver = Expr {
            kind: Kind::Var(0),
            ty: narrow(dispatch.params[0], guard),
            span,
        };
        let ret = self.ret;
        match arm {
            Arm::Target(target) => {
                let arguments: Vec<Expr> = (1..dispatch.params.len()).map(argument).collect();
                let mut list: Vec<&Expr> = vec![&receiver];
                list.extend(&arguments);
                let ty = self
                    .program
                    .infer
                    .result_of(guard, target, dispatch.params[0], &dispatch.params[1..]);
                let e = Expr {
                    kind: Kind::Null,
                    ty,
                    span,
                };
                let own = self.target(&e, target, &list, true);
                self.own(ty.rep(), own);
                self.convert(ty.rep(), ret.rep);
                self.store_home(ret);
            }
            Arm::Get => {
                let ty = match guard {
                    Guard::Class(c) => self
                        .program
                        .infer
                        .field_type(c - u32::from(class::FIRST_USER), &dispatch.name),
                    Guard::Tag(_) => Ty::ANY,
                };
                let e = Expr {
                    kind: Kind::Null,
                    ty,
                    span,
                };
                let own = self.field(&e, &receiver, &dispatch.name, true);
                self.own(ty.rep(), own);
                self.convert(ty.rep(), ret.rep);
                self.store_home(ret);
            }
            Arm::MapGet => {
                let e = Expr {
                    kind: Kind::Null,
                    ty: dispatch.ret,
                    span,
                };
                let own = self.field(&e, &receiver, &dispatch.name, true);
                self.own(ret.rep, own);
                self.store_home(ret);
            }
            Arm::Set => {
                let value = argument(1);
                self.set_field(&receiver, &dispatch.name, &value, span);
                self.zero(ret.rep);
                self.store_home(ret);
            }
        }
        self.code.br(self.exit);
    }
}
