//! The syntax tree as text: one statement a line, expressions in prefix form, blocks indented.

use super::ast::*;

/// The whole unit.
pub fn dump(unit: &Unit) -> String {
    let mut dumper = Dumper {
        out: String::new(),
        depth: 0,
    };
    for statement in &unit.statements {
        dumper.statement(statement);
    }
    if !dumper.out.is_empty() {
        dumper.out.push('\n');
    }
    dumper.out
}

/// One expression.
pub fn dump_expr(expr: &Expr) -> String {
    let mut dumper = Dumper {
        out: String::new(),
        depth: 0,
    };
    dumper.expr(expr);
    dumper.out
}

struct Dumper {
    out: String,
    depth: usize,
}

impl Dumper {
    fn text(&mut self, text: &str) {
        self.out.push_str(text);
    }

    /// Starts a line.
    fn line(&mut self, text: &str) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        for _ in 0..self.depth {
            self.text("  ");
        }
        self.text(text);
    }

    fn indented(&mut self, write: impl FnOnce(&mut Self)) {
        self.depth += 1;
        write(self);
        self.depth -= 1;
    }

    fn block(&mut self, block: &Block) {
        self.indented(|dumper| {
            block
                .statements
                .iter()
                .for_each(|statement| dumper.statement(statement))
        });
    }

    fn statement(&mut self, statement: &Stmt) {
        match &statement.kind {
            StmtKind::Box(decl) => self.box_decl(decl),
            StmtKind::Enum(decl) => self.enum_decl(decl),
            StmtKind::Function(decl) => self.function("function", decl),
            StmtKind::Include(include) => self.line(&format!("include {:?}", include.path)),
            StmtKind::Using(using) => {
                match &using.target {
                    UsingTarget::Module(name) => self.line(&format!("using {name}")),
                    UsingTarget::Path(path) => self.line(&format!("using {path:?}")),
                }
                if let Some(alias) = &using.alias {
                    self.text(&format!(" as {}", alias.text));
                }
            }
            StmtKind::Local { variables, fini } => {
                variables.iter().for_each(|variable| self.variable("local", variable));
                if let Some(block) = fini {
                    self.line("fini");
                    self.block(block);
                }
            }
            StmtKind::Outbox { variables } => variables.iter().for_each(|variable| self.variable("outbox", variable)),
            StmtKind::Global { variable } => self.variable("global", variable),
            StmtKind::Nowait { variable } => self.variable("nowait", variable),
            StmtKind::Assign(assign) => {
                self.line("");
                self.assign(assign);
            }
            StmtKind::If { arms, otherwise } => {
                for (index, (condition, block)) in arms.iter().enumerate() {
                    self.headed(if index == 0 { "if" } else { "else if" }, condition, block);
                }
                if let Some(block) = otherwise {
                    self.line("else");
                    self.block(block);
                }
            }
            StmtKind::Loop {
                condition: Some(condition),
                body,
            } => self.headed("loop", condition, body),
            StmtKind::Loop { condition: None, body } => {
                self.line("loop");
                self.block(body);
            }
            StmtKind::Until { condition, body } => self.headed("until", condition, body),
            StmtKind::Repeat { count, body } => self.headed("repeat", count, body),
            StmtKind::RepeatUntil { body, condition } => {
                self.line("repeat");
                self.block(body);
                self.line("until ");
                self.expr(condition);
            }
            StmtKind::For {
                variable,
                iterable,
                body,
            } => {
                self.headed(&format!("for {} in", variable.name.text), iterable, body);
            }
            StmtKind::Break => self.line("break"),
            StmtKind::Continue => self.line("continue"),
            StmtKind::Return(None) => self.line("return"),
            StmtKind::Return(Some(value)) => self.with_value("return", value),
            StmtKind::Throw(value) => self.with_value("throw", value),
            StmtKind::Try(handled) => {
                self.line("try");
                self.block(&handled.body);
                self.handlers(&handled.catches, handled.cleanup.as_ref());
            }
            StmtKind::Block(block) => {
                self.line("block");
                self.block(block);
            }
            StmtKind::Fini(block) => {
                self.line("fini");
                self.block(block);
            }
            StmtKind::Expr(value) => {
                self.line("");
                self.expr(value);
            }
            StmtKind::Invalid => self.line("invalid"),
        }
    }

    fn with_value(&mut self, word: &str, value: &Expr) {
        self.line(word);
        self.text(" ");
        self.expr(value);
    }

    fn headed(&mut self, word: &str, head: &Expr, body: &Block) {
        self.with_value(word, head);
        self.block(body);
    }

    fn variable(&mut self, word: &str, variable: &Variable) {
        self.line(&format!("{word} {}", variable.name.text));
        if let Some(ty) = &variable.ty {
            self.text(&format!(": {}", type_text(ty)));
        }
        if let Some(value) = &variable.value {
            self.text(" = ");
            self.expr(value);
        }
    }

    fn assign(&mut self, assign: &Assign) {
        self.expr(&assign.target);
        self.text(" ");
        if let Some(op) = assign.op {
            self.text(binary_text(op));
        }
        self.text("= ");
        self.expr(&assign.value);
    }

    fn handlers(&mut self, catches: &[Catch], cleanup: Option<&Block>) {
        for catch in catches {
            self.line("catch");
            if let Some(ty) = &catch.ty {
                self.text(&format!(" {}", ty.text));
            }
            if let Some(variable) = &catch.variable {
                self.text(&format!(" {}", variable.name.text));
            }
            self.block(&catch.body);
        }
        if let Some(block) = cleanup {
            self.line("cleanup");
            self.block(block);
        }
    }

    // ------------------------------------------------------------------------------------------ declarations

    fn function(&mut self, word: &str, decl: &FunctionDecl) {
        let owner = decl
            .owner
            .as_ref()
            .map_or(String::new(), |owner| format!("{}.", owner.text));
        self.line(&format!(
            "{word} {owner}{}({})",
            decl.name.text,
            parameters_text(&decl.parameters)
        ));
        if let Some(ty) = &decl.return_type {
            self.text(&format!(": {}", type_text(ty)));
        }
        self.block(&decl.body);
    }

    fn box_decl(&mut self, decl: &BoxDecl) {
        let word = match decl.kind {
            BoxKind::Ordinary => "box",
            BoxKind::Static => "static box",
            BoxKind::Interface => "interface box",
        };
        self.line(&format!("{word} {}", decl.name.text));
        let list = |names: &[Name]| names.iter().map(|name| &*name.text).collect::<Vec<_>>().join(", ");
        if !decl.type_parameters.is_empty() {
            self.text(&format!("<{}>", list(&decl.type_parameters)));
        }
        if !decl.parents.is_empty() {
            self.text(&format!(" from {}", list(&decl.parents)));
        }
        if !decl.interfaces.is_empty() {
            self.text(&format!(" interface {}", list(&decl.interfaces)));
        }
        self.indented(|dumper| decl.members.iter().for_each(|member| dumper.member(member)));
    }

    fn member(&mut self, member: &Member) {
        match &member.kind {
            MemberKind::Field(field) => {
                let visibility = match field.visibility {
                    Some(Visibility::Public) => "public ",
                    Some(Visibility::Private) => "private ",
                    None => "",
                };
                let weak = if field.weak { "weak " } else { "" };
                self.line(&format!("{visibility}{weak}field {}", field.name.text));
                if let Some(ty) = &field.ty {
                    self.text(&format!(": {}", type_text(ty)));
                }
                if let Some(value) = &field.initialiser {
                    self.text(" = ");
                    self.expr(value);
                }
            }
            MemberKind::Property(property) => {
                let kind = match property.kind {
                    PropertyKind::Computed => "computed",
                    PropertyKind::Once => "once",
                    PropertyKind::BirthOnce => "birth_once",
                };
                self.line(&format!("{kind} {}", property.name.text));
                if let Some(ty) = &property.ty {
                    self.text(&format!(": {}", type_text(ty)));
                }
                self.block(&property.body.body);
            }
            MemberKind::Constructor(constructor) => self.function("constructor", &constructor.function),
            MemberKind::Method(method) => {
                let word = if method.override_span.is_some() {
                    "override method"
                } else {
                    "method"
                };
                self.function(word, &method.function);
            }
            MemberKind::Signature(signature) => {
                let parameters = parameters_text(&signature.parameters);
                self.line(&format!("signature {}({parameters})", signature.name.text));
            }
            MemberKind::StaticInit(block) => {
                self.line("static");
                self.block(block);
            }
        }
    }

    fn enum_decl(&mut self, decl: &EnumDecl) {
        self.line(&format!("enum {}", decl.name.text));
        self.indented(|dumper| {
            for variant in &decl.variants {
                dumper.line(&variant.name.text);
                match &variant.shape {
                    VariantShape::Unit => {}
                    VariantShape::Tuple(types) => {
                        let types: Vec<String> = types.iter().map(type_text).collect();
                        dumper.text(&format!("({})", types.join(", ")));
                    }
                    VariantShape::Record(fields) => {
                        let fields: Vec<String> = fields
                            .iter()
                            .map(|(name, ty)| format!("{}: {}", name.text, type_text(ty)))
                            .collect();
                        dumper.text(&format!(" {{ {} }}", fields.join(", ")));
                    }
                }
            }
        });
    }

    // ------------------------------------------------------------------------------------------ expressions

    fn list(&mut self, head: &str, items: &[Expr]) {
        self.text("(");
        self.text(head);
        for item in items {
            self.text(" ");
            self.expr(item);
        }
        self.text(")");
    }

    fn pair(&mut self, head: &str, first: &Expr, rest: &[&Expr]) {
        self.text("(");
        self.text(head);
        self.text(" ");
        self.expr(first);
        for item in rest {
            self.text(" ");
            self.expr(item);
        }
        self.text(")");
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Int(value) => self.text(&value.to_string()),
            ExprKind::Float(value) => self.text(&format!("{value:?}")),
            ExprKind::Str(value) => self.text(&format!("{value:?}")),
            ExprKind::Bool(value) => self.text(&value.to_string()),
            ExprKind::Null => self.text("null"),
            ExprKind::Void => self.text("void"),
            ExprKind::Me => self.text("me"),
            ExprKind::Name(name) => self.text(name),
            ExprKind::Array(items) => self.list("array", items),
            ExprKind::Map(entries) => {
                self.text("(map");
                for (key, value) in entries {
                    self.text(" ");
                    self.expr(key);
                    self.text(" => ");
                    self.expr(value);
                }
                self.text(")");
            }
            ExprKind::Unary { op, operand } => self.pair(unary_text(*op), operand, &[]),
            ExprKind::Binary { op, left, right } => self.pair(binary_text(*op), left, &[right]),
            ExprKind::Conditional {
                condition,
                then,
                otherwise,
            } => self.pair("?:", condition, &[then, otherwise]),
            ExprKind::Call { callee, arguments } => {
                let arguments: Vec<&Expr> = arguments.iter().collect();
                self.pair("call", callee, &arguments);
            }
            ExprKind::MethodCall {
                receiver,
                name,
                arguments,
                optional,
            } => {
                let arguments: Vec<&Expr> = arguments.iter().collect();
                let dot = if *optional { "?." } else { "." };
                self.pair(&format!("{dot}{}()", name.text), receiver, &arguments);
            }
            ExprKind::Field {
                receiver,
                name,
                optional,
            } => {
                let dot = if *optional { "?." } else { "." };
                self.pair(&format!("{dot}{}", name.text), receiver, &[]);
            }
            ExprKind::Index { receiver, index } => self.pair("index", receiver, &[index]),
            ExprKind::New {
                class,
                type_arguments,
                arguments,
            } => {
                let types: Vec<String> = type_arguments.iter().map(type_text).collect();
                let types = if types.is_empty() {
                    String::new()
                } else {
                    format!("<{}>", types.join(", "))
                };
                self.list(&format!("new {}{types}", class.text), arguments);
            }
            ExprKind::From {
                parent,
                method,
                arguments,
            } => {
                self.list(&format!("from {}.{}", parent.text, method.text), arguments);
            }
            ExprKind::Variant {
                enumeration,
                variant,
                payload,
            } => {
                let head = format!("{}::{}", enumeration.text, variant.text);
                match payload {
                    VariantPayload::Unit => self.text(&head),
                    VariantPayload::Tuple(values) => self.list(&head, values),
                    VariantPayload::Record(fields) => {
                        self.text(&format!("({head}"));
                        for (name, value) in fields {
                            self.text(&format!(" {}: ", name.text));
                            self.expr(value);
                        }
                        self.text(")");
                    }
                }
            }
            ExprKind::Propagate(operand) => self.pair("propagate", operand, &[]),
            ExprKind::Lambda(lambda) => {
                self.text(&format!("fn({})", parameters_text(&lambda.parameters)));
                self.block(&lambda.body);
            }
            ExprKind::Block(block) => {
                self.text("block");
                self.block(block);
            }
            ExprKind::Match(matched) => {
                self.text("match ");
                self.expr(&matched.scrutinee);
                self.indented(|dumper| {
                    for arm in &matched.arms {
                        dumper.line(&pattern_text(&arm.pattern));
                        if let Some(guard) = &arm.guard {
                            dumper.text(" if ");
                            dumper.expr(guard);
                        }
                        dumper.text(" => ");
                        dumper.expr(&arm.body);
                    }
                });
            }
            ExprKind::Assign(assign) => {
                self.text("(");
                self.assign(assign);
                self.text(")");
            }
            ExprKind::Try(handled) => {
                self.text("try ");
                self.expr(&handled.body);
                self.indented(|dumper| dumper.handlers(&handled.catches, handled.cleanup.as_ref()));
            }
            ExprKind::Extern { symbol, arguments } => self.list(&format!("extern {symbol:?}"), arguments),
            ExprKind::Invalid => self.text("invalid"),
        }
    }
}

