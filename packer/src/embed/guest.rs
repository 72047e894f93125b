//! Paths as the program sees them.

use crate::error::{Error, Result};

/// Bytes of the longest name that systems take.
const LONGEST_NAME: usize = 255;

/// A path as the program sees it, taken apart. `.` and `/` have no names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuestPath {
    /// Its names; none is `.` or `..`.
    pub names: Vec<Vec<u8>>,
    /// It starts at the root.
    pub absolute: bool,
}

impl GuestPath {
    /// Takes a path apart.
    ///
    /// # Errors
    /// [`Error::Option`] for one that could not be embedded at.
    pub fn parse(path: &[u8]) -> Result<Self> {
        let unusable = |why: &str| Error::Option {
            option: "--embed",
            message: format!(
                "{} cannot be the path at which the program sees it: {why}; give another with HOST::GUEST",
                String::from_utf8_lossy(path)
            ),
        };
        let names = names(path);
        if names.iter().any(|name| *name == b"..") {
            return Err(unusable("it goes up with `..`"));
        }
        if names.iter().any(|name| name.len() > LONGEST_NAME) {
            return Err(unusable("a name in it is longer than 255 bytes"));
        }
        if path.contains(&0) {
            return Err(unusable("it has a zero byte"));
        }
        Ok(GuestPath {
            names: names.into_iter().map(<[u8]>::to_vec).collect(),
            absolute: path.starts_with(b"/"),
        })
    }
}

/// The names of a path. Two paths with the same names are the same to a C library, whatever they start with.
pub(crate) fn names(path: &[u8]) -> Vec<&[u8]> {
    let names = path.split(|byte| *byte == b'/');
    names.filter(|name| !matches!(*name, b"" | b".")).collect()
}

/// How a path of these names is written.
pub(super) fn spelt(names: &[Vec<u8>], absolute: bool) -> Vec<u8> {
    let joined = names.join(&b'/');
    match (absolute, joined.is_empty()) {
        (true, _) => [b"/", joined.as_slice()].concat(),
        (false, true) => b".".to_vec(),
        (false, false) => joined,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        let same = |path: &str| {
            let parsed = GuestPath::parse(path.as_bytes()).unwrap();
            String::from_utf8(spelt(&parsed.names, parsed.absolute)).unwrap()
        };
        for (path, is) in [
            ("data", "data"),
            ("./data//x/", "data/x"),
            ("/", "/"),
            (".", "."),
            ("/./etc/", "/etc"),
        ] {
            assert_eq!(same(path), is);
        }
        for bad in ["..", "a/../b", "a\0"] {
            assert!(GuestPath::parse(bad.as_bytes()).is_err(), "{bad:?}");
        }
        assert!(GuestPath::parse(&[b'a'; 256]).is_err());
    }
}
