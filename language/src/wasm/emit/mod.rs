//! From IR to wasm functions.
//!
//! A value of known kind is one wasm value; any other is a tag and a payload. References are counted so: parameters
//! are borrowed from the caller, results are owned by the caller, a variable that is assigned owns what it holds.
//! After every call that can fail stands a test of the pending error; see `docs/abi.md`.

mod access;
mod append;
mod builtin;
mod call;
mod expr;
mod operator;
mod stmt;
mod strict;

use super::Extras;
use super::code::{Code, Label};
use super::data::Data;
use super::link::Input;
use crate::ir::builtin::class;
use crate::ir::visit::{self, Part};
use crate::ir::{Expr, FuncId, Kind, Module, Rep, Stmt, Ty, VarId, tag};
use crate::source::{SourceMap, Span};
use nyash_abi::layout::{self, object, value};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use wasm_encoder::{BlockType, Instruction as I, MemArg, ValType};

/// Stack, in estimated bytes, that a chain of calls may use.
const STACK_BUDGET: i32 = 6_000_000;

/// Whether the reference on the stack belongs to whoever takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Own {
    /// Nothing to count.
    Plain,
    Borrowed,
    Owned,
}

/// What all functions share.
pub struct Program<'m> {
    pub module: &'m Module,
    sources: &'m SourceMap,
    pub data: Data,
    /// Function of the IR -> wasm function.
    index: Vec<u32>,
    dispatch_base: u32,
    statics: Vec<u32>,
    globals: Vec<u32>,
    /// Note where objects are made, and report at the end what is alive.
    leak_report: bool,
}

/// Where a variable lives.
#[derive(Clone, Copy, Debug)]
pub struct Home {
    pub rep: Rep,
    /// The value, or the tag.
    pub a: u32,
    /// The payload.
    pub b: u32,
    /// Holds a reference of its own.
    pub owned: bool,
}

/// A construct that a jump may have to pass.
enum Scope {
    Loop {
        leave: Label,
        next: Label,
    },
    /// Cleanup that runs first: where it starts, the local that says why, and the jumps that go on from there.
    Cleanup {
        start: Label,
        why: u32,
        jumps: Vec<Jump>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Jump {
    Return,
    /// The number of the scope on the stack.
    Break(usize),
    Continue(usize),
}

/// The function being written.
pub struct Emit<'f, 'm> {
    pub program: &'f mut Program<'m>,
    pub code: Code,
    name: Rc<str>,
    homes: Vec<Home>,
    /// Variables assigned inside expressions: reading one takes a reference.
    restless: HashSet<VarId>,
    ret: Home,
    exit: Label,
    unwind: Label,
    /// What was lent before the handler that an error goes to; the rest is given up on the way there.
    unwind_mark: usize,
    scopes: Vec<Scope>,
    /// Variables whose type is one kind or null, and which are not null here.
    known: HashSet<VarId>,
    /// When each variable was last assigned in what has been written so far, and the time now.
    stores: HashMap<VarId, u32>,
    clock: u32,
    /// How many of `homes` are variables of the function; the others are for a moment.
    variables: usize,
    budget: Option<u32>,
    /// Instructions that hold the stack use of this function, which is known at its end.
    costs: Vec<usize>,
    held: Vec<(Rep, u32, u32)>,
    /// Names for the next place that is written down.
    subjects: Rc<str>,
}

fn val_types(rep: Rep) -> &'static [ValType] {
    match rep {
        Rep::Int => &[ValType::I64],
        Rep::Float => &[ValType::F64],
        Rep::Bool | Rep::Str | Rep::Obj => &[ValType::I32],
        Rep::Dyn => &[ValType::I32, ValType::I64],
    }
}

pub fn mem(offset: u64, align: u32) -> MemArg {
    MemArg {
        offset,
        align,
        memory_index: 0,
    }
}

/// Reports an error that nobody has caught, which ends the program.
fn report_uncaught(code: &mut Code) {
    code.address("ny_pending");
    code.op(I::I32Load(mem(value::TAG, 2)));
    code.start_if(BlockType::Empty);
    code.runtime("ny_uncaught");
    code.end();
}

/// Writes all functions of the program. `sources` are where its errors point to.
pub fn program(module: &Module, sources: &SourceMap, extras: Extras) -> Input {
    let mut index = vec![u32::MAX; module.functions.len()];
    let mut next = 1;
    for (f, at) in index.iter_mut().enumerate() {
        if module.functions[f].reached {
            *at = next;
            next += 1;
        }
    }
    let mut program = Program {
        module,
        sources,
        data: Data::default(),
        index,
        dispatch_base: next,
        statics: Vec::new(),
        globals: Vec::new(),
        leak_report: extras.leak_report,
    };
    program.lay_out();
    let mut out = vec![program.start()];
    for f in 0..module.functions.len() {
        if module.functions[f].reached {
            out.push(program.function(f));
        }
    }
    for dispatch in &module.dispatches {
        out.push(program.dispatch(dispatch));
    }
    let preinit = extras.preinit.then(|| {
        out.push(program.preinit());
        out.len() as u32 - 1
    });
    Input {
        functions: out,
        data: program.data.bytes,
        start: 0,
        preinit,
        tracked: extras.leak_report,
    }
}

impl<'m> Program<'m> {
    /// Addresses of static boxes and globals.
    fn lay_out(&mut self) {
        let nothing = if self.module.edition_2026 { tag::NULL } else { tag::VOID };
        for c in 0..self.module.classes.len() {
            let class = &self.module.classes[c];
            let address = if class.is_static {
                let tags: Vec<u32> = class
                    .slots
                    .iter()
                    .map(|s| {
                        if s.declared && !s.name.starts_with('$') {
                            nothing
                        } else {
                            tag::ABSENT
                        }
                    })
                    .collect();
                self.data.object(u32::from(class::FIRST_USER) + c as u32, &tags)
            } else {
                0
            };
            self.statics.push(address);
        }
        for _ in 0..self.module.globals.len() {
            let at = self.data.value();
            self.globals.push(at);
        }
    }

