//! `hako.toml`: where the modules of a project are.
//!
//! Only tables, strings and arrays of strings are read; that is all the manifest uses for modules.

use std::collections::BTreeMap;

/// A value of the manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Text(String),
    List(Vec<String>),
}

/// Table name -> key -> value. Dotted keys keep their dots.
#[derive(Debug, Default)]
pub struct Manifest {
    tables: BTreeMap<String, BTreeMap<String, Value>>,
}

impl Manifest {
    /// Reads what it understands and passes over the rest.
    pub fn parse(text: &str) -> Manifest {
        let mut manifest = Manifest::default();
        let mut table = String::new();
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let line = without_comment(line);
            if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                table = name.trim_matches(['[', ']', ' ']).to_string();
                continue;
            }
            let Some((key, value)) = line.split_once('=') else {
                continue;
            };
            let mut value = value.trim().to_string();
            while value.starts_with('[') && !value.ends_with(']') {
                let Some(next) = lines.next() else { break };
                value.push(' ');
                value.push_str(without_comment(next));
            }
            let Some(value) = parse_value(&value) else { continue };
            let key = key.trim().trim_matches('"').to_string();
            manifest.tables.entry(table.clone()).or_default().insert(key, value);
        }
        manifest
    }

    /// The string at `key` of `table`.
    pub fn text(&self, table: &str, key: &str) -> Option<&str> {
        match self.tables.get(table)?.get(key)? {
            Value::Text(text) => Some(text),
            Value::List(_) => None,
        }
    }

    /// The strings of the array at `key` of `table`; none where it is missing.
    pub fn list(&self, table: &str, key: &str) -> &[String] {
        match self.tables.get(table).and_then(|table| table.get(key)) {
            Some(Value::List(items)) => items,
            _ => &[],
        }
    }

    /// All strings of `table`.
    pub fn texts(&self, table: &str) -> impl Iterator<Item = (&str, &str)> {
        self.tables
            .get(table)
            .into_iter()
            .flatten()
            .filter_map(|(key, value)| match value {
                Value::Text(text) => Some((key.as_str(), text.as_str())),
                Value::List(_) => None,
            })
    }
}

/// The line up to a `#` outside quotes.
fn without_comment(line: &str) -> &str {
    let mut quoted = false;
    for (at, c) in line.char_indices() {
        match c {
            '"' => quoted = !quoted,
            '#' if !quoted => return line[..at].trim(),
            _ => {}
        }
    }
    line.trim()
}

fn parse_value(text: &str) -> Option<Value> {
    if let Some(items) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        let items = items.split(',').filter_map(|item| quoted(item.trim()));
        return Some(Value::List(items.collect()));
    }
    quoted(text).map(Value::Text)
}

fn quoted(text: &str) -> Option<String> {
    text.strip_prefix('"')?.strip_suffix('"').map(str::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_tables_strings_and_lists() {
        let manifest = Manifest::parse(
            "[using]\npaths = [\"a\", # first\n  \"b\"]\n[modules]\n\"x.y\" = \"lib/y.hako\" # why\nz.w = \"w.hako\"\n",
        );
        assert_eq!(manifest.list("using", "paths"), ["a", "b"]);
        assert_eq!(manifest.text("modules", "x.y"), Some("lib/y.hako"));
        assert_eq!(manifest.text("modules", "z.w"), Some("w.hako"));
    }
}
