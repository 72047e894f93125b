//! From the resolved tree to the IR, one function at a time, as inference asks for them.
//!
//! A method is lowered once for every class that has it, so `me` always has one class: fields are slots and calls on
//! `me` are direct, however deep the delegation. Static boxes have one instance at a fixed address, and their
//! methods take no `me`.

// Whoever adds a kind of expression or type is told here what to decide.
#![warn(clippy::wildcard_enum_match_arm)]

mod expr;
mod initial;
mod pattern;
mod presence;
mod stmt;

pub use initial::prepare;

use crate::edition::Edition;
use crate::ir::{Class, ClassId, Expr, Func, FuncId, Kind, Module, Open, Slot, Stmt, Ty, Var, VarId, builtin};
use crate::resolve::program::{BoxId, EnumId, FunctionBody, FunctionId, FunctionKind, LocalId, Program};
use crate::source::Span;
use crate::syntax::ast::{BoxKind, PropertyKind, StmtKind, VariantShape};
use std::collections::HashMap;
use std::rc::Rc;

/// What a function of the module is made from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// A body of the program, and the class of `me`.
    Body(FunctionId, Option<ClassId>),
    /// A copy of a function of the library, for the functions that it is called with.
    Prelude(FunctionId, Rc<[Option<ClassId>]>),
    /// `new C(..)` with that many arguments.
    New(ClassId, usize),
    /// `x.fini()`: at most once.
    Fini(ClassId),
    /// A property that is computed once.
    Once(FunctionId, ClassId),
    /// Initialiser of a static box.
    Ensure(ClassId),
    /// A lambda class.
    Lambda(ClassId),
    /// A method of the builtin part in a field of a class, with that many arguments.
    Part(ClassId, Rc<str>, Rc<str>, usize),
    /// `x.f(..)` where `f` is a field that holds a function.
    FieldCall(ClassId, Rc<str>, usize),
    /// `invoke` of a MethodBox with that many arguments.
    Invoke(usize),
    Start,
}

/// How a lambda came to be.
#[derive(Clone, Debug)]
struct LambdaInfo {
    function: FunctionId,
    /// Variable and, where it is shared, its cell.
    captures: Vec<(LocalId, Option<usize>)>,
    me: Option<ClassId>,
    owner: Option<BoxId>,
}

/// Options that change what the program does.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// The last line of output is `Result: <text>`.
    pub print_result: bool,
}

/// Makes IR on demand.
pub struct Lowerer<'p> {
    pub program: &'p Program,
    pub module: Module,
    options: Options,
    keys: HashMap<Key, FuncId>,
    pending: Vec<(Key, FuncId)>,
    lambdas: HashMap<ClassId, LambdaInfo>,
    variants: HashMap<(EnumId, u32), ClassId>,
    pub new_2026: bool,
}

/// Where a variable of the source lives.
#[derive(Clone, Copy, Debug)]
enum Place {
    Var(VarId),
    /// The variable holds the cell.
    Cell(VarId, usize),
}

/// The function that is being lowered.
struct Body<'l, 'p> {
    lower: &'l mut Lowerer<'p>,
    vars: Vec<Var>,
    places: HashMap<LocalId, Place>,
    /// The class of `me`; `None` outside of boxes.
    class: Option<ClassId>,
    me: Option<VarId>,
    /// The box whose code this is.
    owner: Option<BoxId>,
    function: Option<FunctionId>,
    /// In a function of the library: how many arguments the functions take that it was called with.
    callbacks: Option<HashMap<LocalId, usize>>,
}

