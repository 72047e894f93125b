//! Every code that a diagnostic can have, with what there is to know about it. `docs/diagnostics.md` and
//! `nyash --explain` are made from this table; a code without an entry does not get past the first diagnostic that
//! has it in a debug build, nor past `language/tests/diagnostics.rs`.

/// How much a warning of some code weighs. Errors are always shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// The place is wrong, or will be an error when it is reached: shown whenever the program is compiled.
    Fault,
    /// The place is odd: shown by `--check`, counted when the program is compiled.
    Habit,
}

/// One code.
#[derive(Debug)]
pub struct Entry {
    /// As in `error[code]`, `--explain code` and `// nyash: allow(code)`.
    pub code: &'static str,
    pub weight: Weight,
    /// Markdown: what it means, then a fence `hako wrong` or `nyash wrong` and one that is `right`.
    pub text: &'static str,
}

macro_rules! entries {
    ($($weight:ident $code:literal,)*) => {
        /// All codes, in alphabetical order.
        pub static ENTRIES: &[Entry] = &[$(Entry {
            code: $code,
            weight: Weight::$weight,
            text: include_str!(concat!("entries/", $code, ".md")),
        },)*];
    };
}

entries! {
    Fault "always-null",
    Fault "bad-assignment",
    Fault "bad-number",
    Fault "cannot-load",
    Habit "constant-comparison",
    Fault "cyclic-parents",
    Fault "division-by-zero",
    Fault "duplicate-declaration",
    Fault "duplicate-local",
    Fault "file-too-large",
    Fault "hides-builtin",
    Fault "impossible-operation",
    Fault "internal",
    Fault "leaves-fini",
    Fault "missing-comma",
    Fault "missing-field",
    Fault "missing-method",
    Fault "negative-index",
    Fault "new-of-static-box",
    Habit "no-interpolation",
    Fault "no-me",
    Fault "not-a-parent",
    Fault "not-an-interface",
    Fault "not-callable",
    Fault "not-exhaustive",
    Fault "not-utf-8",
    Fault "old-include",
    Fault "other-language",
    Fault "outside-function",
    Fault "outside-loop",
    Fault "overrides-nothing",
    Habit "shadowed-variable",
    Fault "strong-in-weak",
    Fault "syntax",
    Fault "too-deep",
    Fault "too-many-errors",
    Fault "too-many-warnings",
    Fault "unavailable-box",
    Fault "unclosed-block",
    Fault "undeclared",
    Fault "unexpected-character",
    Fault "unknown-box",
    Fault "unknown-code",
    Fault "unknown-field",
    Fault "unknown-function",
    Fault "unknown-metadata",
    Fault "unknown-method",
    Fault "unknown-name",
    Fault "unknown-variant",
    Habit "unreachable-code",
    Fault "unterminated-comment",
    Fault "unterminated-string",
    Habit "unused-result",
    Habit "unused-variable",
    Fault "wrong-argument",
    Fault "wrong-arity",
    Fault "wrong-payload",
}

/// The entry of a code.
pub fn find(code: &str) -> Option<&'static Entry> {
    ENTRIES.iter().find(|entry| entry.code == code)
}

/// The known code nearest to a wrong one.
pub fn nearest(code: &str) -> Option<&'static str> {
    super::suggest::nearest(code, ENTRIES.iter().map(|entry| entry.code))
}

impl Entry {
    /// The entry as text for a terminal: programs are indented and say which one is wrong.
    pub fn plain(&self) -> String {
        let mut out = format!("{}\n\n", self.code);
        let mut inside = false;
        for line in self.text.lines() {
            match line.strip_prefix("```") {
                Some("") => inside = false,
                Some(fence) => {
                    inside = true;
                    out.push_str(if fence.ends_with("wrong") {
                        "Wrong:\n"
                    } else {
                        "Right:\n"
                    });
                }
                None if inside => {
                    out.push_str(format!("    {line}").trim_end());
                    out.push('\n');
                }
                None => {
                    out.push_str(line);
                    out.push('\n');
                }
            }
        }
        out
    }

    /// The program behind a fence that ends with `word`, with the extension its edition has: `("hako", "print(1)\n")`.
    pub fn program(&self, word: &str) -> Option<(&'static str, String)> {
        let mut lines = self.text.lines();
        loop {
            let Some(fence) = lines.next()?.strip_prefix("```") else {
                continue;
            };
            let program: String = lines
                .by_ref()
                .take_while(|line| *line != "```")
                .flat_map(|line| [line, "\n"])
                .collect();
            if let Some((extension, kind)) = fence.split_once(' ')
                && kind == word
            {
                return Some((extension, program));
            }
        }
    }
}
