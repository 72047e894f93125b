//! Random programs with exceptions in the legacy encoding.
//!
//! A program is valid by construction: the types on the stack are known at each step. Whatever is dropped is printed
//! first, half of the time, so that a value that goes wrong is seen. Conditions come from a generator of random numbers
//! inside the program.

use std::fmt::Write as _;

/// Numbers that look random (splitmix64).
pub struct Random(u64);

impl Random {
    /// The same numbers for the same seed.
    pub fn new(seed: u64) -> Self {
        Random(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 to less than `n`.
    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.next() % 100 < percent
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    I32,
    I64,
    F32,
    F64,
    V128,
    Extern,
    Exn,
}

use Type::*;

impl Type {
    fn name(self) -> &'static str {
        match self {
            I32 => "i32",
            I64 => "i64",
            F32 => "f32",
            F64 => "f64",
            V128 => "v128",
            Extern => "externref",
            Exn => "exnref",
        }
    }

    /// Turns the value on top of the stack into an i32.
    fn show(self) -> &'static str {
        match self {
            I32 => "",
            I64 => "i32.wrap_i64",
            F32 => "i32.reinterpret_f32",
            F64 => "i32.trunc_sat_f64_s",
            V128 => "i32x4.extract_lane 1",
            Extern | Exn => "ref.is_null",
        }
    }

    /// The local of each function that has this type, behind its parameters.
    fn local(self) -> String {
        format!("$l_{}", self.name())
    }
}

#[derive(Clone)]
struct Signature {
    parameters: Vec<Type>,
    results: Vec<Type>,
}

struct Label {
    /// What a branch to it carries.
    carries: Vec<Type>,
    handler: bool,
}

struct Generator {
    random: Random,
    /// Instructions of the standard encoding as well.
    mixed: bool,
    out: String,
    functions: Vec<Signature>,
    tags: Vec<Vec<Type>>,
    labels: Vec<Label>,
    results: Vec<Type>,
    /// How many more instructions may be written.
    left: usize,
    marks: i32,
}

/// The fields of a module, in text form, with an export `_start`. They stand behind a `print` of an i32.
pub fn program(seed: u64, mixed: bool) -> String {
    let mut random = Random::new(seed);
    let coins = random.next() as i32;
    let mut g = Generator {
        random,
        mixed,
        out: String::new(),
        functions: Vec::new(),
        tags: Vec::new(),
        labels: Vec::new(),
        results: Vec::new(),
        left: 0,
        marks: 0,
    };
    for _ in 0..1 + g.random.below(4) {
        let values = g.types(3);
        g.tags.push(values);
    }
    for _ in 0..1 + g.random.below(4) {
        let signature = Signature {
            parameters: g.types(2),
            results: g.types(2),
        };
        g.functions.push(signature);
    }
    for at in 0..g.tags.len() {
        let values = names(&g.tags[at]);
        writeln!(g.out, "  (tag $t{at} (param{values}))").unwrap();
    }
    writeln!(
        g.out,
        r"  (global $coins (mut i32) (i32.const {coins}))
  (global $fuel (mut i32) (i32.const 200))
  (func $coin (result i32)
    (global.set $coins (i32.add (i32.mul (global.get $coins) (i32.const 1664525)) (i32.const 1013904223)))
    (i32.and (i32.shr_u (global.get $coins) (i32.const 16)) (i32.const 3)))
  (func $tick
    (global.set $fuel (i32.sub (global.get $fuel) (i32.const 1)))
    (if (i32.eqz (global.get $fuel)) (then unreachable)))"
    )
    .unwrap();
    for at in 0..g.functions.len() {
        g.function(at);
    }
    g.out.push_str("  (func (export \"_start\")\n");
    for at in 0..g.functions.len() {
        let Signature { parameters, results } = g.functions[at].clone();
        g.out.push_str("    try\n");
        for ty in parameters {
            g.constant(ty);
        }
        writeln!(g.out, "call $f{at}").unwrap();
        for ty in results.iter().rev() {
            writeln!(g.out, "{} call $print", ty.show()).unwrap();
        }
        writeln!(g.out, "    catch_all i32.const {} call $print end", -1 - at as i32).unwrap();
    }
    g.out.push_str("  )\n");
    g.out
}

