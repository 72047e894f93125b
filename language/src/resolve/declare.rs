//! What the files declare: boxes with their members and ancestors, functions, enums.

use super::builtins::{self, builtin_box};
use super::load::{Alias, Loaded};
use super::program::*;
use super::sink::Sink;
use super::suggest::nearest;
use crate::diagnostic::Diagnostic;
use crate::edition::Edition;
use crate::source::{FileId, SourceMap, Span};
use crate::syntax::ast::*;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// More parents, grandparents and so on than any program has.
const MAX_ANCESTORS: usize = 500;

/// A program whose declarations are known, and the tables to find them by name.
pub(crate) struct Declared {
    pub program: Program,
    pub boxes: HashMap<Rc<str>, BoxId>,
    pub functions: HashMap<Rc<str>, FunctionId>,
    pub static_functions: HashMap<(Rc<str>, Rc<str>), FunctionId>,
    pub enums: HashMap<Rc<str>, EnumId>,
    /// Names given by `using .. as`, by file, and for all files.
    pub aliases: HashMap<(FileId, Rc<str>), BoxId>,
    pub global_aliases: HashMap<Rc<str>, BoxId>,
}

impl Declared {
    /// The user box that `name` means in `file`.
    pub fn find_box(&self, name: &Rc<str>, file: FileId) -> Option<BoxId> {
        let alias = self.aliases.get(&(file, Rc::clone(name)));
        alias
            .or_else(|| self.boxes.get(name))
            .or_else(|| self.global_aliases.get(name))
            .copied()
    }

    /// Says that the variable belongs to a block that has ended.
    pub fn ended(&self, diagnostic: Diagnostic, local: LocalId) -> Diagnostic {
        let local = self.program.local(local);
        diagnostic
            .also(local.span, "this variable ends with its block")
            .hint(format!("declare it before the block with `local {}`", local.name))
    }

    /// An error in 2026; in 2025 what would fail only when it is reached at run time, a warning.
    pub fn lint(&self, code: &'static str, message: impl Into<String>) -> Diagnostic {
        match self.program.edition {
            Edition::E2025 => Diagnostic::warning(code, message),
            Edition::E2026 => Diagnostic::error(code, message),
        }
    }
}

/// Enters every declaration of the program. Bodies are not looked at.
pub(crate) fn declarations(loaded: Loaded, diagnostics: &mut Sink) -> Declared {
    let program = Program {
        edition: loaded.edition,
        sources: SourceMap::new(),
        units: loaded.units,
        boxes: Vec::new(),
        enums: Vec::new(),
        functions: Vec::new(),
        locals: Vec::new(),
        globals: Vec::new(),
        main: None,
        uses_nyashstd: loaded.uses_nyashstd,
        node_count: loaded.node_count,
        bindings: vec![None; loaded.node_count],
        loads: loaded.loads,
        static_calls: HashMap::new(),
        lambdas: HashMap::new(),
        variants: HashMap::new(),
        declared_functions: HashMap::new(),
        prelude: HashMap::new(),
        declared_boxes: HashMap::new(),
        classes: HashMap::new(),
        warnings: Vec::new(),
    };
    let declared = Declared {
        program,
        boxes: HashMap::new(),
        functions: HashMap::new(),
        static_functions: HashMap::new(),
        enums: HashMap::new(),
        aliases: HashMap::new(),
        global_aliases: HashMap::new(),
    };
    let mut collector = Collector {
        declared,
        duplicates: HashMap::new(),
        diagnostics,
    };
    collector.top_level();
    let units = std::mem::take(&mut collector.declared.program.units);
    let (own, library) = match loaded.prelude {
        true => units.split_at(units.len().saturating_sub(1)),
        false => (units.as_slice(), [].as_slice()),
    };
    for declaration in library.iter().flat_map(|unit| &unit.declarations) {
        collector.library_function(declaration);
    }
    // The root file comes last, so that its boxes win over those of the files it loads.
    for unit in own.iter().rev() {
        for declaration in &unit.declarations {
            collector.declaration(declaration);
        }
    }
    collector.declared.program.units = units;
    collector.aliases(&loaded.aliases);
    collector.parents();
    collector.ancestors();
    collector.interfaces();
    collector.overrides();
    collector.find_main();
    collector.declared
}

struct Collector<'a> {
    declared: Declared,
    /// First place of each box, function and enum.
    duplicates: HashMap<Rc<str>, Span>,
    diagnostics: &'a mut Sink,
}

