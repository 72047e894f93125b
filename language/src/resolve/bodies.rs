//! Walks every body and says what each name in it means.

use super::builtins::{self, NAMESPACES, NYASHSTD_NAMESPACES, builtin_box, is_function};
use super::declare::{Declared, count};
use super::foreign;
use super::program::*;
use super::scope::Frame;
use super::sink::Sink;
use super::suggest::nearest;
use crate::diagnostic::Diagnostic;
use crate::edition::Edition;
use crate::source::{FileId, Span};
use crate::syntax::ast::*;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// Resolves all bodies of the program.
pub(crate) fn resolve(declared: Declared, diagnostics: &mut Sink) -> Program {
    let mut resolver = Resolver {
        declared,
        diagnostics,
        frames: Vec::new(),
        current_box: None,
        globals: HashMap::new(),
        pending: Vec::new(),
        undeclared: Vec::new(),
        declared_locals: Vec::new(),
        read: HashSet::new(),
        reported: HashSet::new(),
        units: Vec::new(),
    };
    resolver.units = std::mem::take(&mut resolver.declared.program.units);
    for index in 0..resolver.declared.program.functions.len() {
        resolver.function(FunctionId(index as u32));
    }
    resolver.finish();
    resolver.declared.program.units = resolver.units;
    resolver.declared.program
}

pub(super) struct Resolver<'a> {
    pub declared: Declared,
    pub diagnostics: &'a mut Sink,
    /// The function that is walked, and the functions around it where it is a lambda.
    pub frames: Vec<Frame>,
    current_box: Option<BoxId>,
    globals: HashMap<Rc<str>, GlobalId>,
    /// Names that are no variables of their function; what they are is known when all bodies are walked.
    pending: Vec<Pending>,
    /// First undeclared assignment to each name (2025).
    undeclared: Vec<(Rc<str>, Span)>,
    /// Variables that `local` declares, in order.
    pub declared_locals: Vec<LocalId>,
    /// Variables that something reads.
    pub read: HashSet<LocalId>,
    /// Names whose assignment was an error: what follows from it is not said again.
    reported: HashSet<Rc<str>>,
    units: Vec<Unit>,
}

struct Pending {
    node: NodeId,
    name: Rc<str>,
    span: Span,
    role: Role,
    in_box: Option<BoxId>,
    /// A visible variable with a similar name.
    near: Option<String>,
    /// A variable of this name in a block that has ended.
    ended: Option<LocalId>,
}

/// How a name is used.
enum Role {
    Value,
    /// `name(args)`
    Callee {
        arguments: usize,
    },
    /// `name.method(args)`
    Receiver {
        call: NodeId,
        method: Name,
        arguments: usize,
    },
    /// `name.field`
    Owner {
        access: NodeId,
        field: Name,
    },
    /// `name = e`
    Target,
}