fn names(types: &[Type]) -> String {
    types.iter().map(|ty| format!(" {}", ty.name())).collect()
}

impl Generator {
    fn ty(&mut self) -> Type {
        let all = [I32, I32, I32, I64, F32, F64, V128, Extern, Exn];
        let n = if self.mixed { all.len() } else { all.len() - 1 };
        all[self.random.below(n)]
    }

    fn types(&mut self, most: usize) -> Vec<Type> {
        (0..self.random.below(most + 1)).map(|_| self.ty()).collect()
    }

    fn line(&mut self, text: impl AsRef<str>) {
        let indent = 4 + 2 * self.labels.len();
        writeln!(self.out, "{:indent$}{}", "", text.as_ref()).unwrap();
    }

    fn constant(&mut self, ty: Type) {
        let n = self.random.below(1000);
        self.line(match ty {
            Extern => "ref.null extern".to_owned(),
            Exn => "ref.null exn".to_owned(),
            V128 => format!("v128.const i32x4 1 {n} 3 4"),
            ty => format!("{}.const {n}", ty.name()),
        });
    }

    fn mark(&mut self) {
        self.marks += 1;
        self.line(format!("i32.const {} call $print", 1000 + self.marks));
    }

    fn function(&mut self, at: usize) {
        let Signature { parameters, results } = self.functions[at].clone();
        writeln!(
            self.out,
            "  (func $f{at} (param{}) (result{})",
            names(&parameters),
            names(&results)
        )
        .unwrap();
        let all = [I32, I64, F32, F64, V128, Extern, Exn];
        for ty in all.into_iter().filter(|ty| self.mixed || *ty != Exn) {
            writeln!(self.out, "    (local {} {})", ty.local(), ty.name()).unwrap();
        }
        self.left = 60;
        self.results = results.clone();
        self.labels.push(Label {
            carries: results.clone(),
            handler: false,
        });
        self.line("call $tick");
        self.sequence(Vec::new(), &results);
        self.labels.pop();
        self.out.push_str("  )\n");
    }

    /// Instructions that turn the types of a block's parameters into those of its results.
    fn sequence(&mut self, mut stack: Vec<Type>, results: &[Type]) {
        let mut dead = false;
        for _ in 0..1 + self.random.below(7) {
            if self.left == 0 || self.labels.len() > 9 {
                break;
            }
            self.left -= 1;
            if self.instruction(&mut stack) {
                // What follows is not reached, and the stack gives whatever is asked for.
                dead = true;
                stack.clear();
                if self.random.chance(70) {
                    return;
                }
            }
        }
        if stack == results || (dead && stack.is_empty()) {
            return;
        }
        while let Some(ty) = stack.pop() {
            self.drop(ty);
        }
        for ty in results {
            self.constant(*ty);
        }
    }

    fn drop(&mut self, ty: Type) {
        match self.random.below(3) {
            0 => self.line("drop"),
            1 => self.line(format!("local.set {}", ty.local())),
            _ => self.line(format!("{} call $print", ty.show())),
        }
    }

    /// Puts these types on the stack; what lies there already may serve.
    fn want(&mut self, stack: &mut Vec<Type>, types: &[Type]) {
        if stack.ends_with(types) && self.random.chance(80) {
            stack.truncate(stack.len() - types.len());
            return;
        }
        for ty in types {
            if self.random.chance(50) {
                self.constant(*ty);
            } else {
                self.line(format!("local.get {}", ty.local()));
            }
        }
    }

