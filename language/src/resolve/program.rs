//! A program whose names are known: what the front end hands to the back end.

use crate::diagnostic::Diagnostic;
use crate::edition::Edition;
use crate::source::{SourceMap, Span};
use crate::syntax::ast::{BoxDecl, BoxKind, EnumDecl, FunctionDecl, Lambda, NodeId, Unit, Visibility};
use std::collections::HashMap;
use std::rc::Rc;

macro_rules! index_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl $name {
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}

index_type!(
    /// One file of the program; indexes [`Program::units`].
    UnitId
);
index_type!(
    /// A user box, static box or interface; indexes [`Program::boxes`].
    BoxId
);
index_type!(
    /// An enum; indexes [`Program::enums`].
    EnumId
);
index_type!(
    /// Anything with a body and variables of its own; indexes [`Program::functions`].
    FunctionId
);
index_type!(
    /// A variable of a function; indexes [`Program::locals`].
    LocalId
);
index_type!(
    /// A variable of the program; indexes [`Program::globals`].
    GlobalId
);

/// All files of a program with the meaning of every name in them.
#[derive(Debug)]
pub struct Program {
    pub edition: Edition,
    pub sources: SourceMap,
    /// The root file first, others in the order they were loaded.
    pub units: Vec<Unit>,
    pub boxes: Vec<BoxInfo>,
    pub enums: Vec<EnumInfo>,
    /// `functions[0]` is the top level of the root file.
    pub functions: Vec<FunctionInfo>,
    pub locals: Vec<LocalInfo>,
    pub globals: Vec<GlobalInfo>,
    /// `main` of the static box `Main`.
    pub main: Option<FunctionId>,
    /// True after `using nyashstd`.
    pub uses_nyashstd: bool,
    /// Number of node ids; the length of a table by node.
    pub node_count: usize,
    /// By node: what a name, a declared variable or a parameter stands for.
    pub bindings: Vec<Option<Binding>>,
    /// `include`/`using` statements whose file runs where they stand: the first one that loads each file.
    /// The statements of that unit belong to the function the statement stands in.
    pub loads: HashMap<NodeId, UnitId>,
    /// Method calls `Owner.name(..)` that call a `static function Owner.name`.
    pub static_calls: HashMap<NodeId, FunctionId>,
    /// Lambda expression -> its function. Keyed by [`Lambda::id`].
    pub lambdas: HashMap<NodeId, FunctionId>,
    /// Patterns, `Enum::Variant` expressions and `Enum.Variant` accesses that name a variant.
    pub variants: HashMap<NodeId, (EnumId, u32)>,
    /// Function declared by a declaration node ([`FunctionDecl::id`]).
    pub declared_functions: HashMap<NodeId, FunctionId>,
    /// Functions of the library that are written in the language itself, by the name in their row.
    pub prelude: HashMap<Rc<str>, FunctionId>,
    /// Box declared by a declaration node ([`BoxDecl::id`]).
    pub declared_boxes: HashMap<NodeId, BoxId>,
    /// `from P.m(..)` and `new P(..)` -> what `P` is.
    pub classes: HashMap<NodeId, ClassRef>,
    /// What there is to warn about.
    pub warnings: Vec<Diagnostic>,
}

/// What a box name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClassRef {
    User(BoxId),
    /// A box of the library, by its name.
    Builtin(Rc<str>),
    /// Unknown; an error when it is reached at run time (2025 reports it there).
    Unknown(Rc<str>),
}

/// What a name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Binding {
    Local(LocalId),
    Global(GlobalId),
    /// A top-level function (callable; as a value, a function value).
    Function(FunctionId),
    /// A static box as a value, or the receiver of a call or field access.
    StaticBox(BoxId),
    /// An ordinary box used as a name: receiver of `static function` calls and of methods that need no `me`.
    Box(BoxId),
    Enum(EnumId),
    /// `foo(x)` inside a box that has a method `foo`, where no function has that name: a call on `me`.
    OwnMethod(BoxId),
    /// `print`, `isType`, `exit`, ...
    BuiltinFunction(Rc<str>),
    /// `env`, `statics`, `string`, `console`, ... as the receiver of a call
    Namespace(Rc<str>),
    /// A builtin box used as a name, as in `MathBox.sqrt(2)`.
    BuiltinBox(Rc<str>),
    /// Nothing has this name: an error when it is reached at run time (2025 only).
    Unknown,
}

