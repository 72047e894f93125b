//! `hako.toml`: where the modules of a project are.
//!
//! Only strings and arrays of strings are kept; that is all the manifest uses for modules.

use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};

/// Why a manifest cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub struct Broken {
    /// From 1.
    pub line: usize,
    pub message: String,
}

/// A value of the manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Text(String),
    List(Vec<String>),
}

/// Table name -> key -> value. What is nested is there under every way of dividing its path between the two.
#[derive(Debug, Default)]
pub struct Manifest {
    tables: BTreeMap<String, BTreeMap<String, Value>>,
}

impl Manifest {
    /// Keeps the texts and the lists of texts.
    ///
    /// # Errors
    /// The text is no TOML.
    pub fn parse(text: &str) -> Result<Manifest, Broken> {
        let table = DeTable::parse(text).map_err(|error| Broken {
            line: 1 + text[..error.span().map_or(0, |span| span.start)].matches('\n').count(),
            message: error.message().to_string(),
        })?;
        let mut manifest = Manifest::default();
        manifest.take(&mut Vec::new(), table.get_ref());
        Ok(manifest)
    }

    fn take<'t>(&mut self, path: &mut Vec<&'t str>, table: &'t DeTable<'_>) {
        for (key, value) in table {
            path.push(key.get_ref());
            let found = match value.get_ref() {
                DeValue::Table(inner) => {
                    self.take(path, inner);
                    None
                }
                DeValue::String(text) => Some(Value::Text(text.to_string())),
                DeValue::Array(items) => {
                    let texts = items.iter().filter_map(|item| item.get_ref().as_str());
                    Some(Value::List(texts.map(str::to_string).collect()))
                }
                _ => None,
            };
            // `[a.b] c = 1` and `[a] b.c = 1` are the same.
            for split in 1..path.len() {
                if let Some(value) = &found {
                    let table = self.tables.entry(path[..split].join(".")).or_default();
                    table.insert(path[split..].join("."), value.clone());
                }
            }
            path.pop();
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_tables_strings_and_lists() {
        let manifest = Manifest::parse(
            "[using]\npaths = [\"a\", # first\n  \"b\"]\n[modules]\n\"x.y\" = \"lib/y.hako\" # why\nz.w = \"w.hako\"\n",
        )
        .unwrap();
        assert_eq!(manifest.list("using", "paths"), ["a", "b"]);
        assert_eq!(manifest.text("modules", "x.y"), Some("lib/y.hako"));
        assert_eq!(manifest.text("modules", "z.w"), Some("w.hako"));
    }

    #[test]
    fn says_where_it_is_broken() {
        let broken = Manifest::parse("[using]\n[modules\nx.y = \"z.hako\"\n").unwrap_err();
        assert_eq!(broken.line, 2);
    }
}
