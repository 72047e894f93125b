//! One look at all of a module before anything is compiled: whether it is valid, the first thing in it that no runtime can
//! do, and what it needs.
//!
//! Compiling takes a hundred times as long. A module of 60 MB that uses something refused was told so after three minutes,
//! because function bodies were first read when they were compiled.

use wasmparser::{
    BlockType, ElementItems, FrameKind, FrameStack, FuncValidator, FuncValidatorAllocations, FunctionBody, HeapType,
    Parser, Payload, RefType, ValType, ValidPayload, Validator, VisitOperator, VisitSimdOperator, WasmFeatures,
    WasmModuleResources,
};

use super::features;
use crate::error::Result;

/// What a module needs beyond what every runtime has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Needs {
    /// Function bodies need the collector: exceptions, or values that live in its heap. Types outside of bodies are told
    /// by the walk over sections (`Module::needs_gc`).
    pub gc: bool,
    /// Instructions of these features, which the compiler knows and is not told of otherwise.
    pub features: Features,
    /// `memory.atomic.wait` or `memory.atomic.notify`.
    pub waits: bool,
}

/// Features that compiled code alone serves: whatever runs it need not know of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Features {
    /// Atomic instructions.
    pub atomics: bool,
    /// `i64.add128` and the like.
    pub wide_arithmetic: bool,
    /// Memories whose pages have another size than 64 KiB.
    pub page_sizes: bool,
}

impl Features {
    /// All of them.
    pub const ALL: WasmFeatures = WasmFeatures::THREADS
        .union(WasmFeatures::WIDE_ARITHMETIC)
        .union(WasmFeatures::CUSTOM_PAGE_SIZES);

    /// As the compiler takes them.
    pub fn for_compiler(self) -> WasmFeatures {
        let one = |used: bool, feature| if used { feature } else { WasmFeatures::empty() };
        one(self.atomics, WasmFeatures::THREADS)
            | one(self.wide_arithmetic, WasmFeatures::WIDE_ARITHMETIC)
            | one(self.page_sizes, WasmFeatures::CUSTOM_PAGE_SIZES)
    }
}

/// Reads a module from start to end.
///
/// # Errors
/// [`Error::Feature`] or [`Error::Invalid`] with the first fault.
pub(crate) fn scan(module: &[u8]) -> Result<Needs> {
    let mut needs = Needs::default();
    match walk(module, &mut needs) {
        Ok(()) => Ok(needs),
        Err(error) => Err(features::explain(module, &error)),
    }
}

fn walk(module: &[u8], needs: &mut Needs) -> wasmparser::Result<()> {
    let mut validator = Validator::new_with_features(features::accepted());
    let mut parser = Parser::new(0);
    parser.set_features(features::accepted());
    let mut allocations = FuncValidatorAllocations::default();
    for payload in parser.parse_all(module) {
        let payload = payload?;
        if let Payload::MemorySection(memories) = &payload {
            for memory in memories.clone() {
                needs.features.page_sizes |= memory?.page_size_log2.is_some();
            }
        }
        if let Payload::ElementSection(segments) = &payload {
            for segment in segments.clone() {
                if let ElementItems::Expressions(ty, _) = segment?.items {
                    needs.gc |= is_collected(ValType::Ref(ty));
                }
            }
        }
        if let ValidPayload::Func(function, body) = validator.payload(&payload)? {
            let mut function = function.into_validator(allocations);
            walk_body(&mut function, &body, needs)?;
            allocations = function.into_allocations();
        }
    }
    Ok(())
}

fn walk_body<R: WasmModuleResources>(
    function: &mut FuncValidator<R>,
    body: &FunctionBody<'_>,
    needs: &mut Needs,
) -> wasmparser::Result<()> {
    for local in body.get_locals_reader()? {
        needs.gc |= is_collected(local?.1);
    }
    let mut reader = body.get_binary_reader();
    function.read_locals(&mut reader)?;
    reader.set_features(features::accepted());
    while !reader.eof() {
        let inner = function.visitor(reader.original_position());
        reader.visit_operator(&mut Looking { needs, inner })??;
    }
    let at = reader.original_position();
    reader.finish_expression(&function.visitor(at))
}

/// Whether values of this type live in the collector's heap or may refer to it. Structures that are named by index are
/// told by their definitions.
pub(super) fn is_collected(ty: ValType) -> bool {
    match ty {
        ValType::Ref(ty) => !(ty.is_func_ref() || ty == RefType::NULLFUNCREF || ty.is_concrete_type_ref()),
        _ => false,
    }
}

fn is_collected_heap(ty: HeapType) -> bool {
    RefType::new(true, ty).is_none_or(|ty| is_collected(ValType::Ref(ty)))
}

impl Needs {
    /// Takes note of an instruction by the proposal that it came with.
    fn meet(&mut self, proposal: &str) {
        match proposal {
            "threads" => self.features.atomics = true,
            "wide_arithmetic" => self.features.wide_arithmetic = true,
            "exceptions" | "legacy_exceptions" => self.gc = true,
            _ => {}
        }
    }

    fn meet_block(&mut self, ty: BlockType) {
        // Those that are named by index are told by their definitions.
        if let BlockType::Type(ty) = ty {
            self.gc |= is_collected(ty);
        }
    }
}