#[derive(Debug)]
pub struct BoxInfo {
    pub name: Rc<str>,
    pub kind: BoxKind,
    pub decl: Rc<BoxDecl>,
    /// As written, left to right.
    pub parents: Vec<ClassRef>,
    /// User ancestors in the order in which methods are looked up after the box itself; each once.
    pub ancestors: Vec<BoxId>,
    /// Builtin ancestors in the same order.
    pub builtin_ancestors: Vec<Rc<str>>,
    pub interfaces: Vec<BoxId>,
    /// Own declared fields, without those of the parents.
    pub fields: Vec<FieldInfo>,
    pub properties: Vec<PropertyInfo>,
    pub constructors: Vec<FunctionId>,
    /// Own methods. Several of one name differ in their number of parameters.
    pub methods: Vec<(Rc<str>, FunctionId)>,
    /// `static { .. }` blocks
    pub static_initialisers: Vec<FunctionId>,
    /// A `public` or `private` field is declared: fields that are not public are private (2025).
    pub restricts_fields: bool,
}

#[derive(Debug)]
pub struct FieldInfo {
    pub name: Rc<str>,
    pub span: Span,
    pub weak: bool,
    pub visibility: Option<Visibility>,
    /// A function that returns the initial value.
    pub initialiser: Option<FunctionId>,
    /// Name of the declared type.
    pub ty: Option<Rc<str>>,
}

#[derive(Debug)]
pub struct PropertyInfo {
    pub name: Rc<str>,
    pub kind: crate::syntax::ast::PropertyKind,
    pub getter: FunctionId,
}

#[derive(Debug)]
pub struct EnumInfo {
    pub name: Rc<str>,
    pub decl: Rc<EnumDecl>,
}

/// Where a body comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FunctionKind {
    /// Statements of the root file, and of the files it loads.
    TopLevel,
    Function,
    /// `static function Owner.name`
    StaticFunction,
    Method(BoxId),
    Constructor(BoxId),
    /// Body of a property.
    Getter(BoxId),
    /// Initialiser of the `n`th field.
    FieldInitialiser(BoxId, u32),
    /// The `n`th `static { .. }` block, counted over the members of the box.
    StaticInitialiser(BoxId, u32),
    /// Written inside another function.
    Lambda(FunctionId),
}

/// Where the statements of a function are.
#[derive(Clone, Debug)]
pub enum FunctionBody {
    /// All statements of the root file.
    Unit(UnitId),
    Declared(Rc<FunctionDecl>),
    Lambda(Rc<Lambda>),
    /// Member `index` of the box: the initialiser expression of a field, or a static block.
    Member(Rc<BoxDecl>, usize),
}

#[derive(Debug)]
pub struct FunctionInfo {
    /// As messages name it: `Main.main`, `fib`, `Point.birth`, `<top level>`, `<lambda>`.
    pub name: Rc<str>,
    pub span: Span,
    pub kind: FunctionKind,
    pub body: FunctionBody,
    pub parameters: Vec<LocalId>,
    /// Every variable, parameters first.
    pub locals: Vec<LocalId>,
    /// Lambdas only: variables of enclosing functions it uses, each once, in order of first use.
    pub captures: Vec<LocalId>,
    /// `me` is used; in a lambda it is captured.
    pub uses_me: bool,
}

#[derive(Debug)]
pub struct LocalInfo {
    pub name: Rc<str>,
    pub span: Span,
    pub function: FunctionId,
    /// Used by a lambda inside `function`: shared by reference.
    pub captured: bool,
    /// Assigned somewhere besides its declaration.
    pub reassigned: bool,
}

#[derive(Debug)]
pub struct GlobalInfo {
    pub name: Rc<str>,
    /// Where it is first mentioned.
    pub span: Span,
}

impl Program {
    pub fn binding(&self, node: NodeId) -> Option<&Binding> {
        self.bindings.get(node.index()).and_then(Option::as_ref)
    }

    pub fn function(&self, id: FunctionId) -> &FunctionInfo {
        &self.functions[id.index()]
    }

    pub fn box_info(&self, id: BoxId) -> &BoxInfo {
        &self.boxes[id.index()]
    }

    pub fn local(&self, id: LocalId) -> &LocalInfo {
        &self.locals[id.index()]
    }

    /// The method that `name` with this many arguments means on a value of this box: its own, else that of the
    /// first ancestor that has one. Where no number fits, the first of that name.
    pub fn find_method(&self, of: BoxId, name: &str, arguments: usize) -> Option<FunctionId> {
        let mut fallback = None;
        for id in std::iter::once(of).chain(self.box_info(of).ancestors.iter().copied()) {
            for (method, function) in &self.box_info(id).methods {
                if &**method == name {
                    if self.function(*function).parameters.len() == arguments {
                        return Some(*function);
                    }
                    fallback.get_or_insert(*function);
                }
            }
        }
        fallback
    }

    /// The constructor of the box itself for this many arguments.
    pub fn find_constructor(&self, of: BoxId, arguments: usize) -> Option<FunctionId> {
        let fits = |id: &&FunctionId| self.function(**id).parameters.len() == arguments;
        self.box_info(of).constructors.iter().find(fits).copied()
    }
}
