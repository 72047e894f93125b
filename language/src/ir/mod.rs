//! The program as the back end sees it: every name resolved, one function per method and receiver class, control
//! structured, a type on every expression.
//!
//! Variables are the slots of a function; wasm locals follow them one to one, and the engine that compiles the
//! wasm puts them into SSA form. Keeping the structure makes emission a walk over the tree.

// Whoever adds a kind of expression or type is told here what to decide.
#![warn(clippy::wildcard_enum_match_arm)]

pub mod builtin;
pub mod effects;
pub mod operators;
pub mod print;
pub mod ty;
pub mod visit;

use crate::source::Span;
use builtin::Row;
use std::rc::Rc;
pub use ty::{Objects, Rep, Ty, tag};

/// Kinds of errors that [`Kind::Raise`] makes.
pub use nyash_abi::value::error as kind;

/// A function of a [`Module`].
pub type FuncId = usize;
/// A variable of a function.
pub type VarId = usize;
/// A class of a [`Module`]: boxes of the program first, then lambdas.
pub type ClassId = u32;
/// Where an array or map is made.
pub type Site = u32;

#[derive(Clone, Debug)]
pub struct Expr {
    pub kind: Kind,
    pub ty: Ty,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    Add,
    Sub,
    Mul,
    Div,
    Rem,
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    BitAnd,
    BitOr,
    BitXor,
    Shl,
    Shr,
}

#[derive(Clone, Debug)]
pub enum Kind {
    /// What a variable holds that is declared without a value.
    Unset,
    Void,
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(Rc<str>),
    Var(VarId),
    /// Stores; the value is void.
    SetVar(VarId, Box<Expr>),
    Global(usize),
    SetGlobal(usize, Box<Expr>),
    /// A variable that lambdas share lives in a cell; `cell` names it in [`Module::cells`].
    CellNew {
        cell: usize,
        value: Box<Expr>,
    },
    CellGet {
        cell: usize,
        from: VarId,
    },
    CellSet {
        cell: usize,
        to: VarId,
        value: Box<Expr>,
    },
    /// The only instance of a static box; `ensure` runs its initialiser first.
    Static {
        class: ClassId,
        ensure: bool,
    },
    /// What lowering leaves open. After settling there is none.
    Open(Open),
    /// A field that every instance of the class has a place for. An object that may be none is refused.
    Slot {
        object: Box<Expr>,
        class: ClassId,
        slot: usize,
    },
    SetSlot {
        object: Box<Expr>,
        class: ClassId,
        slot: usize,
        value: Box<Expr>,
    },
    Call {
        function: FuncId,
        arguments: Vec<Expr>,
        guard: Option<Box<Guard>>,
    },
    /// A call of one of [`Module::dispatches`]: which function runs is found out from the first argument.
    Dispatch {
        to: usize,
        arguments: Vec<Expr>,
    },
    /// Refuses what is no object, with the text. Gives nothing.
    Require {
        object: Box<Expr>,
        what: Rc<str>,
    },
    /// A receiver for which nothing can be done: it and the arguments are evaluated, then it is refused with the text.
    Refuse {
        receiver: Box<Expr>,
        arguments: Vec<Expr>,
        what: Rc<str>,
    },
    /// An instance whose fields are not set yet.
    Alloc(ClassId),
    Closure {
        class: ClassId,
        captures: Vec<Expr>,
    },
    Neg(Box<Expr>),
    BitNot(Box<Expr>),
    Not(Box<Expr>),
    /// Truthiness as a bool.
    Truthy(Box<Expr>),
    Binary(Op, Box<Expr>, Box<Expr>),
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    Cond(Box<Expr>, Box<Expr>, Box<Expr>),
    /// Whether the value is neither null nor void.
    IsSomething(Box<Expr>),
    /// Whether the value is an object of one of these classes.
    IsClass(Box<Expr>, Vec<u32>),
    /// Whether the value has this tag.
    IsTag(Box<Expr>, u32),
    Builtin {
        function: &'static Row,
        arguments: Vec<Expr>,
        site: Site,
        guard: Option<Box<Guard>>,
    },
    Array {
        items: Vec<Expr>,
        site: Site,
    },
    Map {
        entries: Vec<(Expr, Expr)>,
        site: Site,
    },
    Block(Vec<Stmt>, Option<Box<Expr>>),
    /// A runtime error known when compiling, reported when it is reached.
    Raise {
        kind: u32,
        message: Rc<str>,
    },
}

