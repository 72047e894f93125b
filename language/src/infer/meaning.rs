//! What an access means, for what is known of its receiver: the one place where calls, fields and assignments are
//! decided. Inference asks again and again while types grow; `settle` asks a last time and writes the answer down.

use super::Infer;
use crate::ir::builtin::{self, Receiver, Row, class};
use crate::ir::{ClassId, DispatchKind, FuncId, Objects, Ty, When, tag};
use crate::lower::Key;
use std::rc::Rc;

/// Number of the first class of the program.
const FIRST_USER: u32 = class::FIRST_USER as u32;

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

/// What an access comes to.
#[derive(Clone, Debug)]
pub enum Meaning {
    /// One thing, done where the receiver is of that kind; any other is refused.
    One(When, Target),
    /// A place in every instance of the class.
    Slot { class: ClassId, slot: usize },
    /// A field that no instance of the class has.
    Missing(ClassId),
    /// An entry of a map, named like a field.
    Entry,
    /// Several things: a function of its own looks at the receiver.
    Several,
    /// Nothing: every receiver is refused.
    Refused,
}

impl Infer<'_> {
    /// Reading a field.
    pub fn field(&mut self, recv: Ty, name: &str) -> Meaning {
        match recv.objects {
            Objects::User(c) => self.class_field(c, name),
            Objects::Any => Meaning::Several,
            // Fields of builtin boxes read like their methods without arguments, e.g. `e.message`.
            Objects::None | Objects::Array(_) | Objects::Map(_) | Objects::Builtin(_) => {
                match self.single(recv, name, &[]) {
                    Some((when, target)) => Meaning::One(when, target),
                    // In the second edition the fields of a map are its entries.
                    None if self.lower.new_2026 && matches!(recv.objects, Objects::Map(_)) => Meaning::Entry,
                    None => Meaning::Refused,
                }
            }
        }
    }

    fn class_field(&mut self, c: ClassId, name: &str) -> Meaning {
        if let Some(function) = self.lower.property(c, name) {
            let me = self.lower.module.functions[function].params == 1;
            return Meaning::One(When::Class(FIRST_USER + c), Target::User { function, me });
        }
        match self.lower.module.classes[c as usize].slot(name) {
            Some(slot) => Meaning::Slot { class: c, slot },
            None => Meaning::Missing(c),
        }
    }

    /// Assigning a field. Classes that do not declare it get a place for it.
    pub fn set_field(&mut self, recv: Ty, name: &Rc<str>) -> Meaning {
        match recv.objects {
            Objects::User(c) => self.set_class_field(c, name),
            Objects::Any => Meaning::Several,
            Objects::Map(_) if self.lower.new_2026 => Meaning::Entry,
            Objects::None | Objects::Array(_) | Objects::Map(_) | Objects::Builtin(_) => Meaning::Refused,
        }
    }

    /// A property that is computed has no place: its setter is called, `__set_x` for `x`, and without one it is an error.
    fn set_class_field(&mut self, c: ClassId, name: &Rc<str>) -> Meaning {
        if self.lower.property(c, name).is_none() {
            let slot = self.slot_for(c, name);
            return Meaning::Slot { class: c, slot };
        }
        let setter = self.lower.method(c, &format!("__set_{name}"), 1);
        let target = match setter {
            Some(function) if self.lower.arity(function, c) == 1 => Target::User {
                function,
                me: self.lower.module.functions[function].params > 1,
            },
            _ => Target::Error(format!("Property '{name}' is computed and cannot be assigned").into()),
        };
        Meaning::One(When::Class(FIRST_USER + c), target)
    }

    /// Calling a method with arguments of these types.
    pub fn method(&mut self, recv: Ty, name: &str, arguments: &[Ty]) -> Meaning {
        if recv.objects == Objects::Any {
            return Meaning::Several;
        }
        let mut cases = self.cases(recv, name, arguments);
        match (cases.len(), cases.pop()) {
            (1, Some((when, target))) => Meaning::One(when, target),
            (_, None) => Meaning::Refused,
            (_, Some(_)) => Meaning::Several,
        }
    }

    /// Calling a value with that many arguments.
    pub fn call_value(&mut self, recv: Ty, arguments: usize) -> Meaning {
        if let Objects::User(c) = recv.objects
            && let Some(function) = self.lower.module.classes[c as usize].lambda
            && self.lower.module.functions[function].params == arguments + 1
        {
            let target = Target::User { function, me: true };
            return Meaning::One(When::Class(FIRST_USER + c), target);
        }
        Meaning::Several
    }

    /// What a dispatch does, kind by kind of receiver.
    pub fn arms(&mut self, d: usize) -> Vec<(When, Meaning)> {
        let dispatch = &self.lower.module.dispatches[d];
        let (what, name) = (dispatch.what, dispatch.name.clone());
        let (recv, types) = (dispatch.params[0], dispatch.params[1..].to_vec());
        let arguments = types.len();
        let user = |c: ClassId| When::Class(FIRST_USER + c);
        let map = When::Class(u32::from(class::MAP));
        let mut out = Vec::new();
        match what {
            DispatchKind::Method => {
                let cases = self.cases(recv, &name, &types);
                out.extend(
                    cases
                        .into_iter()
                        .map(|(when, target)| (when, Meaning::One(when, target))),
                );
            }
            DispatchKind::Get => {
                for c in self.live_classes() {
                    let meaning = self.class_field(c, &name);
                    if self.lower.new_2026 || !matches!(meaning, Meaning::Missing(_)) {
                        out.push((user(c), meaning));
                    }
                }
                for b in self.live.clone() {
                    let when = When::Class(u32::from(b));
                    let method = builtin::find(Receiver::Class(b), &name, 0);
                    if let Some(target) = method.and_then(|_| self.builtin_target(Receiver::Class(b), &name, &[])) {
                        out.push((when, Meaning::One(when, target)));
                    } else if b == class::MAP && self.lower.new_2026 {
                        out.push((when, Meaning::Entry));
                    }
                }
            }
            DispatchKind::Set => {
                for c in self.live_classes() {
                    if self.lower.module.classes[c as usize].lambda.is_none() {
                        let meaning = self.set_class_field(c, &name);
                        out.push((user(c), meaning));
                    }
                }
                if self.lower.new_2026 && self.live.contains(&class::MAP) {
                    out.push((map, Meaning::Entry));
                }
            }
            DispatchKind::CallValue => {
                for c in self.live_classes() {
                    let Some(function) = self.lower.module.classes[c as usize].lambda else {
                        continue;
                    };
                    let wants = self.lower.module.functions[function].params - 1;
                    let target = if wants == arguments {
                        Target::User { function, me: true }
                    } else {
                        Target::Error(format!("Function expects {wants} arguments, got {arguments}").into())
                    };
                    out.push((user(c), Meaning::One(user(c), target)));
                }
            }
        }
        out
    }

    /// What is wrong with a method call that is refused, where more can be said than that there is no such method.
    pub fn refusal(&self, recv: Ty, name: &str, arguments: usize) -> Option<String> {
        let object = recv.only(tag::OBJ);
        let of = match recv.objects {
            Objects::User(c) if object => {
                let class = &self.lower.module.classes[c as usize].name;
                return Some(format!("Method '{name}' not found in {class}"));
            }
            Objects::Array(_) if object => Receiver::Class(class::ARRAY),
            Objects::Map(_) if object => Receiver::Class(class::MAP),
            Objects::Builtin(b) if object => Receiver::Class(b),
            Objects::None if recv.only(tag::STR) => Receiver::Text,
            Objects::None if recv.only(tag::INT) => Receiver::Int,
            Objects::None if recv.only(tag::FLOAT) => Receiver::Float,
            Objects::User(_)
            | Objects::Array(_)
            | Objects::Map(_)
            | Objects::Builtin(_)
            | Objects::None
            | Objects::Any => {
                return None;
            }
        };
        let wants = builtin::arity(of, name)?;
        let plural = if wants == 1 { "" } else { "s" };
        Some(format!("{name}() expects {wants} argument{plural}, got {arguments}"))
    }

    /// What a method means for one class of the program.
    fn class_target(&mut self, c: ClassId, name: &str, arguments: &[Ty]) -> Option<Target> {
        if let Some(function) = self.lower.method(c, name, arguments.len()) {
            let want = self.lower.arity(function, c);
            if want != arguments.len() {
                let got = arguments.len();
                let message = format!("Method {name} expects {want} arguments, got {got}");
                return Some(Target::Error(message.into()));
            }
            let me = self.lower.module.functions[function].params > want;
            return Some(Target::User { function, me });
        }
        if matches!(name, "toString" | "stringify" | "str" | "to_string") && arguments.is_empty() {
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
                let function = self.lower.function(Key::Part(c, field, name.into(), arguments.len()));
                return Some(Target::User { function, me: true });
            }
        }
        if self.lower.module.classes[c as usize].slot(name).is_some() {
            let function = self.lower.function(Key::FieldCall(c, name.into(), arguments.len()));
            return Some(Target::User { function, me: true });
        }
        if self.lower.module.classes[c as usize].lambda.is_some() && matches!(name, "call" | "invoke") {
            let function = self.lower.module.classes[c as usize].lambda?;
            if self.lower.module.functions[function].params == arguments.len() + 1 {
                return Some(Target::User { function, me: true });
            }
        }
        builtin::find(Receiver::Any, name, arguments.len()).map(Target::Builtin)
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

    fn builtin_target(&mut self, recv: Receiver, name: &str, arguments: &[Ty]) -> Option<Target> {
        let n = arguments.len();
        let row = builtin::find(recv, name, n).or_else(|| builtin::find(Receiver::Any, name, n))?;
        match row.prelude() {
            Some(function) => self.prelude_target(row, function, recv, arguments),
            None => Some(Target::Builtin(row)),
        }
    }

    /// A function of the library that is written in the language: the copy for the functions it is called with.
    fn prelude_target(&mut self, row: &'static Row, name: &str, recv: Receiver, arguments: &[Ty]) -> Option<Target> {
        // What is not known yet is known in a later round, or never runs.
        if arguments.iter().any(|ty| ty.is_none()) {
            return None;
        }
        let classes = &self.lower.module.classes;
        let is_function = |ty: &Ty| match ty.objects {
            Objects::User(c) => classes[c as usize].lambda.is_some().then_some(c),
            Objects::None | Objects::Array(_) | Objects::Map(_) | Objects::Builtin(_) | Objects::Any => None,
        };
        let copies: Rc<[Option<ClassId>]> = arguments
            .iter()
            .map(|ty| is_function(ty).filter(|_| ty.only(tag::OBJ)))
            .collect();
        let possible = |ty: &Ty| ty.has(tag::OBJ) && (ty.objects == Objects::Any || is_function(ty).is_some());
        // Where the row wants a function.
        let wanted = row.each_letter().skip(1).position(|letter| letter == 'c').unwrap_or(0);
        if let Some(other) = row.otherwise
            && !arguments.get(wanted).is_some_and(possible)
        {
            return self.builtin_target(recv, other, arguments);
        }
        // Where it may be a function or not, another one looks when the program runs.
        let sure = row.otherwise.is_none() || copies.get(wanted).is_some_and(Option::is_some);
        let looks = format!("{name}_any");
        let function = *self.lower.program.prelude.get(if sure { name } else { &looks })?;
        if !self.lower.module.rows.iter().any(|known| std::ptr::eq(*known, row)) {
            self.lower.module.rows.push(row);
        }
        let function = self.lower.function(Key::Prelude(function, copies));
        Some(Target::User { function, me: true })
    }

    /// What a method means for receivers of a type, kind by kind. Kinds that do not have it are left out.
    fn cases(&mut self, recv: Ty, name: &str, arguments: &[Ty]) -> Vec<(When, Target)> {
        let mut out = Vec::new();
        for t in [tag::NULL, tag::VOID, tag::BOOL, tag::INT, tag::FLOAT, tag::STR] {
            if !recv.has(t) || (t == tag::VOID && !self.lower.new_2026 && name != "toString") {
                continue;
            }
            if let Some(target) = self.builtin_target(Self::recv_of(t), name, arguments) {
                out.push((When::Tag(t), target));
            }
        }
        if recv.has(tag::OBJ) {
            match recv.objects {
                Objects::User(c) => {
                    if let Some(t) = self.class_target(c, name, arguments) {
                        out.push((When::Class(FIRST_USER + c), t));
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
                            out.push((When::Class(FIRST_USER + c), t));
                        }
                    }
                }
                Objects::None => {}
            }
        }
        out
    }

    fn class_case(&mut self, of: u16, name: &str, arguments: &[Ty], out: &mut Vec<(When, Target)>) {
        if of == class::METHOD && name == "invoke" {
            let function = self.lower.function(Key::Invoke(arguments.len()));
            out.push((When::Class(u32::from(of)), Target::User { function, me: true }));
        } else if let Some(t) = self.builtin_target(Receiver::Class(of), name, arguments) {
            out.push((When::Class(u32::from(of)), t));
        }
    }

    /// The one target of a method where there is only one and what else the receiver can be has none.
    fn single(&mut self, recv: Ty, name: &str, arguments: &[Ty]) -> Option<(When, Target)> {
        if recv.objects == Objects::Any {
            return None;
        }
        let mut cases = self.cases(recv, name, arguments);
        if cases.len() == 1 { cases.pop() } else { None }
    }
}

fn builtin_objects(b: u16) -> Objects {
    match b {
        class::ARRAY => Objects::Array(0),
        class::MAP => Objects::Map(0),
        other => Objects::Builtin(other),
    }
}

/// A receiver's type behind a test.
pub fn narrow(recv: Ty, when: When) -> Ty {
    match when {
        When::Tag(t) => Ty {
            kinds: 1 << t,
            objects: Objects::None,
        },
        When::Class(c) if c >= FIRST_USER => Ty::object(Objects::User(c - FIRST_USER)),
        When::Class(c) if recv.objects == Objects::Any => Ty::object(builtin_objects(c as u16)),
        When::Class(_) => Ty::object(recv.objects),
    }
}