    /// `_start`: tells the runtime about the program, runs it, reports what was not caught.
    fn start(&mut self) -> Code {
        let mut code = Code::new("_start".into(), Vec::new(), Vec::new());
        self.introduce(&mut code);
        let start = self.module.start;
        let f = &self.module.functions[start];
        let (throws, deep, rep) = (f.throws, f.deep, f.ret.rep());
        if deep {
            code.i32(STACK_BUDGET);
        }
        code.call(self.index[start]);
        if rep != Rep::Int {
            for _ in val_types(rep) {
                code.op(I::Drop);
            }
            code.i64(0);
        }
        let status = code.local(ValType::I64);
        code.set(status);
        if throws {
            report_uncaught(&mut code);
        }
        if self.leak_report {
            self.report_leaks(&mut code);
        }
        code.get(status);
        code.op(I::I64Const(0));
        code.op(I::I64Ne);
        code.start_if(BlockType::Empty);
        code.get(status);
        code.runtime("ny_exit");
        code.end();
        code.runtime("ny_flush");
        code
    }

    /// Gives up what lives as long as the program by right, and reports the rest.
    fn report_leaks(&self, code: &mut Code) {
        code.runtime("ny_flush");
        let let_go = |code: &mut Code, at: u32, count: usize| {
            code.i32(at as i32);
            code.i32(count as i32);
            code.runtime("ny_let_go");
        };
        for (class, at) in self.module.classes.iter().zip(&self.statics) {
            if class.is_static {
                let_go(code, at + object::HEADER, class.slots.len());
            }
        }
        for at in &self.globals {
            let_go(code, *at, 1);
        }
        code.runtime("ny_leak_report");
    }

    /// Makes every static box ready that the program can come to use, in the order of their declarations. What they print is
    /// printed then: it would be printed again by the program.
    fn preinit(&mut self) -> Code {
        let mut code = Code::new("static boxes".into(), Vec::new(), Vec::new());
        self.introduce(&mut code);
        for f in self.module.ensure.iter().flatten() {
            let function = &self.module.functions[*f];
            if !function.reached {
                continue;
            }
            if function.deep {
                code.i32(STACK_BUDGET);
            }
            code.call(self.index[*f]);
            for _ in val_types(function.ret.rep()) {
                code.op(I::Drop);
            }
            if function.throws {
                report_uncaught(&mut code);
            }
        }
        code.runtime("ny_flush");
        code
    }