/// An access that depends on what its receiver turns out to be. `settle` puts something decided in its place.
#[derive(Clone, Debug)]
pub enum Open {
    Field {
        object: Box<Expr>,
        name: Rc<str>,
    },
    SetField {
        object: Box<Expr>,
        name: Rc<str>,
        value: Box<Expr>,
    },
    Method {
        object: Box<Expr>,
        name: Rc<str>,
        arguments: Vec<Expr>,
    },
    CallValue {
        callee: Box<Expr>,
        arguments: Vec<Expr>,
    },
}

/// A test of the first argument of a call before the others are evaluated: what is not of the kind is refused.
#[derive(Clone, Debug)]
pub struct Guard {
    /// The tag that the receiver must have.
    pub tag: u32,
    /// What the receiver is behind the test.
    pub ty: Ty,
    /// Whether the function takes the receiver. Methods of static boxes and of boxes without state do not.
    pub passed: bool,
    /// Text of the refusal.
    pub what: Rc<str>,
}

#[derive(Clone, Debug)]
pub enum Stmt {
    Expr(Expr),
    If(Expr, Vec<Stmt>, Vec<Stmt>),
    /// `step` runs after the body and on `continue`.
    Loop {
        condition: Option<Expr>,
        body: Vec<Stmt>,
        step: Vec<Stmt>,
    },
    Break,
    Continue,
    Return(Option<Expr>),
    Throw(Expr),
    /// A caught error goes on.
    Rethrow(VarId),
    Try(Box<Try>),
}

#[derive(Clone, Debug)]
pub struct Try {
    pub body: Vec<Stmt>,
    /// The variable the error goes to, and what handles it. The handler throws it again where nothing matches.
    pub handler: Option<(VarId, Vec<Stmt>)>,
    pub cleanup: Vec<Stmt>,
}

#[derive(Clone, Debug)]
pub struct Var {
    pub name: Rc<str>,
    pub ty: Ty,
}

#[derive(Clone, Debug)]
pub struct Func {
    /// As messages name it.
    pub name: Rc<str>,
    pub span: Span,
    /// How many of `vars` are parameters.
    pub params: usize,
    pub vars: Vec<Var>,
    pub body: Vec<Stmt>,
    pub ret: Ty,
    /// Some call reaches it.
    pub reached: bool,
    pub throws: bool,
    /// Can be in a chain of calls without end, so it counts the stack it uses.
    pub deep: bool,
}

#[derive(Clone, Debug)]
pub struct Slot {
    pub name: Rc<str>,
    pub ty: Ty,
    pub weak: bool,
    /// Declared, so it exists from the start.
    pub declared: bool,
}

#[derive(Clone, Debug, Default)]
pub struct Class {
    pub name: Rc<str>,
    pub slots: Vec<Slot>,
    pub is_static: bool,
    /// An instance is made somewhere.
    pub live: bool,
    /// A variant of an enum.
    pub variant: bool,
    /// Lambdas: the function.
    pub lambda: Option<FuncId>,
}

impl Class {
    pub fn slot(&self, name: &str) -> Option<usize> {
        self.slots.iter().position(|s| &*s.name == name)
    }
}

/// A method or field access whose receiver can be several things: one function that looks at the receiver.
#[derive(Clone, Debug)]
pub struct Dispatch {
    pub what: DispatchKind,
    pub name: Rc<str>,
    /// Types of the receiver and the arguments, over all uses. They are variables 0, 1 and so on of the arms.
    pub params: Vec<Ty>,
    pub ret: Ty,
    pub span: Span,
    /// What is done for each kind of receiver; settling fills this in. Every other receiver is refused.
    pub arms: Vec<(When, Expr)>,
    /// Counts the stack it uses, like [`Func::deep`].
    pub deep: bool,
}

/// What a receiver must be for something to apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    Tag(u32),
    /// Runtime class number.
    Class(u32),
}

