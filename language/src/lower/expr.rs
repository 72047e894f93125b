//! Expressions.

use super::{Body, Key, LambdaInfo, Lowerer, Place};
use crate::ir::builtin::{self, Receiver};
use crate::ir::{Class, ClassId, Expr, Kind, Op, Open, Slot, Stmt, Ty, kind, tag};
use crate::resolve::program::{Binding, BoxId, ClassRef, FunctionId};
use crate::source::Span;
use crate::syntax::ast::{self, BinaryOp, ExprKind, UnaryOp, VariantPayload};
use std::rc::Rc;

impl Lowerer<'_> {
    /// Classes in which a field may only be used on `me`, with their names. The second edition has none.
    pub fn private_in(&self, field: &str) -> Vec<(u32, Rc<str>)> {
        let mut out = Vec::new();
        if self.new_2026 {
            return out;
        }
        for (n, info) in self.program.boxes.iter().enumerate() {
            if info.restricts_fields {
                let public = info
                    .fields
                    .iter()
                    .any(|f| &*f.name == field && f.visibility == Some(ast::Visibility::Public));
                if !public && !info.properties.iter().any(|p| &*p.name == field) {
                    out.push((u32::from(builtin::class::FIRST_USER) + n as u32, info.name.clone()));
                }
            }
        }
        out
    }

    /// Runtime numbers of the classes that a box name covers: the box and everything that delegates to it.
    pub fn classes_named(&self, name: &str) -> Vec<u32> {
        let mut out = Vec::new();
        for (n, info) in self.program.boxes.iter().enumerate() {
            let named = |b: &BoxId| &*self.program.box_info(*b).name == name;
            if &*info.name == name || info.ancestors.iter().any(named) || info.interfaces.iter().any(named) {
                out.push(u32::from(builtin::class::FIRST_USER) + n as u32);
            }
        }
        out
    }
}