impl Collector<'_> {
    fn top_level(&mut self) {
        let file = self.declared.program.units.first().map_or(FileId(0), |unit| unit.file);
        let body = FunctionBody::Unit(UnitId(0));
        self.function(
            "<top level>".into(),
            Span::new(file, 0, 0),
            FunctionKind::TopLevel,
            body,
        );
    }

    fn function(&mut self, name: Rc<str>, span: Span, kind: FunctionKind, body: FunctionBody) -> FunctionId {
        let functions = &mut self.declared.program.functions;
        let id = FunctionId(functions.len() as u32);
        if let FunctionBody::Declared(decl) = &body {
            self.declared.program.declared_functions.insert(decl.id, id);
        }
        functions.push(FunctionInfo {
            name,
            span,
            kind,
            body,
            parameters: Vec::new(),
            locals: Vec::new(),
            captures: Vec::new(),
            uses_me: false,
        });
        id
    }

    /// A function of the library's own file, which programs cannot name.
    fn library_function(&mut self, declaration: &Declaration) {
        if let Declaration::Function(decl) = declaration {
            let name = Rc::clone(&decl.name.text);
            let method = name.split('_').next_back().unwrap_or(&name);
            let body = FunctionBody::Declared(Rc::clone(decl));
            let id = self.function(method.into(), decl.span, FunctionKind::Function, body);
            self.declared.program.prelude.insert(name, id);
        }
    }

    fn declaration(&mut self, declaration: &Declaration) {
        match declaration {
            Declaration::Box(decl) => self.box_declaration(decl),
            Declaration::Enum(decl) => self.enum_declaration(decl),
            Declaration::Function(decl) => self.function_declaration(decl),
        }
    }

    /// Says so where a name is declared twice. In one file that is an error in 2026; elsewhere the later one,
    /// or that of the root file, counts.
    fn note_duplicate(&mut self, what: &str, name: &Name, key: Rc<str>) {
        if let Some(first) = self.duplicates.insert(key, name.span) {
            let message = format!("the {what} `{}` is declared twice", name.text);
            let same_file = first.file == name.span.file;
            let diagnostic = match same_file {
                true => self.declared.lint("duplicate-declaration", message),
                false if &*name.text == "Main" => return,
                false => Diagnostic::warning("duplicate-declaration", message),
            };
            let diagnostic = diagnostic
                .at(name.span, "declared again here")
                .also(first, "first declared here");
            let diagnostic = match diagnostic.is_error() {
                true => diagnostic.hint("rename one of them"),
                false => diagnostic.note("the later declaration replaces the first"),
            };
            self.diagnostics.push(diagnostic);
        }
    }

    fn enum_declaration(&mut self, decl: &Rc<EnumDecl>) {
        self.note_duplicate("enum", &decl.name, Rc::clone(&decl.name.text));
        let mut seen: HashMap<Rc<str>, Span> = HashMap::new();
        for variant in &decl.variants {
            if let Some(first) = seen.insert(Rc::clone(&variant.name.text), variant.name.span) {
                let message = format!("the variant `{}` is declared twice", variant.name.text);
                let diagnostic = Diagnostic::error("duplicate-declaration", message);
                self.diagnostics
                    .push(diagnostic.at(variant.name.span, "again here").also(first, "first here"));
            }
        }
        let id = EnumId(self.declared.program.enums.len() as u32);
        let name = Rc::clone(&decl.name.text);
        self.declared.program.enums.push(EnumInfo {
            name: Rc::clone(&name),
            decl: Rc::clone(decl),
        });
        self.declared.enums.insert(name, id);
    }

    fn function_declaration(&mut self, decl: &Rc<FunctionDecl>) {
        let name = &decl.name.text;
        let body = FunctionBody::Declared(Rc::clone(decl));
        match &decl.owner {
            Some(owner) => {
                let full: Rc<str> = format!("{}.{name}", owner.text).into();
                self.note_duplicate("function", &decl.name, Rc::clone(&full));
                let id = self.function(full, decl.span, FunctionKind::StaticFunction, body);
                self.declared
                    .static_functions
                    .insert((Rc::clone(&owner.text), Rc::clone(name)), id);
            }
            None => {
                self.note_duplicate("function", &decl.name, Rc::clone(name));
                let id = self.function(Rc::clone(name), decl.span, FunctionKind::Function, body);
                self.declared.functions.insert(Rc::clone(name), id);
            }
        }
    }

    // ------------------------------------------------------------------------------------------ boxes

    fn box_declaration(&mut self, decl: &Rc<BoxDecl>) {
        let name = Rc::clone(&decl.name.text);
        self.note_duplicate("box", &decl.name, Rc::clone(&name));
        if let Some(builtin) = builtin_box(&name) {
            let message = format!("the box `{builtin}` of the library is hidden by this one");
            self.diagnostics
                .push(Diagnostic::warning("hides-builtin", message).at(decl.name.span, ""));
        }
        let id = BoxId(self.declared.program.boxes.len() as u32);
        self.declared.program.declared_boxes.insert(decl.id, id);
        self.declared.program.boxes.push(BoxInfo {
            name: Rc::clone(&name),
            kind: decl.kind,
            decl: Rc::clone(decl),
            parents: Vec::new(),
            ancestors: Vec::new(),
            builtin_ancestors: Vec::new(),
            interfaces: Vec::new(),
            fields: Vec::new(),
            properties: Vec::new(),
            constructors: Vec::new(),
            methods: Vec::new(),
            static_initialisers: Vec::new(),
            restricts_fields: false,
        });
        self.declared.boxes.insert(Rc::clone(&name), id);
        // Fields, properties and methods share one set of names; methods are told apart by arity as well.
        let mut seen: HashMap<(Rc<str>, Option<usize>), Span> = HashMap::new();
        for (index, member) in decl.members.iter().enumerate() {
            self.member(id, decl, index, member, &mut seen);
        }
    }

    fn member(
        &mut self,
        id: BoxId,
        decl: &Rc<BoxDecl>,
        index: usize,
        member: &Member,
        seen: &mut HashMap<(Rc<str>, Option<usize>), Span>,
    ) {
        let owner = Rc::clone(&decl.name.text);
        match &member.kind {
            MemberKind::Field(field) => {
                let name = Rc::clone(&field.name.text);
                let at = self.declared.program.boxes[id.index()].fields.len() as u32;
                let initialiser = field.initialiser.as_ref().map(|value| {
                    let kind = FunctionKind::FieldInitialiser(id, at);
                    let body = FunctionBody::Member(Rc::clone(decl), index);
                    self.function(format!("{owner}.{name}").into(), value.span, kind, body)
                });
                let info = &mut self.declared.program.boxes[id.index()];
                info.restricts_fields |= field.visibility.is_some();
                if let Some(known) = info.fields.iter_mut().find(|known| known.name == name) {
                    // Naming a field twice, in `init` and in `public`, adds up.
                    known.weak |= field.weak;
                    known.visibility = known.visibility.or(field.visibility);
                    known.initialiser = known.initialiser.or(initialiser);
                    return;
                }
                let ty = field.ty.as_ref().map(|ty| Rc::clone(&ty.name.text));
                let (span, weak, visibility) = (field.name.span, field.weak, field.visibility);
                info.fields.push(FieldInfo {
                    name,
                    span,
                    weak,
                    visibility,
                    initialiser,
                    ty,
                });
            }
            MemberKind::Property(property) => {
                let name = Rc::clone(&property.name.text);
                self.note_duplicate_member("property", &property.name, None, seen);
                let body = FunctionBody::Declared(Rc::clone(&property.body));
                let span = property.body.span;
                let getter = self.function(format!("{owner}.{name}").into(), span, FunctionKind::Getter(id), body);
                let info = PropertyInfo {
                    name,
                    kind: property.kind,
                    getter,
                };
                self.declared.program.boxes[id.index()].properties.push(info);
            }
            MemberKind::Constructor(constructor) => {
                let decl = &constructor.function;
                let key = Name {
                    text: "birth".into(),
                    span: decl.name.span,
                };
                self.note_duplicate_member("constructor", &key, Some(decl.parameters.len()), seen);
                let body = FunctionBody::Declared(Rc::clone(decl));
                let full = format!("{owner}.{}", decl.name.text).into();
                let function = self.function(full, decl.span, FunctionKind::Constructor(id), body);
                self.declared.program.boxes[id.index()].constructors.push(function);
            }
            MemberKind::Method(method) => {
                let decl = &method.function;
                let name = Rc::clone(&decl.name.text);
                self.note_duplicate_member("method", &decl.name, Some(decl.parameters.len()), seen);
                let body = FunctionBody::Declared(Rc::clone(decl));
                let full = format!("{owner}.{name}").into();
                let function = self.function(full, decl.span, FunctionKind::Method(id), body);
                let methods = &mut self.declared.program.boxes[id.index()].methods;
                // The later of two equal ones replaces the first.
                let functions = &self.declared.program.functions;
                methods.retain(|(other, at)| *other != name || !same_arity(&functions[at.index()], decl));
                methods.push((name, function));
            }
            MemberKind::Signature(signature) => {
                self.note_duplicate_member("method", &signature.name, Some(signature.parameters.len()), seen);
            }
            MemberKind::StaticInit(block) => {
                let at = self.declared.program.boxes[id.index()].static_initialisers.len() as u32;
                let kind = FunctionKind::StaticInitialiser(id, at);
                let body = FunctionBody::Member(Rc::clone(decl), index);
                let function = self.function(format!("{owner}.static").into(), block.span, kind, body);
                self.declared.program.boxes[id.index()]
                    .static_initialisers
                    .push(function);
            }
        }
    }

    fn note_duplicate_member(
        &mut self,
        what: &str,
        name: &Name,
        arity: Option<usize>,
        seen: &mut HashMap<(Rc<str>, Option<usize>), Span>,
    ) {
        if let Some(first) = seen.insert((Rc::clone(&name.text), arity), name.span) {
            let parameters = match arity {
                Some(1) => " with 1 parameter".to_string(),
                Some(n) => format!(" with {n} parameters"),
                None => String::new(),
            };
            let message = format!("the {what} `{}`{parameters} is declared twice", name.text);
            let diagnostic = Diagnostic::warning("duplicate-declaration", message)
                .at(name.span, "declared again here")
                .also(first, "first declared here")
                .note("the later declaration replaces the first");
            self.diagnostics.push(diagnostic);
        }
    }

    fn aliases(&mut self, aliases: &[Alias]) {
        for alias in aliases {
            let Some(found) = self.box_of_alias(alias) else {
                continue;
            };
            let name = &alias.name.text;
            let previous = self.declared.aliases.insert((alias.file, Rc::clone(name)), found);
            if previous.is_some_and(|previous| previous != found) {
                let message = format!("`{name}` is bound to another module already");
                let diagnostic =
                    Diagnostic::error("duplicate-declaration", message).at(alias.name.span, "bound again here");
                self.diagnostics.push(diagnostic.hint("choose another name after `as`"));
            }
            self.declared.global_aliases.entry(Rc::clone(name)).or_insert(found);
        }
    }

    /// The box that `as` names: the one called so, or like the module, or the first static one of the file.
    fn box_of_alias(&self, alias: &Alias) -> Option<BoxId> {
        let program = &self.declared.program;
        let file = program.units[alias.unit.index()].file;
        let of_file = || {
            let in_file = |info: &BoxInfo| info.decl.name.span.file == file;
            program.boxes.iter().enumerate().filter(move |(_, info)| in_file(info))
        };
        let module = alias.module.to_lowercase().replace('_', "");
        let like_module = |name: &str| {
            let name = name.to_lowercase();
            name == module || name.strip_suffix("box") == Some(&module)
        };
        of_file()
            .find(|(_, info)| info.name == alias.name.text)
            .or_else(|| of_file().find(|(_, info)| like_module(&info.name)))
            .or_else(|| of_file().find(|(_, info)| info.kind == BoxKind::Static && &*info.name != "Main"))
            .or_else(|| of_file().find(|(_, info)| &*info.name != "Main"))
            .map(|(index, _)| BoxId(index as u32))
    }

    // ------------------------------------------------------------------------------------------ relations

    /// Looks up what stands after `from` and `interface`.
    fn parents(&mut self) {
        for index in 0..self.declared.program.boxes.len() {
            let decl = Rc::clone(&self.declared.program.boxes[index].decl);
            for parent in &decl.parents {
                let class = self.class(parent, "parent");
                let info = &self.declared.program.boxes;
                match class {
                    ClassRef::User(id) if info[id.index()].kind == BoxKind::Interface => {
                        self.declared.program.boxes[index].interfaces.push(id);
                    }
                    class @ (ClassRef::User(_) | ClassRef::Builtin(_) | ClassRef::Unknown(_)) => {
                        self.declared.program.boxes[index].parents.push(class);
                    }
                }
            }
            for interface in &decl.interfaces {
                match self.class(interface, "interface") {
                    ClassRef::User(id) => self.declared.program.boxes[index].interfaces.push(id),
                    ClassRef::Builtin(name) => {
                        let message = format!("the box `{name}` of the library is not an interface");
                        let diagnostic = Diagnostic::error("not-an-interface", message).at(interface.span, "");
                        self.diagnostics
                            .push(diagnostic.hint(format!("to delegate to it write `from {name}`")));
                    }
                    ClassRef::Unknown(_) => {}
                }
            }
        }
    }

    fn class(&mut self, name: &Name, what: &str) -> ClassRef {
        if let Some(id) = self.declared.find_box(&name.text, name.span.file) {
            return ClassRef::User(id);
        }
        if let Some(builtin) = builtin_box(&name.text) {
            return ClassRef::Builtin(builtin.into());
        }
        if let Some(diagnostic) = builtins::unavailable(&name.text, name.span) {
            self.diagnostics.push(diagnostic);
            return ClassRef::Unknown(Rc::clone(&name.text));
        }
        let known = self.declared.boxes.keys().map(|name| &**name).chain(builtins::boxes());
        let near = if self.diagnostics.may_search() {
            nearest(&name.text, known).map(str::to_string)
        } else {
            None
        };
        let message = format!("unknown {what} `{}`", name.text);
        let mut diagnostic = self
            .declared
            .lint("unknown-box", message)
            .at(name.span, "no box has this name");
        if let Some(near) = near {
            diagnostic = diagnostic.hint(format!("did you mean `{near}`?"));
        }
        self.diagnostics.push(diagnostic);
        ClassRef::Unknown(Rc::clone(&name.text))
    }

    /// The order in which methods are looked up: depth first, left to right, each ancestor once.
    fn ancestors(&mut self) {
        let count = self.declared.program.boxes.len();
        for index in 0..count {
            let (mut user, mut builtin) = (Vec::new(), Vec::new());
            let mut seen = HashSet::from([BoxId(index as u32)]);
            let mut pending: Vec<&ClassRef> = self.declared.program.boxes[index].parents.iter().rev().collect();
            let mut cyclic = false;
            while let Some(class) = pending.pop() {
                match class {
                    ClassRef::User(id) => {
                        cyclic |= id.index() == index;
                        if user.len() < MAX_ANCESTORS && seen.insert(*id) {
                            user.push(*id);
                            pending.extend(self.declared.program.boxes[id.index()].parents.iter().rev());
                        }
                    }
                    ClassRef::Builtin(name) if !builtin.contains(name) => builtin.push(Rc::clone(name)),
                    ClassRef::Builtin(_) | ClassRef::Unknown(_) => {}
                }
            }
            let info = &mut self.declared.program.boxes[index];
            (info.ancestors, info.builtin_ancestors) = (user, builtin);
            if info.ancestors.len() == MAX_ANCESTORS {
                let message = format!("the box `{}` has more than {MAX_ANCESTORS} ancestors", info.name);
                self.diagnostics
                    .push(Diagnostic::error("too-deep", message).at(info.decl.name.span, ""));
                return;
            }
            if cyclic {
                let message = format!("the box `{}` is its own ancestor", info.name);
                let diagnostic = Diagnostic::error("cyclic-parents", message).at(info.decl.name.span, "");
                self.diagnostics
                    .push(diagnostic.hint("remove one of the `from` clauses of the cycle"));
            }
        }
    }

    /// Every box has the methods of its interfaces.
    fn interfaces(&mut self) {
        let program = &self.declared.program;
        for info in &program.boxes {
            for interface in &info.interfaces {
                let wanted = program.box_info(*interface);
                let missing: Vec<&Signature> = wanted
                    .decl
                    .members
                    .iter()
                    .filter_map(|member| match &member.kind {
                        MemberKind::Signature(signature) => Some(signature),
                        MemberKind::Field(_)
                        | MemberKind::Property(_)
                        | MemberKind::Constructor(_)
                        | MemberKind::Method(_)
                        | MemberKind::StaticInit(_) => None,
                    })
                    .filter(|signature| !has_method(program, info, &signature.name.text, signature.parameters.len()))
                    .collect();
                let Some(first) = missing.first() else { continue };
                let names: Vec<String> = missing
                    .iter()
                    .map(|signature| format!("`{}`", display(signature)))
                    .collect();
                let methods = if names.len() == 1 { "method" } else { "methods" };
                let message = format!(
                    "`{}` lacks the {methods} {} of `{}`",
                    info.name,
                    names.join(", "),
                    wanted.name
                );
                let mut diagnostic = Diagnostic::error("missing-method", message)
                    .at(info.decl.name.span, format!("does not conform to `{}`", wanted.name))
                    .also(first.name.span, "asked for here");
                let other = info.methods.iter().find(|(name, _)| *name == first.name.text);
                if let Some((name, function)) = other {
                    let has = match &program.function(*function).body {
                        FunctionBody::Declared(decl) => decl.parameters.len(),
                        FunctionBody::Unit(_) | FunctionBody::Lambda(_) | FunctionBody::Member(..) => 0,
                    };
                    diagnostic = diagnostic.note(format!("`{name}` exists, but takes {}", count(has, "argument")));
                }
                self.diagnostics
                    .push(diagnostic.hint(format!("add `{} {{ .. }}`", display(first))));
            }
        }
    }

    /// `override` stands before methods that some ancestor has.
    fn overrides(&mut self) {
        let program = &self.declared.program;
        for info in &program.boxes {
            let unknown_ancestor = !info.builtin_ancestors.is_empty()
                || info
                    .ancestors
                    .iter()
                    .any(|id| !program.box_info(*id).builtin_ancestors.is_empty())
                || info.parents.iter().any(|class| matches!(class, ClassRef::Unknown(_)));
            if unknown_ancestor {
                continue;
            }
            let inherited = || {
                let of_interfaces = info.interfaces.iter().flat_map(|id| {
                    program
                        .box_info(*id)
                        .decl
                        .members
                        .iter()
                        .filter_map(|member| match &member.kind {
                            MemberKind::Signature(signature) => Some(&*signature.name.text),
                            MemberKind::Field(_)
                            | MemberKind::Property(_)
                            | MemberKind::Constructor(_)
                            | MemberKind::Method(_)
                            | MemberKind::StaticInit(_) => None,
                        })
                });
                let of_ancestors = info
                    .ancestors
                    .iter()
                    .flat_map(|id| program.box_info(*id).methods.iter().map(|(name, _)| &**name));
                of_ancestors.chain(of_interfaces)
            };
            for member in &info.decl.members {
                let MemberKind::Method(method) = &member.kind else {
                    continue;
                };
                let Some(span) = method.override_span else { continue };
                let name = &method.function.name;
                if inherited().any(|known| *known == *name.text) {
                    continue;
                }
                let message = format!("`{}` overrides nothing", name.text);
                let mut diagnostic = Diagnostic::warning("overrides-nothing", message)
                    .at(span.to(name.span), "no parent has a method of this name");
                diagnostic = match nearest(&name.text, inherited()) {
                    Some(near) => diagnostic.hint(format!("did you mean `{near}`?")),
                    None => diagnostic.hint("remove `override`"),
                };
                self.diagnostics.push(diagnostic);
            }
        }
    }

    fn find_main(&mut self) {
        let program = &self.declared.program;
        let Some(main) = self.declared.boxes.get("Main") else {
            return;
        };
        let info = program.box_info(*main);
        if info.kind == BoxKind::Static {
            self.declared.program.main = info
                .methods
                .iter()
                .find(|(name, _)| &**name == "main")
                .map(|(_, id)| *id);
        }
    }
}

