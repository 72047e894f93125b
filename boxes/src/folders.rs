//! What FileBox does to files and folders as a whole. Each function gives `Ok` or an `Err` that says what is wrong.

use crate::array::{self, Array};
use crate::io::resolve;
use crate::string::{bytes, Str};
use crate::value::*;
use rust_alloc::vec::Vec;

#[link(wasm_import_module = "wasi_snapshot_preview1")]
extern "C" {
    fn path_unlink_file(dir: u32, at: *const u8, len: u32) -> u32;
    fn path_remove_directory(dir: u32, at: *const u8, len: u32) -> u32;
    fn path_create_directory(dir: u32, at: *const u8, len: u32) -> u32;
    fn path_rename(dir: u32, at: *const u8, len: u32, to: u32, to_at: *const u8, to_len: u32) -> u32;
    fn path_filestat_get(dir: u32, flags: u32, at: *const u8, len: u32, out: *mut u64) -> u32;
    fn path_open(
        dir: u32,
        flags: u32,
        at: *const u8,
        len: u32,
        oflags: u32,
        rights: u64,
        inherit: u64,
        fdflags: u32,
        out: *mut u32,
    ) -> u32;
    fn fd_readdir(fd: u32, at: *mut u8, len: u32, cookie: u64, used: *mut u32) -> u32;
    fn fd_close(fd: u32) -> u32;
}

/// Errors of WASI that have words here; the others are numbers.
const NO_CAPABILITY: u32 = 76;
const DIRECTORY: u32 = 31;

fn words(error: u32) -> &'static [u8] {
    match error {
        2 | 63 => b"permission denied",
        20 => b"it exists already",
        DIRECTORY => b"it is a folder",
        44 => b"no such file or folder",
        51 => b"no space is left",
        54 => b"it is no folder",
        55 => b"the folder is not empty",
        69 => b"the file system is read-only",
        75 => b"it is on another file system",
        NO_CAPABILITY => b"it is in no folder that the program may reach",
        _ => b"the system refuses",
    }
}

unsafe fn failed(what: &[u8], path: &[u8], error: u32) -> *mut Inst {
    let text = Val::text(&[b"cannot " as &[u8], what, b" `", path, b"`: ", words(error)].concat());
    let r = crate::boxes::ny_err(text.tag, text.pay);
    text.release();
    r
}

unsafe fn outcome(what: &[u8], path: *mut Str, error: u32) -> *mut Inst {
    if error == 0 {
        return crate::boxes::ny_ok(STR, path as u32 as i64);
    }
    failed(what, bytes(path), error)
}

type OnPath = unsafe extern "C" fn(u32, *const u8, u32) -> u32;

unsafe fn on(path: *mut Str, f: OnPath) -> u32 {
    match resolve(bytes(path)) {
        Some((dir, rest)) => f(dir, rest.as_ptr(), rest.len() as u32),
        None => NO_CAPABILITY,
    }
}

/// Deletes a file or an empty folder.
#[no_mangle]
pub unsafe extern "C" fn ny_file_delete(_: *mut Inst, path: *mut Str) -> *mut Inst {
    let mut error = on(path, path_unlink_file);
    // Systems differ in what they say about a folder here.
    if matches!(error, DIRECTORY | 63 | 2) && kind_of(path) == Ok(3) {
        error = on(path, path_remove_directory);
    }
    outcome(b"delete", path, error)
}

/// Makes a folder.
#[no_mangle]
pub unsafe extern "C" fn ny_file_make_folder(_: *mut Inst, path: *mut Str) -> *mut Inst {
    outcome(b"make", path, on(path, path_create_directory))
}

#[no_mangle]
pub unsafe extern "C" fn ny_file_rename(_: *mut Inst, from: *mut Str, to: *mut Str) -> *mut Inst {
    let error = match (resolve(bytes(from)), resolve(bytes(to))) {
        (Some((a, x)), Some((b, y))) => path_rename(a, x.as_ptr(), x.len() as u32, b, y.as_ptr(), y.len() as u32),
        _ => NO_CAPABILITY,
    };
    outcome(b"rename", from, error)
}

