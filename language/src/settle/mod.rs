//! Decides every access for good: what inference leaves open (a method, a field, a call of a value) becomes a call, a
//! slot, a dispatch or an error, now that the type of every receiver is known.
//!
//! What an access means is answered by [`crate::infer::Meaning`] alone; here the answer is written down, so that nothing
//! behind this stage asks again.

// Whoever adds a kind of expression or type is told here what to decide.
#![warn(clippy::wildcard_enum_match_arm)]

use crate::infer::{Infer, Meaning, Target, narrow};
use crate::ir::builtin::{self, Row};
use crate::ir::{DispatchKind, Expr, Guard, Kind, Module, Objects, Open, Stmt, Ty, When, effects, kind, tag, visit};
use crate::source::Span;
use std::rc::Rc;

/// The finished module: no access is open, every dispatch knows its arms.
pub fn settle(mut infer: Infer<'_>) -> Module {
    let functions = infer.module().functions.len();
    for f in 0..functions {
        if !infer.module().functions[f].reached {
            continue;
        }
        let mut body = std::mem::take(&mut infer.module().functions[f].body);
        for s in &mut body {
            visit::each_in_mut(s, &mut |e| expr(&mut infer, e));
        }
        infer.module().functions[f].body = body;
    }
    for d in 0..infer.module().dispatches.len() {
        infer.module().dispatches[d].arms = arms(&mut infer, d);
    }
    let module = infer.finish();
    assert_eq!(
        module.functions.len(),
        functions,
        "settling asks for nothing that inference has not seen"
    );
    module
}

/// The functions of the library that a settled module, or what stands for some of them, can come to call; each once.
pub fn library_rows(m: &Module) -> Vec<&'static Row> {
    let mut rows = m.rows.clone();
    let mut note = |e: &Expr| {
        if let Kind::Builtin { function, .. } = e.kind {
            rows.push(function);
        }
    };
    for f in m.functions.iter().filter(|f| f.reached) {
        visit::all(&f.body, &mut note);
    }
    for (_, arm) in m.dispatches.iter().flat_map(|d| &d.arms) {
        visit::all_in(arm, &mut note);
    }
    rows.sort_by_key(|row| std::ptr::from_ref(*row));
    rows.dedup_by_key(|row| std::ptr::from_ref(*row));
    rows
}

/// Settles an expression and everything in it, inside out.
fn expr(infer: &mut Infer<'_>, e: &mut Expr) {
    visit::each_mut(e, &mut |inner| expr(infer, inner));
    if !matches!(e.kind, Kind::Open(_)) {
        return;
    }
    let Kind::Open(open) = std::mem::replace(&mut e.kind, Kind::Null) else {
        return;
    };
    let (what, name, receiver, arguments) = match open {
        Open::Field { object, name } => (DispatchKind::Get, name, *object, Vec::new()),
        Open::SetField { object, name, value } => (DispatchKind::Set, name, *object, vec![*value]),
        Open::Method {
            object,
            name,
            arguments,
        } => (DispatchKind::Method, name, *object, arguments),
        Open::CallValue { callee, arguments } => (DispatchKind::CallValue, "".into(), *callee, arguments),
    };
    let meaning = match what {
        DispatchKind::Get => infer.field(receiver.ty, &name),
        DispatchKind::Set => infer.set_field(receiver.ty, &name),
        DispatchKind::Method => {
            let types: Vec<Ty> = arguments.iter().map(|a| a.ty).collect();
            infer.method(receiver.ty, &name, &types)
        }
        DispatchKind::CallValue => infer.call_value(receiver.ty, arguments.len()),
    };
    let access = Access {
        what,
        name,
        receiver,
        arguments,
        ty: e.ty,
        span: e.span,
    };
    e.kind = access.settled(infer, meaning);
}

/// What a dispatch does for each kind of receiver, over its parameters.
fn arms(infer: &mut Infer<'_>, d: usize) -> Vec<(When, Expr)> {
    let dispatch = infer.module().dispatches[d].clone();
    let span = dispatch.span;
    let variable = |n: usize, ty: Ty| Expr {
        kind: Kind::Var(n),
        ty,
        span,
    };
    let mut out = Vec::new();
    for (when, meaning) in infer.arms(d) {
        let receiver = variable(0, narrow(dispatch.params[0], when));
        let arguments: Vec<Expr> = (1..dispatch.params.len())
            .map(|n| variable(n, dispatch.params[n]))
            .collect();
        let mut types = dispatch.params.clone();
        types[0] = receiver.ty;
        let ty = infer.type_of(&meaning, dispatch.what, &dispatch.name, &types, span);
        let access = Access {
            what: dispatch.what,
            name: dispatch.name.clone(),
            receiver,
            arguments,
            ty,
            span,
        };
        let kind = access.settled(infer, meaning);
        out.push((when, Expr { kind, ty, span }));
    }
    out
}