fn same_arity(function: &FunctionInfo, decl: &FunctionDecl) -> bool {
    match &function.body {
        FunctionBody::Declared(other) => other.parameters.len() == decl.parameters.len(),
        FunctionBody::Unit(_) | FunctionBody::Lambda(_) | FunctionBody::Member(..) => false,
    }
}

/// The box or an ancestor has this method; a builtin ancestor may have it.
fn has_method(program: &Program, info: &BoxInfo, name: &str, arity: usize) -> bool {
    if !info.builtin_ancestors.is_empty() {
        return true;
    }
    let own = std::iter::once(info).chain(info.ancestors.iter().map(|id| program.box_info(*id)));
    own.flat_map(|info| &info.methods).any(|(known, function)| {
        &**known == name
            && match &program.function(*function).body {
                FunctionBody::Declared(decl) => decl.parameters.len() == arity,
                FunctionBody::Unit(_) | FunctionBody::Lambda(_) | FunctionBody::Member(..) => false,
            }
    })
}

fn display(signature: &Signature) -> String {
    let parameters: Vec<&str> = signature
        .parameters
        .iter()
        .map(|parameter| &*parameter.name.text)
        .collect();
    format!("{}({})", signature.name.text, parameters.join(", "))
}

/// `1 argument`, `2 arguments`
pub(super) fn count(n: usize, what: &str) -> String {
    if n == 1 {
        format!("1 {what}")
    } else {
        format!("{n} {what}s")
    }
}