    /// Tells the runtime about the program.
    fn introduce(&mut self, code: &mut Code) {
        code.address("ny_edition");
        code.i32(if self.module.edition_2026 { 2026 } else { 2025 });
        code.op(I::I32Store(mem(0, 2)));
        let classes = &self.module.classes;
        let named = !self.module.dispatches.is_empty();
        if named || classes.iter().any(|c| c.live && !(c.is_static && c.slots.is_empty())) {
            let list: Vec<(Rc<str>, u32)> = classes
                .iter()
                .map(|c| {
                    (
                        c.name.clone(),
                        c.slots.len() as u32 | if c.variant { layout::class::VARIANT } else { 0 },
                    )
                })
                .collect();
            let at = self.data.classes(&list);
            code.address("ny_classes");
            code.i32(at as i32);
            code.op(I::I32Store(mem(0, 2)));
        }
    }

    /// Wasm parameters and results of a function.
    fn signature(&self, params: &[Ty], ret: Ty, deep: bool) -> (Vec<ValType>, Vec<ValType>) {
        let mut p: Vec<ValType> = params.iter().flat_map(|t| val_types(t.rep())).copied().collect();
        if deep {
            p.push(ValType::I32);
        }
        (p, val_types(ret.rep()).to_vec())
    }

    fn function(&mut self, f: FuncId) -> Code {
        let module = self.module;
        let func = &module.functions[f];
        let (params, body) = (func.params, &func.body);
        let types: Vec<Ty> = func.vars.iter().map(|v| v.ty).collect();
        let mut emit = self.begin(func.name.clone(), func.span, &types, params, func.ret, func.deep);
        let mut assigned = HashSet::new();
        visit::all(body, &mut |e| {
            if let Kind::SetVar(v, _) = e.kind {
                assigned.insert(v);
            }
        });
        restless(body, &mut emit.restless);
        for (n, home) in emit.homes.iter_mut().enumerate() {
            home.owned = types[n].counted() && (n >= params || assigned.contains(&n));
        }
        for n in 0..params {
            if emit.homes[n].owned {
                emit.retain_var(n);
            }
        }
        emit.stack_check(func.span);
        emit.stmts(body);
        emit.finish(types.len())
    }

    fn begin<'f>(
        &'f mut self,
        name: Rc<str>,
        span: Span,
        types: &[Ty],
        params: usize,
        ret: Ty,
        deep: bool,
    ) -> Emit<'f, 'm> {
        let (p, r) = self.signature(&types[..params], ret, deep);
        let mut code = Code::new(name.clone(), p, r);
        code.comes_from(Some(span));
        let mut next = 0;
        let mut homes = Vec::new();
        for (n, ty) in types.iter().enumerate() {
            let rep = ty.rep();
            let vals = val_types(rep);
            let at: Vec<u32> = vals
                .iter()
                .map(|v| {
                    if n < params {
                        next += 1;
                        next - 1
                    } else {
                        code.local(*v)
                    }
                })
                .collect();
            homes.push(Home {
                rep,
                a: at[0],
                b: at.get(1).copied().unwrap_or(at[0]),
                owned: false,
            });
        }
        let budget = deep.then_some(next);
        let rep = ret.rep();
        let at: Vec<u32> = val_types(rep).iter().map(|v| code.local(*v)).collect();
        let ret = Home {
            rep,
            a: at[0],
            b: at.get(1).copied().unwrap_or(at[0]),
            owned: true,
        };
        let exit = code.block(BlockType::Empty);
        let unwind = code.block(BlockType::Empty);
        Emit {
            program: self,
            code,
            name,
            homes,
            restless: HashSet::new(),
            ret,
            exit,
            unwind,
            unwind_mark: 0,
            scopes: Vec::new(),
            known: HashSet::new(),
            stores: HashMap::new(),
            clock: 0,
            variables: types.len(),
            budget,
            costs: Vec::new(),
            held: Vec::new(),
            subjects: "".into(),
        }
    }
}

