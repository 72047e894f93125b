//! The table that names the frames of a call stack.

use std::borrow::Cow;

use nyash_format::NameTableBuilder;

use crate::error::Result;
use crate::image::reading::Function;

/// Longer names are cut: a frame is one line on a terminal, and C++ names can fill pages.
const LONGEST: usize = 240;

/// Builds the table of a module's functions. `name` gives what the module calls a function.
///
/// # Errors
/// When the names exceed what the format holds.
pub(crate) fn table<'a>(
    functions: &[Function<'a>],
    name: impl Fn(&Function<'a>) -> Option<&'a str>,
) -> Result<NameTableBuilder> {
    let mut table = NameTableBuilder::new();
    for function in functions {
        let text = match name(function) {
            Some(name) => table.string(&readable(name))?,
            None => 0,
        };
        table.function(function.start, function.len, function.index, text);
    }
    Ok(table)
}

/// A function's name as its author wrote it.
pub(super) fn readable(name: &str) -> Cow<'_, str> {
    let name = if let Ok(rust) = rustc_demangle::try_demangle(name) {
        Cow::Owned(format!("{rust:#}"))
    } else {
        cpp(name).map_or(Cow::Borrowed(name), Cow::Owned)
    };
    if name.len() <= LONGEST {
        return name;
    }
    Cow::Owned(format!("{}…", &name[..name.floor_char_boundary(LONGEST)]))
}

fn cpp(name: &str) -> Option<String> {
    // Only these are mangled names; the demangler would read others as types.
    if !name.starts_with("_Z") && !name.starts_with("__Z") {
        return None;
    }
    let options = cpp_demangle::DemangleOptions::new().no_params().no_return_type();
    cpp_demangle::Symbol::new(name)
        .ok()?
        .demangle_with_options(&options)
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_readable() {
        assert_eq!(readable("main"), "main");
        assert_eq!(
            readable("_ZN4core3fmt5Write9write_fmt17h0123456789abcdefE"),
            "core::fmt::Write::write_fmt"
        );
        assert_eq!(readable("_RNvCs1234_7mycrate3foo"), "mycrate::foo");
        assert_eq!(readable("_ZN5clang4Sema12ActOnCXXThisEv"), "clang::Sema::ActOnCXXThis");
        assert_eq!(readable(&"é".repeat(200)), format!("{}…", "é".repeat(120)));
    }
}
