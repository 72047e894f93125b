//! The names that every program knows.

/// Library boxes, for `new`, parents, patterns and static use.
pub const BOXES: &[&str] = &[
    "ArrayBox",
    "BoolBox",
    "BufferBox",
    "ChannelBox",
    "ConsoleBox",
    "DateTimeBox",
    "DebugBox",
    "ErrorBox",
    "FileBox",
    "FloatBox",
    "FutureBox",
    "HTTPClientBox",
    "HTTPRequestBox",
    "HTTPResponseBox",
    "HTTPServerBox",
    "IntegerBox",
    "IntentBox",
    "JSONBox",
    "MapBox",
    "MathBox",
    "MethodBox",
    "NullBox",
    "P2PBox",
    "PathBox",
    "RandomBox",
    "RangeBox",
    "RegexBox",
    "ResultBox",
    "SocketBox",
    "SoundBox",
    "StreamBox",
    "StringBox",
    "TimeBox",
    "TimerBox",
    "VoidBox",
];

/// Other names of library boxes and of kinds of values, for type patterns and `isType`.
pub const TYPE_NAMES: &[&str] = &[
    "Any",
    "Array",
    "Bool",
    "Boolean",
    "Box",
    "Console",
    "Err",
    "Error",
    "F64",
    "Float",
    "Function",
    "Future",
    "I64",
    "InstanceBox",
    "Int",
    "Integer",
    "Map",
    "Method",
    "Null",
    "Ok",
    "Range",
    "Result",
    "String",
    "Unit",
    "Void",
];

/// Functions without a receiver.
pub const FUNCTIONS: &[&str] = &[
    "Err", "Ok", "Range", "asType", "error", "exit", "isType", "panic", "print",
];

/// Names that are only receivers of calls.
pub const NAMESPACES: &[&str] = &["Result", "__mir__", "env", "hostbridge", "nyashstd", "statics"];

/// Namespaces that exist after `using nyashstd`.
pub const NYASHSTD_NAMESPACES: &[&str] = &["array", "bool", "console", "integer", "string"];

/// The builtin box with this name.
pub fn builtin_box(name: &str) -> Option<&'static str> {
    BOXES.binary_search(&name).ok().map(|at| BOXES[at])
}

/// A name that a type pattern may test for without a user box of that name.
pub fn is_type_name(name: &str) -> bool {
    builtin_box(name).is_some() || TYPE_NAMES.binary_search(&name).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted() {
        for list in [BOXES, TYPE_NAMES, FUNCTIONS, NAMESPACES, NYASHSTD_NAMESPACES] {
            assert!(list.is_sorted());
        }
    }
}