/// An access, taken apart.
struct Access {
    what: DispatchKind,
    /// Empty for a call of a value.
    name: Rc<str>,
    receiver: Expr,
    arguments: Vec<Expr>,
    /// Of what the access gives.
    ty: Ty,
    span: Span,
}

impl Access {
    fn settled(mut self, infer: &mut Infer<'_>, meaning: Meaning) -> Kind {
        match meaning {
            Meaning::One(when, target) => {
                if self.what == DispatchKind::Get && !matches!(self.receiver.ty.objects, Objects::User(_)) {
                    // Fields of builtin boxes are methods of theirs.
                    self.what = DispatchKind::Method;
                }
                if let (DispatchKind::Set, Target::User { function, .. }) = (self.what, &target) {
                    // What a setter gives is not what an assignment gives.
                    let given = infer.module().functions[*function].ret;
                    let nothing = self.expr(match infer.module().edition_2026 {
                        true => Kind::Null,
                        false => Kind::Void,
                    });
                    let span = self.span;
                    self.ty = given;
                    let call = Expr {
                        kind: self.one(infer, when, target),
                        ty: given,
                        span,
                    };
                    return Kind::Block(vec![Stmt::Expr(call)], Some(Box::new(nothing)));
                }
                self.one(infer, when, target)
            }
            Meaning::Slot { class, slot } => {
                let object = Box::new(self.receiver);
                match self.arguments.pop() {
                    Some(value) => Kind::SetSlot {
                        object,
                        class,
                        slot,
                        value: Box::new(value),
                    },
                    None => Kind::Slot { object, class, slot },
                }
            }
            Meaning::Missing(class) => {
                let class = infer.module().classes[class as usize].name.clone();
                let message = format!("Field '{}' not found in {class}", self.name);
                let value = if infer.module().edition_2026 {
                    self.expr(Kind::Null)
                } else {
                    self.raise(message)
                };
                self.after_receiver(infer, value)
            }
            Meaning::Entry => {
                let guard = self.guard(tag::OBJ, Ty::object(self.receiver.ty.objects), true);
                let key = Expr {
                    kind: Kind::Str(self.name.clone()),
                    ty: Ty::STR,
                    span: self.span,
                };
                let sets = self.what == DispatchKind::Set;
                let row = if sets {
                    builtin::map_set_field()
                } else {
                    builtin::map_get_field()
                };
                let site = infer.method_site(row);
                let (span, ty) = (self.span, self.ty);
                let mut arguments = vec![self.receiver, key];
                arguments.append(&mut self.arguments);
                let call = Kind::Builtin {
                    function: row,
                    arguments,
                    site,
                    guard,
                };
                if !sets {
                    return call;
                }
                // What the runtime answers is not what an assignment gives.
                let call = Expr {
                    kind: call,
                    ty: Ty::STR,
                    span,
                };
                let nothing = if infer.module().edition_2026 {
                    Kind::Null
                } else {
                    Kind::Void
                };
                let nothing = Expr {
                    kind: nothing,
                    ty,
                    span,
                };
                Kind::Block(vec![Stmt::Expr(call)], Some(Box::new(nothing)))
            }
            Meaning::Several => {
                let to = infer
                    .dispatch_to(self.what, &self.name, self.arguments.len() + 1)
                    .expect("inference makes a dispatch where there are several receivers");
                Kind::Dispatch {
                    to,
                    arguments: self.values(),
                }
            }
            Meaning::Refused => {
                let more = match self.what {
                    DispatchKind::Method => infer.refusal(self.receiver.ty, &self.name, self.arguments.len()),
                    DispatchKind::Get | DispatchKind::Set | DispatchKind::CallValue => None,
                };
                match more {
                    Some(message) => self.error(message),
                    None => Kind::Refuse {
                        what: self.refusal(),
                        receiver: Box::new(self.receiver),
                        arguments: self.arguments,
                    },
                }
            }
        }
    }