impl<'p> Lowerer<'p> {
    pub fn new(program: &'p Program, options: Options) -> Lowerer<'p> {
        let mut module = Module {
            edition_2026: program.edition == Edition::E2026,
            ..Module::default()
        };
        for (n, info) in program.boxes.iter().enumerate() {
            let mut class = Class {
                name: info.name.clone(),
                is_static: info.kind == BoxKind::Static,
                live: info.kind == BoxKind::Static,
                ..Class::default()
            };
            if class.is_static {
                class.name = format!("{}_singleton", info.name).into();
            }
            let chain: Vec<BoxId> = info.ancestors.iter().rev().copied().chain([BoxId(n as u32)]).collect();
            for b in chain {
                for field in &program.box_info(b).fields {
                    if class.slot(&field.name).is_none() {
                        class.slots.push(Slot {
                            name: field.name.clone(),
                            ty: Ty::NONE,
                            weak: field.weak,
                            declared: true,
                        });
                    }
                }
                for property in &program.box_info(b).properties {
                    if property.kind == PropertyKind::BirthOnce && class.slot(&property.name).is_none() {
                        class.slots.push(Slot {
                            name: property.name.clone(),
                            ty: Ty::NONE,
                            weak: false,
                            declared: true,
                        });
                    }
                }
            }
            for parent in &info.builtin_ancestors {
                class.slots.push(Slot {
                    name: format!("${parent}").into(),
                    ty: Ty::NONE,
                    weak: false,
                    declared: true,
                });
            }
            if class.is_static {
                // The instance stands in the program's data, its fields null or void.
                let nothing = if module.edition_2026 { Ty::NULL } else { Ty::VOID };
                class
                    .slots
                    .iter_mut()
                    .filter(|s| s.declared && !s.name.starts_with('$'))
                    .for_each(|s| s.ty = nothing);
            }
            module.classes.push(class);
        }
        module.ensure = vec![None; module.classes.len()];
        module.globals = program
            .globals
            .iter()
            .map(|g| Var {
                name: g.name.clone(),
                ty: Ty::ABSENT,
            })
            .collect();
        let new_2026 = module.edition_2026;
        let mut lowerer = Lowerer {
            program,
            module,
            options,
            keys: HashMap::new(),
            pending: Vec::new(),
            lambdas: HashMap::new(),
            variants: HashMap::new(),
            new_2026,
        };
        for class in 0..lowerer.module.classes.len() {
            if lowerer.module.classes[class].is_static && lowerer.needs_ensure(class) {
                let f = lowerer.function(Key::Ensure(class as ClassId));
                lowerer.module.ensure[class] = Some(f);
            }
        }
        lowerer.module.start = lowerer.function(Key::Start);
        lowerer.drain();
        lowerer
    }

    fn needs_ensure(&self, class: usize) -> bool {
        let id = BoxId(class as u32);
        self.program.box_info(id).ancestors.iter().chain([&id]).any(|b| {
            let info = self.program.box_info(*b);
            !info.static_initialisers.is_empty()
                || !info.builtin_ancestors.is_empty()
                || info.fields.iter().any(|f| f.initialiser.is_some())
                || info.properties.iter().any(|p| p.kind == PropertyKind::BirthOnce)
        })
    }

    /// The function made from a key; its body follows with [`Lowerer::drain`].
    pub fn function(&mut self, key: Key) -> FuncId {
        if let Some(f) = self.keys.get(&key) {
            return *f;
        }
        let id = self.module.functions.len();
        let span = match &key {
            Key::Body(f, _) | Key::Once(f, _) | Key::Prelude(f, _) => self.program.function(*f).span,
            Key::New(..)
            | Key::Fini(_)
            | Key::Ensure(_)
            | Key::Lambda(_)
            | Key::Part(..)
            | Key::FieldCall(..)
            | Key::Invoke(_)
            | Key::Start => self.program.functions[0].span,
        };
        let (name, params) = self.signature(&key);
        self.module.functions.push(Func {
            name,
            span,
            params,
            vars: Vec::new(),
            body: Vec::new(),
            ret: Ty::NONE,
            reached: false,
            throws: false,
            deep: false,
        });
        self.keys.insert(key.clone(), id);
        self.pending.push((key, id));
        id
    }

    fn signature(&self, key: &Key) -> (Rc<str>, usize) {
        match key {
            Key::Body(f, class) => {
                let info = self.program.function(*f);
                (
                    info.name.clone(),
                    info.parameters.len() + usize::from(self.takes_me(*class)),
                )
            }
            Key::Prelude(f, _) => {
                let info = self.program.function(*f);
                (info.name.clone(), info.parameters.len())
            }
            Key::New(class, n) => (format!("new {}", self.module.classes[*class as usize].name).into(), *n),
            Key::Fini(class) => (format!("{}.fini", self.module.classes[*class as usize].name).into(), 1),
            Key::Once(f, class) => (
                self.program.function(*f).name.clone(),
                usize::from(self.takes_me(Some(*class))),
            ),
            Key::Ensure(class) => (
                format!("static {}", self.module.classes[*class as usize].name).into(),
                0,
            ),
            Key::Lambda(class) => {
                let info = self.program.function(self.lambdas[class].function);
                (info.name.clone(), 1 + info.parameters.len())
            }
            Key::Start => ("<start>".into(), 0),
            Key::Invoke(n) => ("invoke".into(), n + 1),
            Key::Part(c, _, name, n) | Key::FieldCall(c, name, n) => (
                format!("{}.{name}", self.module.classes[*c as usize].name).into(),
                n + 1,
            ),
        }
    }

    fn takes_me(&self, class: Option<ClassId>) -> bool {
        class.is_some_and(|c| !self.module.classes[c as usize].is_static)
    }

    /// Lowers every function that has been asked for. The answer says whether there was one.
    pub fn drain(&mut self) -> bool {
        let mut any = false;
        while let Some((key, id)) = self.pending.pop() {
            any = true;
            let (mut vars, body) = self.lower(&key);
            let f = &mut self.module.functions[id];
            // Calls may have been seen before the body was made.
            for (var, known) in vars.iter_mut().zip(&f.vars) {
                var.ty = known.ty;
            }
            f.vars = vars;
            f.body = body;
        }
        any
    }

    fn lower(&mut self, key: &Key) -> (Vec<Var>, Vec<Stmt>) {
        match key {
            Key::Body(f, class) => self.lower_body(*f, *class),
            Key::Prelude(f, copies) => self.lower_prelude(*f, copies),
            Key::New(class, n) => self.lower_new(*class, *n),
            Key::Fini(class) => self.lower_fini(*class),
            Key::Once(f, class) => self.lower_once(*f, *class),
            Key::Ensure(class) => self.lower_ensure(*class),
            Key::Lambda(class) => self.lower_lambda(*class),
            Key::Start => self.lower_start(),
            Key::Invoke(n) => self.lower_invoke(*n),
            Key::Part(class, field, name, n) => self.lower_forward(*class, field, Some(name), *n),
            Key::FieldCall(class, name, n) => self.lower_forward(*class, name, None, *n),
        }
    }

    fn body(&mut self, class: Option<ClassId>, owner: Option<BoxId>) -> Body<'_, 'p> {
        Body {
            lower: self,
            vars: Vec::new(),
            places: HashMap::new(),
            class,
            me: None,
            owner,
            function: None,
            callbacks: None,
        }
    }

    /// A function of the library, the copy for the functions that it is called with.
    fn lower_prelude(&mut self, f: FunctionId, copies: &[Option<ClassId>]) -> (Vec<Var>, Vec<Stmt>) {
        let program = self.program;
        let info = program.function(f);
        // The receiver comes first.
        let passed = info.parameters.iter().skip(1).zip(copies);
        let takes = passed.filter_map(|(local, class)| {
            let lambda = self.lambdas.get(class.as_ref()?)?;
            Some((*local, program.function(lambda.function).parameters.len()))
        });
        let callbacks = takes.collect();
        let mut body = self.body(None, None);
        body.callbacks = Some(callbacks);
        body.function = Some(f);
        let mut out = Vec::new();
        body.parameters(f, &mut out);
        body.statements_of(&info.body, &mut out);
        (body.vars, out)
    }

    fn lower_body(&mut self, f: FunctionId, class: Option<ClassId>) -> (Vec<Var>, Vec<Stmt>) {
        let program = self.program;
        let info = program.function(f);
        let owner = match info.kind {
            FunctionKind::Method(b)
            | FunctionKind::Constructor(b)
            | FunctionKind::Getter(b)
            | FunctionKind::FieldInitialiser(b, _)
            | FunctionKind::StaticInitialiser(b, _) => Some(b),
            FunctionKind::TopLevel
            | FunctionKind::Function
            | FunctionKind::StaticFunction
            | FunctionKind::Lambda(_) => None,
        };
        let takes_me = self.takes_me(class);
        let mut body = self.body(class, owner);
        body.function = Some(f);
        if takes_me {
            body.me = Some(body.var("me"));
        }
        let mut out = Vec::new();
        body.parameters(f, &mut out);
        body.statements_of(&info.body, &mut out);
        (body.vars, out)
    }

    fn lower_lambda(&mut self, class: ClassId) -> (Vec<Var>, Vec<Stmt>) {
        let info = self.lambdas[&class].clone();
        let program = self.program;
        let function = program.function(info.function);
        let mut body = self.body(info.me, info.owner);
        body.function = Some(info.function);
        let span = function.span;
        let this = body.var("<lambda>");
        let mut out = Vec::new();
        // Parameters must be the variables that follow the lambda itself.
        let first = body.vars.len();
        for p in &function.parameters {
            body.var(&program.local(*p).name.clone());
        }
        for (n, (local, cell)) in info.captures.iter().enumerate() {
            let v = body.var(&program.local(*local).name.clone());
            let value = Open::Field {
                object: Box::new(Expr::new(Kind::Var(this), span)),
                name: n.to_string().into(),
            };
            out.push(Stmt::Expr(Expr::new(
                Kind::SetVar(v, Box::new(Expr::new(value, span))),
                span,
            )));
            body.places.insert(
                *local,
                match cell {
                    Some(c) => Place::Cell(v, *c),
                    None => Place::Var(v),
                },
            );
        }
        if function.uses_me && body.lower.takes_me(info.me) {
            let v = body.var("me");
            body.me = Some(v);
            let value = Open::Field {
                object: Box::new(Expr::new(Kind::Var(this), span)),
                name: "me".into(),
            };
            out.push(Stmt::Expr(Expr::new(
                Kind::SetVar(v, Box::new(Expr::new(value, span))),
                span,
            )));
        }
        for (n, p) in function.parameters.iter().enumerate() {
            body.bind_parameter(*p, first + n, &mut out);
        }
        body.statements_of(&function.body, &mut out);
        (body.vars, out)
    }

    fn nothing(&self) -> Kind {
        if self.new_2026 { Kind::Null } else { Kind::Void }
    }

    /// Fields of a new instance, in the order of declaration, parents first.
    fn initial_fields(body: &mut Body<'_, 'p>, class: ClassId, skip: &[Rc<str>], span: Span, out: &mut Vec<Stmt>) {
        let program = body.lower.program;
        let id = BoxId(class);
        let chain: Vec<BoxId> = program
            .box_info(id)
            .ancestors
            .iter()
            .rev()
            .copied()
            .chain([id])
            .collect();
        let mut done: Vec<Rc<str>> = skip.to_vec();
        for b in chain {
            for field in &program.box_info(b).fields {
                if done.contains(&field.name) {
                    continue;
                }
                done.push(field.name.clone());
                let value = match field.initialiser {
                    Some(f) => body.call(Key::Body(f, Some(class)), Vec::new(), span),
                    None => Expr::new(body.lower.nothing(), span),
                };
                let set = Open::SetField {
                    object: Box::new(body.me_expr(span)),
                    name: field.name.clone(),
                    value: Box::new(value),
                };
                out.push(Stmt::Expr(Expr::new(set, span)));
            }
            for property in &program.box_info(b).properties {
                if property.kind == PropertyKind::BirthOnce {
                    let value = body.call(Key::Body(property.getter, Some(class)), Vec::new(), span);
                    let set = Open::SetField {
                        object: Box::new(body.me_expr(span)),
                        name: property.name.clone(),
                        value: Box::new(value),
                    };
                    out.push(Stmt::Expr(Expr::new(set, span)));
                }
            }
        }
        for parent in &program.box_info(id).builtin_ancestors {
            let value = body.builtin_part(parent, span);
            let set = Open::SetField {
                object: Box::new(body.me_expr(span)),
                name: format!("${parent}").into(),
                value: Box::new(value),
            };
            out.push(Stmt::Expr(Expr::new(set, span)));
        }
    }

    /// What `new` runs for that many arguments: a constructor of the box, or of its ancestors where it has none at all.
    fn constructor(&self, id: BoxId, n: usize) -> Option<FunctionId> {
        let info = self.program.box_info(id);
        self.program.find_constructor(id, n).or_else(|| {
            let inherits = info.constructors.is_empty();
            let mut ancestors = info.ancestors.iter().filter(|_| inherits);
            ancestors.find_map(|a| self.program.find_constructor(*a, n))
        })
    }

    fn lower_new(&mut self, class: ClassId, n: usize) -> (Vec<Var>, Vec<Stmt>) {
        let program = self.program;
        let id = BoxId(class);
        let info = program.box_info(id);
        let span = info.decl.name.span;
        let constructor = self.constructor(id, n);
        let assigned = constructor.map(|c| self.assigned_first(c)).unwrap_or_default();
        let mut body = self.body(Some(class), Some(id));
        let arguments: Vec<VarId> = (0..n).map(|_| body.var("argument")).collect();
        let me = body.var("me");
        body.me = Some(me);
        let mut out = Vec::new();
        out.push(Stmt::Expr(Expr::new(
            Kind::SetVar(me, Box::new(Expr::new(Kind::Alloc(class), span))),
            span,
        )));
        Self::initial_fields(&mut body, class, &assigned, span, &mut out);
        if let Some(c) = constructor {
            let arguments = arguments.iter().map(|a| Expr::new(Kind::Var(*a), span)).collect();
            let call = body.call(Key::Body(c, Some(class)), arguments, span);
            out.push(Stmt::Expr(call));
        }
        out.push(Stmt::Return(Some(Expr::new(Kind::Var(me), span))));
        (body.vars, out)
    }

    /// Fields that a constructor assigns before anything else can see the instance.
    fn assigned_first(&self, constructor: FunctionId) -> Vec<Rc<str>> {
        let mut out = Vec::new();
        if let FunctionBody::Declared(decl) = &self.program.function(constructor).body {
            for s in &decl.body.statements {
                if !stmt::assigns_field_first(s, &mut out) {
                    break;
                }
            }
        }
        out
    }

    fn lower_fini(&mut self, class: ClassId) -> (Vec<Var>, Vec<Stmt>) {
        let program = self.program;
        let id = BoxId(class);
        let span = program.box_info(id).decl.name.span;
        let method = program.find_method(id, "fini", 0);
        let mut body = self.body(Some(class), Some(id));
        let me = body.var("me");
        body.me = Some(me);
        let first = body.builtin("$finalise", vec![Expr::new(Kind::Var(me), span)], span);
        let mut then = Vec::new();
        if let Some(f) = method {
            let call = body.call(Key::Body(f, Some(class)), Vec::new(), span);
            then.push(Stmt::Expr(call));
        }
        (body.vars, vec![Stmt::If(first, then, Vec::new())])
    }

    fn lower_once(&mut self, f: FunctionId, class: ClassId) -> (Vec<Var>, Vec<Stmt>) {
        let info = self.program.function(f);
        let span = info.span;
        let slot: Rc<str> = format!("$once {}", info.name).into();
        if self.module.classes[class as usize].slot(&slot).is_none() {
            self.module.classes[class as usize].slots.push(Slot {
                name: slot.clone(),
                ty: Ty::ABSENT,
                weak: false,
                declared: false,
            });
        }
        let takes_me = self.takes_me(Some(class));
        let mut body = self.body(Some(class), None);
        if takes_me {
            body.me = Some(body.var("me"));
        }
        let read = |body: &mut Body<'_, 'p>| {
            Expr::new(
                Open::Field {
                    object: Box::new(body.me_expr(span)),
                    name: slot.clone(),
                },
                span,
            )
        };
        let missing = Expr::new(Kind::IsTag(Box::new(read(&mut body)), crate::ir::tag::ABSENT), span);
        let value = body.call(Key::Body(f, Some(class)), Vec::new(), span);
        let set = Open::SetField {
            object: Box::new(body.me_expr(span)),
            name: slot.clone(),
            value: Box::new(value),
        };
        let result = read(&mut body);
        (
            body.vars,
            vec![
                Stmt::If(missing, vec![Stmt::Expr(Expr::new(set, span))], Vec::new()),
                Stmt::Return(Some(result)),
            ],
        )
    }

    /// A call that goes on to what a field holds: a method of it, or the value itself.
    fn lower_forward(
        &mut self,
        class: ClassId,
        field: &Rc<str>,
        method: Option<&Rc<str>>,
        n: usize,
    ) -> (Vec<Var>, Vec<Stmt>) {
        let span = self.program.functions[0].span;
        let mut body = self.body(Some(class), None);
        let me = body.var("me");
        body.me = Some(me);
        let arguments: Vec<Expr> = (0..n)
            .map(|_| body.var("argument"))
            .collect::<Vec<_>>()
            .into_iter()
            .map(|v| body.get(v, span))
            .collect();
        let part = Expr::new(
            Open::Field {
                object: Box::new(body.get(me, span)),
                name: field.clone(),
            },
            span,
        );
        let part = Box::new(part);
        let kind = match method {
            Some(name) => Open::Method {
                object: part,
                name: name.clone(),
                arguments,
            },
            None => Open::CallValue {
                callee: part,
                arguments,
            },
        };
        (body.vars, vec![Stmt::Return(Some(Expr::new(kind, span)))])
    }

    /// A MethodBox names its method at run time: the names of the program, one after the other.
    fn lower_invoke(&mut self, n: usize) -> (Vec<Var>, Vec<Stmt>) {
        let program = self.program;
        let span = program.functions[0].span;
        let mut names: Vec<Rc<str>> = Vec::new();
        for info in &program.boxes {
            for (name, f) in &info.methods {
                if program.function(*f).parameters.len() == n && !names.contains(name) {
                    names.push(name.clone());
                }
            }
        }
        let mut body = self.body(None, None);
        let this = body.var("method");
        let arguments: Vec<VarId> = (0..n).map(|_| body.var("argument")).collect();
        let (object, wanted) = (body.var("object"), body.var("name"));
        let part = |body: &mut Body<'_, 'p>, name| {
            let this = body.get(this, span);
            body.builtin(name, vec![this], span)
        };
        let mut out = Vec::new();
        let value = part(&mut body, "$method_object");
        out.push(body.set(object, value, span));
        let value = part(&mut body, "$method_name");
        out.push(body.set(wanted, value, span));
        for name in names {
            let text = Expr::new(Kind::Str(name.clone()), span);
            let test = Kind::Binary(crate::ir::Op::Eq, Box::new(body.get(wanted, span)), Box::new(text));
            let list = arguments.iter().map(|a| body.get(*a, span)).collect();
            let call = Open::Method {
                object: Box::new(body.get(object, span)),
                name,
                arguments: list,
            };
            out.push(Stmt::If(
                Expr::new(test, span),
                vec![Stmt::Return(Some(Expr::new(call, span)))],
                Vec::new(),
            ));
        }
        let raise = body.raise(0, "Method of a MethodBox not found", span);
        out.push(Stmt::Expr(raise));
        (body.vars, out)
    }

    /// `static X`: a flag, the fields, the static blocks.
    fn lower_ensure(&mut self, class: ClassId) -> (Vec<Var>, Vec<Stmt>) {
        let program = self.program;
        let id = BoxId(class);
        let span = program.box_info(id).decl.name.span;
        let slot: Rc<str> = "$ready".into();
        self.module.classes[class as usize].slots.push(Slot {
            name: slot.clone(),
            ty: Ty::ABSENT,
            weak: false,
            declared: false,
        });
        let mut body = self.body(Some(class), Some(id));
        let flag = Expr::new(
            Open::Field {
                object: Box::new(body.me_expr(span)),
                name: slot.clone(),
            },
            span,
        );
        let missing = Expr::new(Kind::IsTag(Box::new(flag), crate::ir::tag::ABSENT), span);
        let mut then = Vec::new();
        let set = Open::SetField {
            object: Box::new(body.me_expr(span)),
            name: slot,
            value: Box::new(Expr::new(Kind::Bool(true), span)),
        };
        then.push(Stmt::Expr(Expr::new(set, span)));
        Self::initial_fields(&mut body, class, &[], span, &mut then);
        let chain: Vec<BoxId> = program
            .box_info(id)
            .ancestors
            .iter()
            .rev()
            .copied()
            .chain([id])
            .collect();
        for b in chain {
            for f in &program.box_info(b).static_initialisers {
                let call = body.call(Key::Body(*f, Some(class)), Vec::new(), span);
                then.push(Stmt::Expr(call));
            }
        }
        (body.vars, vec![Stmt::If(missing, then, Vec::new())])
    }

    fn lower_start(&mut self) -> (Vec<Var>, Vec<Stmt>) {
        let program = self.program;
        let span = program.functions[0].span;
        let new_2026 = self.new_2026;
        let print_result = self.options.print_result;
        let main = program.main.and_then(|f| {
            if let FunctionKind::Method(b) = program.function(f).kind {
                Some((f, b))
            } else {
                None
            }
        });
        // Second choice of the second edition: `main` of an ordinary box `Main`, on an instance made for it.
        let ordinary = program
            .boxes
            .iter()
            .position(|b| new_2026 && main.is_none() && &*b.name == "Main" && b.kind == BoxKind::Ordinary);
        let ordinary = ordinary.filter(|n| program.find_method(BoxId(*n as u32), "main", 0).is_some());
        let mut body = self.body(None, None);
        let mut out = Vec::new();
        let result = body.var("result");
        let nothing = Expr::new(body.lower.nothing(), span);
        out.push(body.set(result, nothing, span));
        let runs_top = !new_2026 || main.is_none() || Self::has_globals(program);
        if runs_top {
            let top = body.call(Key::Body(FunctionId(0), None), Vec::new(), span);
            out.push(body.set(result, top, span));
        }
        if let Some(n) = ordinary {
            let function = body.lower.function(Key::New(n as ClassId, 0));
            let object = Box::new(Expr::new(
                Kind::Call {
                    function,
                    arguments: Vec::new(),
                    guard: None,
                },
                span,
            ));
            let call = Expr::new(
                Open::Method {
                    object,
                    name: "main".into(),
                    arguments: Vec::new(),
                },
                span,
            );
            out.push(Stmt::Expr(call));
        }
        if let Some((f, class)) = main {
            let mut arguments = Vec::new();
            if program.function(f).parameters.len() == 1 {
                arguments.push(body.builtin("$args", Vec::new(), span));
            }
            for _ in 1..program.function(f).parameters.len() {
                arguments.push(Expr::new(body.lower.nothing(), span));
            }
            if body.lower.module.ensure[class.index()].is_some() {
                let ensure = Expr::new(
                    Kind::Static {
                        class: class.0,
                        ensure: true,
                    },
                    span,
                );
                out.push(Stmt::Expr(ensure));
            }
            let call = body.call(Key::Body(f, Some(class.0)), arguments, program.function(f).span);
            out.push(body.set(result, call, span));
        }
        if print_result {
            let value = Expr::new(Kind::Var(result), span);
            let print = body.builtin("$print_result", vec![value], span);
            out.push(Stmt::Expr(print));
        }
        if new_2026 {
            let value = Expr::new(Kind::Var(result), span);
            let code = body.builtin("$exit_code", vec![value], span);
            out.push(Stmt::Return(Some(code)));
        } else {
            out.push(Stmt::Return(Some(Expr::new(Kind::Int(0), span))));
        }
        (body.vars, out)
    }

    fn has_globals(program: &Program) -> bool {
        program
            .units
            .iter()
            .flat_map(|u| &u.statements)
            .any(|s| matches!(s.kind, StmtKind::Global { .. }))
    }

    /// The class of an enum's variant.
    pub fn variant_class(&mut self, enumeration: EnumId, variant: u32) -> ClassId {
        if let Some(c) = self.variants.get(&(enumeration, variant)) {
            return *c;
        }
        let info = &self.program.enums[enumeration.index()];
        let v = &info.decl.variants[variant as usize];
        let names: Vec<Rc<str>> = match &v.shape {
            VariantShape::Unit => Vec::new(),
            VariantShape::Tuple(items) => (0..items.len()).map(|n| n.to_string().into()).collect(),
            VariantShape::Record(fields) => fields.iter().map(|(n, _)| n.text.clone()).collect(),
        };
        let class = Class {
            name: v.name.text.clone(),
            variant: true,
            slots: names
                .into_iter()
                .map(|name| Slot {
                    name,
                    ty: Ty::NONE,
                    weak: false,
                    declared: true,
                })
                .collect(),
            ..Class::default()
        };
        let id = self.module.classes.len() as ClassId;
        self.module.classes.push(class);
        self.module.ensure.push(None);
        self.variants.insert((enumeration, variant), id);
        id
    }

    /// The box a class was made from; lambdas and variants have none.
    pub fn box_of(&self, class: ClassId) -> Option<BoxId> {
        ((class as usize) < self.program.boxes.len()).then_some(BoxId(class))
    }

    /// What calling a method on an instance of a class means.
    pub fn method(&mut self, class: ClassId, name: &str, arguments: usize) -> Option<FuncId> {
        let id = self.box_of(class)?;
        if name == "fini" && arguments == 0 && !self.module.classes[class as usize].is_static {
            return Some(self.function(Key::Fini(class)));
        }
        let f = self.program.find_method(id, name, arguments)?;
        Some(self.function(Key::Body(f, Some(class))))
    }

    /// Whether reading a field of a class is a load, without code of the program.
    pub fn is_slot(&self, class: ClassId, name: &str) -> bool {
        let property = self.box_of(class).is_some_and(|id| {
            [id].iter()
                .chain(&self.program.box_info(id).ancestors)
                .any(|b| self.program.box_info(*b).properties.iter().any(|p| &*p.name == name))
        });
        !property && self.module.classes[class as usize].slot(name).is_some()
    }

    /// The function that reads a property.
    pub fn property(&mut self, class: ClassId, name: &str) -> Option<FuncId> {
        let id = self.box_of(class)?;
        let program = self.program;
        let found = [id]
            .iter()
            .chain(&program.box_info(id).ancestors)
            .find_map(|b| program.box_info(*b).properties.iter().find(|p| &*p.name == name))?;
        match found.kind {
            PropertyKind::Computed => Some(self.function(Key::Body(found.getter, Some(class)))),
            PropertyKind::Once => Some(self.function(Key::Once(found.getter, class))),
            PropertyKind::BirthOnce => None,
        }
    }

    /// Builtin parts of instances of a class, as field names with the box names.
    pub fn builtin_parents(&self, class: ClassId) -> Vec<Rc<str>> {
        match self.box_of(class) {
            Some(b) => self.program.box_info(b).builtin_ancestors.clone(),
            None => Vec::new(),
        }
    }

    /// Number of parameters of a function without `me`.
    pub fn arity(&self, f: FuncId, class: ClassId) -> usize {
        self.module.functions[f].params - usize::from(self.takes_me(Some(class)))
    }
}

impl<'p> Body<'_, 'p> {
    fn var(&mut self, name: &str) -> VarId {
        self.vars.push(Var {
            name: name.into(),
            ty: Ty::NONE,
        });
        self.vars.len() - 1
    }

