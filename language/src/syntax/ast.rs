//! The syntax tree, one for both editions.
//!
//! Every node that later stages attach facts to carries a [`NodeId`], unique in the whole program, so that a
//! fact table is a vector. Literal `this` and `me` are one node, `while` is a loop, `|>` is gone: the parser
//! rewrites what is only another spelling, and keeps what has a meaning of its own.

use crate::source::{FileId, Span};
use std::rc::Rc;

/// Identifies one node of the trees of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

impl NodeId {
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// An identifier where it is written.
#[derive(Clone, Debug)]
pub struct Name {
    pub text: Rc<str>,
    pub span: Span,
}

/// One parsed file. Declarations stand among the statements in source order.
#[derive(Debug)]
pub struct Unit {
    pub file: FileId,
    pub statements: Vec<Stmt>,
    /// Every `include`, `using` and `import` in it, nested ones too, in source order.
    pub requests: Vec<FileRequest>,
    /// Every box, enum and function in it, wherever they stand; inner ones before outer ones.
    pub declarations: Vec<Declaration>,
}

/// A declaration as it also stands among the statements.
#[derive(Clone, Debug)]
pub enum Declaration {
    Box(Rc<BoxDecl>),
    Enum(Rc<EnumDecl>),
    Function(Rc<FunctionDecl>),
}

/// A statement that asks for another file.
#[derive(Clone, Debug)]
pub struct FileRequest {
    pub statement: NodeId,
    pub target: RequestTarget,
    pub span: Span,
    pub alias: Option<Name>,
}

#[derive(Clone, Debug)]
pub enum RequestTarget {
    /// `include "path"`
    Include(Rc<str>),
    /// `using "path"`
    Path(Rc<str>),
    /// `using a.b.c`
    Module(Rc<str>),
}

/// `{ ... }`, and the scope it opens.
#[derive(Debug)]
pub struct Block {
    pub id: NodeId,
    pub span: Span,
    pub statements: Vec<Stmt>,
}

/// A statement or declaration.
#[derive(Debug)]
pub struct Stmt {
    pub id: NodeId,
    pub span: Span,
    pub kind: StmtKind,
}

#[derive(Debug)]
pub enum StmtKind {
    // Declarations
    Box(Rc<BoxDecl>),
    Enum(Rc<EnumDecl>),
    Function(Rc<FunctionDecl>),
    Include(Include),
    Using(Using),

    // Variables
    /// `local a`, `local a, b`, `local a = e`, `local a = e fini { .. }`
    Local {
        variables: Vec<Variable>,
        fini: Option<Block>,
    },
    /// `outbox a, b`
    Outbox {
        variables: Vec<Variable>,
    },
    /// `global a = e`
    Global {
        variable: Variable,
    },
    /// `nowait a = e`
    Nowait {
        variable: Variable,
    },
    /// `a = e`, `o.f += e`, `a[i] = e`
    Assign(Box<Assign>),

    // Control
    If {
        arms: Vec<(Expr, Block)>,
        otherwise: Option<Block>,
    },
    /// `loop(c) {}`, `loop {}`, `while c {}`; no condition means for ever
    Loop {
        condition: Option<Expr>,
        body: Block,
    },
    /// `until c {}`: tested before each round, leaves when true
    Until {
        condition: Expr,
        body: Block,
    },
    /// `repeat n {}`: `n` is evaluated once
    Repeat {
        count: Expr,
        body: Block,
    },
    /// `repeat {} until c`: tested after each round, in the scope of the body
    RepeatUntil {
        body: Block,
        condition: Expr,
    },
    /// `for x in e {}`, `loop(x in e) {}`; `e` is a range, an array, a map (keys) or a string (characters)
    For {
        variable: Variable,
        iterable: Expr,
        body: Block,
    },
    Break,
    Continue,
    Return(Option<Expr>),
    Throw(Expr),
    /// `try {} catch ..`, and `{} catch ..` with the handlers written behind
    Try(Box<Try<Block>>),
    Block(Block),
    /// `fini { .. }`: runs when the enclosing block is left, last registered first
    Fini(Block),