impl When {
    /// The tag that goes with it.
    pub fn tag(self) -> u32 {
        match self {
            When::Tag(t) => t,
            When::Class(_) => tag::OBJ,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DispatchKind {
    Get,
    Set,
    Method,
    CallValue,
}

/// Element types of arrays and value types of maps, by the place that makes them. Places whose arrays meet are
/// one set. Place 0 is every array or map nothing is known about.
#[derive(Clone, Debug)]
pub struct Sites {
    parent: Vec<Site>,
    element: Vec<Ty>,
    pub changed: bool,
}

impl Default for Sites {
    fn default() -> Self {
        Sites {
            parent: vec![0],
            element: vec![Ty::NONE],
            changed: false,
        }
    }
}

impl Sites {
    pub fn make(&mut self) -> Site {
        self.parent.push(self.parent.len() as Site);
        self.element.push(Ty::NONE);
        self.parent.len() as Site - 1
    }

    pub fn find(&self, site: Site) -> Site {
        let mut s = site;
        while self.parent[s as usize] != s {
            s = self.parent[s as usize];
        }
        s
    }

    pub fn element(&self, site: Site) -> Ty {
        self.element[self.find(site) as usize]
    }

    pub fn add(&mut self, site: Site, ty: Ty) {
        let root = self.find(site) as usize;
        let joined = self.join(self.element[root], ty);
        let root = self.find(root as Site) as usize;
        if joined != self.element[root] {
            self.element[root] = joined;
            self.changed = true;
        }
    }

    pub fn unite(&mut self, a: Site, b: Site) {
        let (a, b) = (self.find(a), self.find(b));
        if a == b {
            return;
        }
        let (root, other) = (a.min(b), a.max(b));
        self.parent[other as usize] = root;
        self.changed = true;
        let ty = self.element[other as usize];
        self.add(root, ty);
    }

    /// The smallest type that holds both.
    pub fn join(&mut self, a: Ty, b: Ty) -> Ty {
        if a == b {
            return a;
        }
        let objects = match (a.objects, b.objects) {
            (Objects::None, x) | (x, Objects::None) => x,
            (Objects::Array(x), Objects::Array(y)) => {
                self.unite(x, y);
                Objects::Array(self.find(x))
            }
            (Objects::Map(x), Objects::Map(y)) => {
                self.unite(x, y);
                Objects::Map(self.find(x))
            }
            (x, y) if x == y => x,
            (x, y) => {
                for side in [x, y] {
                    if let Objects::Array(s) | Objects::Map(s) = side {
                        self.unite(s, 0);
                    }
                }
                Objects::Any
            }
        };
        Ty {
            kinds: a.kinds | b.kinds,
            objects,
        }
    }
}

/// The whole program.
#[derive(Debug, Default)]
pub struct Module {
    /// Null and void are one value, and so on.
    pub edition_2026: bool,
    pub functions: Vec<Func>,
    pub classes: Vec<Class>,
    pub globals: Vec<Var>,
    pub cells: Vec<Ty>,
    pub sites: Sites,
    pub dispatches: Vec<Dispatch>,
    /// Functions of the library that lowering has made use of, in any order and more than once.
    pub rows: Vec<&'static Row>,
    /// Runs the program.
    pub start: FuncId,
    /// Initialiser of a static box that has one.
    pub ensure: Vec<Option<FuncId>>,
}

impl Module {
    /// Whether reading a slot is an error while nothing has been assigned to it. In the second edition it is null then,
    /// and a weak reference to nothing is null in both.
    pub fn raises_absent(&self, class: ClassId, slot: usize) -> bool {
        let slot = &self.classes[class as usize].slots[slot];
        !self.edition_2026 && !slot.weak && slot.ty.has(tag::ABSENT) && !slot.name.starts_with('$')
    }

    /// What an expression without a value gives: null, in the first edition void.
    pub fn nothing(&self) -> Ty {
        if self.edition_2026 { Ty::NULL } else { Ty::VOID }
    }
}

impl Expr {
    pub fn new(kind: impl Into<Kind>, span: Span) -> Expr {
        Expr {
            kind: kind.into(),
            ty: Ty::NONE,
            span,
        }
    }
}

impl From<Open> for Kind {
    fn from(open: Open) -> Kind {
        Kind::Open(open)
    }
}