#[no_mangle]
pub unsafe extern "C" fn ny_file_copy(_: *mut Inst, from: *mut Str, to: *mut Str) -> *mut Inst {
    let Some(data) = crate::io::read_file(bytes(from)) else {
        return outcome(b"read", from, kind_of(from).err().unwrap_or(DIRECTORY));
    };
    if !crate::io::write_file(bytes(to), &data, false) {
        return outcome(b"write", to, kind_of(to).err().unwrap_or(2));
    }
    outcome(b"copy", to, 0)
}

/// Kind and size of what is at a path: 3 is a folder, 4 a file.
unsafe fn status(path: *mut Str) -> Result<(u8, u64), u32> {
    let (dir, rest) = resolve(bytes(path)).ok_or(NO_CAPABILITY)?;
    let mut stat = [0u64; 8];
    match path_filestat_get(dir, 1, rest.as_ptr(), rest.len() as u32, stat.as_mut_ptr()) {
        0 => Ok((stat[2] as u8, stat[4])),
        error => Err(error),
    }
}

unsafe fn kind_of(path: *mut Str) -> Result<u8, u32> {
    status(path).map(|(kind, _)| kind)
}

#[no_mangle]
pub unsafe extern "C" fn ny_file_is_folder(_: *mut Inst, path: *mut Str) -> u32 {
    (kind_of(path) == Ok(3)) as u32
}

#[no_mangle]
pub unsafe extern "C" fn ny_file_is_file(_: *mut Inst, path: *mut Str) -> u32 {
    (kind_of(path) == Ok(4)) as u32
}

/// Size in bytes.
#[no_mangle]
pub unsafe extern "C" fn ny_file_size(_: *mut Inst, path: *mut Str) -> *mut Inst {
    match status(path) {
        Ok((_, size)) => crate::boxes::ny_ok(INT, size as i64),
        Err(error) => outcome(b"look at", path, error),
    }
}

/// The names in a folder, sorted.
#[no_mangle]
pub unsafe extern "C" fn ny_file_list(_: *mut Inst, path: *mut Str) -> *mut Inst {
    match names(path) {
        Ok(mut names) => {
            names.sort();
            let a: *mut Array = array::ny_array_new(names.len() as u32);
            for name in names {
                array::push(a, crate::string::lossy(&name));
            }
            let list = Val::obj(a);
            let r = crate::boxes::ny_ok(list.tag, list.pay);
            list.release();
            r
        }
        Err(error) => outcome(b"list", path, error),
    }
}

unsafe fn names(path: *mut Str) -> Result<Vec<Vec<u8>>, u32> {
    /// Bytes of a directory entry before its name: next cookie, inode, length of the name, kind.
    const HEAD: usize = 24;
    let (dir, rest) = resolve(bytes(path)).ok_or(NO_CAPABILITY)?;
    let mut fd = 0;
    // Open flag: only a folder. Right: fd_readdir (1 << 14).
    match path_open(dir, 1, rest.as_ptr(), rest.len() as u32, 2, 1 << 14, 0, 0, &mut fd) {
        0 => {}
        error => return Err(error),
    }
    let mut found = Vec::new();
    let mut buffer: Vec<u8> = crate::rust_alloc::vec![0; 16384];
    let mut cookie = 0;
    loop {
        let mut used = 0;
        let error = fd_readdir(fd, buffer.as_mut_ptr(), buffer.len() as u32, cookie, &mut used);
        if error != 0 {
            fd_close(fd);
            return Err(error);
        }
        let (mut at, used) = (0, used as usize);
        let mut progress = false;
        while at + HEAD <= used {
            let length =
                u32::from_le_bytes([buffer[at + 16], buffer[at + 17], buffer[at + 18], buffer[at + 19]]) as usize;
            let Some(name) = buffer[..used].get(at + HEAD..at + HEAD + length) else {
                break;
            };
            if name != b"." && name != b".." {
                found.push(name.to_vec());
            }
            let mut next = [0; 8];
            next.copy_from_slice(&buffer[at..at + 8]);
            cookie = u64::from_le_bytes(next);
            progress = true;
            at += HEAD + length;
        }
        if used < buffer.len() || !progress {
            fd_close(fd);
            return Ok(found);
        }
    }
}