    fn set(&self, var: VarId, value: Expr, span: Span) -> Stmt {
        Stmt::Expr(Expr::new(Kind::SetVar(var, Box::new(value)), span))
    }

    fn get(&self, var: VarId, span: Span) -> Expr {
        Expr::new(Kind::Var(var), span)
    }

    fn raise(&self, kind: u32, message: impl AsRef<str>, span: Span) -> Expr {
        Expr::new(
            Kind::Raise {
                kind,
                message: message.as_ref().into(),
            },
            span,
        )
    }

    fn me_expr(&self, span: Span) -> Expr {
        match (self.me, self.class) {
            (Some(v), _) => Expr::new(Kind::Var(v), span),
            (None, Some(class)) if self.lower.module.classes[class as usize].is_static => {
                Expr::new(Kind::Static { class, ensure: false }, span)
            }
            _ => self.raise(0, "'this' is only available inside methods", span),
        }
    }

    fn parameters(&mut self, f: FunctionId, out: &mut Vec<Stmt>) {
        let program = self.lower.program;
        let parameters = &program.function(f).parameters;
        let first = self.vars.len();
        for p in parameters {
            self.var(&program.local(*p).name.clone());
        }
        for (n, p) in parameters.iter().enumerate() {
            self.bind_parameter(*p, first + n, out);
        }
    }

