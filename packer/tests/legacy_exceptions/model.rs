//! What a program with exceptions does, by an interpreter that knows both encodings.
//!
//! It follows the wording of the proposal (its legacy page, and the standard one) with structured control flow as
//! recursion, and shares nothing with the translation. Only the instructions that the tests use are known.

use std::collections::HashMap;
use std::rc::Rc;

use wasmparser::{BlockType, Catch, ExternalKind, FuncType, Operator, Parser, Payload, TypeRef};
use wasmparser::{ValType, WasmFeatures};

/// How a program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Normal,
    Trap,
    /// An exception that nobody caught.
    Uncaught,
}

#[derive(Debug, Clone, PartialEq)]
enum Value {
    I32(i32),
    I64(i64),
    F32(u32),
    F64(u64),
    V128(i128),
    /// No test has references to anything else.
    Exn(Option<Rc<Exception>>),
}

#[derive(Debug, PartialEq)]
struct Exception {
    tag: u32,
    values: Vec<Value>,
}

enum Node<'a> {
    Plain(Operator<'a>),
    Block(BlockType, Vec<Node<'a>>),
    Loop(BlockType, Vec<Node<'a>>),
    If(BlockType, Vec<Node<'a>>, Vec<Node<'a>>),
    Try {
        ty: BlockType,
        body: Vec<Node<'a>>,
        handlers: Vec<(Option<u32>, Vec<Node<'a>>)>,
        delegate: Option<u32>,
    },
    TryTable(BlockType, Vec<Catch>, Vec<Node<'a>>),
}

/// Why a sequence of instructions is left.
enum Exit {
    /// Its end is reached.
    End,
    Branch(u32),
    Return,
    Throw(Rc<Exception>),
    /// Thrown where this label is.
    Delegate(u32, Rc<Exception>),
    Trap,
}

struct Function<'a> {
    ty: FuncType,
    locals: Vec<ValType>,
    body: Vec<Node<'a>>,
}

struct Model<'a> {
    types: Vec<FuncType>,
    tags: Vec<u32>,
    /// `None` for imports.
    functions: Vec<Option<Rc<Function<'a>>>>,
    globals: Vec<Value>,
    print: u32,
    printed: Vec<i32>,
}

struct Activation {
    locals: Vec<Value>,
    stack: Vec<Value>,
    /// For each label the exception that its handler caught.
    labels: Vec<Option<Rc<Exception>>>,
}

/// Runs the export `_start`. Calls of the export `print` are not made but noted.
pub fn run(module: &[u8]) -> (Vec<i32>, End) {
    let (mut model, start) = read(module);
    let end = match model.call(start, Vec::new()) {
        Ok(_) => End::Normal,
        Err(Exit::Trap) => End::Trap,
        Err(_) => End::Uncaught,
    };
    (model.printed, end)
}

fn read(module: &[u8]) -> (Model<'_>, u32) {
    let mut model = Model {
        types: Vec::new(),
        tags: Vec::new(),
        functions: Vec::new(),
        globals: Vec::new(),
        print: u32::MAX,
        printed: Vec::new(),
    };
    let mut declared = Vec::new();
    let mut exports = HashMap::new();
    let mut parser = Parser::new(0);
    parser.set_features(WasmFeatures::all());
    for payload in parser.parse_all(module) {
        match payload.unwrap() {
            Payload::TypeSection(types) => {
                for ty in types.into_iter_err_on_gc_types() {
                    model.types.push(ty.unwrap());
                }
            }
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    assert!(matches!(import.unwrap().ty, TypeRef::Func(_)));
                    model.functions.push(None);
                }
            }
            Payload::FunctionSection(functions) => declared = functions.into_iter().map(Result::unwrap).collect(),
            Payload::TagSection(tags) => model.tags = tags.into_iter().map(|tag| tag.unwrap().func_type_idx).collect(),
            Payload::GlobalSection(globals) => {
                for global in globals {
                    model.globals.push(constant(
                        &global.unwrap().init_expr.get_operators_reader().read().unwrap(),
                    ));
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export.unwrap();
                    if export.kind == ExternalKind::Func {
                        exports.insert(export.name, export.index);
                    }
                }
            }
            Payload::CodeSectionEntry(body) => {
                let bodies = model.functions.iter().filter(|function| function.is_some()).count();
                let mut locals = Vec::new();
                for group in body.get_locals_reader().unwrap() {
                    let (count, ty) = group.unwrap();
                    locals.extend(std::iter::repeat_n(ty, count as usize));
                }
                let operators: Vec<Operator<'_>> = body
                    .get_operators_reader()
                    .unwrap()
                    .into_iter()
                    .map(Result::unwrap)
                    .collect();
                let mut operators = operators.into_iter();
                let (body, last) = nodes(&mut operators);
                assert!(matches!(last, Operator::End));
                model.functions.push(Some(Rc::new(Function {
                    ty: model.types[declared[bodies] as usize].clone(),
                    locals,
                    body,
                })));
            }
            _ => {}
        }
    }
    model.print = exports["print"];
    (model, exports["_start"])
}

