//! The index of embedded files: what is written is found again as another reading of the rules finds it, and damage is an
//! error and no panic.

mod common;

use std::collections::{BTreeMap, VecDeque};

use common::{Random, embedded};
use nyash_format::{
    EmbedEntry, EmbedFile, EmbedFolder, EmbedIndex, EmbedNode, EmbedTree, FormatError, PathError, write_embed_index,
};

type Folder = EmbedFolder<u64>;

/// Names that sort before, behind and into each other.
const NAMES: [&[u8]; 7] = [b"a", b"a-", b"aa", b"b", b"\xff\xfe", b"...", b"zeta"];

/// A tree as deep as `depth` with files of random lengths, and links to anywhere inside or out.
fn random_folder(random: &mut Random, depth: usize) -> Folder {
    let mut folder = Folder::new();
    for _ in 0..random.below(5) {
        let name = NAMES[random.below(NAMES.len())].to_vec();
        let tree = match random.below(if depth == 0 { 2 } else { 4 }) {
            0 => EmbedTree::File(random.below(20) as u64),
            1 => EmbedTree::Link(random_path(random)),
            _ => EmbedTree::Directory(random_folder(random, depth - 1)),
        };
        folder.insert(name, tree);
    }
    folder
}

fn random_path(random: &mut Random) -> Vec<u8> {
    let mut path = Vec::new();
    for at in 0..1 + random.below(4) {
        if at > 0 {
            path.extend_from_slice([&b"/"[..], b"//"][usize::from(random.below(8) == 0)]);
        }
        path.extend_from_slice(match random.below(6) {
            0 => b".",
            1 => b"..",
            _ => NAMES[random.below(NAMES.len())],
        });
    }
    if random.below(8) == 0 {
        path.push(b'/');
    }
    path
}

fn write(roots: &Folder) -> (Vec<u8>, u64) {
    let mut end = 0;
    let index = write_embed_index(roots, |len| {
        let offset = end;
        end += len;
        Ok::<_, FormatError>(EmbedFile {
            offset,
            len: *len,
            sha256: [*len as u8; 32],
        })
    });
    (index.unwrap(), end)
}

/// The rules in other words: names wait in a queue into which the text of a link is put, and the way down is kept.
fn model(root: &Folder, path: &[u8], follow: bool) -> Result<Vec<Vec<u8>>, PathError> {
    let mut queue: VecDeque<Vec<u8>> = path.split(|byte| *byte == b'/').map(<[u8]>::to_vec).collect();
    let mut way: Vec<Vec<u8>> = Vec::new();
    let mut links = 0;
    let at = |way: &[Vec<u8>]| {
        let mut tree = EmbedTree::Directory(root.clone());
        for name in way {
            let EmbedTree::Directory(mut folder) = tree else {
                return None;
            };
            tree = folder.remove(name)?;
        }
        Some(tree)
    };
    while let Some(name) = queue.pop_front() {
        let Some(EmbedTree::Directory(folder)) = at(&way) else {
            return Err(PathError::NotDirectory);
        };
        let last = queue.is_empty();
        match name.as_slice() {
            b"" | b"." => {}
            b".." => {
                way.pop().ok_or(PathError::Outside)?;
            }
            name => match folder.get(name) {
                None => return Err(if last { PathError::Absent } else { PathError::NoEntry }),
                Some(EmbedTree::Link(text)) if follow || !last => {
                    links += 1;
                    if links > 40 {
                        return Err(PathError::Loop);
                    }
                    for name in text.split(|byte| *byte == b'/').rev() {
                        queue.push_front(name.to_vec());
                    }
                }
                Some(_) => way.push(name.to_vec()),
            },
        }
    }
    Ok(way)
}

/// Names from a root down to an entry.
fn way_to(index: &EmbedIndex<'_>, mut number: u32) -> Vec<Vec<u8>> {
    let mut way = Vec::new();
    while number >= index.roots() {
        let entry = index.entry(number).unwrap();
        way.insert(0, entry.name.to_vec());
        number = entry.parent;
    }
    way
}

#[test]
fn paths_lead_where_another_reading_of_the_rules_leads() {
    let mut random = Random(3);
    let mut met = BTreeMap::new();
    for _ in 0..3000 {
        let root = random_folder(&mut random, 3);
        let (bytes, _) = write(&Folder::from([(b"/r".to_vec(), EmbedTree::Directory(root.clone()))]));
        let index = EmbedIndex::parse(&bytes).unwrap();
        for _ in 0..20 {
            let (path, follow) = (random_path(&mut random), random.below(2) == 0);
            let found = index.find(0, &path, follow);
            let expected = model(&root, &path, follow);
            *met.entry(format!("{:?}", found.map(|_| ()))).or_insert(0) += 1;
            let text = String::from_utf8_lossy(&path);
            assert_eq!(
                found.map(|number| way_to(&index, number)),
                expected,
                "{text} {follow} in {root:?}"
            );
        }
    }
    // Each way to end was met, and often.
    assert_eq!(met.len(), 6, "{met:?}");
    assert!(met.values().all(|count| *count > 50), "{met:?}");
}