fn parameters_text(parameters: &[Parameter]) -> String {
    let each = parameters.iter().map(|parameter| match &parameter.ty {
        Some(ty) => format!("{}: {}", parameter.name.text, type_text(ty)),
        None => parameter.name.text.to_string(),
    });
    each.collect::<Vec<_>>().join(", ")
}

fn type_text(ty: &TypeRef) -> String {
    if ty.arguments.is_empty() {
        return ty.name.text.to_string();
    }
    let arguments: Vec<String> = ty.arguments.iter().map(type_text).collect();
    format!("{}<{}>", ty.name.text, arguments.join(", "))
}

fn pattern_text(pattern: &Pattern) -> String {
    let list = |items: &[Pattern]| items.iter().map(pattern_text).collect::<Vec<_>>().join(", ");
    let path = |enumeration: &Option<Name>, name: &Name| match enumeration {
        Some(enumeration) => format!("{}::{}", enumeration.text, name.text),
        None => name.text.to_string(),
    };
    match &pattern.kind {
        PatternKind::Wildcard => "_".to_string(),
        PatternKind::Int(value) => value.to_string(),
        PatternKind::Float(value) => format!("{value:?}"),
        PatternKind::Str(value) => format!("{value:?}"),
        PatternKind::Bool(value) => value.to_string(),
        PatternKind::Null => "null".to_string(),
        PatternKind::Void => "void".to_string(),
        PatternKind::Range(low, high) => format!("{low}..{high}"),
        PatternKind::Or(alternatives) => alternatives.iter().map(pattern_text).collect::<Vec<_>>().join(" | "),
        PatternKind::Name(variable) => variable.name.text.to_string(),
        PatternKind::Tuple {
            enumeration,
            name,
            items,
        } => format!("{}({})", path(enumeration, name), list(items)),
        PatternKind::Record {
            enumeration,
            name,
            fields,
        } => {
            let fields: Vec<String> = fields
                .iter()
                .map(|(name, item)| format!("{}: {}", name.text, pattern_text(item)))
                .collect();
            format!("{} {{ {} }}", path(enumeration, name), fields.join(", "))
        }
        PatternKind::Unit { enumeration, name } => format!("{}::{}", enumeration.text, name.text),
        PatternKind::Array { items, rest } => {
            let rest = match rest {
                Some(Rest {
                    variable: Some(variable),
                }) => format!(", ..{}", variable.name.text),
                Some(Rest { variable: None }) => ", ..".to_string(),
                None => String::new(),
            };
            format!("[{}{rest}]", list(items))
        }
        PatternKind::Map { entries, rest } => {
            let entries: Vec<String> = entries
                .iter()
                .map(|(key, item)| format!("{key:?}: {}", pattern_text(item)))
                .collect();
            format!("{{{}{}}}", entries.join(", "), if *rest { ", .." } else { "" })
        }
        PatternKind::Invalid => "invalid".to_string(),
    }
}

fn unary_text(op: UnaryOp) -> &'static str {
    match op {
        UnaryOp::Negate => "-",
        UnaryOp::Not => "not",
        UnaryOp::BitNot => "~",
        UnaryOp::Await => "await",
        UnaryOp::Nowait => "nowait",
        UnaryOp::Weak => "weak",
    }
}

fn binary_text(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Or => "or",
        BinaryOp::And => "and",
        BinaryOp::Coalesce => "??",
        BinaryOp::BitOr => "|",
        BinaryOp::BitXor => "^",
        BinaryOp::BitAnd => "&",
        BinaryOp::Equal => "==",
        BinaryOp::NotEqual => "!=",
        BinaryOp::Less => "<",
        BinaryOp::LessEqual => "<=",
        BinaryOp::Greater => ">",
        BinaryOp::GreaterEqual => ">=",
        BinaryOp::Range => "..",
        BinaryOp::Add => "+",
        BinaryOp::Subtract => "-",
        BinaryOp::ShiftLeft => "<<",
        BinaryOp::ShiftRight => ">>",
        BinaryOp::Multiply => "*",
        BinaryOp::Divide => "/",
        BinaryOp::Remainder => "%",
    }
}
