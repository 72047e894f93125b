//! The functions of the engine that compiled code calls, and which runtimes have them.
//!
//! The table is wasmtime's own: it says for each function with which of wasmtime's features it is there. A runtime without
//! one has a panic in its place, so whatever a module refers to is looked up here before a runtime is chosen: an indirect
//! call through an open function type needs the collector's `is_subtype`, although nothing is ever collected.

use nyash_format::Kind;

/// What the symbols of calls to these functions begin with.
const SYMBOL: &str = "wasmtime_builtin_";

macro_rules! table {
    ($($(#[cfg($condition:meta)])? $name:ident ($($parameter:ident: $ty:ident),* $(,)?) $(-> $result:ident)?;)*) => {
        /// Every function and what wasmtime's source says of its presence.
        const TABLE: &[(&str, &str)] = &[$((stringify!($name), concat!($(stringify!($condition))?))),*];
    };
}
wasmtime_environ::foreach_builtin_function!(table);

/// The features of wasmtime that a runtime is built with, of those that functions depend on (`runtime/Cargo.toml`).
fn features(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Lean => &[],
        Kind::Full => &["gc", "gc-drc"],
    }
}

/// Whether a function is there under a condition: `feature = "a"`, `any(..)` of these, or one about the target, which
/// holds for all of ours.
fn holds(condition: &str, kind: Kind) -> bool {
    let mut quoted = condition.split('"').skip(1).step_by(2).peekable();
    !condition.contains("feature") || quoted.any(|feature| features(kind).contains(&feature))
}

/// The function that a symbol of a compiled module stands for.
pub(crate) fn called(symbol: &str) -> Option<&str> {
    symbol.strip_prefix(SYMBOL)
}

/// The first of these functions that a kind of runtime has not got.
pub(crate) fn missing<'a>(mut called: impl Iterator<Item = &'a str>, kind: Kind) -> Option<&'a str> {
    called.find(|name| {
        let known = TABLE.iter().find(|(known, _)| known == name);
        !known.is_some_and(|(_, condition)| holds(condition, kind))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_read() {
        let condition = |name: &str| TABLE.iter().find(|(known, _)| *known == name).unwrap().1;
        assert_eq!(condition("memory_grow"), "");
        for (name, lean, full) in [
            ("memory_grow", true, true),
            ("is_subtype", false, true),
            ("gc_alloc_raw", false, true),
            ("memory_atomic_wait32", false, false),
            ("new_epoch", true, true),
        ] {
            let condition = condition(name);
            assert_eq!(
                (holds(condition, Kind::Lean), holds(condition, Kind::Full)),
                (lean, full),
                "{name}: {condition}"
            );
        }
    }

    /// The features of wasmtime in the runtime's manifest are those that are assumed here.
    #[test]
    fn the_runtimes_are_built_so() {
        let manifest = include_str!("../../packaged/runtime/manifest.toml");
        let full = manifest.lines().find(|line| line.starts_with("full = ")).unwrap();
        for feature in features(Kind::Full) {
            assert!(full.contains(&format!("\"wasmtime/{feature}\"")), "{feature}");
        }
        let conditional: Vec<&str> = TABLE
            .iter()
            .flat_map(|(_, condition)| condition.split('"').skip(1).step_by(2))
            .collect();
        let lean = manifest
            .split("wasmtime = {")
            .nth(1)
            .and_then(|rest| rest.split("] }").next())
            .unwrap();
        for feature in conditional {
            assert!(!lean.contains(&format!("\"{feature}\"")), "{feature}");
            let assumed = features(Kind::Full).contains(&feature);
            assert_eq!(full.contains(&format!("\"wasmtime/{feature}\"")), assumed, "{feature}");
        }
    }
}