#[test]
fn what_is_written_is_right_unless_a_link_leads_out() {
    let mut random = Random(4);
    let (mut right, mut out) = (0, 0);
    for _ in 0..3000 {
        let mut roots = Folder::new();
        for name in [b"/x".as_slice(), b".", b"data/y"] {
            roots.insert(name.to_vec(), EmbedTree::Directory(random_folder(&mut random, 3)));
        }
        let (bytes, len) = write(&roots);
        let index = EmbedIndex::parse(&bytes).unwrap();
        let leads_out = (0..index.len()).any(|number| index.leads_out(number).unwrap());
        assert_eq!(index.check(len).is_err(), leads_out);
        assert!(index.check(len + 1).is_err());
        *(if leads_out { &mut out } else { &mut right }) += 1;
        // The same tree gives the same bytes, and all of it is there.
        assert_eq!(write(&roots).0, bytes);
        for (number, hash) in index.files() {
            let EmbedEntry {
                node: EmbedNode::File { len, .. },
                ..
            } = index.entry(number).unwrap()
            else {
                panic!("{number} is no file");
            };
            assert_eq!(hash[0], len as u8);
            let path = index.path(number).unwrap();
            let root = (0..index.roots()).find(|root| path.starts_with(index.entry(*root).unwrap().name));
            assert!(root.is_some(), "{path:?}");
        }
    }
    assert!(right > 100 && out > 100, "{right} {out}");
}

/// Looks at all that an index gives.
fn read_all(bytes: &[u8]) {
    let Ok(index) = EmbedIndex::parse(bytes) else {
        return;
    };
    assert!(index.len() as usize <= bytes.len());
    for number in (0..index.len()).chain([index.len(), u32::MAX]) {
        let _ = index.entry(number);
        let _ = index.leads_out(number);
        let _ = index.path(number).map(|path| path.len());
        for path in [
            b"".as_slice(),
            b".",
            b"a/b/../f",
            b"l",
            b"l/",
            b"loop",
            b"../../..",
            b"//",
        ] {
            let _ = (index.find(number, path, true), index.find(number, path, false));
        }
    }
    assert!(index.files().count() <= index.len() as usize);
    let _ = index.check(12);
}

#[test]
fn damage_is_an_error() {
    let sample = embedded();
    assert_eq!(EmbedIndex::parse(&sample).unwrap().check(12), Ok(()));
    for len in 0..sample.len() {
        assert!(EmbedIndex::parse(&sample[..len]).is_err());
    }
    assert!(EmbedIndex::parse(&[sample.as_slice(), &[0]].concat()).is_err());
    for at in 0..sample.len() {
        for value in [0, 1, 2, 3, 8, 0x20, 0x7f, 0x80, 0xfe, 0xff] {
            let mut bytes = sample.clone();
            bytes[at] = value;
            read_all(&bytes);
        }
    }
    let mut random = Random(5);
    for _ in 0..10_000 {
        let mut bytes = sample.clone();
        for _ in 0..1 + random.below(8) {
            let at = random.below(bytes.len());
            bytes[at] = [0, 1, 2, 3, 0x7f, 0x80, 0xff, random.next() as u8][random.below(8)];
        }
        read_all(&bytes);
    }
}

#[test]
fn no_changed_bit_of_head_and_entries_goes_unnoticed_by_a_tool() {
    let sample = embedded();
    let index = EmbedIndex::parse(&sample).unwrap();
    let entries = 32 + 32 * index.len() as usize;
    let mut same = 0;
    for at in 0..entries * 8 {
        let mut bytes = sample.clone();
        bytes[at / 8] ^= 1 << (at % 8);
        let checked = EmbedIndex::parse(&bytes).and_then(|index| index.check(12));
        same += usize::from(checked.is_ok());
    }
    // What remains is another tree that is right: names and texts that are other parts of the same bytes. The hash of the
    // index tells.
    assert!(same < 16, "{same} of {}", entries * 8);
}

#[test]
fn rules_that_no_writer_breaks_are_checked() {
    let folder = |entries: Vec<(&[u8], EmbedTree<u64>)>| {
        let entries = entries.into_iter().map(|(name, tree)| (name.to_vec(), tree)).collect();
        Folder::from([(b"/r".to_vec(), EmbedTree::Directory(entries))])
    };
    let refused = |roots: &Folder| {
        let (bytes, len) = write(roots);
        EmbedIndex::parse(&bytes).unwrap().check(len).is_err()
    };
    assert!(!refused(&folder(vec![(b"f", EmbedTree::File(1))])));
    for name in [b"".as_slice(), b".", b"..", b"a/b", b"a\0", &[b'x'; 256]] {
        assert!(refused(&folder(vec![(name, EmbedTree::File(1))])), "{name:?}");
    }
    for text in [b"".as_slice(), b"/etc", b"..", b"a/../..", b"a\0"] {
        let link = EmbedTree::Link(text.to_vec());
        let entries = vec![(b"a".as_slice(), EmbedTree::Directory(Folder::new())), (b"l", link)];
        assert!(refused(&folder(entries)), "{text:?}");
    }
    assert!(refused(&Folder::from([(b"/f".to_vec(), EmbedTree::File(1))])));
    assert!(refused(&Folder::new()));
    // A name that is there twice, or out of order, cannot be written; one byte makes it so.
    let (mut bytes, len) = write(&folder(vec![(b"a", EmbedTree::File(0)), (b"b", EmbedTree::File(0))]));
    let last = bytes.len() - 1;
    assert_eq!(bytes[last], b'b');
    bytes[last] = b'a';
    assert!(EmbedIndex::parse(&bytes).unwrap().check(len).is_err());
}