    /// The type of a block that takes some of what lies on the stack, in text and in parts.
    fn block_type(&mut self, stack: &mut Vec<Type>) -> (String, Vec<Type>, Vec<Type>) {
        let taken = self.random.below(stack.len().min(2) + 1);
        let parameters = stack.split_off(stack.len() - taken);
        let results = self.types(2);
        let text = format!("(param{}) (result{})", names(&parameters), names(&results));
        (text, parameters, results)
    }

    fn body(&mut self, label: Label, parameters: Vec<Type>, results: &[Type]) {
        self.labels.push(label);
        if self.random.chance(40) {
            self.mark();
        }
        self.sequence(parameters, results);
        self.labels.pop();
    }

    fn label(&mut self) -> (usize, Vec<Type>) {
        let depth = self.random.below(self.labels.len());
        let carries = self.labels[self.labels.len() - 1 - depth].carries.clone();
        (depth, carries)
    }

    /// One instruction, with what it needs. True if the code behind it cannot be reached.
    fn instruction(&mut self, stack: &mut Vec<Type>) -> bool {
        match self.random.below(if self.mixed { 26 } else { 23 }) {
            0 | 1 => {
                let ty = self.ty();
                self.constant(ty);
                stack.push(ty);
            }
            2 => {
                if let Some(ty) = stack.pop() {
                    self.drop(ty);
                }
            }
            3 => {
                let ty = self.ty();
                self.line(format!("local.get {}", ty.local()));
                stack.push(ty);
            }
            4 => {
                if stack.ends_with(&[I32, I32]) {
                    self.line("i32.add");
                    stack.pop();
                } else {
                    self.mark();
                }
            }
            5 | 6 => {
                let at = self.random.below(self.functions.len());
                let Signature { parameters, results } = self.functions[at].clone();
                self.want(stack, &parameters);
                self.line(format!("call $f{at}"));
                stack.extend(results);
            }
            7 => {
                let (ty, parameters, results) = self.block_type(stack);
                self.line(format!("block {ty}"));
                let label = Label {
                    carries: results.clone(),
                    handler: false,
                };
                self.body(label, parameters, &results);
                self.line("end");
                stack.extend(results);
            }
            8 => {
                let (ty, parameters, results) = self.block_type(stack);
                self.line(format!("loop {ty} call $tick"));
                let label = Label {
                    carries: parameters.clone(),
                    handler: false,
                };
                self.body(label, parameters, &results);
                self.line("end");
                stack.extend(results);
            }
            9 => {
                let (ty, parameters, results) = self.block_type(stack);
                self.line(format!("call $coin if {ty}"));
                for branch in ["else", "end"] {
                    let label = Label {
                        carries: results.clone(),
                        handler: false,
                    };
                    self.body(label, parameters.clone(), &results);
                    self.line(branch);
                }
                stack.extend(results);
            }
            10..=13 => self.try_catch(stack),
            14 | 15 => {
                let (ty, parameters, results) = self.block_type(stack);
                self.line(format!("try {ty}"));
                let label = Label {
                    carries: results.clone(),
                    handler: false,
                };
                self.body(label, parameters, &results);
                let depth = self.random.below(self.labels.len());
                self.line(format!("delegate {depth}"));
                stack.extend(results);
            }
            16 => {
                let tag = self.random.below(self.tags.len());
                let values = self.tags[tag].clone();
                self.want(stack, &values);
                self.line(format!("throw $t{tag}"));
                return true;
            }
            17 | 18 => {
                let tag = self.random.below(self.tags.len());
                self.line("call $coin if");
                for ty in self.tags[tag].clone() {
                    self.constant(ty);
                }
                self.line(format!("throw $t{tag} end"));
            }
            19 => {
                let handlers: Vec<usize> = (0..self.labels.len())
                    .filter(|depth| self.labels[self.labels.len() - 1 - depth].handler)
                    .collect();
                if handlers.is_empty() {
                    return false;
                }
                let depth = handlers[self.random.below(handlers.len())];
                if self.random.chance(50) {
                    self.line(format!("rethrow {depth}"));
                    return true;
                }
                self.line(format!("call $coin if rethrow {} end", depth + 1));
            }
            20 | 21 => return self.branch(stack),
            22 => {
                if self.random.chance(80) {
                    return false;
                }
                let results = self.results.clone();
                self.want(stack, &results);
                self.line("return");
                return true;
            }
            23 | 24 => self.try_table(stack),
            _ => {
                self.line("local.get $l_exnref ref.is_null if else local.get $l_exnref throw_ref end");
            }
        }
        false
    }

