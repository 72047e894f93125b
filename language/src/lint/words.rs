//! Values and types as messages name them.

use super::Lint;
use crate::ir::builtin::class;
use crate::ir::{Expr, Objects, Ty, tag};
use nyash_abi::library::{self, Receiver};

impl Lint<'_, '_> {
    /// `a string`, `an integer or null`, `a \`Point\``.
    pub(super) fn kinds(&mut self, ty: Ty) -> String {
        let mut words: Vec<String> = [
            (tag::STR, "a string"),
            (tag::INT, "an integer"),
            (tag::FLOAT, "a float"),
            (tag::BOOL, "a bool"),
        ]
        .into_iter()
        .filter(|(tag, _)| ty.has(*tag))
        .map(|(_, word)| word.to_string())
        .collect();
        if ty.has(tag::OBJ) {
            words.push(self.objects(ty.objects));
        }
        if ty.has(tag::NULL) {
            words.push("null".into());
        } else if ty.has(tag::VOID) || ty.has(tag::ABSENT) {
            words.push("void".into());
        }
        match words.as_slice() {
            [] => "nothing".into(),
            [one] => one.clone(),
            [first, .., last] if words.len() == 2 => format!("{first} or {last}"),
            [.., last] => format!("{} or {last}", words[..words.len() - 1].join(", ")),
        }
    }

    fn objects(&mut self, objects: Objects) -> String {
        match objects {
            Objects::None | Objects::Any => "a box".into(),
            Objects::Array(_) => "an array".into(),
            Objects::Map(_) => "a map".into(),
            Objects::Builtin(number) => match class::numbered(number) {
                Some(class) => with_article(class.name),
                None => "a box".into(),
            },
            Objects::User(number) => {
                let class = &self.infer.module().classes[number as usize];
                let static_box = class.name.strip_suffix("_singleton").filter(|_| class.is_static);
                match static_box {
                    _ if class.lambda.is_some() => "a function".into(),
                    _ if class.variant => format!("the variant `{}`", class.name),
                    Some(name) => format!("the static box `{name}`"),
                    None => with_article(&class.name),
                }
            }
        }
    }

    /// The expression as it is written, where that is short; `this` otherwise.
    pub(super) fn subject(&self, e: &Expr) -> String {
        let text = self.text(e.span);
        let short = !text.is_empty() && text.chars().count() <= 30 && !text.contains(['\n', '`']);
        if short { format!("`{text}`") } else { "this".into() }
    }

    /// Whether the expression is a name that means nothing without its declaration.
    pub(super) fn is_name(&self, e: &Expr) -> bool {
        self.text(e.span)
            .chars()
            .all(|c| c.is_alphanumeric() || c == '_' || c == '.')
            && !self.text(e.span).starts_with(|c: char| c.is_ascii_digit())
    }
}

fn with_article(name: &str) -> String {
    let article = if name.starts_with(['A', 'E', 'I', 'O']) {
        "an"
    } else {
        "a"
    };
    format!("{article} `{name}`")
}

/// Whose rows a value of the library has, besides those of every value.
pub(super) fn receivers(ty: Ty) -> Vec<Receiver> {
    let mut out = Vec::new();
    for (tag, receiver) in [
        (tag::STR, Receiver::Text),
        (tag::INT, Receiver::Int),
        (tag::FLOAT, Receiver::Float),
        (tag::BOOL, Receiver::Bool),
    ] {
        if ty.has(tag) {
            out.push(receiver);
        }
    }
    if ty.has(tag::OBJ) {
        match ty.objects {
            Objects::Array(_) => out.push(Receiver::Class(class::ARRAY)),
            Objects::Map(_) => out.push(Receiver::Class(class::MAP)),
            Objects::Builtin(number) => out.push(Receiver::Class(number)),
            Objects::User(_) | Objects::None | Objects::Any => {}
        }
    }
    out
}

/// Names of the methods that values of these receivers have.
pub(super) fn methods(receivers: &[Receiver]) -> impl Iterator<Item = &'static str> {
    library::rows()
        .filter(move |row| row.receiver == Receiver::Any || receivers.contains(&row.receiver))
        .flat_map(|row| row.names.iter().copied())
        .filter(|name| !name.starts_with('$'))
}

/// Names of one thing in several languages. Whoever writes one of them may mean the one that a receiver has.
const SAME: &[&[&str]] = &[
    &[
        "length",
        "size",
        "len",
        "count",
        "Length",
        "Count",
        "getLength",
        "strlen",
    ],
    &[
        "push",
        "append",
        "add",
        "push_back",
        "pushBack",
        "addLast",
        "enqueue",
        "insert_last",
    ],
    &[
        "toUpper",
        "toUpperCase",
        "upper",
        "upcase",
        "uppercase",
        "to_uppercase",
        "ToUpper",
    ],
    &[
        "toLower",
        "toLowerCase",
        "lower",
        "downcase",
        "lowercase",
        "to_lowercase",
        "ToLower",
    ],
    &["trim", "strip", "Trim"],
    &["trimStart", "lstrip", "trim_left"],
    &["trimEnd", "rstrip", "trim_right", "chomp"],
    &[
        "contains",
        "includes",
        "has",
        "include",
        "containsKey",
        "has_key",
        "hasKey",
        "hasOwnProperty",
        "in",
        "exists",
    ],
    &["substring", "slice", "substr", "sub", "mid"],
    &["indexOf", "find", "index", "search", "findIndex"],
    &["forEach", "each", "for_each", "foreach"],
    &["get", "charAt", "at", "getItem", "fetch", "elementAt", "nth"],
    &["set", "put", "setItem", "store"],
    &["delete", "remove", "removeAt", "del", "erase", "discard"],
    &[
        "toString", "to_s", "to_str", "asString", "ToString", "string", "inspect", "__str__",
    ],
    &[
        "toInteger",
        "to_i",
        "parseInt",
        "to_int",
        "toNumber",
        "int",
        "intValue",
        "parse",
    ],
    &["toFloat", "to_f", "parseFloat", "float", "toDouble", "doubleValue"],
    &["replace", "replaceAll", "gsub", "replace_all"],
    &["startsWith", "starts_with", "startswith", "hasPrefix", "start_with"],
    &["endsWith", "ends_with", "endswith", "hasSuffix", "end_with"],
    &["extend", "pushAll", "addAll", "extend_from_slice", "concat"],
    &["entries", "items", "iter", "pairs"],
    &["keys", "keySet", "getKeys"],
    &["values", "getValues"],
    &["copy", "clone", "dup"],
    &["any", "some", "any_of"],
    &["every", "all", "all_of"],
    &["map", "collect", "select"],
    &["reduce", "fold", "inject"],
    &["sort", "sorted", "sort_unstable"],
    &["isEmpty", "is_empty", "empty"],
    &["repeat", "times"],
    &["chars", "characters", "toCharArray", "each_char"],
];

/// Of the methods that there are, the one that other languages call `name`.
pub(super) fn synonym<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    let group = SAME.iter().find(|group| group.contains(&name))?;
    group
        .iter()
        .find_map(|other| known.iter().find(|known| *known == other))
        .copied()
}