/// Instructions up to the one that ends the sequence.
fn nodes<'a>(operators: &mut std::vec::IntoIter<Operator<'a>>) -> (Vec<Node<'a>>, Operator<'a>) {
    let mut out = Vec::new();
    loop {
        match operators.next().unwrap() {
            last @ (Operator::End
            | Operator::Else
            | Operator::Catch { .. }
            | Operator::CatchAll
            | Operator::Delegate { .. }) => return (out, last),
            Operator::Block { blockty } => out.push(Node::Block(blockty, nodes(operators).0)),
            Operator::Loop { blockty } => out.push(Node::Loop(blockty, nodes(operators).0)),
            Operator::If { blockty } => {
                let (then, last) = nodes(operators);
                let otherwise = match last {
                    Operator::Else => nodes(operators).0,
                    _ => Vec::new(),
                };
                out.push(Node::If(blockty, then, otherwise));
            }
            Operator::TryTable { try_table } => {
                out.push(Node::TryTable(try_table.ty, try_table.catches, nodes(operators).0));
            }
            Operator::Try { blockty } => {
                let (body, mut last) = nodes(operators);
                let mut handlers = Vec::new();
                let mut delegate = None;
                loop {
                    let tag = match last {
                        Operator::Catch { tag_index } => Some(tag_index),
                        Operator::CatchAll => None,
                        Operator::Delegate { relative_depth } => {
                            delegate = Some(relative_depth);
                            break;
                        }
                        _ => break,
                    };
                    let (handler, next) = nodes(operators);
                    handlers.push((tag, handler));
                    last = next;
                }
                out.push(Node::Try {
                    ty: blockty,
                    body,
                    handlers,
                    delegate,
                });
            }
            plain => out.push(Node::Plain(plain)),
        }
    }
}

fn constant(operator: &Operator<'_>) -> Value {
    match *operator {
        Operator::I32Const { value } => Value::I32(value),
        Operator::I64Const { value } => Value::I64(value),
        Operator::F32Const { value } => Value::F32(value.bits()),
        Operator::F64Const { value } => Value::F64(value.bits()),
        Operator::V128Const { value } => Value::V128(value.i128()),
        Operator::RefNull { .. } => Value::Exn(None),
        ref other => panic!("the model knows no {other:?}"),
    }
}

fn zero(ty: ValType) -> Value {
    match ty {
        ValType::I32 => Value::I32(0),
        ValType::I64 => Value::I64(0),
        ValType::F32 => Value::F32(0),
        ValType::F64 => Value::F64(0),
        ValType::V128 => Value::V128(0),
        ValType::Ref(_) => Value::Exn(None),
    }
}

impl<'a> Model<'a> {
    fn call(&mut self, index: u32, arguments: Vec<Value>) -> Result<Vec<Value>, Exit> {
        if index == self.print {
            let [Value::I32(n)] = arguments[..] else {
                panic!("print takes an i32")
            };
            self.printed.push(n);
            return Ok(Vec::new());
        }
        let function = self.functions[index as usize].clone().expect("a function with a body");
        let mut activation = Activation {
            locals: arguments,
            stack: Vec::new(),
            labels: vec![None],
        };
        activation.locals.extend(function.locals.iter().map(|ty| zero(*ty)));
        match self.sequence(&function.body, &mut activation) {
            Exit::End | Exit::Branch(0) | Exit::Return => {
                let results = function.ty.results().len();
                let stack = &mut activation.stack;
                Ok(stack.split_off(stack.len() - results))
            }
            Exit::Delegate(0, exception) => Err(Exit::Throw(exception)),
            Exit::Branch(_) | Exit::Delegate(..) => panic!("a label outside the function"),
            exit => Err(exit),
        }
    }

    fn arity(&self, ty: BlockType) -> (usize, usize) {
        match ty {
            BlockType::Empty => (0, 0),
            BlockType::Type(_) => (0, 1),
            BlockType::FuncType(index) => {
                let ty = &self.types[index as usize];
                (ty.params().len(), ty.results().len())
            }
        }
    }

