//! The file system of an image as a tar archive: the program, and folders that it wants.

use std::collections::BTreeSet;
use std::io;

use tar::{Builder, EntryType, Header};

/// Makes the layer. Folders belong to the user, the program to root: it cannot change itself.
///
/// # Errors
/// When a path cannot be in an archive.
pub fn make(name: &str, program: &[u8], folders: &[String], user: u32, group: u32) -> io::Result<Vec<u8>> {
    let mut archive = Builder::new(Vec::new());
    let mut wanted = BTreeSet::new();
    for folder in folders {
        let parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
        wanted.extend((1..=parts.len()).map(|len| format!("{}/", parts[..len].join("/"))));
    }
    let asked: BTreeSet<&str> = folders.iter().map(|folder| folder.trim_matches('/')).collect();
    for folder in &wanted {
        // Only the last folder of a path was asked for; those above are root's as everywhere.
        let (user, group) = if asked.contains(folder.trim_end_matches('/')) {
            (user, group)
        } else {
            (0, 0)
        };
        let mut header = header(EntryType::Directory, 0, user, group);
        archive.append_data(&mut header, folder, io::empty())?;
    }
    let mut header = header(EntryType::Regular, program.len() as u64, 0, 0);
    archive.append_data(&mut header, name, program)?;
    archive.into_inner()
}

/// A header without a date and with the rights of a program or folder that everybody may use.
pub(super) fn header(kind: EntryType, size: u64, user: u32, group: u32) -> Header {
    let mut header = Header::new_ustar();
    header.set_entry_type(kind);
    header.set_size(size);
    header.set_mode(0o755);
    header.set_uid(user.into());
    header.set_gid(group.into());
    header.set_mtime(0);
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layer_holds_program_and_folders() {
        let layer = make("app", b"ELF", &["/srv/data".to_owned()], 7, 8).unwrap();
        let mut archive = tar::Archive::new(layer.as_slice());
        let entries: Vec<(String, u64, u64, u32)> = archive
            .entries()
            .unwrap()
            .map(|entry| {
                let entry = entry.unwrap();
                let header = entry.header();
                assert_eq!(header.mtime().unwrap(), 0);
                let path = entry.path().unwrap().to_string_lossy().into_owned();
                (
                    path,
                    header.uid().unwrap(),
                    header.size().unwrap(),
                    header.mode().unwrap(),
                )
            })
            .collect();
        let expected = [("srv/", 0, 0, 0o755), ("srv/data/", 7, 0, 0o755), ("app", 0, 3, 0o755)];
        assert_eq!(
            entries,
            expected.map(|(path, user, size, mode)| (path.to_owned(), user, size, mode))
        );
    }
}