    /// An access that means one thing; the receiver is tested where it may be something else.
    fn one(self, infer: &mut Infer<'_>, when: When, target: Target) -> Kind {
        let narrowed = narrow(self.receiver.ty, when);
        match target {
            Target::User { function, me } => {
                let guard = self.guard(when.tag(), narrowed, me);
                self.call(infer, me || guard.is_some(), |arguments| Kind::Call {
                    function,
                    arguments,
                    guard,
                })
            }
            Target::Builtin(row) => {
                let takes = row.takes_receiver();
                let guard = self.guard(when.tag(), narrowed, takes);
                let site = infer.method_site(row);
                self.call(infer, takes || guard.is_some(), |arguments| Kind::Builtin {
                    function: row,
                    arguments,
                    site,
                    guard,
                })
            }
            Target::Error(message) => {
                if self.covered(when.tag()) {
                    return self.error(message);
                }
                let mut before = vec![Stmt::Expr(self.required())];
                let raise = self.raise(message);
                before.extend(self.arguments.into_iter().map(Stmt::Expr));
                Kind::Block(before, Some(Box::new(raise)))
            }
        }
    }

    /// A call with its receiver, or with the receiver evaluated before.
    fn call(self, infer: &mut Infer<'_>, with_receiver: bool, make: impl FnOnce(Vec<Expr>) -> Kind) -> Kind {
        if with_receiver {
            return make(self.values());
        }
        let (ty, span) = (self.ty, self.span);
        let call = make(self.arguments);
        if effects::idle(&self.receiver, infer.module()) {
            return call;
        }
        let call = Expr { kind: call, ty, span };
        Kind::Block(vec![Stmt::Expr(self.receiver)], Some(Box::new(call)))
    }

    /// A value that does not depend on the receiver, which is looked at nevertheless.
    fn after_receiver(self, infer: &mut Infer<'_>, value: Expr) -> Kind {
        if self.covered(tag::OBJ) && effects::idle(&self.receiver, infer.module()) {
            return value.kind;
        }
        let receiver = if self.covered(tag::OBJ) {
            self.receiver
        } else {
            self.required()
        };
        Kind::Block(vec![Stmt::Expr(receiver)], Some(Box::new(value)))
    }

    /// An error that is known now; what stands before it is evaluated.
    fn error(self, message: impl Into<Rc<str>>) -> Kind {
        let raise = self.raise(message);
        let before = self.values().into_iter().map(Stmt::Expr).collect();
        Kind::Block(before, Some(Box::new(raise)))
    }

    fn raise(&self, message: impl Into<Rc<str>>) -> Expr {
        self.expr(Kind::Raise {
            kind: kind::INVALID,
            message: message.into(),
        })
    }

    fn expr(&self, kind: Kind) -> Expr {
        Expr {
            kind,
            ty: self.ty,
            span: self.span,
        }
    }

    /// The receiver, refused where it is no object.
    fn required(&self) -> Expr {
        Expr {
            kind: Kind::Require {
                object: Box::new(self.receiver.clone()),
                what: self.refusal(),
            },
            ty: Ty::NULL,
            span: self.span,
        }
    }

    /// The receiver and the arguments.
    fn values(self) -> Vec<Expr> {
        let mut out = Vec::with_capacity(self.arguments.len() + 1);
        out.push(self.receiver);
        out.extend(self.arguments);
        out
    }

    /// Whether the receiver can only be of a kind.
    fn covered(&self, tag: u32) -> bool {
        self.receiver.ty.only(tag) || self.receiver.ty.is_none()
    }

    fn guard(&self, tag: u32, ty: Ty, passed: bool) -> Option<Box<Guard>> {
        (!self.covered(tag)).then(|| {
            Box::new(Guard {
                tag,
                ty,
                passed,
                what: self.refusal(),
            })
        })
    }

    /// What is said of a receiver that does not have what is asked of it.
    fn refusal(&self) -> Rc<str> {
        let name = &self.name;
        match self.what {
            DispatchKind::Method => format!("Method '{name}' not found").into(),
            DispatchKind::Get => format!("Cannot access field '{name}'").into(),
            DispatchKind::Set => format!("Cannot set field '{name}'").into(),
            DispatchKind::CallValue => "Cannot call a value".into(),
        }
    }
}