impl Resolver<'_> {
    pub fn edition(&self) -> Edition {
        self.declared.program.edition
    }

    pub fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    // ------------------------------------------------------------------------------------------ functions

    fn function(&mut self, id: FunctionId) {
        let info = &self.declared.program.functions[id.index()];
        let body = info.body.clone();
        self.current_box = match info.kind {
            FunctionKind::Method(id)
            | FunctionKind::Constructor(id)
            | FunctionKind::Getter(id)
            | FunctionKind::FieldInitialiser(id, _)
            | FunctionKind::StaticInitialiser(id, _) => Some(id),
            FunctionKind::TopLevel
            | FunctionKind::Function
            | FunctionKind::StaticFunction
            | FunctionKind::Lambda(_) => None,
        };
        self.frames = vec![Frame::new(id, false)];
        match &body {
            FunctionBody::Unit(unit) => self.unit(*unit),
            FunctionBody::Declared(decl) => {
                self.parameters(id, &decl.parameters);
                self.block(&decl.body);
            }
            FunctionBody::Member(decl, index) => match &decl.members[*index].kind {
                MemberKind::Field(Field {
                    initialiser: Some(value),
                    ..
                }) => self.expr(value),
                MemberKind::StaticInit(block) => self.block(block),
                MemberKind::Field(_)
                | MemberKind::Property(_)
                | MemberKind::Constructor(_)
                | MemberKind::Method(_)
                | MemberKind::Signature(_) => {}
            },
            // Walked where it is written.
            FunctionBody::Lambda(_) => {}
        }
        self.frames.clear();
    }

    /// The statements of a file, in the function that runs them.
    fn unit(&mut self, id: UnitId) {
        let statements = std::mem::take(&mut self.units[id.index()].statements);
        self.statements(&statements);
        self.units[id.index()].statements = statements;
    }

    fn parameters(&mut self, function: FunctionId, parameters: &[Parameter]) {
        let mut seen: HashSet<Rc<str>> = HashSet::new();
        for parameter in parameters {
            let local = self.new_local(&parameter.name, parameter.id);
            self.frame().enter(Rc::clone(&parameter.name.text), local);
            self.declared.program.functions[function.index()].parameters.push(local);
            if !seen.insert(Rc::clone(&parameter.name.text)) && &*parameter.name.text != "_" {
                let message = format!("the parameter `{}` is declared twice", parameter.name.text);
                self.report(Diagnostic::error("duplicate-declaration", message).at(parameter.name.span, "again here"));
            }
        }
    }

    fn lambda(&mut self, lambda: &Rc<Lambda>, span: Span) {
        let parent = self.function_id();
        let functions = &mut self.declared.program.functions;
        let id = FunctionId(functions.len() as u32);
        functions.push(FunctionInfo {
            name: "<lambda>".into(),
            span,
            kind: FunctionKind::Lambda(parent),
            body: FunctionBody::Lambda(Rc::clone(lambda)),
            parameters: Vec::new(),
            locals: Vec::new(),
            captures: Vec::new(),
            uses_me: false,
        });
        self.declared.program.lambdas.insert(lambda.id, id);
        self.frames.push(Frame::new(id, true));
        self.parameters(id, &lambda.parameters);
        self.block(&lambda.body);
        self.frames.pop();
    }

    fn frame(&mut self) -> &mut Frame {
        let last = self.frames.len() - 1;
        &mut self.frames[last]
    }

    fn function_id(&self) -> FunctionId {
        self.frames.last().map_or(FunctionId(0), |frame| frame.function)
    }

    // ------------------------------------------------------------------------------------------ variables

    fn new_local(&mut self, name: &Name, node: NodeId) -> LocalId {
        let function = self.function_id();
        let program = &mut self.declared.program;
        let id = LocalId(program.locals.len() as u32);
        program.locals.push(LocalInfo {
            name: Rc::clone(&name.text),
            span: name.span,
            function,
            captured: false,
            reassigned: false,
        });
        program.functions[function.index()].locals.push(id);
        program.bindings[node.index()] = Some(Binding::Local(id));
        id
    }

    /// Declares a variable of a scope of its own: of a loop, a handler, a pattern.
    pub fn declare_scoped(&mut self, variable: &Variable) -> LocalId {
        let local = self.new_local(&variable.name, variable.id);
        self.frame().enter(Rc::clone(&variable.name.text), local);
        local
    }

    /// `local name`
    fn declare(&mut self, variable: &Variable) {
        let edition = self.edition();
        let name = &variable.name;
        let known = self.frame().declared(&name.text, edition);
        match (edition, known) {
            (Edition::E2025, Some(local)) => {
                self.declared.program.locals[local.index()].reassigned = true;
                self.declared.program.bindings[variable.id.index()] = Some(Binding::Local(local));
            }
            (Edition::E2025, None) => {
                let local = self.new_local(name, variable.id);
                self.declared_locals.push(local);
                self.frame().enter_function(Rc::clone(&name.text), local);
            }
            (Edition::E2026, known) => {
                if let Some(first) = known {
                    let first = self.declared.program.local(first).span;
                    let message = format!("`{}` is declared twice in this block", name.text);
                    let diagnostic = Diagnostic::error("duplicate-local", message)
                        .at(name.span, "declared again here")
                        .also(first, "first declared here")
                        .hint(format!(
                            "to give it another value write `{} = ..` without `local`",
                            name.text
                        ));
                    self.report(diagnostic);
                } else if let Some(outer) = self.frame().find(&name.text).filter(|_| self.blocks_have_variables()) {
                    self.hides(name, outer);
                }
                let local = self.declare_scoped(variable);
                self.declared_locals.push(local);
            }
        }
    }

    /// The variable that `name` means in this function or, for a lambda, around it.
    pub fn find_local(&mut self, name: &str) -> Option<LocalId> {
        let mut at = self.frames.len();
        let found = loop {
            at -= 1;
            match self.frames[at].find(name) {
                Some(local) => break local,
                None if at > 0 && self.frames[at].is_lambda => {}
                None => return None,
            }
        };
        for frame in &self.frames[at + 1..] {
            let program = &mut self.declared.program;
            program.locals[found.index()].captured = true;
            let captures = &mut program.functions[frame.function.index()].captures;
            if !captures.contains(&found) {
                captures.push(found);
            }
        }
        Some(found)
    }

    fn use_name(&mut self, node: NodeId, name: &Rc<str>, span: Span, role: Role) {
        if let Some(local) = self.find_local(name) {
            self.declared.program.bindings[node.index()] = Some(Binding::Local(local));
            if !matches!(role, Role::Target) {
                self.read.insert(local);
            }
            if matches!(role, Role::Target) {
                self.declared.program.locals[local.index()].reassigned = true;
            }
            return;
        }
        if matches!(role, Role::Target) && self.edition() == Edition::E2025 && !self.globals.contains_key(name) {
            self.undeclared.push((Rc::clone(name), span));
            self.global(name, span);
        }
        let near = self.near_local(name, span.file);
        let ended = self.frames.last().and_then(|frame| frame.find_ended(name));
        let in_box = self.current_box;
        self.pending.push(Pending {
            node,
            name: Rc::clone(name),
            span,
            role,
            in_box,
            near,
            ended,
        });
    }

    /// A visible variable whose name is similar, for names that mean nothing else.
    fn near_local(&mut self, name: &Rc<str>, file: FileId) -> Option<String> {
        let known = self.globals.contains_key(name)
            || self.declared.functions.contains_key(name)
            || self.declared.find_box(name, file).is_some()
            || builtin_box(name).is_some()
            || is_function(name)
            || NAMESPACES.contains(&&**name);
        if known || !self.diagnostics.may_search() {
            return None;
        }
        let visible = self.frames.iter().flat_map(Frame::names);
        nearest(name, visible).map(str::to_string)
    }

    fn global(&mut self, name: &Rc<str>, span: Span) -> GlobalId {
        if let Some(id) = self.globals.get(name) {
            return *id;
        }
        let globals = &mut self.declared.program.globals;
        let id = GlobalId(globals.len() as u32);
        globals.push(GlobalInfo {
            name: Rc::clone(name),
            span,
        });
        self.globals.insert(Rc::clone(name), id);
        id
    }

    // ------------------------------------------------------------------------------------------ statements

    fn block(&mut self, block: &Block) {
        self.scoped(|resolver| resolver.statements(&block.statements));
    }

    /// Runs `walk` in a block of its own, where the edition has such.
    fn scoped(&mut self, walk: impl FnOnce(&mut Self)) {
        if self.edition() == Edition::E2025 {
            return walk(self);
        }
        self.in_scope(walk);
    }

    /// Runs `walk` in a scope of its own in either edition.
    pub fn in_scope(&mut self, walk: impl FnOnce(&mut Self)) {
        self.frame().push();
        walk(self);
        self.frame().pop();
    }

    fn in_loop(&mut self, walk: impl FnOnce(&mut Self)) {
        self.frame().loops += 1;
        walk(self);
        self.frame().loops -= 1;
    }

    fn statements(&mut self, statements: &[Stmt]) {
        self.unreachable(statements);
        for statement in statements {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &Stmt) {
        match &statement.kind {
            // Entered by `declare`, walked as functions of their own.
            StmtKind::Box(_) | StmtKind::Enum(_) | StmtKind::Function(_) | StmtKind::Invalid => {}
            StmtKind::Include(_) | StmtKind::Using(_) => self.load(statement),
            StmtKind::Local { variables, fini } => {
                self.local_statement(variables);
                if let Some(block) = fini {
                    // What is declared for its end is used.
                    self.declared_locals.pop();
                    self.fini(block);
                }
            }
            StmtKind::Outbox { variables } => {
                let known = self.declared_locals.len();
                self.local_statement(variables);
                self.declared_locals.truncate(known);
            }
            StmtKind::Global { variable } => {
                self.optional(variable.value.as_ref());
                let name = &variable.name;
                // A local of the same name is what the name means here.
                match self.find_local(&name.text) {
                    Some(local) => {
                        self.declared.program.locals[local.index()].reassigned = true;
                        self.declared.program.bindings[variable.id.index()] = Some(Binding::Local(local));
                    }
                    None => {
                        let global = self.global(&name.text, name.span);
                        self.declared.program.bindings[variable.id.index()] = Some(Binding::Global(global));
                    }
                }
            }
            StmtKind::Nowait { variable } => {
                self.optional(variable.value.as_ref());
                match self.find_local(&variable.name.text) {
                    Some(local) => {
                        self.declared.program.locals[local.index()].reassigned = true;
                        self.declared.program.bindings[variable.id.index()] = Some(Binding::Local(local));
                    }
                    None => {
                        let known = self.declared_locals.len();
                        self.declare(variable);
                        self.declared_locals.truncate(known);
                    }
                }
            }
            StmtKind::Assign(assign) => self.assign(assign),
            StmtKind::If { arms, otherwise } => {
                for (condition, block) in arms {
                    self.expr(condition);
                    self.block(block);
                }
                if let Some(block) = otherwise {
                    self.block(block);
                }
            }
            StmtKind::Loop { condition, body } => {
                self.optional(condition.as_ref());
                self.in_loop(|resolver| resolver.block(body));
            }
            StmtKind::Until { condition, body } | StmtKind::Repeat { count: condition, body } => {
                self.expr(condition);
                self.in_loop(|resolver| resolver.block(body));
            }
            StmtKind::RepeatUntil { body, condition } => self.in_loop(|resolver| {
                resolver.scoped(|resolver| {
                    resolver.statements(&body.statements);
                    resolver.expr(condition);
                });
            }),
            StmtKind::For {
                variable,
                iterable,
                body,
            } => {
                self.expr(iterable);
                self.in_loop(|resolver| {
                    resolver.in_scope(|resolver| {
                        resolver.declare_scoped(variable);
                        resolver.block(body);
                    });
                });
            }
            StmtKind::Break | StmtKind::Continue => self.jump(statement),
            StmtKind::Return(value) => {
                self.optional(value.as_ref());
                self.return_statement(statement.span);
            }
            StmtKind::Throw(value) => {
                self.expr(value);
                self.leaves_fini("throw", statement.span, 0);
            }
            StmtKind::Try(handled) => {
                self.block(&handled.body);
                self.handlers(&handled.catches, handled.cleanup.as_ref());
            }
            StmtKind::Block(block) => self.block(block),
            StmtKind::Fini(block) => self.fini(block),
            StmtKind::Expr(value) => self.expr(value),
        }
    }

    fn load(&mut self, statement: &Stmt) {
        // `local S` before `using .. as S` is found in programs: what is loaded is meant from here on.
        if let StmtKind::Using(Using { alias: Some(name), .. }) = &statement.kind {
            self.frame().forget(&name.text);
        }
        if let Some(unit) = self.declared.program.loads.get(&statement.id).copied() {
            self.unit(unit);
        }
    }

    fn local_statement(&mut self, variables: &[Variable]) {
        for variable in variables {
            self.optional(variable.value.as_ref());
            self.declare(variable);
        }
    }

    fn fini(&mut self, block: &Block) {
        let loops = self.frame().loops;
        let outer = self.frame().fini.replace(loops);
        self.block(block);
        self.frame().fini = outer;
    }

    fn handlers(&mut self, catches: &[Catch], cleanup: Option<&Block>) {
        for catch in catches {
            self.in_scope(|resolver| {
                if let Some(variable) = &catch.variable {
                    resolver.declare_scoped(variable);
                }
                resolver.block(&catch.body);
            });
        }
        if let Some(block) = cleanup {
            self.block(block);
        }
    }

    fn jump(&mut self, statement: &Stmt) {
        let word = if matches!(statement.kind, StmtKind::Break) {
            "break"
        } else {
            "continue"
        };
        let frame = self.frame();
        if frame.loops == 0 {
            let in_lambda = frame.is_lambda;
            let mut diagnostic = Diagnostic::error("outside-loop", format!("`{word}` outside of a loop"))
                .at(statement.span, "no loop to act on");
            if in_lambda {
                diagnostic = diagnostic.note("a lambda cannot leave the loop it is written in");
            }
            self.report(diagnostic);
            return;
        }
        let loops = frame.loops;
        self.leaves_fini(word, statement.span, loops);
    }

    fn return_statement(&mut self, span: Span) {
        let frame = self.frame();
        let top_level = frame.function == FunctionId(0);
        if top_level && self.edition() == Edition::E2025 {
            let diagnostic = Diagnostic::error("outside-function", "`return` outside of a function").at(span, "");
            self.report(diagnostic);
        }
        self.leaves_fini("return", span, 0);
    }

    /// Complains where a jump out of all but `loops` loops would leave a `fini` block.
    fn leaves_fini(&mut self, word: &str, span: Span, loops: u32) {
        if let Some(outside) = self.frame().fini
            && loops <= outside
        {
            let diagnostic = Diagnostic::error("leaves-fini", format!("`{word}` cannot leave a `fini` block"))
                .at(span, "")
                .note("a `fini` block runs while its scope is being left, whatever the reason")
                .hint(format!("move the `{word}` out of the block"));
            self.report(diagnostic);
        }
    }

    /// A weak field of the second edition takes a weak reference, which is told by its form where it can be.
    fn check_weak_field(&mut self, assign: &Assign) {
        let ExprKind::Field { name, .. } = &assign.target.kind else {
            return;
        };
        if self.edition() != Edition::E2026 || !matches!(assign.value.kind, ExprKind::New { .. } | ExprKind::Me) {
            return;
        }
        // The receiver's box is not known here; a name that is a weak field wherever it is a field says enough.
        let fields = || self.declared.program.boxes.iter().flat_map(|info| &info.fields);
        let named = || fields().filter(|field| field.name == name.text);
        if let Some(field) = named().next()
            && named().all(|field| field.weak)
        {
            let declared = field.span;
            let message = format!("a strong value for the weak field `{}`", name.text);
            let diagnostic = Diagnostic::error("strong-in-weak", message)
                .at(assign.value.span, "a weak field takes a weak reference")
                .also(declared, "declared weak here")
                .hint("write `weak` before the value; something else must keep the target alive");
            self.report(diagnostic);
        }
    }

    fn assign(&mut self, assign: &Assign) {
        self.check_weak_field(assign);
        if let (ExprKind::Name(name), Some(_)) = (&assign.target.kind, assign.op) {
            // `x += e` reads x first, so it declares nothing.
            self.expr(&assign.value);
            let role = if self.edition() == Edition::E2025 {
                Role::Value
            } else {
                Role::Target
            };
            self.use_name(assign.target.id, name, assign.target.span, role);
            if let Some(Binding::Local(local)) = &self.declared.program.bindings[assign.target.id.index()] {
                self.declared.program.locals[local.index()].reassigned = true;
            }
            return;
        }
        if let ExprKind::Name(name) = &assign.target.kind {
            self.expr(&assign.value);
            self.use_name(assign.target.id, name, assign.target.span, Role::Target);
        } else {
            self.expr(&assign.target);
            self.expr(&assign.value);
        }
    }

    // ------------------------------------------------------------------------------------------ expressions

    fn optional(&mut self, value: Option<&Expr>) {
        if let Some(value) = value {
            self.expr(value);
        }
    }

    fn exprs(&mut self, values: &[Expr]) {
        for value in values {
            self.expr(value);
        }
    }

    pub fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Bool(_)
            | ExprKind::Null
            | ExprKind::Void
            | ExprKind::Invalid => {}
            ExprKind::Str(text) => self.interpolation(text, expr.span),
            ExprKind::Me => self.me(expr.span),
            ExprKind::Name(name) => self.use_name(expr.id, name, expr.span, Role::Value),
            ExprKind::Array(items) => self.exprs(items),
            ExprKind::Map(entries) => {
                for (key, value) in entries {
                    self.expr(key);
                    self.expr(value);
                }
            }
            ExprKind::Unary { operand, .. } => self.expr(operand),
            ExprKind::Propagate(operand) => self.expr(operand),
            ExprKind::Binary { op, left, right } => {
                self.literal_operand(*op, left, right);
                self.expr(left);
                self.expr(right);
            }
            ExprKind::Conditional {
                condition,
                then,
                otherwise,
            } => {
                self.expr(condition);
                self.expr(then);
                self.expr(otherwise);
            }
            ExprKind::Call { callee, arguments } => {
                if let ExprKind::Name(name) = &callee.kind {
                    let role = Role::Callee {
                        arguments: arguments.len(),
                    };
                    self.use_name(callee.id, name, callee.span, role);
                } else {
                    self.expr(callee);
                }
                self.exprs(arguments);
            }
            ExprKind::MethodCall {
                receiver,
                name,
                arguments,
                ..
            } => {
                if let ExprKind::Name(owner) = &receiver.kind {
                    let role = Role::Receiver {
                        call: expr.id,
                        method: name.clone(),
                        arguments: arguments.len(),
                    };
                    self.use_name(receiver.id, owner, receiver.span, role);
                } else if matches!(receiver.kind, ExprKind::Me) {
                    self.me(receiver.span);
                    self.call_on_me(name, arguments.len());
                } else {
                    self.expr(receiver);
                }
                self.exprs(arguments);
            }
            ExprKind::Field { receiver, name, .. } => {
                if let ExprKind::Name(owner) = &receiver.kind {
                    let role = Role::Owner {
                        access: expr.id,
                        field: name.clone(),
                    };
                    self.use_name(receiver.id, owner, receiver.span, role);
                } else {
                    self.expr(receiver);
                }
            }
            ExprKind::Index { receiver, index } => {
                self.expr(receiver);
                self.expr(index);
            }
            ExprKind::New { class, arguments, .. } => {
                self.new_instance(expr.id, class, arguments.len());
                self.exprs(arguments);
            }
            ExprKind::From {
                parent,
                method,
                arguments,
            } => {
                self.parent_call(expr, parent, method, arguments.len());
                self.exprs(arguments);
            }
            ExprKind::Variant {
                enumeration,
                variant,
                payload,
            } => {
                self.variant(expr.id, enumeration, variant, payload);
                match payload {
                    VariantPayload::Unit => {}
                    VariantPayload::Tuple(values) => self.exprs(values),
                    VariantPayload::Record(fields) => fields.iter().for_each(|(_, value)| self.expr(value)),
                }
            }
            ExprKind::Lambda(lambda) => self.lambda(lambda, expr.span),
            ExprKind::Block(block) => self.block(block),
            ExprKind::Match(matched) => self.match_expression(matched),
            ExprKind::Assign(assign) => self.assign(assign),
            ExprKind::Try(handled) => {
                self.expr(&handled.body);
                self.handlers(&handled.catches, handled.cleanup.as_ref());
            }
            ExprKind::Extern { arguments, .. } => self.exprs(arguments),
        }
    }

    fn me(&mut self, span: Span) {
        if self.current_box.is_none() {
            let diagnostic = Diagnostic::error("no-me", "`me` outside of a box")
                .at(span, "there is no instance here")
                .note("`me` is the instance whose method is running");
            self.report(diagnostic);
            return;
        }
        for frame in self.frames.iter().rev() {
            self.declared.program.functions[frame.function.index()].uses_me = true;
            if !frame.is_lambda {
                break;
            }
        }
    }

    /// `me.name(..)`: a static box has no descendants, so what it lacks is missing.
    fn call_on_me(&mut self, name: &Name, arguments: usize) {
        if let Some(id) = self.current_box
            && self.declared.program.box_info(id).kind == BoxKind::Static
        {
            self.check_method(id, name, arguments);
        }
    }

    /// `new Class(..)`
    fn new_instance(&mut self, node: NodeId, class: &Name, arguments: usize) {
        if let Some(id) = self.declared.find_box(&class.text, class.span.file) {
            self.declared.program.classes.insert(node, ClassRef::User(id));
            self.check_constructor(id, class, arguments);
            return;
        }
        if let Some(builtin) = builtin_box(&class.text) {
            self.declared
                .program
                .classes
                .insert(node, ClassRef::Builtin(builtin.into()));
            return;
        }
        self.declared
            .program
            .classes
            .insert(node, ClassRef::Unknown(Rc::clone(&class.text)));
        if let Some(diagnostic) = builtins::unavailable(&class.text, class.span) {
            return self.report(diagnostic);
        }
        let near = if self.diagnostics.may_search() {
            let boxes = self.declared.boxes.keys().map(|name| &**name);
            nearest(&class.text, boxes.chain(builtins::boxes())).map(str::to_string)
        } else {
            None
        };
        let mut diagnostic = Diagnostic::warning("unknown-box", format!("unknown box `{}`", class.text))
            .at(class.span, "no box has this name")
            .note("this is an error when it is reached");
        if let Some(other) = foreign::box_name(&class.text) {
            diagnostic = diagnostic.hint(format!("the box of the library is called `{other}`"));
        } else if let Some(near) = near {
            diagnostic = diagnostic.hint(format!("did you mean `{near}`?"));
        } else if self.declared.enums.contains_key(&class.text) {
            diagnostic = diagnostic.hint(format!("make a value of an enum with `{}::Variant(..)`", class.text));
        }
        self.report(diagnostic);
    }

    fn check_constructor(&mut self, id: BoxId, class: &Name, arguments: usize) {
        let program = &self.declared.program;
        let info = program.box_info(id);
        if info.kind == BoxKind::Static {
            let outcome = match self.edition() {
                Edition::E2025 => "this is an error when it is reached",
                Edition::E2026 => "this makes another instance with fields of its own",
            };
            let diagnostic = Diagnostic::warning("new-of-static-box", format!("`{}` is a static box", class.text))
                .at(class.span, "it has one instance, made on first use")
                .also(info.decl.name.span, "declared here")
                .note(outcome)
                .hint(format!("use `{}.member` directly", class.text));
            self.report(diagnostic);
            return;
        }
        // A box without constructors of its own is made with those of its ancestors.
        let inherited = info
            .ancestors
            .iter()
            .filter(|_| info.constructors.is_empty())
            .flat_map(|ancestor| &program.box_info(*ancestor).constructors);
        let arities: Vec<usize> = info
            .constructors
            .iter()
            .chain(inherited)
            .map(|id| parameter_count(program, *id))
            .collect();
        let fits = arities.contains(&arguments) || (arguments == 0 && arities.is_empty());
        if fits || (arguments == 0 && self.edition() == Edition::E2025) {
            return;
        }
        let message = format!(
            "no constructor of `{}` takes {}",
            class.text,
            count(arguments, "argument")
        );
        let mut diagnostic = Diagnostic::warning("wrong-arity", message).at(class.span, "");
        for id in &info.constructors {
            let takes = count(parameter_count(program, *id), "argument");
            diagnostic = diagnostic.also(declared_name(program.function(*id)), format!("this one takes {takes}"));
        }
        let outcome = match self.edition() {
            Edition::E2025 => "this is an error when it is reached",
            Edition::E2026 => "no constructor runs, and the fields stay null",
        };
        diagnostic = diagnostic.note(outcome);
        if info.constructors.is_empty() {
            let foreign = info.methods.iter().map(|(name, _)| &**name).find(|name| {
                matches!(
                    *name,
                    "constructor" | "__init__" | "__construct" | "initialize" | "new" | "create"
                )
            });
            diagnostic = diagnostic.hint(match foreign {
                Some(name) => format!("`{name}` is a method like others; a constructor is called `birth`"),
                None => format!("declare one in `{}` with `birth(..) {{ .. }}`", class.text),
            });
        }
        self.report(diagnostic);
    }

    /// `from P.m(..)`
    fn parent_call(&mut self, expr: &Expr, parent: &Name, method: &Name, arguments: usize) {
        let Some(current) = self.current_box else {
            let diagnostic = Diagnostic::error("no-me", "`from` outside of a box")
                .at(expr.span, "there is no instance here")
                .note("`from P.m()` runs the method of a parent on the instance whose method is running");
            self.report(diagnostic);
            return;
        };
        for frame in self.frames.iter().rev() {
            self.declared.program.functions[frame.function.index()].uses_me = true;
            if !frame.is_lambda {
                break;
            }
        }
        let class = match self.declared.find_box(&parent.text, parent.span.file) {
            Some(id) => ClassRef::User(id),
            None => match builtin_box(&parent.text) {
                Some(name) => ClassRef::Builtin(name.into()),
                None => ClassRef::Unknown(Rc::clone(&parent.text)),
            },
        };
        let info = self.declared.program.box_info(current);
        let is_ancestor = match &class {
            ClassRef::User(id) => info.ancestors.contains(id),
            ClassRef::Builtin(name) => info.builtin_ancestors.contains(name),
            ClassRef::Unknown(_) => false,
        };
        if !is_ancestor {
            let message = format!("`{}` is no parent of `{}`", parent.text, info.name);
            let names: Vec<&str> = info.decl.parents.iter().map(|name| &*name.text).collect();
            let hint = match names.as_slice() {
                [] => format!("declare the box as `box {} from {}`", info.name, parent.text),
                _ => format!("its parents are {}", names.join(", ")),
            };
            let diagnostic = self.declared.lint("not-a-parent", message).at(parent.span, "");
            self.report(diagnostic.hint(hint));
        } else if let ClassRef::User(id) = class {
            self.check_from_method(id, parent, method, arguments);
        }
        self.declared.program.classes.insert(expr.id, class);
    }

    fn check_from_method(&mut self, id: BoxId, parent: &Name, method: &Name, arguments: usize) {
        let constructor = matches!(&*method.text, "birth" | "init" | "pack") || method.text == parent.text;
        let program = &self.declared.program;
        let named_method = program.find_method(id, &method.text, arguments).is_some();
        if constructor && !named_method {
            let info = program.box_info(id);
            let fits = info
                .constructors
                .iter()
                .any(|id| parameter_count(program, *id) == arguments);
            let needs_none = arguments == 0 && info.constructors.is_empty();
            if !fits && !needs_none {
                let message = format!(
                    "no constructor of `{}` takes {}",
                    parent.text,
                    count(arguments, "argument")
                );
                let diagnostic = self.declared.lint("wrong-arity", message).at(method.span, "");
                self.report(diagnostic.also(info.decl.name.span, "the parent is declared here"));
            }
            return;
        }
        self.check_method(id, method, arguments);
    }

    /// Complains where the box has no such method, or none for this many arguments.
    fn check_method(&mut self, id: BoxId, method: &Name, arguments: usize) {
        let program = &self.declared.program;
        let info = program.box_info(id);
        if !info.builtin_ancestors.is_empty() || info.parents.iter().any(|class| matches!(class, ClassRef::Unknown(_)))
        {
            return;
        }
        let boxes = || std::iter::once(info).chain(info.ancestors.iter().map(|id| program.box_info(*id)));
        let methods = || boxes().flat_map(|info| info.methods.iter());
        let named = || methods().filter(|(name, _)| *name == method.text);
        if named().any(|(_, function)| parameter_count(program, *function) == arguments) {
            return;
        }
        if let Some((_, function)) = named().next() {
            let takes = parameter_count(program, *function);
            let function = program.function(*function);
            let message = format!(
                "`{}` takes {}, not {arguments}",
                function.name,
                count(takes, "argument")
            );
            let diagnostic = Diagnostic::warning("wrong-arity", message)
                .at(method.span, "")
                .also(declared_name(function), "declared here")
                .note("this is an error when it is reached");
            self.report(diagnostic);
            return;
        }
        // What every value answers, and fields that hold a function.
        let universal = matches!(
            &*method.text,
            "fini" | "toString" | "str" | "stringify" | "is" | "as" | "birth" | "init" | "pack" | "weak_to_strong"
        );
        let field = boxes().any(|info| info.fields.iter().any(|field| field.name == method.text));
        let property = boxes().any(|info| info.properties.iter().any(|property| property.name == method.text));
        let is_static = self
            .declared
            .static_functions
            .contains_key(&(Rc::clone(&info.name), Rc::clone(&method.text)));
        if universal || field || property || is_static {
            return;
        }
        let near = nearest(&method.text, methods().map(|(name, _)| &**name)).map(str::to_string);
        let message = format!("`{}` has no method `{}`", info.name, method.text);
        let mut diagnostic = Diagnostic::warning("unknown-method", message)
            .at(method.span, "unknown method")
            .note("this is an error when it is reached");
        if let Some(near) = near {
            diagnostic = diagnostic.hint(format!("did you mean `{near}`?"));
        }
        self.report(diagnostic);
    }

    // ------------------------------------------------------------------------------------------ the end

    /// Settles the names that are no variables of their function.
    fn finish(&mut self) {
        for pending in std::mem::take(&mut self.pending) {
            let binding = self.meaning(&pending);
            self.check_use(&pending, &binding);
            self.declared.program.bindings[pending.node.index()] = Some(binding);
        }
        self.warn_undeclared();
        self.unused_variables();
    }

    fn meaning(&self, pending: &Pending) -> Binding {
        let name = &pending.name;
        if let Some(global) = self.globals.get(name) {
            return Binding::Global(*global);
        }
        let function = self.declared.functions.get(name).map(|id| Binding::Function(*id));
        let own_method = || {
            let id = pending.in_box?;
            let called = matches!(pending.role, Role::Callee { .. });
            (called && self.declared.program.find_method(id, name, 0).is_some()).then_some(Binding::OwnMethod(id))
        };
        let user_box = || {
            let id = self.declared.find_box(name, pending.span.file)?;
            let is_static = self.declared.program.box_info(id).kind == BoxKind::Static;
            Some(if is_static {
                Binding::StaticBox(id)
            } else {
                Binding::Box(id)
            })
        };
        let library = || {
            let list = |names: &[&str]| names.contains(&&**name);
            let before_dot = matches!(pending.role, Role::Receiver { .. } | Role::Owner { .. });
            let namespace = list(NAMESPACES) || (self.declared.program.uses_nyashstd && list(NYASHSTD_NAMESPACES));
            if before_dot && namespace {
                return Some(Binding::Namespace(Rc::clone(name)));
            }
            if is_function(name) {
                return Some(Binding::BuiltinFunction(Rc::clone(name)));
            }
            if namespace {
                return Some(Binding::Namespace(Rc::clone(name)));
            }
            let short = || before_dot.then(|| builtins::short_box(name)).flatten();
            builtin_box(name)
                .or_else(short)
                .map(|name| Binding::BuiltinBox(name.into()))
        };
        function
            .or_else(own_method)
            .or_else(user_box)
            .or_else(|| self.declared.enums.get(name).map(|id| Binding::Enum(*id)))
            .or_else(library)
            .unwrap_or(Binding::Unknown)
    }

    fn check_use(&mut self, pending: &Pending, binding: &Binding) {
        if matches!(pending.role, Role::Target) && !matches!(binding, Binding::Global(_)) {
            return self.undeclared_target(pending, binding);
        }
        match (binding, &pending.role) {
            (Binding::Function(id), Role::Callee { arguments }) => {
                let program = &self.declared.program;
                let takes = parameter_count(program, *id);
                if takes != *arguments {
                    let function = program.function(*id);
                    let message = format!(
                        "`{}` takes {}, not {arguments}",
                        function.name,
                        count(takes, "argument")
                    );
                    let name = declared_name(function);
                    let diagnostic = self.declared.lint("wrong-arity", message).at(pending.span, "");
                    self.report(diagnostic.also(name, "declared here"));
                }
            }
            (Binding::Box(_) | Binding::BuiltinBox(_), Role::Callee { .. }) => {
                let name = &pending.name;
                let diagnostic = Diagnostic::warning("not-callable", format!("`{name}` is a box, not a function"))
                    .at(pending.span, "a box is not called")
                    .note("this is an error when it is reached")
                    .hint(format!("to make an instance write `new {name}(..)`"));
                self.report(diagnostic);
            }
            (Binding::OwnMethod(id), Role::Callee { arguments }) => {
                let method = Name {
                    text: Rc::clone(&pending.name),
                    span: pending.span,
                };
                self.check_method(*id, &method, *arguments);
            }
            (Binding::BuiltinFunction(name), Role::Callee { arguments }) => {
                let Some(takes) = builtins::wrong_arity(name, *arguments) else {
                    return;
                };
                {
                    let message = format!("`{name}` takes {takes}, not {arguments}");
                    let mut diagnostic = Diagnostic::error("wrong-arity", message).at(pending.span, "");
                    if matches!(&**name, "print" | "println") && *arguments > 1 {
                        diagnostic = diagnostic.hint("join the texts with `+`");
                    }
                    self.report(diagnostic);
                }
            }
            (
                binding,
                Role::Receiver {
                    call,
                    method,
                    arguments,
                },
            ) => {
                let key = (Rc::clone(&pending.name), Rc::clone(&method.text));
                let namespace = matches!(
                    binding,
                    Binding::Unknown
                        | Binding::Box(_)
                        | Binding::StaticBox(_)
                        | Binding::Enum(_)
                        | Binding::BuiltinBox(_)
                );
                if let (true, Some(function)) = (namespace, self.declared.static_functions.get(&key).copied()) {
                    self.declared.program.static_calls.insert(*call, function);
                    self.check_static_arity(function, method, *arguments);
                } else if let Binding::StaticBox(id) = binding {
                    self.check_method(*id, method, *arguments);
                } else if let Binding::Enum(id) = binding {
                    self.enum_member(*id, *call, method);
                } else if *binding == Binding::Unknown
                    && !self
                        .declared
                        .static_functions
                        .keys()
                        .any(|(owner, _)| *owner == pending.name)
                {
                    self.unknown(pending);
                } else if *binding == Binding::Unknown {
                    let message = format!("`{}` has no function `{}`", pending.name, method.text);
                    let diagnostic = self.declared.lint("unknown-method", message).at(method.span, "");
                    self.report(diagnostic);
                }
            }
            (Binding::Enum(id), Role::Owner { access, field }) => self.enum_member(*id, *access, field),
            (Binding::Unknown, _) => self.unknown(pending),
            _ => {}
        }
    }

    fn check_static_arity(&mut self, function: FunctionId, method: &Name, arguments: usize) {
        let program = &self.declared.program;
        let takes = parameter_count(program, function);
        if takes != arguments {
            let info = program.function(function);
            let message = format!("`{}` takes {}, not {arguments}", info.name, count(takes, "argument"));
            let name = declared_name(info);
            let diagnostic = self.declared.lint("wrong-arity", message).at(method.span, "");
            self.report(diagnostic.also(name, "declared here"));
        }
    }

    /// `Enum.Variant`, as a value or called.
    fn enum_member(&mut self, id: EnumId, access: NodeId, name: &Name) {
        let info = &self.declared.program.enums[id.index()];
        if let Some(index) = info
            .decl
            .variants
            .iter()
            .position(|variant| variant.name.text == name.text)
        {
            self.declared.program.variants.insert(access, (id, index as u32));
            return;
        }
        self.unknown_variant(id, name);
    }

    /// Nothing has this name.
    fn unknown(&mut self, pending: &Pending) {
        let name = &pending.name;
        if self.reported.contains(name) {
            return;
        }
        let callee = matches!(pending.role, Role::Callee { .. });
        // A box that is missing matters only when it is reached; a misspelt variable always does.
        let is_box = matches!(pending.role, Role::Receiver { .. }) && name.starts_with(char::is_uppercase);
        if is_box && let Some(diagnostic) = builtins::unavailable(name, pending.span) {
            return self.report(diagnostic);
        }
        let (what, code) = match (callee, is_box) {
            (true, _) => ("function", "unknown-function"),
            (_, true) => ("box", "unknown-box"),
            _ => ("name", "unknown-name"),
        };
        let message = format!("unknown {what} `{name}`");
        let deferred = is_box || self.edition() == Edition::E2025;
        let mut diagnostic = match deferred {
            true => Diagnostic::warning(code, message),
            false => Diagnostic::error(code, message),
        };
        diagnostic = diagnostic.at(pending.span, "nothing of this name is known here");
        let declared = &self.declared;
        let may_search = self.diagnostics.may_search();
        let near = pending.near.clone().or_else(|| {
            if !may_search {
                return None;
            }
            let functions = declared
                .functions
                .keys()
                .map(|name| &**name)
                .chain(builtins::functions());
            let globals = self.globals.keys().map(|name| &**name);
            let boxes = declared
                .boxes
                .keys()
                .chain(declared.global_aliases.keys())
                .map(|name| &**name);
            match callee {
                true => nearest(name, functions.chain(globals)).map(str::to_string),
                false => {
                    nearest(name, globals.chain(boxes).chain(functions).chain(builtins::boxes())).map(str::to_string)
                }
            }
        });
        let field = pending.in_box.is_some_and(|id| {
            declared
                .program
                .box_info(id)
                .fields
                .iter()
                .any(|field| field.name == *name)
        });
        if let Some(ended) = pending.ended {
            diagnostic = declared.ended(diagnostic, ended);
        } else if self.edition() == Edition::E2025 && NYASHSTD_NAMESPACES.contains(&&**name) {
            diagnostic = diagnostic.hint("this namespace exists after `using nyashstd`");
        } else if let Some(instead) = foreign::name(name, callee) {
            // Whoever writes `self` writes it in every line.
            self.reported.insert(Rc::clone(name));
            diagnostic = diagnostic.hint(instead);
        } else if field {
            diagnostic = diagnostic.hint(format!("the field of this box is `me.{name}`"));
        } else if let Some(near) = near {
            diagnostic = diagnostic.hint(format!("did you mean `{near}`?"));
        } else if is_box {
            diagnostic = diagnostic.hint("name the file that declares it with `using`");
        } else if !callee {
            diagnostic = diagnostic.hint(format!("declare it with `local {name} = ..`"));
        }
        if deferred {
            diagnostic = diagnostic.note("this is an error when it is reached");
        }
        self.report(diagnostic);
    }

    /// `name = e` in 2026, or of something that is no variable.
    fn undeclared_target(&mut self, pending: &Pending, binding: &Binding) {
        let name = &pending.name;
        let field = pending.in_box.is_some_and(|id| {
            self.declared
                .program
                .box_info(id)
                .fields
                .iter()
                .any(|field| field.name == *name)
        });
        let message = if matches!(binding, Binding::Unknown) {
            format!("`{name}` is assigned to but never declared")
        } else {
            format!("`{name}` is not a variable")
        };
        if !self.reported.insert(Rc::clone(name)) {
            return;
        }
        let mut diagnostic = Diagnostic::error("undeclared", message).at(pending.span, "");
        if let Some(ended) = pending.ended {
            let diagnostic = self.declared.ended(diagnostic, ended);
            return self.report(diagnostic);
        }
        diagnostic = match &pending.near {
            _ if field => diagnostic.hint(format!("the field of this box is `me.{name}`")),
            Some(near) => diagnostic.hint(format!(
                "did you mean `{near}`? To declare a new variable write `local {name} = ..`"
            )),
            None => diagnostic.hint(format!("declare it with `local {name} = ..`")),
        };
        self.report(diagnostic);
    }

    /// One warning for all names that an assignment turned into globals.
    fn warn_undeclared(&mut self) {
        const SHOWN: usize = 4;
        let Some((first, span)) = self.undeclared.first() else {
            return;
        };
        let names = self.undeclared.len();
        let message = match names {
            1 => format!("`{first}` is assigned to but never declared, so it is a global variable"),
            _ => format!("{names} names are assigned to but never declared, so they are global variables"),
        };
        let mut diagnostic =
            Diagnostic::warning("undeclared", message).at(*span, format!("`{first}` becomes global here"));
        for (name, span) in self.undeclared.iter().skip(1).take(SHOWN - 1) {
            diagnostic = diagnostic.also(*span, format!("`{name}` too"));
        }
        if names > SHOWN {
            diagnostic = diagnostic.note(format!("and {} more", names - SHOWN));
        }
        self.diagnostics.push(diagnostic.hint(format!(
            "declare variables of a function with `local {first}`, and global ones with `global {first} = ..`"
        )));
    }
}

/// Number of parameters of a declared function.
pub(super) fn parameter_count(program: &Program, id: FunctionId) -> usize {
    match &program.function(id).body {
        FunctionBody::Declared(decl) => decl.parameters.len(),
        FunctionBody::Lambda(lambda) => lambda.parameters.len(),
        FunctionBody::Unit(_) | FunctionBody::Member(..) => 0,
    }
}

fn declared_name(function: &FunctionInfo) -> Span {
    match &function.body {
        FunctionBody::Declared(decl) => decl.name.span,
        FunctionBody::Unit(_) | FunctionBody::Lambda(_) | FunctionBody::Member(..) => function.span,
    }
}
