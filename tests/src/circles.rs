//! Files of a crate that import each other, directly or around corners.

use std::collections::{BTreeMap, BTreeSet};

use crate::tree::Source;

/// Which file imports from which, by name.
pub struct Imports(BTreeMap<String, BTreeSet<String>>);

impl Imports {
    /// Of the files of one crate. Files called `tests.rs` are tests and left out.
    pub fn of(files: &[Source]) -> Self {
        let of_the_crate = || files.iter().filter(|file| !file.name.ends_with("/tests.rs"));
        let modules: BTreeMap<String, &str> = of_the_crate()
            // Of two roots (`lib.rs`, `main.rs`) the library's comes first, and stays.
            .rev()
            .map(|file| (file.module(), file.name.as_str()))
            .collect();
        let imports = of_the_crate().map(|file| {
            let own = file.module();
            let targets = file.names_outside_tests().into_iter().filter_map(|named| {
                let child = format!("{own}::{}", named.path);
                let first = child[own.len() + 2..].split("::").next().unwrap_or_default();
                let is_child = modules.contains_key(&format!("{own}::{first}"));
                let target = file_of(&modules, if is_child { &child } else { &named.path })?;
                (target != file.name).then(|| target.to_owned())
            });
            (file.name.clone(), targets.collect())
        });
        Imports(imports.collect())
    }

    /// The groups of files that import each other, a list of names each.
    pub fn circles(&self) -> Vec<Vec<&str>> {
        let reach: BTreeMap<&str, BTreeSet<&str>> =
            self.0.keys().map(|name| (name.as_str(), self.reach(name))).collect();
        let mut groups = BTreeSet::new();
        for (name, reached) in &reach {
            let back = reached.iter().copied().filter(|other| reach[other].contains(name));
            let group: Vec<&str> = back.collect();
            if !group.is_empty() {
                groups.insert(group);
            }
        }
        groups.into_iter().collect()
    }

    /// All files that importing leads to from a file.
    fn reach(&self, name: &str) -> BTreeSet<&str> {
        let mut reached = BTreeSet::new();
        let mut next: Vec<&str> = self.0[name].iter().map(String::as_str).collect();
        while let Some(name) = next.pop() {
            if reached.insert(name) {
                next.extend(self.0[name].iter().map(String::as_str));
            }
        }
        reached
    }
}

/// The file of the longest module that a path of the crate begins with.
fn file_of<'a>(modules: &BTreeMap<String, &'a str>, path: &str) -> Option<&'a str> {
    let mut path = path;
    if path != "crate" && !path.starts_with("crate::") {
        return None;
    }
    loop {
        if let Some(file) = modules.get(path) {
            return Some(file);
        }
        path = path.rsplit_once("::")?.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn circles_are_found() {
        let file = |name: &str, text: &str| Source {
            name: format!("x/src/{name}"),
            text: text.to_owned(),
        };
        let files = [
            file("a.rs", "use crate::b::deep::B;"),
            file("b/deep.rs", "use crate::c;\n#[cfg(test)] mod tests { use crate::d; }"),
            file("b/mod.rs", "mod deep; use deep::B;"),
            file("c.rs", "fn f() { crate::a::f() }"),
            file("d.rs", "use crate::b::deep::B; pub(in crate::d) use std::fs;"),
            file("lib.rs", "mod a; mod b; mod c; mod d; pub use a::A;"),
        ];
        let imports = Imports::of(&files);
        assert_eq!(imports.circles(), [["x/src/a.rs", "x/src/b/deep.rs", "x/src/c.rs"]]);
    }
}