    fn bind_parameter(&mut self, local: LocalId, var: VarId, out: &mut Vec<Stmt>) {
        let info = self.lower.program.local(local);
        if info.captured && info.reassigned {
            let cell = self.lower.module.cells.len();
            self.lower.module.cells.push(Ty::NONE);
            let holder = self.var(&info.name.clone());
            let value = Box::new(self.get(var, info.span));
            out.push(self.set(holder, Expr::new(Kind::CellNew { cell, value }, info.span), info.span));
            self.places.insert(local, Place::Cell(holder, cell));
        } else {
            self.places.insert(local, Place::Var(var));
        }
    }

    /// Where a variable lives; makes the place at its first mention.
    fn place(&mut self, local: LocalId) -> Place {
        if let Some(p) = self.places.get(&local) {
            return *p;
        }
        let info = self.lower.program.local(local);
        let var = self.var(&info.name.clone());
        let place = if info.captured {
            let cell = self.lower.module.cells.len();
            self.lower.module.cells.push(Ty::NONE);
            Place::Cell(var, cell)
        } else {
            Place::Var(var)
        };
        self.places.insert(local, place);
        place
    }

    /// A call of a function made from a key; `me` is passed where it is taken.
    fn call(&mut self, key: Key, arguments: Vec<Expr>, span: Span) -> Expr {
        let takes_me = match &key {
            Key::Body(_, class) => self.lower.takes_me(*class),
            Key::Once(_, class) => self.lower.takes_me(Some(*class)),
            Key::Prelude(..)
            | Key::New(..)
            | Key::Fini(_)
            | Key::Ensure(_)
            | Key::Lambda(_)
            | Key::Part(..)
            | Key::FieldCall(..)
            | Key::Invoke(_)
            | Key::Start => false,
        };
        let function = self.lower.function(key);
        let mut all = Vec::with_capacity(arguments.len() + 1);
        if takes_me {
            all.push(self.me_expr(span));
        }
        all.extend(arguments);
        Expr::new(
            Kind::Call {
                function,
                arguments: all,
                guard: None,
            },
            span,
        )
    }

    fn builtin(&mut self, name: &str, arguments: Vec<Expr>, span: Span) -> Expr {
        let function = builtin::internal(name, arguments.len());
        self.builtin_call(function, arguments, span)
    }

    fn builtin_call(&mut self, function: &'static builtin::Row, arguments: Vec<Expr>, span: Span) -> Expr {
        let site = self.lower.module.sites.make();
        self.lower.module.rows.push(function);
        Expr::new(
            Kind::Builtin {
                function,
                arguments,
                site,
                guard: None,
            },
            span,
        )
    }

    /// The value a builtin parent starts as.
    fn builtin_part(&mut self, parent: &str, span: Span) -> Expr {
        match parent {
            "StringBox" => Expr::new(Kind::Str("".into()), span),
            "IntegerBox" => Expr::new(Kind::Int(0), span),
            "FloatBox" => Expr::new(Kind::Float(0.0), span),
            "BoolBox" => Expr::new(Kind::Bool(false), span),
            _ => self.new_builtin(parent, Vec::new(), span),
        }
    }
}
