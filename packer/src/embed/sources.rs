//! What there is to embed, and the tree that it makes up.

use std::fs::{self, FileType};
use std::path::{Path, PathBuf};

use nyash_format::{EmbedFolder, EmbedTree};

use super::guest::{GuestPath, spelt};
use crate::error::{Error, Result};
use crate::system;

/// A file or folder to embed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Embed {
    /// Where it is now.
    pub host: PathBuf,
    /// Path as the program sees it.
    pub guest: Vec<u8>,
}

impl Embed {
    /// Reads `HOST[::GUEST]`.
    ///
    /// # Errors
    /// [`Error::Option`] for an empty path.
    pub fn parse(text: &[u8]) -> Result<Self> {
        let (host, guest) = match text.windows(2).position(|pair| pair == b"::") {
            Some(at) => (&text[..at], &text[at + 2..]),
            None => (text, text),
        };
        if host.is_empty() || guest.is_empty() {
            return Err(Error::Option {
                option: "--embed",
                message: "expected HOST[::GUEST], and one of the paths is empty".to_owned(),
            });
        }
        let host = system::os_string(host.to_vec()).ok_or_else(|| Error::Option {
            option: "--embed",
            message: "a path is no UTF-8".to_owned(),
        })?;
        Ok(Embed {
            host: PathBuf::from(host),
            guest: guest.to_vec(),
        })
    }
}

/// A file that was found, with its length then.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub path: PathBuf,
    pub len: u64,
}

/// Everything to embed, found and not yet read.
#[derive(Debug)]
pub struct Sources {
    /// Folders by the paths at which the program sees them.
    pub(super) roots: EmbedFolder<Found>,
    len: u64,
}

impl Sources {
    /// Looks for files. Their order and their attributes make no difference.
    ///
    /// # Errors
    /// [`Error::Embed`] for what cannot be embedded, [`Error::Io`] for what cannot be read, and [`Error::Option`] for
    /// impossible paths.
    pub fn find(embeds: &[Embed]) -> Result<Self> {
        let mut top = EmbedFolder::new();
        let mut roots: Vec<GuestPath> = Vec::new();
        for embed in embeds {
            let mut guest = GuestPath::parse(&embed.guest)?;
            let meta = fs::metadata(&embed.host).map_err(|source| unreadable(&embed.host, source))?;
            let tree = if meta.is_dir() {
                roots.push(guest.clone());
                EmbedTree::Directory(folder(&embed.host)?)
            } else if meta.is_file() {
                let of_a_folder = embed.guest.ends_with(b"/") || guest.names.is_empty();
                if let (true, Some(name)) = (of_a_folder, embed.host.file_name()) {
                    guest.names.push(name.as_encoded_bytes().to_vec());
                }
                let mut holder = guest.clone();
                holder.names.pop();
                roots.push(holder);
                EmbedTree::File(Found {
                    path: embed.host.clone(),
                    len: meta.len(),
                })
            } else {
                return Err(special(&embed.host, meta.file_type()));
            };
            put(&mut top, &guest.names, tree).map_err(|at| Error::Option {
                option: "--embed",
                message: format!(
                    "two files are both seen as {}",
                    String::from_utf8_lossy(&spelt(&at, guest.absolute))
                ),
            })?;
        }
        let roots = outermost(roots)
            .into_iter()
            .map(|root| {
                let tree = take(&mut top, &root.names);
                (spelt(&root.names, root.absolute), EmbedTree::Directory(tree))
            })
            .collect();
        let len = total(&roots);
        Ok(Sources { roots, len })
    }

    /// Bytes of all files together.
    pub fn bytes(&self) -> u64 {
        self.len
    }
}

/// What is in a folder. Links are kept as they are.
fn folder(path: &Path) -> Result<EmbedFolder<Found>> {
    let mut folder = EmbedFolder::new();
    for entry in fs::read_dir(path).map_err(|source| unreadable(path, source))? {
        let entry = entry.map_err(|source| unreadable(path, source))?;
        let path = entry.path();
        let meta = entry.metadata().map_err(|source| unreadable(&path, source))?;
        let tree = if meta.is_dir() {
            EmbedTree::Directory(self::folder(&path)?)
        } else if meta.is_symlink() {
            let target = fs::read_link(&path).map_err(|source| unreadable(&path, source))?;
            EmbedTree::Link(system::link_text(target))
        } else if meta.is_file() {
            let len = meta.len();
            EmbedTree::File(Found { path, len })
        } else {
            return Err(special(&path, meta.file_type()));
        };
        folder.insert(entry.file_name().into_encoded_bytes(), tree);
    }
    Ok(folder)
}

fn unreadable(path: &Path, source: std::io::Error) -> Error {
    Error::Io {
        action: "embed",
        path: path.to_owned(),
        source,
    }
}

fn special(path: &Path, kind: FileType) -> Error {
    Error::Embed {
        path: path.to_owned(),
        message: system::what_is(kind).to_owned(),
    }
}

