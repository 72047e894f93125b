//! Names that other languages have: what to write instead.

/// What a name stands for that means nothing here; `called` tells `len(x)` from `len`.
pub(super) fn name(name: &str, called: bool) -> Option<&'static str> {
    Some(match (name, called) {
        ("nil" | "None" | "undefined" | "NULL" | "nullptr" | "Nil" | "Null", false) => "write `null`",
        ("True" | "TRUE" | "YES", false) => "write `true`",
        ("False" | "FALSE" | "NO", false) => "write `false`",
        ("self" | "Self", false) => "the instance whose method is running is called `me`",
        ("super", _) => "write `from Parent.method(..)`; the constructor of a parent is `from Parent.birth(..)`",
        ("System" | "fmt" | "std" | "stdout" | "sys" | "process" | "Debug", false) => "to print write `print(..)`",
        ("printf" | "puts" | "echo" | "fprintf" | "printLine" | "writeln" | "alert" | "say" | "cout", _) => {
            "to print write `print(..)`, with `+` between the parts"
        }
        ("sprintf" | "format" | "String.format", true) => "join texts and values with `+`",
        ("strlen" | "sizeof" | "size" | "count", true) => "write `x.length()`",
        ("Number" | "atoi" | "intval", true) => {
            "write `text.toInteger()`, or `text.parseInteger()` for a result that tells failure"
        }
        ("double", true) => "write `text.toFloat()`",
        ("String" | "repr" | "string", true) => "write `toString(x)`, or `x.toString()`",
        ("list" | "Array" | "vec" | "array", true) => "write `[..]`, or `new ArrayBox()`",
        ("dict" | "Map" | "object" | "hash" | "Set" | "set", true) => "write `{\"key\": value}`, or `new MapBox()`",
        ("type" | "typeof" | "gettype", true) => "write `typeOf(x)`",
        ("isinstance" | "instanceof", true) => "write `x.is(\"Name\")`",
        ("require" | "import" | "load", true) => "files are loaded with `using \"file.hako\" as Name`",
        ("append" | "push", true) => "write `list.push(value)`",
        ("reduce" | "foldl" | "forEach", true) => {
            "this is a method of arrays, as in `list.sort()` and `list.filter(fn(x) { .. })`"
        }
        ("open", true) => "write `new FileBox(path)`",
        ("pass" | "noop", false) => "an empty block is written `{ }`",
        ("args" | "argv" | "ARGV", false) => "take them as a parameter: `main(args)` is given an array of texts",
        ("do", false) => "write a function: `list.forEach(fn(x) { .. })`",
        ("end" | "endif" | "fi" | "done", false) => "a block ends with `}`",
        ("then" | "begin", false) => "a block stands in braces",
        ("case" | "default", false) => "write `match x { 1 => .., _ => .. }`",
        ("yield" | "goto" | "defer" | "go" | "assert_eq", _) => return other(name),
        _ => return None,
    })
}

fn other(name: &str) -> Option<&'static str> {
    Some(match name {
        "defer" => "write `fini { .. }`: it runs when the scope is left",
        "go" => "write `nowait x = f()` and `await x`",
        "assert_eq" => "write `assert(a == b)`",
        "yield" => "collect the values in an array and return it",
        "goto" => "use a loop with `break` and `continue`",
        _ => return None,
    })
}

/// The box of the library that another language calls so.
pub(super) fn box_name(name: &str) -> Option<&'static str> {
    Some(match name {
        "Error" | "Exception" | "RuntimeException" | "ValueError" | "TypeError" => "ErrorBox",
        "Array" | "List" | "ArrayList" | "Vec" | "Vector" | "list" | "array" => "ArrayBox",
        "Map" | "Dict" | "Object" | "HashMap" | "Hash" | "Dictionary" | "TreeMap" | "dict" | "map" => "MapBox",
        "Date" | "DateTime" | "datetime" => "DateTimeBox",
        "RegExp" | "Regex" | "Pattern" => "RegexBox",
        "Random" => "RandomBox",
        "File" => "FileBox",
        "StringBuilder" | "StringBuffer" => "ArrayBox",
        "Math" => "MathBox",
        _ => return None,
    })
}