    fn sequence(&mut self, nodes: &[Node<'a>], a: &mut Activation) -> Exit {
        for node in nodes {
            let exit = self.node(node, a);
            if !matches!(exit, Exit::End) {
                return exit;
            }
        }
        Exit::End
    }

    /// Runs what has a label: `Exit`s are what it means outside. `carried` is what a branch to the label carries.
    fn labelled(
        &mut self,
        nodes: &[Node<'a>],
        a: &mut Activation,
        base: usize,
        carried: usize,
        caught: Option<Rc<Exception>>,
    ) -> (bool, Exit) {
        a.labels.push(caught);
        let exit = self.sequence(nodes, a);
        a.labels.pop();
        match exit {
            Exit::Branch(0) => {
                let values = a.stack.split_off(a.stack.len() - carried);
                a.stack.truncate(base);
                a.stack.extend(values);
                (true, Exit::End)
            }
            Exit::Branch(depth) => (false, Exit::Branch(depth - 1)),
            Exit::Delegate(0, exception) => (false, Exit::Throw(exception)),
            Exit::Delegate(depth, exception) => (false, Exit::Delegate(depth - 1, exception)),
            exit => (false, exit),
        }
    }

    fn node(&mut self, node: &Node<'a>, a: &mut Activation) -> Exit {
        match node {
            Node::Plain(operator) => self.plain(operator, a).err().unwrap_or(Exit::End),
            Node::Block(ty, body) => {
                let (parameters, results) = self.arity(*ty);
                let base = a.stack.len() - parameters;
                self.labelled(body, a, base, results, None).1
            }
            Node::Loop(ty, body) => {
                let (parameters, _) = self.arity(*ty);
                let base = a.stack.len() - parameters;
                loop {
                    let (again, exit) = self.labelled(body, a, base, parameters, None);
                    if !again {
                        return exit;
                    }
                }
            }
            Node::If(ty, then, otherwise) => {
                let taken = if i32_of(a) != 0 { then } else { otherwise };
                let (parameters, results) = self.arity(*ty);
                let base = a.stack.len() - parameters;
                self.labelled(taken, a, base, results, None).1
            }
            Node::Try {
                ty,
                body,
                handlers,
                delegate,
            } => {
                let (parameters, results) = self.arity(*ty);
                let base = a.stack.len() - parameters;
                let exception = match self.labelled(body, a, base, results, None).1 {
                    Exit::Throw(exception) => exception,
                    exit => return exit,
                };
                if let Some(depth) = delegate {
                    return Exit::Delegate(*depth, exception);
                }
                let handler = handlers
                    .iter()
                    .find(|(tag, _)| tag.is_none_or(|tag| tag == exception.tag));
                let Some((tag, handler)) = handler else {
                    return Exit::Throw(exception);
                };
                a.stack.truncate(base);
                if tag.is_some() {
                    a.stack.extend(exception.values.iter().cloned());
                }
                self.labelled(handler, a, base, results, Some(exception)).1
            }
            Node::TryTable(ty, catches, body) => {
                let (parameters, results) = self.arity(*ty);
                let base = a.stack.len() - parameters;
                let exception = match self.labelled(body, a, base, results, None).1 {
                    Exit::Throw(exception) => exception,
                    exit => return exit,
                };
                for catch in catches {
                    let (tag, label, reference) = match *catch {
                        Catch::One { tag, label } => (Some(tag), label, false),
                        Catch::OneRef { tag, label } => (Some(tag), label, true),
                        Catch::All { label } => (None, label, false),
                        Catch::AllRef { label } => (None, label, true),
                    };
                    if tag.is_some_and(|tag| tag != exception.tag) {
                        continue;
                    }
                    a.stack.truncate(base);
                    if tag.is_some() {
                        a.stack.extend(exception.values.iter().cloned());
                    }
                    if reference {
                        a.stack.push(Value::Exn(Some(exception)));
                    }
                    return Exit::Branch(label);
                }
                Exit::Throw(exception)
            }
        }
    }

    fn plain(&mut self, operator: &Operator<'a>, a: &mut Activation) -> Result<(), Exit> {
        match *operator {
            Operator::Nop => {}
            Operator::Unreachable => return Err(Exit::Trap),
            Operator::Drop => {
                a.stack.pop().unwrap();
            }
            Operator::Select => {
                let condition = i32_of(a);
                let second = a.stack.pop().unwrap();
                if condition == 0 {
                    *a.stack.last_mut().unwrap() = second;
                }
            }
            Operator::LocalGet { local_index } => a.stack.push(a.locals[local_index as usize].clone()),
            Operator::LocalSet { local_index } => a.locals[local_index as usize] = a.stack.pop().unwrap(),
            Operator::LocalTee { local_index } => {
                a.locals[local_index as usize] = a.stack.last().unwrap().clone();
            }
            Operator::GlobalGet { global_index } => a.stack.push(self.globals[global_index as usize].clone()),
            Operator::GlobalSet { global_index } => self.globals[global_index as usize] = a.stack.pop().unwrap(),
            Operator::Call { function_index } => {
                let parameters = match &self.functions[function_index as usize] {
                    Some(function) => function.ty.params().len(),
                    None => panic!("the model calls no imports"),
                };
                let arguments = a.stack.split_off(a.stack.len() - parameters);
                let results = self.call(function_index, arguments)?;
                a.stack.extend(results);
            }
            Operator::Return => return Err(Exit::Return),
            Operator::Br { relative_depth } => return Err(Exit::Branch(relative_depth)),
            Operator::BrIf { relative_depth } => {
                if i32_of(a) != 0 {
                    return Err(Exit::Branch(relative_depth));
                }
            }
            Operator::BrTable { ref targets } => {
                let at = i32_of(a) as u32;
                let found = targets.targets().map(Result::unwrap).nth(at as usize);
                return Err(Exit::Branch(found.unwrap_or(targets.default())));
            }
            Operator::Throw { tag_index } => {
                let values = self.types[self.tags[tag_index as usize] as usize].params().len();
                return Err(Exit::Throw(Rc::new(Exception {
                    tag: tag_index,
                    values: a.stack.split_off(a.stack.len() - values),
                })));
            }
            Operator::Rethrow { relative_depth } => {
                let caught = a.labels.iter().nth_back(relative_depth as usize).unwrap();
                return Err(Exit::Throw(caught.clone().expect("the label of a handler")));
            }
            Operator::ThrowRef => match a.stack.pop() {
                Some(Value::Exn(Some(exception))) => return Err(Exit::Throw(exception)),
                _ => return Err(Exit::Trap),
            },
            Operator::RefIsNull => {
                let null = matches!(a.stack.pop(), Some(Value::Exn(None)));
                a.stack.push(Value::I32(null.into()));
            }
            Operator::I32Eqz => {
                let n = i32_of(a);
                a.stack.push(Value::I32((n == 0).into()));
            }
            Operator::I32DivS => {
                let (y, x) = (i32_of(a), i32_of(a));
                a.stack.push(Value::I32(x.checked_div(y).ok_or(Exit::Trap)?));
            }
            Operator::I32Add => binary(a, i32::wrapping_add),
            Operator::I32Sub => binary(a, i32::wrapping_sub),
            Operator::I32Mul => binary(a, i32::wrapping_mul),
            Operator::I32And => binary(a, |x, y| x & y),
            Operator::I32ShrU => binary(a, |x, y| (x as u32).wrapping_shr(y as u32) as i32),
            Operator::I32LtS => binary(a, |x, y| (x < y).into()),
            Operator::I32Eq => binary(a, |x, y| (x == y).into()),
            Operator::I32WrapI64 => convert(a, |value| match value {
                Value::I64(n) => n as i32,
                other => panic!("{other:?} is no i64"),
            }),
            Operator::I32ReinterpretF32 => convert(a, |value| match value {
                Value::F32(bits) => bits as i32,
                other => panic!("{other:?} is no f32"),
            }),
            Operator::I32TruncSatF64S => convert(a, |value| match value {
                Value::F64(bits) => f64::from_bits(bits) as i32,
                other => panic!("{other:?} is no f64"),
            }),
            Operator::I32x4ExtractLane { lane } => convert(a, |value| match value {
                Value::V128(bits) => (bits >> (32 * lane)) as i32,
                other => panic!("{other:?} is no v128"),
            }),
            ref constant_ => a.stack.push(constant(constant_)),
        }
        Ok(())
    }
}

fn i32_of(a: &mut Activation) -> i32 {
    match a.stack.pop() {
        Some(Value::I32(n)) => n,
        other => panic!("{other:?} is no i32"),
    }
}

fn binary(a: &mut Activation, compute: impl Fn(i32, i32) -> i32) {
    let (y, x) = (i32_of(a), i32_of(a));
    a.stack.push(Value::I32(compute(x, y)));
}

fn convert(a: &mut Activation, compute: impl Fn(Value) -> i32) {
    let value = a.stack.pop().unwrap();
    a.stack.push(Value::I32(compute(value)));
}