/// Variables that statements assign.
fn assigned_in(lists: &[&[Stmt]]) -> HashSet<VarId> {
    let mut out = HashSet::new();
    for list in lists {
        visit::all(list, &mut |e| {
            if let Kind::SetVar(v, _) = e.kind {
                out.insert(v);
            }
        });
        handled(list, &mut out);
    }
    out
}

/// The variables that errors are caught in.
fn handled(list: &[Stmt], out: &mut HashSet<VarId>) {
    for s in list {
        if let Stmt::Try(t) = s {
            out.extend(t.handler.as_ref().map(|(v, _)| *v));
        }
        visit::parts(s, &mut |part| {
            if let Part::List(list) = part {
                handled(list, out);
            }
        });
    }
}

/// Variables that are assigned inside expressions.
fn restless(list: &[Stmt], out: &mut HashSet<VarId>) {
    for s in list {
        visit::parts(s, &mut |part| match part {
            Part::List(list) => restless(list, out),
            Part::Expr(e) => {
                let alone = matches!(s, Stmt::Expr(_));
                if alone && let Kind::SetVar(_, value) = &e.kind {
                    restless_in(value, out);
                } else if alone && let Kind::Block(inner, value) = &e.kind {
                    restless(inner, out);
                    if let Some(v) = value {
                        restless_in(v, out);
                    }
                } else {
                    restless_in(e, out);
                }
            }
        });
    }
}

fn restless_in(e: &Expr, out: &mut HashSet<VarId>) {
    visit::all_in(e, &mut |e| {
        if let Kind::SetVar(v, _) = e.kind {
            out.insert(v);
        }
    });
}

impl Emit<'_, '_> {
    fn new_2026(&self) -> bool {
        self.program.module.edition_2026
    }

    fn nothing_tag(&self) -> u32 {
        if self.new_2026() { tag::NULL } else { tag::VOID }
    }

    /// Closes the function: the way out in error, the way out, the references of variables, the result.
    fn finish(mut self, vars: usize) -> Code {
        // Control that reaches the end gives nothing.
        if self.ret.rep == Rep::Dyn {
            self.code.i32(self.nothing_tag() as i32);
            self.code.set(self.ret.a);
            self.code.i64(0);
            self.code.set(self.ret.b);
        }
        self.code.br(self.exit);
        self.code.end();
        self.clear(self.ret);
        self.code.end();
        for n in 0..vars {
            if self.homes[n].owned {
                let h = self.homes[n];
                self.release_home(h);
            }
        }
        let ret = self.ret;
        self.load_home(ret);
        let cost = 64 + 8 * self.code.locals.len() as i32;
        for at in std::mem::take(&mut self.costs) {
            self.code.body[at] = super::code::Ins::Wasm(I::I32Const(cost));
        }
        self.code
    }

    /// Ends the program when recursion is too deep.
    fn stack_check(&mut self, span: Span) {
        if let Some(b) = self.budget {
            self.code.get(b);
            self.code.i32(0);
            self.code.op(I::I32LtS);
            self.code.start_if(BlockType::Empty);
            let site = self.site(span);
            self.code.i32(site as i32);
            self.code.runtime("ny_stack_overflow");
            self.code.op(I::Unreachable);
            self.code.end();
        }
    }

    /// Address of a place in the source.
    fn site(&mut self, span: Span) -> u32 {
        let sources = self.program.sources;
        let file = sources.file(span.file);
        let place = file.place(span.start);
        let text: Rc<str> = file.line(place.line - 1).chars().take(200).collect::<String>().into();
        let name = file.name().clone();
        let subjects = std::mem::replace(&mut self.subjects, "".into());
        self.program
            .data
            .site(&self.name, &name, &text, place.line, place.column, &subjects)
    }