impl<'p> Body<'_, 'p> {
    /// Tests that a field read or written from outside is not private in the box it turns out to be in.
    pub(super) fn refuse_private(
        &mut self,
        object: Expr,
        private: Vec<(u32, Rc<str>)>,
        name: &str,
        span: Span,
        before: &mut Vec<Stmt>,
    ) -> Expr {
        let object = self.keep(object, before);
        for (class, owner) in private {
            let test = Expr::new(Kind::IsClass(Box::new(object.clone()), vec![class]), span);
            let raise = self.raise(0, format!("Field '{name}' is private in {owner}"), span);
            before.push(Stmt::If(test, vec![Stmt::Expr(raise)], Vec::new()));
        }
        object
    }

    fn exprs(&mut self, list: &'p [ast::Expr]) -> Vec<Expr> {
        list.iter().map(|e| self.expr(e)).collect()
    }

    pub(super) fn binary(&mut self, op: BinaryOp, a: Expr, b: Expr, span: Span) -> Expr {
        let (a, b) = (Box::new(a), Box::new(b));
        let kind = match op {
            BinaryOp::Or => Kind::Or(a, b),
            BinaryOp::And => Kind::And(a, b),
            BinaryOp::Coalesce => {
                let mut before = Vec::new();
                let a = self.keep(*a, &mut before);
                let test = Expr::new(Kind::IsSomething(Box::new(a.clone())), span);
                let cond = Expr::new(Kind::Cond(Box::new(test), Box::new(a), b), span);
                Kind::Block(before, Some(Box::new(cond)))
            }
            BinaryOp::Range => {
                let one = Expr::new(Kind::Int(1), span);
                return self.builtin("Range", vec![*a, *b, one], span);
            }
            BinaryOp::BitOr => Kind::Binary(Op::BitOr, a, b),
            BinaryOp::BitXor => Kind::Binary(Op::BitXor, a, b),
            BinaryOp::BitAnd => Kind::Binary(Op::BitAnd, a, b),
            BinaryOp::Equal => Kind::Binary(Op::Eq, a, b),
            BinaryOp::NotEqual => Kind::Binary(Op::Ne, a, b),
            BinaryOp::Less => Kind::Binary(Op::Lt, a, b),
            BinaryOp::LessEqual => Kind::Binary(Op::Le, a, b),
            BinaryOp::Greater => Kind::Binary(Op::Gt, a, b),
            BinaryOp::GreaterEqual => Kind::Binary(Op::Ge, a, b),
            BinaryOp::Add => Kind::Binary(Op::Add, a, b),
            BinaryOp::Subtract => Kind::Binary(Op::Sub, a, b),
            BinaryOp::ShiftLeft => Kind::Binary(Op::Shl, a, b),
            BinaryOp::ShiftRight => Kind::Binary(Op::Shr, a, b),
            BinaryOp::Multiply => Kind::Binary(Op::Mul, a, b),
            BinaryOp::Divide => Kind::Binary(Op::Div, a, b),
            BinaryOp::Remainder => Kind::Binary(Op::Rem, a, b),
        };
        Expr::new(kind, span)
    }

    fn undefined(&self, name: &str, span: Span) -> Expr {
        self.raise(kind::VARIABLE, name, span)
    }

    /// A name as the receiver of a call or field access: static boxes are made ready first.
    pub(super) fn receiver(&mut self, e: &'p ast::Expr) -> Expr {
        self.expr(e)
    }

    fn read_local(&mut self, local: crate::resolve::program::LocalId, span: Span) -> Expr {
        match self.place(local) {
            Place::Var(v) => self.get(v, span),
            Place::Cell(from, cell) => Expr::new(Kind::CellGet { cell, from }, span),
        }
    }

    fn name(&mut self, e: &'p ast::Expr, name: &Rc<str>) -> Expr {
        let span = e.span;
        match self.lower.program.binding(e.id) {
            Some(Binding::Local(local)) => self.read_local(*local, span),
            Some(Binding::Global(g)) => Expr::new(Kind::Global(g.index()), span),
            Some(Binding::StaticBox(b)) => self.static_box(*b, span),
            Some(Binding::Function(f)) => self.function_value(*f, span),
            Some(Binding::BuiltinBox(b)) => {
                let b = b.clone();
                self.new_builtin(&b, Vec::new(), span)
            }
            Some(Binding::Box(b)) => Expr::new(Kind::Alloc(b.0), span),
            _ => self.undefined(name, span),
        }
    }

    fn static_box(&mut self, b: BoxId, span: Span) -> Expr {
        let class = b.0;
        // Inside its own methods the box is ready.
        let ensure = self.lower.module.ensure[class as usize].is_some() && self.class != Some(class);
        Expr::new(Kind::Static { class, ensure }, span)
    }

    /// A function as a value: a lambda without variables.
    fn function_value(&mut self, f: FunctionId, span: Span) -> Expr {
        // One class for each function: a function that mentions itself would make classes for ever.
        let known = self
            .lower
            .lambdas
            .iter()
            .find(|(_, lambda)| lambda.function == f)
            .map(|(class, _)| *class);
        let class = known.unwrap_or_else(|| self.closure_class(f, Vec::new(), None, None));
        Expr::new(
            Kind::Closure {
                class,
                captures: Vec::new(),
            },
            span,
        )
    }

    fn closure_class(
        &mut self,
        function: FunctionId,
        captures: Vec<(crate::resolve::program::LocalId, Option<usize>)>,
        me: Option<ClassId>,
        owner: Option<BoxId>,
    ) -> ClassId {
        let program = self.lower.program;
        let mut slots: Vec<Slot> = (0..captures.len())
            .map(|n| Slot {
                name: n.to_string().into(),
                ty: Ty::NONE,
                weak: false,
                declared: true,
            })
            .collect();
        if program.function(function).uses_me && self.lower.takes_me(me) {
            slots.push(Slot {
                name: "me".into(),
                ty: Ty::NONE,
                weak: false,
                declared: true,
            });
        }
        let class = self.lower.module.classes.len() as ClassId;
        self.lower.module.classes.push(Class {
            name: "Function".into(),
            slots,
            ..Class::default()
        });
        self.lower.module.ensure.push(None);
        self.lower.lambdas.insert(
            class,
            LambdaInfo {
                function,
                captures,
                me,
                owner,
            },
        );
        let f = self.lower.function(Key::Lambda(class));
        self.lower.module.classes[class as usize].lambda = Some(f);
        class
    }

    fn lambda(&mut self, lambda: &'p ast::Lambda, span: Span) -> Expr {
        let program = self.lower.program;
        let Some(f) = program.lambdas.get(&lambda.id) else {
            return self.raise(0, "lambda without a function", span);
        };
        let info = program.function(*f);
        let mut list = Vec::new();
        let mut values = Vec::new();
        for local in &info.captures {
            match self.place(*local) {
                Place::Var(v) => {
                    list.push((*local, None));
                    values.push(self.get(v, span));
                }
                Place::Cell(v, cell) => {
                    list.push((*local, Some(cell)));
                    values.push(self.get(v, span));
                }
            }
        }
        let class = self.closure_class(*f, list, self.class, self.owner);
        if info.uses_me && self.lower.takes_me(self.class) {
            values.push(self.me_expr(span));
        }
        Expr::new(
            Kind::Closure {
                class,
                captures: values,
            },
            span,
        )
    }

    pub(super) fn new_builtin(&mut self, name: &str, arguments: Vec<Expr>, span: Span) -> Expr {
        let n = arguments.len();
        match builtin::find(Receiver::New, name, n) {
            Some(row) => self.library_call(row, arguments, span),
            None if builtin::knows(Receiver::New, name) => {
                self.raise(0, format!("No constructor found for {name} with {n} arguments"), span)
            }
            None => self.raise(0, format!("Unknown Box type: {name}"), span),
        }
    }

    /// Calls a function of the library, or makes what stands for it.
    fn library_call(&mut self, row: &'static builtin::Row, mut arguments: Vec<Expr>, span: Span) -> Expr {
        if row.inline() {
            self.lower.module.rows.push(row);
        }
        let kind = match row.symbol {
            "@array" => Kind::Array {
                items: Vec::new(),
                site: self.lower.module.sites.make(),
            },
            "@map" => Kind::Map {
                entries: Vec::new(),
                site: self.lower.module.sites.make(),
            },
            "@null" => Kind::Null,
            "@text" => Kind::Str("".into()),
            "@zero" => Kind::Int(0),
            "@zero_float" => Kind::Float(0.0),
            "@false" => Kind::Bool(false),
            "@range" => {
                arguments.push(Expr::new(Kind::Int(1), span));
                return self.new_builtin("RangeBox", arguments, span);
            }
            "@upper" => Kind::Open(Open::Method {
                object: Box::new(arguments.remove(0)),
                name: "toUpper".into(),
                arguments,
            }),
            "@min_of" | "@max_of" => {
                let name = if row.symbol == "@min_of" { "min" } else { "max" };
                let first = arguments.remove(0);
                return arguments.into_iter().fold(first, |least, next| {
                    self.builtin_function(name, vec![least, next], span)
                });
            }
            "@range_to" => {
                arguments.insert(0, Expr::new(Kind::Int(0), span));
                return self.builtin_function("range", arguments, span);
            }
            "@array_sized" => {
                let times = arguments.remove(0);
                let null = Expr::new(Kind::Null, span);
                let site = self.lower.module.sites.make();
                let one = Kind::Array {
                    items: vec![null],
                    site,
                };
                Kind::Open(Open::Method {
                    object: Box::new(Expr::new(one, span)),
                    name: "repeat".into(),
                    arguments: vec![times],
                })
            }
            symbol if symbol.starts_with("@.") => Kind::Open(Open::Method {
                object: Box::new(arguments.remove(0)),
                name: symbol[2..].into(),
                arguments,
            }),
            "@exit" => {
                let zero = Expr::new(Kind::Int(0), span);
                return self.builtin("exit", vec![zero], span);
            }
            "@panic_empty" => {
                let text = Expr::new(Kind::Str("".into()), span);
                return self.builtin("panic", vec![text], span);
            }
            _ => return self.builtin_call(row, arguments, span),
        };
        Expr::new(kind, span)
    }

    fn new_class(&mut self, class: &ClassRef, name: &str, arguments: &'p [ast::Expr], span: Span) -> Expr {
        let arguments = self.exprs(arguments);
        match class {
            ClassRef::User(b) => {
                let n = arguments.len();
                if !self.lower.new_2026 && n > 0 && self.lower.constructor(*b, n).is_none() {
                    let mut before: Vec<Stmt> = arguments.into_iter().map(Stmt::Expr).collect();
                    let message = format!("No constructor found for {name} with {n} arguments");
                    before.push(Stmt::Expr(self.raise(kind::INVALID, message, span)));
                    return Expr::new(Kind::Block(before, None), span);
                }
                let function = self.lower.function(Key::New(b.0, arguments.len()));
                Expr::new(
                    Kind::Call {
                        function,
                        arguments,
                        guard: None,
                    },
                    span,
                )
            }
            ClassRef::Builtin(b) => self.new_builtin(b, arguments, span),
            ClassRef::Unknown(_) => self.raise(0, format!("Unknown Box type: {name}"), span),
        }
    }

    /// The dotted name of a namespace expression such as `env.console`.
    pub(super) fn namespace(&self, e: &ast::Expr) -> Option<String> {
        if let ExprKind::Name(_) = e.kind {
            return match self.lower.program.binding(e.id) {
                Some(Binding::Namespace(n)) => Some(n.to_string()),
                _ => None,
            };
        }
        let ExprKind::Field {
            receiver,
            name,
            optional: false,
        } = &e.kind
        else {
            return None;
        };
        self.namespace(receiver).map(|r| format!("{r}.{}", name.text))
    }

    fn namespace_call(&mut self, path: &str, arguments: Vec<Expr>, span: Span) -> Expr {
        match builtin::find(Receiver::Extern, path, arguments.len()) {
            Some(row) => self.library_call(row, arguments, span),
            None => self.raise(kind::FUNCTION, path, span),
        }
    }

    fn optional(&mut self, object: Expr, span: Span, then: impl FnOnce(&mut Self, Expr) -> Expr) -> Expr {
        let mut before = Vec::new();
        let object = self.keep(object, &mut before);
        let test = Expr::new(Kind::IsSomething(Box::new(object.clone())), span);
        let value = then(self, object);
        let null = Expr::new(Kind::Null, span);
        let cond = Expr::new(Kind::Cond(Box::new(test), Box::new(value), Box::new(null)), span);
        Expr::new(Kind::Block(before, Some(Box::new(cond))), span)
    }

    fn method_call(
        &mut self,
        e: &'p ast::Expr,
        receiver: &'p ast::Expr,
        name: &'p ast::Name,
        arguments: &'p [ast::Expr],
        optional: bool,
    ) -> Expr {
        let span = Span {
            start: name.span.start,
            ..e.span
        };
        if let Some(f) = self.lower.program.static_calls.get(&e.id) {
            let arguments = self.exprs(arguments);
            return self.user_call(*f, arguments, span);
        }
        if let Some((enumeration, variant)) = self.lower.program.variants.get(&e.id) {
            let arguments = self.exprs(arguments);
            return self.make_variant(*enumeration, *variant, arguments, span);
        }
        if let Some(path) = self.namespace(receiver) {
            let arguments = self.exprs(arguments);
            if let Some(rest) = path.strip_prefix("statics.")
                && let Some(n) = self.lower.program.boxes.iter().position(|b| &*b.name == rest)
            {
                let object = Box::new(self.static_box(BoxId(n as u32), span));
                return Expr::new(
                    Open::Method {
                        object,
                        name: name.text.clone(),
                        arguments,
                    },
                    span,
                );
            }
            return self.namespace_call(&format!("{path}.{}", name.text), arguments, span);
        }
        let object = self.receiver(receiver);
        let method = |this: &mut Self, object: Expr| {
            let arguments = this.exprs(arguments);
            Expr::new(
                Open::Method {
                    object: Box::new(object),
                    name: name.text.clone(),
                    arguments,
                },
                span,
            )
        };
        if optional {
            self.optional(object, span, method)
        } else {
            method(self, object)
        }
    }

    fn user_call(&mut self, f: FunctionId, arguments: Vec<Expr>, span: Span) -> Expr {
        let info = self.lower.program.function(f);
        let (want, got) = (info.parameters.len(), arguments.len());
        if want != got {
            let message = format!("Function {} expects {want} arguments, got {got}", info.name);
            let mut before: Vec<Stmt> = arguments.into_iter().map(Stmt::Expr).collect();
            let raise = self.raise(0, message, span);
            before.push(Stmt::Expr(raise));
            return Expr::new(Kind::Block(before, None), span);
        }
        self.call(Self::body_key(f), arguments, span)
    }

    fn call_expr(&mut self, e: &'p ast::Expr, callee: &'p ast::Expr, arguments: &'p [ast::Expr]) -> Expr {
        let span = e.span;
        if let ExprKind::Name(name) = &callee.kind {
            match self.lower.program.binding(callee.id) {
                Some(Binding::Function(f)) => {
                    let arguments = self.exprs(arguments);
                    return self.user_call(*f, arguments, span);
                }
                Some(Binding::BuiltinFunction(b)) => {
                    let arguments = self.exprs(arguments);
                    return self.builtin_function(b, arguments, span);
                }
                Some(Binding::OwnMethod(_)) => {
                    let object = Box::new(self.me_expr(span));
                    let arguments = self.exprs(arguments);
                    return Expr::new(
                        Open::Method {
                            object,
                            name: name.clone(),
                            arguments,
                        },
                        span,
                    );
                }
                Some(Binding::Unknown) | None => {
                    return self.raise(kind::FUNCTION, name, span);
                }
                _ => {}
            }
        }
        let arguments = self.wanted(callee, arguments);
        let callee = Box::new(self.expr(callee));
        let arguments = self.exprs(arguments);
        Expr::new(Open::CallValue { callee, arguments }, span)
    }

    /// The arguments that a function of the program is passed by one of the library: as many as it takes, and no index where
    /// that is not known.
    fn wanted(&self, callee: &ast::Expr, arguments: &'p [ast::Expr]) -> &'p [ast::Expr] {
        let (Some(callbacks), Some(Binding::Local(local))) = (&self.callbacks, self.lower.program.binding(callee.id))
        else {
            return arguments;
        };
        let index = |e: &ast::Expr| matches!(&e.kind, ExprKind::Name(name) if &**name == "index");
        match (callbacks.get(local), arguments) {
            (Some(takes), _) => &arguments[..arguments.len().min(*takes)],
            (None, [first @ .., last]) if index(last) => first,
            (None, _) => arguments,
        }
    }

    fn builtin_function(&mut self, name: &str, arguments: Vec<Expr>, span: Span) -> Expr {
        let n = arguments.len();
        match builtin::find(Receiver::Function, name, n) {
            Some(row) => self.library_call(row, arguments, span),
            None if builtin::knows(Receiver::Function, name) => {
                self.raise(0, format!("{name}() does not take {n} arguments"), span)
            }
            None => self.raise(kind::FUNCTION, name, span),
        }
    }

    pub(super) fn make_variant(
        &mut self,
        enumeration: crate::resolve::program::EnumId,
        variant: u32,
        arguments: Vec<Expr>,
        span: Span,
    ) -> Expr {
        let class = self.lower.variant_class(enumeration, variant);
        let want = self.lower.module.classes[class as usize].slots.len();
        if want != arguments.len() {
            let name = self.lower.module.classes[class as usize].name.clone();
            return self.raise(0, format!("{name} takes {want} values, got {}", arguments.len()), span);
        }
        Expr::new(
            Kind::Closure {
                class,
                captures: arguments,
            },
            span,
        )
    }

    fn variant(&mut self, e: &'p ast::Expr, payload: &'p VariantPayload) -> Expr {
        let span = e.span;
        let Some((enumeration, variant)) = self.lower.program.variants.get(&e.id).copied() else {
            return self.raise(0, "Unknown enum variant", span);
        };
        match payload {
            VariantPayload::Unit => self.make_variant(enumeration, variant, Vec::new(), span),
            VariantPayload::Tuple(items) => {
                let items = self.exprs(items);
                self.make_variant(enumeration, variant, items, span)
            }
            VariantPayload::Record(fields) => {
                // Evaluated as written, stored as declared.
                let class = self.lower.variant_class(enumeration, variant);
                let mut before = Vec::new();
                let mut values = Vec::new();
                for (name, value) in fields {
                    let value = self.expr(value);
                    values.push((name.text.clone(), self.keep(value, &mut before)));
                }
                let names: Vec<Rc<str>> = self.lower.module.classes[class as usize]
                    .slots
                    .iter()
                    .map(|s| s.name.clone())
                    .collect();
                let ordered = names
                    .iter()
                    .map(|n| match values.iter().find(|(m, _)| m == n) {
                        Some((_, v)) => v.clone(),
                        None => Expr::new(Kind::Null, span),
                    })
                    .collect();
                let made = self.make_variant(enumeration, variant, ordered, span);
                Expr::new(Kind::Block(before, Some(Box::new(made))), span)
            }
        }
    }

    /// `from P.m(..)`
    fn from(
        &mut self,
        e: &'p ast::Expr,
        parent: &'p ast::Name,
        method: &'p ast::Name,
        arguments: &'p [ast::Expr],
    ) -> Expr {
        let span = e.span;
        let class = self.lower.program.classes.get(&e.id).cloned();
        let arguments = self.exprs(arguments);
        let n = arguments.len();
        match class {
            Some(ClassRef::User(b)) => {
                let program = self.lower.program;
                let info = program.box_info(b);
                let constructor = matches!(&*method.text, "birth" | "pack" | "init") || method.text == info.name;
                let target = if constructor {
                    program
                        .find_constructor(b, n)
                        .or_else(|| program.find_method(b, &method.text, n))
                } else {
                    program.find_method(b, &method.text, n)
                };
                let Some(f) = target else {
                    if constructor && n == 0 {
                        return self.me_expr(span);
                    }
                    return self.raise(
                        0,
                        format!("Method '{}' not found in {}", method.text, parent.text),
                        span,
                    );
                };
                let want = program.function(f).parameters.len();
                if want != n {
                    return self.raise(
                        0,
                        format!("Method {} expects {want} arguments, got {n}", method.text),
                        span,
                    );
                }
                let class = self.class;
                let call = self.call(Key::Body(f, class), arguments, span);
                if constructor {
                    let me = self.me_expr(span);
                    return Expr::new(Kind::Block(vec![Stmt::Expr(call)], Some(Box::new(me))), span);
                }
                call
            }
            Some(ClassRef::Builtin(b)) => {
                let object = Box::new(self.me_expr(span));
                let field: Rc<str> = format!("${b}").into();
                if matches!(&*method.text, "birth" | "pack" | "init") || method.text == b {
                    let value = self.new_builtin(&b, arguments, span);
                    let set = Open::SetField {
                        object,
                        name: field,
                        value: Box::new(value),
                    };
                    let me = self.me_expr(span);
                    return Expr::new(
                        Kind::Block(vec![Stmt::Expr(Expr::new(set, span))], Some(Box::new(me))),
                        span,
                    );
                }
                let part = Expr::new(Open::Field { object, name: field }, span);
                Expr::new(
                    Open::Method {
                        object: Box::new(part),
                        name: method.text.clone(),
                        arguments,
                    },
                    span,
                )
            }
            _ => self.raise(0, format!("Unknown Box type: {}", parent.text), span),
        }
    }

    pub(super) fn expr(&mut self, e: &'p ast::Expr) -> Expr {
        let span = e.span;
        let kind = match &e.kind {
            ExprKind::Int(i) => Kind::Int(*i),
            ExprKind::Float(f) => Kind::Float(*f),
            ExprKind::Str(s) => Kind::Str(s.clone()),
            ExprKind::Bool(b) => Kind::Bool(*b),
            ExprKind::Null => Kind::Null,
            ExprKind::Void => self.lower.nothing(),
            ExprKind::Me => return self.me_expr(span),
            ExprKind::Name(name) => return self.name(e, name),
            ExprKind::Array(items) => {
                let site = self.lower.module.sites.make();
                Kind::Array {
                    items: self.exprs(items),
                    site,
                }
            }
            ExprKind::Map(entries) => {
                let site = self.lower.module.sites.make();
                let entries = entries.iter().map(|(k, v)| (self.expr(k), self.expr(v))).collect();
                Kind::Map { entries, site }
            }
            ExprKind::Unary { op, operand } => match op {
                UnaryOp::Negate => {
                    if let ExprKind::Int(i) = operand.kind {
                        Kind::Int(i.wrapping_neg())
                    } else if let ExprKind::Float(f) = operand.kind {
                        Kind::Float(-f)
                    } else {
                        Kind::Neg(Box::new(self.expr(operand)))
                    }
                }
                UnaryOp::Not => Kind::Not(Box::new(self.condition(operand))),
                UnaryOp::BitNot => Kind::BitNot(Box::new(self.expr(operand))),
                UnaryOp::Await => {
                    let value = self.expr(operand);
                    return self.builtin("$await", vec![value], span);
                }
                UnaryOp::Nowait => return self.nowait(operand, span),
                UnaryOp::Weak => {
                    let value = self.expr(operand);
                    return self.builtin("$weak", vec![value], span);
                }
            },
            ExprKind::Binary {
                op: op @ (BinaryOp::Or | BinaryOp::And),
                left,
                right,
            } => {
                let (a, b) = (Box::new(self.condition(left)), Box::new(self.condition(right)));
                if *op == BinaryOp::Or {
                    Kind::Or(a, b)
                } else {
                    Kind::And(a, b)
                }
            }
            ExprKind::Binary { op, left, right } => {
                if let Some(test) = self.presence_test(*op, left, right, span) {
                    return test;
                }
                let (a, b) = (self.expr(left), self.expr(right));
                // A channel is named after the variable on its right.
                if *op == BinaryOp::ShiftRight
                    && !self.lower.new_2026
                    && let ExprKind::Name(name) = &right.kind
                {
                    let name = Expr::new(Kind::Str(name.clone()), span);
                    return self.builtin("$arrow", vec![a, b, name], span);
                }
                return self.binary(*op, a, b, span);
            }
            ExprKind::Conditional {
                condition,
                then,
                otherwise,
            } => {
                let c = self.condition(condition);
                Kind::Cond(Box::new(c), Box::new(self.expr(then)), Box::new(self.expr(otherwise)))
            }
            ExprKind::Call { callee, arguments } => return self.call_expr(e, callee, arguments),
            ExprKind::MethodCall {
                receiver,
                name,
                arguments,
                optional,
            } => {
                return self.method_call(e, receiver, name, arguments, *optional);
            }
            ExprKind::Field {
                receiver,
                name,
                optional,
            } => {
                if let Some((enumeration, variant)) = self.lower.program.variants.get(&e.id) {
                    return self.make_variant(*enumeration, *variant, Vec::new(), span);
                }
                if let Some(path) = self.namespace(receiver) {
                    if path == "statics"
                        && let Some(n) = self.lower.program.boxes.iter().position(|b| b.name == name.text)
                    {
                        return self.static_box(BoxId(n as u32), span);
                    }
                    return self.undefined(&format!("{path}.{}", name.text), span);
                }
                let object = self.receiver(receiver);
                let at = name.span;
                let inside = matches!(receiver.kind, ExprKind::Me);
                let field = |this: &mut Self, object: Expr| {
                    let private = if inside {
                        Vec::new()
                    } else {
                        this.lower.private_in(&name.text)
                    };
                    let mut before = Vec::new();
                    let object = if private.is_empty() {
                        object
                    } else {
                        this.refuse_private(object, private, &name.text, at, &mut before)
                    };
                    let field = Expr::new(
                        Open::Field {
                            object: Box::new(object),
                            name: name.text.clone(),
                        },
                        at,
                    );
                    if before.is_empty() {
                        field
                    } else {
                        Expr::new(Kind::Block(before, Some(Box::new(field))), at)
                    }
                };
                return if *optional {
                    self.optional(object, span, field)
                } else {
                    field(self, object)
                };
            }
            ExprKind::Index { receiver, index } => {
                let object = Box::new(self.expr(receiver));
                Kind::Open(Open::Method {
                    object,
                    name: "$index".into(),
                    arguments: vec![self.expr(index)],
                })
            }
            ExprKind::New { class, arguments, .. } => {
                let found = self.lower.program.classes.get(&e.id).cloned();
                let found = found.unwrap_or(ClassRef::Unknown(class.text.clone()));
                return self.new_class(&found, &class.text, arguments, span);
            }
            ExprKind::From {
                parent,
                method,
                arguments,
            } => return self.from(e, parent, method, arguments),
            ExprKind::Variant { payload, .. } => return self.variant(e, payload),
            ExprKind::Propagate(operand) => {
                let mut before = Vec::new();
                let value = self.expr(operand);
                let value = self.keep(value, &mut before);
                let ask = |name: &str, v: &Expr| {
                    Expr::new(
                        Open::Method {
                            object: Box::new(v.clone()),
                            name: name.into(),
                            arguments: Vec::new(),
                        },
                        span,
                    )
                };
                let ok = Expr::new(Kind::Truthy(Box::new(ask("isOk", &value))), span);
                before.push(Stmt::If(ok, Vec::new(), vec![Stmt::Return(Some(value.clone()))]));
                Kind::Block(before, Some(Box::new(ask("getValue", &value))))
            }
            ExprKind::Lambda(l) => return self.lambda(l, span),
            ExprKind::Block(b) => {
                let mut before = Vec::new();
                let has_fini = b.statements.iter().any(|s| {
                    matches!(
                        s.kind,
                        ast::StmtKind::Fini(_) | ast::StmtKind::Local { fini: Some(_), .. }
                    )
                });
                if has_fini {
                    let result = self.var("value");
                    let nothing = Expr::new(self.lower.nothing(), span);
                    before.push(self.set(result, nothing, span));
                    self.block_into(&b.statements, &mut before);
                    return Expr::new(Kind::Block(before, Some(Box::new(self.get(result, span)))), span);
                }
                let value = self.block_value(&b.statements, span, &mut before);
                Kind::Block(before, Some(Box::new(value)))
            }
            ExprKind::Match(m) => return self.match_expr(m, span),
            ExprKind::Assign(a) => return self.assign(a, span, true),
            ExprKind::Try(t) => {
                let result = self.var("value");
                let value = self.expr(&t.body);
                let body = vec![self.set(result, value, span)];
                let s = self.handlers(body, &t.catches, t.cleanup.as_ref(), Some(result), span);
                Kind::Block(vec![s], Some(Box::new(self.get(result, span))))
            }
            ExprKind::Extern { symbol, arguments } => {
                let arguments = self.exprs(arguments);
                let path = symbol.split('/').next().unwrap_or(symbol).to_string();
                return self.namespace_call(&path, arguments, span);
            }
            ExprKind::Invalid => return self.raise(0, "this part of the program could not be read", span),
        };
        Expr::new(kind, span)
    }

    /// Whether a value is of the type a name stands for.
    pub(super) fn type_test(&mut self, value: Expr, name: &str, span: Span) -> Expr {
        // Of nothing there are two tags in the first edition, which the runtime knows.
        if let Some(kind) = builtin::class::value_named(name).filter(|kind| kind.tag > tag::NULL) {
            return Expr::new(Kind::IsTag(Box::new(value), kind.tag), span);
        }
        let mut classes = self.lower.classes_named(name);
        classes.extend(builtin::class::named(name).map(|class| u32::from(class.number)));
        if classes.is_empty() {
            let name = Expr::new(Kind::Str(name.into()), span);
            return self.builtin("isType", vec![value, name], span);
        }
        Expr::new(Kind::IsClass(Box::new(value), classes), span)
    }
}