/// A visitor that looks at each instruction before another one validates it.
struct Looking<'n, V> {
    needs: &'n mut Needs,
    inner: V,
}

/// What is seen of an instruction beyond its proposal.
macro_rules! look {
    ($needs:expr, Block, $ty:ident) => {
        $needs.meet_block($ty)
    };
    ($needs:expr, Loop, $ty:ident) => {
        $needs.meet_block($ty)
    };
    ($needs:expr, If, $ty:ident) => {
        $needs.meet_block($ty)
    };
    ($needs:expr, TypedSelect, $ty:ident) => {
        $needs.gc |= is_collected($ty)
    };
    ($needs:expr, RefNull, $ty:ident) => {
        $needs.gc |= is_collected_heap($ty)
    };
    ($needs:expr, MemoryAtomicNotify $(, $arg:ident)*) => {
        $needs.waits = true
    };
    ($needs:expr, MemoryAtomicWait32 $(, $arg:ident)*) => {
        $needs.waits = true
    };
    ($needs:expr, MemoryAtomicWait64 $(, $arg:ident)*) => {
        $needs.waits = true
    };
    ($needs:expr, $op:ident $(, $arg:ident)*) => {};
}

macro_rules! look_and_validate {
    ($(@$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($ann:tt)*))*) => {
        $(
            fn $visit(&mut self $($(, $arg: $argty)*)?) -> Self::Output {
                self.needs.meet(stringify!($proposal));
                look!(self.needs, $op $($(, $arg)*)?);
                self.inner.$visit($($($arg),*)?)
            }
        )*
    };
}

impl<'a, V: VisitOperator<'a, Output = wasmparser::Result<()>>> VisitOperator<'a> for Looking<'_, V> {
    type Output = wasmparser::Result<()>;

    // Nothing about vectors needs to be known.
    fn simd_visitor(&mut self) -> Option<&mut dyn VisitSimdOperator<'a, Output = Self::Output>> {
        self.inner.simd_visitor()
    }

    wasmparser::for_each_visit_operator!(look_and_validate);
}

impl<V: FrameStack> FrameStack for Looking<'_, V> {
    fn current_frame(&self) -> Option<FrameKind> {
        self.inner.current_frame()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::module::Module;

    fn needs(text: &str) -> Needs {
        scan(&wat::parse_str(text).unwrap()).unwrap()
    }

    #[test]
    fn the_collector_is_wanted_where_validation_without_it_fails() {
        let without = features::accepted().difference(WasmFeatures::EXCEPTIONS | WasmFeatures::GC_TYPES);
        let bodies = [
            ("(drop (i32.const 1))", false),
            ("(local externref)", true),
            ("(drop (ref.null extern))", true),
            ("(drop (block (result anyref) (unreachable)))", true),
            ("(loop (result externref) (unreachable)) (drop)", true),
            ("(drop (select (result externref) (unreachable)))", true),
            ("(drop (select (result funcref) (unreachable)))", false),
            // These need no heap.
            ("(drop (ref.test (ref i31) (ref.i31 (i32.const 1))))", false),
            ("(local (ref null $f)) (drop (ref.null $f))", false),
            ("(drop (ref.cast (ref $f) (table.get (i32.const 0))))", false),
            ("(call_ref $f (ref.null $f))", false),
            ("(throw $t)", true),
            ("(block $b (try_table (catch_all $b)))", true),
        ];
        let modules = bodies.map(|(body, gc)| {
            let tag = if body.contains("$t") { "(tag $t)" } else { "" };
            (
                format!("(module (memory 1) (type $f (func)) (table 1 funcref) {tag} (func {body}))"),
                gc,
            )
        });
        let outside = [
            ("(module (elem externref (ref.null extern)))", true),
            ("(module (elem funcref (ref.null func)))", false),
            ("(module (table 1 externref))", true),
            ("(module (global externref (ref.null extern)))", true),
            ("(module (func (param externref)))", true),
            ("(module (type (struct)))", true),
        ];
        let outside = outside.map(|(text, gc)| (text.to_owned(), gc));
        for (text, gc) in modules.iter().chain(&outside) {
            let module = wat::parse_str(text).unwrap();
            let found = scan(&module).unwrap().gc || Module::parse(&module).unwrap().needs_gc;
            let fails = Validator::new_with_features(without).validate_all(&module).is_err();
            assert_eq!((found, fails), (*gc, *gc), "{text}");
        }
    }

    #[test]
    fn features_that_code_serves_alone_are_seen() {
        let body = |text: &str| needs(&format!("(module (memory 1) (func {text}))"));
        let load = body("(drop (i32.atomic.load (i32.const 0)))");
        assert!(load.features.atomics && !load.waits && !load.gc);
        let notify = body("(drop (memory.atomic.notify (i32.const 0) (i32.const 1)))");
        assert!(notify.features.atomics && notify.waits);
        let wide = body("(i64.mul_wide_u (i64.const 1) (i64.const 2)) (drop) (drop)");
        assert!(wide.features.wide_arithmetic && !wide.features.atomics);
        assert!(needs("(module (memory 1 (pagesize 1)))").features.page_sizes);
        assert_eq!(body("(drop (i32.const 1))"), Needs::default());
    }
}