    /// The next place is where an error can be about these operands: they are named after it.
    fn about(&mut self, operands: &[Option<&Expr>]) {
        let names: Vec<&str> = operands.iter().map(|e| e.map_or("", |e| self.named(e))).collect();
        if names.iter().any(|name| !name.is_empty()) {
            self.subjects = names.join("\n").into();
        }
    }

    /// The expression as it is written, where it has no value that can be seen and is short.
    fn named(&self, e: &Expr) -> &str {
        const LONGEST: usize = 40;
        let literal = matches!(
            e.kind,
            Kind::Null | Kind::Void | Kind::Bool(_) | Kind::Int(_) | Kind::Float(_) | Kind::Str(_) | Kind::Array { .. }
        );
        let mut span = e.span;
        visit::all_in(e, &mut |inner| {
            // The place of a call is the name of the method, behind the receiver.
            if inner.span.file == span.file && inner.span.end <= span.end {
                span.start = span.start.min(inner.span.start);
            }
        });
        let text = self.program.sources.text(span);
        if literal || text.len() > LONGEST || text.contains(['\n', '`']) {
            ""
        } else {
            text
        }
    }

    /// After a call that can fail: leaves when an error is pending.
    fn check(&mut self, span: Span) {
        self.code.address("ny_pending");
        self.code.op(I::I32Load(mem(value::TAG, 2)));
        self.code.start_if(BlockType::Empty);
        self.fail(span);
        self.code.end();
    }

    /// An error has been raised here.
    fn fail(&mut self, span: Span) {
        // The function around the whole program is not a place in it.
        if &*self.name != "<start>" {
            let site = self.site(span);
            self.code.i32(site as i32);
            self.code.runtime("ny_frame");
        }
        self.leave_failed();
    }

    /// Goes to the handler of an error that has been noted, giving up what is lent at this moment.
    fn leave_failed(&mut self) {
        for n in self.unwind_mark..self.held.len() {
            let (rep, a, b) = self.held[n];
            match rep {
                Rep::Str | Rep::Obj => {
                    self.code.get(a);
                    self.code.runtime("ny_release");
                }
                Rep::Int | Rep::Float | Rep::Bool | Rep::Dyn => self.release_home(Home { rep, a, b, owned: true }),
            }
        }
        self.code.br(self.unwind);
    }

    /// Raises an error and leaves.
    fn raise(&mut self, kind: u32, message: &str, span: Span) {
        self.code.i32(kind as i32);
        let text = self.program.data.string(&message.into());
        self.code.i32(text as i32);
        self.code.runtime("ny_raise");
        self.fail(span);
    }

    /// Pushes some value of a representation, where control never comes.
    fn zero(&mut self, rep: Rep) {
        match rep {
            Rep::Int => self.code.i64(0),
            Rep::Float => self.code.op(I::F64Const(0.0.into())),
            Rep::Bool | Rep::Str | Rep::Obj => self.code.i32(0),
            Rep::Dyn => {
                self.code.i32(self.nothing_tag() as i32);
                self.code.i64(0);
            }
        }
    }

    fn load_home(&mut self, h: Home) {
        self.code.get(h.a);
        if h.rep == Rep::Dyn {
            self.code.get(h.b);
        }
    }

    /// Stores what is on the stack.
    fn store_home(&mut self, h: Home) {
        if h.rep == Rep::Dyn {
            self.code.set(h.b);
        }
        self.code.set(h.a);
    }

    /// Makes a variable hold no reference.
    fn clear(&mut self, h: Home) {
        match h.rep {
            Rep::Int | Rep::Float => {
                self.zero(h.rep);
                self.code.set(h.a);
            }
            Rep::Bool | Rep::Str | Rep::Obj | Rep::Dyn => {
                self.code.i32(0);
                self.code.set(h.a);
            }
        }
    }

    /// A local for a value of a representation.
    fn temp_home(&mut self, rep: Rep) -> Home {
        let vals = val_types(rep);
        let a = self.code.temp(vals[0]);
        let b = if rep == Rep::Dyn {
            self.code.temp(ValType::I64)
        } else {
            a
        };
        Home {
            rep,
            a,
            b,
            owned: false,
        }
    }

