//! Names of all code of a compiled module, as symbol tables of executables have them.

use super::reading::Image;

/// A piece of code with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Symbol {
    /// Offset from the start of the code in bytes.
    pub start: u32,
    /// Length in bytes.
    pub len: u32,
    /// The module's own name for a function, mangled as it is: debuggers and profilers demangle it.
    pub name: String,
}

impl Symbol {
    /// The name as tables of strings hold it, which a zero ends.
    pub fn name_bytes(&self) -> impl Iterator<Item = u8> + '_ {
        self.name.bytes().filter(|byte| *byte != 0)
    }
}

/// All code that the compiler's symbol table lists, in order of address. `name` gives what the module calls a function.
pub(crate) fn symbols<'a>(image: &Image<'a>, name: impl Fn(u32) -> Option<&'a str>) -> Vec<Symbol> {
    let code = |(symbol, text): (&object::elf::Sym64<object::Endianness>, &'a str)| {
        if symbol.st_type() != object::elf::STT_FUNC {
            return None;
        }
        Some(Symbol {
            start: symbol.st_value.get(image.endian).try_into().ok()?,
            len: symbol.st_size.get(image.endian).try_into().ok()?,
            name: label(text, &name),
        })
    };
    let mut symbols: Vec<Symbol> = image.symbol_table().filter_map(code).collect();
    symbols.sort_by_key(|symbol| symbol.start);
    symbols
}

/// What the symbol `text` of the compiler is called: it has `wasm[0]::function[7]::name` for functions, and
/// `wasm[0]::array_to_wasm_trampoline[7]` and the like for its own code.
fn label<'a>(text: &'a str, name: impl Fn(u32) -> Option<&'a str>) -> String {
    let text = text.strip_prefix("wasm[0]::").unwrap_or(text);
    let function = || {
        let (index, rest) = text.strip_prefix("function[")?.split_once(']')?;
        let index = index.parse().ok()?;
        let named = name(index).or(rest.strip_prefix("::")).filter(|name| !name.is_empty());
        Some(named.map_or_else(|| format!("function[{index}]"), str::to_owned))
    };
    function().unwrap_or_else(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::label;

    #[test]
    fn functions_have_the_modules_names() {
        let name = |index| (index == 7).then_some("_ZN4core3fmt5Write9write_fmt17h0123456789abcdefE");
        assert_eq!(label("wasm[0]::function[7]::core::fmt", name), name(7).unwrap());
        assert_eq!(label("wasm[0]::function[8]::main", name), "main");
        assert_eq!(label("wasm[0]::function[9]", name), "function[9]");
        assert_eq!(
            label("wasm[0]::array_to_wasm_trampoline[1]", name),
            "array_to_wasm_trampoline[1]"
        );
        assert_eq!(
            label("wasmtime_builtin_memory_grow", name),
            "wasmtime_builtin_memory_grow"
        );
    }
}