/// Puts a tree where these names lead. Folders of the same path become one.
///
/// # Errors
/// The path of something that is there twice.
fn put(into: &mut EmbedFolder<Found>, names: &[Vec<u8>], tree: EmbedTree<Found>) -> Result<(), Vec<Vec<u8>>> {
    let below = |name: &Vec<u8>, mut at: Vec<Vec<u8>>| {
        at.insert(0, name.clone());
        at
    };
    match (names.split_first(), tree) {
        (None, EmbedTree::Directory(folder)) => {
            for (name, tree) in folder {
                put(into, &[name], tree)?;
            }
            Ok(())
        }
        (None, EmbedTree::File(_) | EmbedTree::Link(_)) => Err(Vec::new()),
        (Some((name, rest)), tree) => {
            let is_folder = !rest.is_empty() || matches!(tree, EmbedTree::Directory(_));
            match into.get_mut(name) {
                Some(EmbedTree::Directory(folder)) if is_folder => {
                    put(folder, rest, tree).map_err(|at| below(name, at))
                }
                Some(_) => Err(vec![name.clone()]),
                None if rest.is_empty() => {
                    into.insert(name.clone(), tree);
                    Ok(())
                }
                None => {
                    let mut folder = EmbedFolder::new();
                    put(&mut folder, rest, tree).map_err(|at| below(name, at))?;
                    into.insert(name.clone(), EmbedTree::Directory(folder));
                    Ok(())
                }
            }
        }
    }
}

/// The folders that are in no other.
fn outermost(mut roots: Vec<GuestPath>) -> Vec<GuestPath> {
    // Of two spellings of a path the absolute one counts, which comes first.
    roots.sort_by(|a, b| (&a.names, !a.absolute).cmp(&(&b.names, !b.absolute)));
    let mut outermost: Vec<GuestPath> = Vec::new();
    for root in roots {
        // What is in another one follows it directly, or follows another that is in it.
        if !outermost
            .last()
            .is_some_and(|outer| root.names.starts_with(&outer.names))
        {
            outermost.push(root);
        }
    }
    outermost
}

/// Takes out the folder that names lead to.
fn take(from: &mut EmbedFolder<Found>, names: &[Vec<u8>]) -> EmbedFolder<Found> {
    let Some((name, rest)) = names.split_first() else {
        return std::mem::take(from);
    };
    match from.get_mut(name) {
        Some(EmbedTree::Directory(folder)) => take(folder, rest),
        Some(EmbedTree::File(_) | EmbedTree::Link(_)) | None => EmbedFolder::new(),
    }
}

fn total(folder: &EmbedFolder<Found>) -> u64 {
    let len = |tree: &EmbedTree<Found>| match tree {
        EmbedTree::Directory(folder) => total(folder),
        EmbedTree::File(found) => found.len,
        EmbedTree::Link(_) => 0,
    };
    folder.values().map(len).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roots(paths: &[&str]) -> Vec<String> {
        let paths = paths.iter().map(|path| GuestPath::parse(path.as_bytes()).unwrap());
        let roots = outermost(paths.collect());
        let spelt = |root: &GuestPath| String::from_utf8(spelt(&root.names, root.absolute)).unwrap();
        roots.iter().map(spelt).collect()
    }

    #[test]
    fn folders_in_others_are_no_roots() {
        assert_eq!(roots(&["/b", "/a/x", "/a"]), ["/a", "/b"]);
        assert_eq!(roots(&["a", "/a"]), ["/a"]);
        assert_eq!(roots(&["/a-b", "/a", "/a/c"]), ["/a", "/a-b"]);
        assert_eq!(roots(&["/x/y", "."]), ["."]);
    }

    #[test]
    fn what_is_said_of_two_at_one_path() {
        let file = || {
            EmbedTree::File(Found {
                path: PathBuf::new(),
                len: 0,
            })
        };
        let names = |path: &str| GuestPath::parse(path.as_bytes()).unwrap().names;
        let mut top = EmbedFolder::new();
        put(&mut top, &names("/a/b/c"), file()).unwrap();
        put(&mut top, &names("/a/b/d"), file()).unwrap();
        assert_eq!(put(&mut top, &names("/a/b/d"), file()), Err(names("/a/b/d")));
        assert_eq!(put(&mut top, &names("/a/b"), file()), Err(names("/a/b")));
        assert_eq!(put(&mut top, &names("/a/b/c/e"), file()), Err(names("/a/b/c")));
        let same = EmbedFolder::from([(b"d".to_vec(), file())]);
        assert_eq!(
            put(&mut top, &names("/a/b"), EmbedTree::Directory(same)),
            Err(names("/a/b/d"))
        );
        let other = EmbedFolder::from([(b"e".to_vec(), file())]);
        put(&mut top, &names("/a/b"), EmbedTree::Directory(other)).unwrap();
    }
}
