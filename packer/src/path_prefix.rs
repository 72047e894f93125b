//! What paths of source files begin with in debugging information, and what shall stand there instead: rustc's
//! `--remap-path-prefix`.

/// Reads `FROM=TO`; the last `=` counts, as it does for rustc.
///
/// # Errors
/// What it should be, in words.
pub fn parse(text: &str) -> Result<(String, String), String> {
    match text.rsplit_once('=') {
        Some((from, to)) if !from.is_empty() => Ok((from.to_owned(), to.to_owned())),
        _ => Err("it is FROM=TO, for example /project=.".to_owned()),
    }
}

/// A path with its beginning replaced; as of rustc's option of that name, the last that fits counts.
pub fn remapped(path: &str, prefixes: &[(String, String)]) -> String {
    let fitting = prefixes.iter().rev().find_map(|(old, new)| {
        let rest = path.strip_prefix(old.as_str())?;
        (rest.is_empty() || rest.starts_with(['/', '\\']) || old.ends_with(['/', '\\'])).then(|| format!("{new}{rest}"))
    });
    fitting.unwrap_or_else(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_whole_folders() {
        let prefixes = [
            ("/project".to_owned(), "~".to_owned()),
            ("/project/src".to_owned(), ".".to_owned()),
        ];
        assert_eq!(remapped("/project/src/a.c", &prefixes), "./a.c");
        assert_eq!(remapped("/project/b.c", &prefixes), "~/b.c");
        assert_eq!(remapped("/projection/c.c", &prefixes), "/projection/c.c");
    }
}