    fn done_home(&mut self, h: Home) {
        self.code.done(h.a);
        if h.rep == Rep::Dyn {
            self.code.done(h.b);
        }
    }

    /// Counts one more reference to the object in a local.
    fn retain_ptr(&mut self, p: u32) {
        self.code.get(p);
        self.code.get(p);
        self.code.op(I::I32Load(mem(object::COUNT, 2)));
        self.code.i32(1);
        self.code.op(I::I32Add);
        self.code.op(I::I32Store(mem(object::COUNT, 2)));
    }

    fn is_heap(&mut self, tag_local: u32) {
        self.code.get(tag_local);
        self.code.i32(tag::STR as i32);
        self.code.op(I::I32GeU);
    }

    fn retain_home(&mut self, h: Home) {
        match h.rep {
            Rep::Str | Rep::Obj => self.retain_ptr(h.a),
            Rep::Dyn => {
                self.is_heap(h.a);
                self.code.start_if(BlockType::Empty);
                let p = self.code.temp(ValType::I32);
                self.code.get(h.b);
                self.code.op(I::I32WrapI64);
                self.code.set(p);
                self.retain_ptr(p);
                self.code.done(p);
                self.code.end();
            }
            Rep::Int | Rep::Float | Rep::Bool => {}
        }
    }

    fn retain_var(&mut self, v: VarId) {
        let h = self.homes[v];
        self.retain_home(h);
    }

    /// Gives up the reference in a variable, which may hold none.
    fn release_home(&mut self, h: Home) {
        match h.rep {
            Rep::Str | Rep::Obj => {
                self.code.get(h.a);
                self.code.start_if(BlockType::Empty);
                self.release_ptr(h.a);
                self.code.end();
            }
            Rep::Dyn => {
                self.is_heap(h.a);
                self.code.start_if(BlockType::Empty);
                let p = self.code.temp(ValType::I32);
                self.code.get(h.b);
                self.code.op(I::I32WrapI64);
                self.code.set(p);
                self.release_ptr(p);
                self.code.done(p);
                self.code.end();
            }
            Rep::Int | Rep::Float | Rep::Bool => {}
        }
    }

    /// Gives up a reference: the count goes down here, and the runtime is called for the last one.
    fn release_ptr(&mut self, p: u32) {
        let count = self.code.temp(ValType::I32);
        self.code.get(p);
        self.code.op(I::I32Load(mem(object::COUNT, 2)));
        self.code.tee(count);
        self.code.i32(1);
        self.code.op(I::I32Eq);
        self.code.start_if(BlockType::Empty);
        self.code.get(p);
        self.code.runtime("ny_release");
        self.code.otherwise();
        self.code.get(p);
        self.code.get(count);
        self.code.i32(1);
        self.code.op(I::I32Sub);
        self.code.op(I::I32Store(mem(object::COUNT, 2)));
        self.code.end();
        self.code.done(count);
    }

    /// Turns the value on the stack into one that owns its reference.
    fn own(&mut self, rep: Rep, own: Own) {
        if own != Own::Borrowed {
            return;
        }
        let h = self.temp_home(rep);
        self.store_home(h);
        self.retain_home(h);
        self.load_home(h);
        self.done_home(h);
    }

    /// Remembers to release an owned value that is only lent to the next operation. It stays on the stack.
    fn hold(&mut self, rep: Rep, own: Own) {
        if own != Own::Owned {
            return;
        }
        let h = self.temp_home(rep);
        self.store_home(h);
        self.load_home(h);
        self.held.push((rep, h.a, h.b));
    }

    fn mark(&self) -> usize {
        self.held.len()
    }

    /// Releases what was lent since the mark.
    fn release_held(&mut self, mark: usize) {
        while self.held.len() > mark {
            if let Some((rep, a, b)) = self.held.pop() {
                let h = Home { rep, a, b, owned: true };
                match rep {
                    Rep::Str | Rep::Obj => self.release_ptr(a),
                    Rep::Int | Rep::Float | Rep::Bool | Rep::Dyn => self.release_home(h),
                }
                self.done_home(h);
            }
        }
    }
}