    Expr(Expr),
    /// Stands where nothing could be understood; an error has been reported.
    Invalid,
}

/// A declared variable. `value` is `None` where the form has no initialiser.
#[derive(Debug)]
pub struct Variable {
    pub id: NodeId,
    pub name: Name,
    pub ty: Option<TypeRef>,
    pub value: Option<Expr>,
}

/// `target op= value`. `target` is a `Name`, `Field` or `Index` expression.
#[derive(Debug)]
pub struct Assign {
    pub target: Expr,
    /// `None` for plain `=`.
    pub op: Option<BinaryOp>,
    pub value: Expr,
}

/// A body with handlers. `T` is [`Block`] for statements and [`Expr`] for `call() catch ..`.
#[derive(Debug)]
pub struct Try<T> {
    pub body: T,
    pub catches: Vec<Catch>,
    /// `finally { .. }` or `cleanup { .. }`
    pub cleanup: Option<Block>,
}

/// `catch (Type name) { .. }`; both parts may be missing.
#[derive(Debug)]
pub struct Catch {
    pub id: NodeId,
    pub span: Span,
    pub ty: Option<Name>,
    pub variable: Option<Variable>,
    pub body: Block,
}

/// `include "path"`
#[derive(Debug)]
pub struct Include {
    pub path: Rc<str>,
    pub path_span: Span,
}

/// `using a.b.c as X`, `using "path" as X`, `import "path" as X`, `using nyashstd`
#[derive(Debug)]
pub struct Using {
    pub target: UsingTarget,
    pub target_span: Span,
    pub alias: Option<Name>,
}

#[derive(Debug)]
pub enum UsingTarget {
    /// A dotted module name, segments joined by `.`.
    Module(Rc<str>),
    /// A quoted path.
    Path(Rc<str>),
}

/// A type as written. Types are documentation except where `isType`, patterns and `new` name a box.
#[derive(Debug)]
pub struct TypeRef {
    pub name: Name,
    pub arguments: Vec<TypeRef>,
}

// ---------------------------------------------------------------------------------------------- declarations

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BoxKind {
    Ordinary,
    /// `static box`, `flow`
    Static,
    /// `interface box`
    Interface,
}

#[derive(Debug)]
pub struct BoxDecl {
    pub id: NodeId,
    pub kind: BoxKind,
    pub name: Name,
    pub type_parameters: Vec<Name>,
    /// `from P, Q`
    pub parents: Vec<Name>,
    /// `interface I`, `implements I`
    pub interfaces: Vec<Name>,
    pub members: Vec<Member>,
}

#[derive(Debug)]
pub struct Member {
    pub id: NodeId,
    pub span: Span,
    pub kind: MemberKind,
}

#[derive(Debug)]
pub enum MemberKind {
    Field(Field),
    Property(Property),
    Constructor(Box<Constructor>),
    Method(Box<Method>),
    /// `name(params)` of an interface
    Signature(Signature),
    /// `static { .. }`
    StaticInit(Block),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visibility {
    Public,
    Private,
}

#[derive(Debug)]
pub struct Field {
    pub name: Name,
    pub ty: Option<TypeRef>,
    pub initialiser: Option<Expr>,
    pub weak: bool,
    /// `None` where no `public`/`private` is written.
    pub visibility: Option<Visibility>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PropertyKind {
    /// evaluated at every read
    Computed,
    /// evaluated at the first read
    Once,
    /// evaluated before the constructor's body, in order of declaration
    BirthOnce,
}

/// A field whose value is computed by a function without parameters. `=> e` is a body with one `return e`; in a
/// block the value is what it returns, or its last expression statement.
#[derive(Debug)]
pub struct Property {
    pub kind: PropertyKind,
    pub name: Name,
    pub ty: Option<TypeRef>,
    pub body: Rc<FunctionDecl>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConstructorKeyword {
    Birth,
    Pack,
    Init,
    /// a member with the box's own name
    BoxName,
}

#[derive(Debug)]
pub struct Constructor {
    pub keyword: ConstructorKeyword,
    pub function: Rc<FunctionDecl>,
}

#[derive(Debug)]
pub struct Method {
    /// The `override` word where it is written.
    pub override_span: Option<Span>,
    pub function: Rc<FunctionDecl>,
}

#[derive(Debug)]
pub struct Signature {
    pub name: Name,
    pub parameters: Vec<Parameter>,
}

/// The name, parameters and body of a function, method or constructor.
#[derive(Debug)]
pub struct FunctionDecl {
    pub id: NodeId,
    /// From the name to the end of the body.
    pub span: Span,
    /// `static function Owner.name`
    pub owner: Option<Name>,
    pub is_static: bool,
    pub name: Name,
    pub parameters: Vec<Parameter>,
    pub return_type: Option<TypeRef>,
    /// Handlers written behind the body have become a `Try` statement inside it.
    pub body: Block,
}

#[derive(Debug)]
pub struct Parameter {
    pub id: NodeId,
    pub name: Name,
    pub ty: Option<TypeRef>,
}

#[derive(Debug)]
pub struct EnumDecl {
    pub id: NodeId,
    pub name: Name,
    pub type_parameters: Vec<Name>,
    pub variants: Vec<Variant>,
}

#[derive(Debug)]
pub struct Variant {
    pub name: Name,
    pub shape: VariantShape,
}

#[derive(Debug)]
pub enum VariantShape {
    Unit,
    Tuple(Vec<TypeRef>),
    Record(Vec<(Name, TypeRef)>),
}

// ---------------------------------------------------------------------------------------------- expressions

#[derive(Debug)]
pub struct Expr {
    pub id: NodeId,
    pub span: Span,
    /// Height of this tree. The parser bounds it, so that recursion over a tree is safe.
    pub height: u32,
    pub kind: ExprKind,
}

#[derive(Debug)]
pub enum ExprKind {
    Int(i64),
    Float(f64),
    Str(Rc<str>),
    Bool(bool),
    Null,
    /// the word `void`
    Void,
    /// `me`, `this`
    Me,
    /// A variable, function, box or namespace; the resolver says which.
    Name(Rc<str>),
    /// `[a, b]`
    Array(Vec<Expr>),
    /// `%{"k" => v}`, `{"k": v}`
    Map(Vec<(Expr, Expr)>),
    Unary {
        op: UnaryOp,
        operand: Box<Expr>,
    },
    Binary {
        op: BinaryOp,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// `c ? a : b`
    Conditional {
        condition: Box<Expr>,
        then: Box<Expr>,
        otherwise: Box<Expr>,
    },
    /// `f(args)`, `(expr)(args)`; `print(e)` too
    Call {
        callee: Box<Expr>,
        arguments: Vec<Expr>,
    },
    /// `o.m(args)`; `o?.m(args)` when `optional`: null receiver gives null and no argument is evaluated
    MethodCall {
        receiver: Box<Expr>,
        name: Name,
        arguments: Vec<Expr>,
        optional: bool,
    },
    Field {
        receiver: Box<Expr>,
        name: Name,
        optional: bool,
    },
    Index {
        receiver: Box<Expr>,
        index: Box<Expr>,
    },
    New {
        class: Name,
        type_arguments: Vec<TypeRef>,
        arguments: Vec<Expr>,
    },
    /// `from P.m(args)`
    From {
        parent: Name,
        method: Name,
        arguments: Vec<Expr>,
    },
    /// `Enum::Variant(args)`, `Enum::Variant { f: e }`, `Enum::Variant`
    Variant {
        enumeration: Name,
        variant: Name,
        payload: VariantPayload,
    },
    /// `e?`: gives the value of an ok Result, returns an error one from the function
    Propagate(Box<Expr>),
    Lambda(Rc<Lambda>),
    /// `{ statements; tail }`: the value is that of a last expression statement
    Block(Block),
    Match(Box<Match>),
    /// `(x = e)`
    Assign(Box<Assign>),
    /// `call() catch (e) { .. } cleanup { .. }`
    Try(Box<Try<Expr>>),
    /// `externcall "symbol"(args)`
    Extern {
        symbol: Rc<str>,
        arguments: Vec<Expr>,
    },
    /// Stands where nothing could be understood; an error has been reported.
    Invalid,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOp {
    Negate,
    Not,
    BitNot,
    Await,
    /// `nowait e` as an expression
    Nowait,
    Weak,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BinaryOp {
    Or,
    And,
    /// `??`
    Coalesce,
    BitOr,
    BitXor,
    BitAnd,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    /// `a .. b`
    Range,
    Add,
    Subtract,
    ShiftLeft,
    /// 2026: shift right; 2025: two integers shift, otherwise a channel between two boxes
    ShiftRight,
    Multiply,
    Divide,
    Remainder,
}

#[derive(Debug)]
pub enum VariantPayload {
    Unit,
    Tuple(Vec<Expr>),
    Record(Vec<(Name, Expr)>),
}

/// `fn(a, b) { .. }`
#[derive(Debug)]
pub struct Lambda {
    pub id: NodeId,
    pub parameters: Vec<Parameter>,
    pub body: Block,
}

#[derive(Debug)]
pub struct Match {
    pub scrutinee: Expr,
    pub arms: Vec<Arm>,
}

/// `p | q if guard => body`. A body in braces is an [`ExprKind::Block`].
#[derive(Debug)]
pub struct Arm {
    pub id: NodeId,
    pub span: Span,
    pub pattern: Pattern,
    pub guard: Option<Expr>,
    pub body: Expr,
}

#[derive(Debug)]
pub struct Pattern {
    pub id: NodeId,
    pub span: Span,
    pub kind: PatternKind,
}

#[derive(Debug)]
pub enum PatternKind {
    /// `_`
    Wildcard,
    Int(i64),
    Float(f64),
    Str(Rc<str>),
    Bool(bool),
    Null,
    Void,
    /// `1 .. 5`, end excluded as in `for`
    Range(i64, i64),
    /// `a | b`
    Or(Vec<Pattern>),
    /// A bare name: a unit variant where the resolver knows one, else it binds the value.
    Name(Variable),
    /// `Box(x)`, `Some(x)`, `Enum::Some(x)`
    Tuple {
        enumeration: Option<Name>,
        name: Name,
        items: Vec<Pattern>,
    },
    /// `Ident { name, value: pattern }`
    Record {
        enumeration: Option<Name>,
        name: Name,
        fields: Vec<(Name, Pattern)>,
    },
    /// `Enum::None`
    Unit {
        enumeration: Name,
        name: Name,
    },
    /// `[a, b, ..rest]`
    Array {
        items: Vec<Pattern>,
        rest: Option<Rest>,
    },
    /// `{ "k": v, .. }`
    Map {
        entries: Vec<(Rc<str>, Pattern)>,
        rest: bool,
    },
    Invalid,
}

/// `..` or `..name` at the end of an array pattern.
#[derive(Debug)]
pub struct Rest {
    pub variable: Option<Variable>,
}