    fn try_catch(&mut self, stack: &mut Vec<Type>) {
        let (ty, parameters, results) = self.block_type(stack);
        self.line(format!("try {ty}"));
        let label = |handler| Label {
            carries: results.clone(),
            handler,
        };
        self.body(label(false), parameters, &results);
        for _ in 0..self.random.below(3) {
            let tag = self.random.below(self.tags.len());
            self.line(format!("catch $t{tag}"));
            let values = self.tags[tag].clone();
            self.body(label(true), values, &results);
        }
        if self.random.chance(50) {
            self.line("catch_all");
            self.body(label(true), Vec::new(), &results);
        }
        self.line("end");
        stack.extend(results);
    }

    fn branch(&mut self, stack: &mut Vec<Type>) -> bool {
        let (depth, carries) = self.label();
        self.want(stack, &carries);
        match self.random.below(4) {
            0 => {
                self.line(format!("br {depth}"));
                true
            }
            1 => {
                let last = self.labels.len() - 1;
                let mut targets: Vec<usize> = (0..=last)
                    .filter(|other| self.labels[last - other].carries == carries)
                    .collect();
                targets.truncate(3);
                let targets: Vec<String> = targets.iter().map(usize::to_string).collect();
                self.line(format!("call $coin br_table {} {depth}", targets.join(" ")));
                true
            }
            _ => {
                self.line(format!("call $coin br_if {depth}"));
                stack.extend(carries);
                false
            }
        }
    }

    /// A `try_table` in a block for each of its catches.
    fn try_table(&mut self, stack: &mut Vec<Type>) {
        let (ty, parameters, results) = self.block_type(stack);
        let tag = self.random.below(self.tags.len());
        let (clause, mut caught) = match self.random.below(4) {
            0 => (format!("catch $t{tag}"), self.tags[tag].clone()),
            1 => (format!("catch_ref $t{tag}"), self.tags[tag].clone()),
            2 => ("catch_all".to_owned(), Vec::new()),
            _ => ("catch_all_ref".to_owned(), Vec::new()),
        };
        if clause.contains("_ref") {
            caught.push(Exn);
        }
        // A label further out may take the values as well.
        let last = self.labels.len() - 1;
        let outer = (0..=last).find(|depth| self.labels[last - depth].carries == caught);
        if let (Some(depth), true) = (outer, self.random.chance(50)) {
            self.line(format!("try_table {ty} ({clause} {depth})"));
            let label = Label {
                carries: results.clone(),
                handler: false,
            };
            self.body(label, parameters, &results);
            self.line("end");
            stack.extend(results);
            return;
        }
        self.line(format!(
            "block (param{}) (result{})",
            names(&parameters),
            names(&caught)
        ));
        self.labels.push(Label {
            carries: caught.clone(),
            handler: false,
        });
        self.line(format!("try_table {ty} ({clause} 0)"));
        let label = Label {
            carries: results.clone(),
            handler: false,
        };
        self.body(label, parameters, &results);
        self.line("end");
        for ty in results.iter().rev() {
            self.drop(*ty);
        }
        for ty in &caught {
            self.constant(*ty);
        }
        self.labels.pop();
        self.line("end");
        stack.extend(caught);
    }
}
