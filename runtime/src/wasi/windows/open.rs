//! Opening what a path names.
//!
//! A name below a granted directory is opened relative to that directory's handle, and never holds anything that the
//! kernel would take apart (`location`). Programs that have the whole file system get Windows' own reading of paths:
//! drive letters, both kinds of slashes, reserved names.

use core::ffi::CStr;
use core::ptr::{null, null_mut};

use alloc::vec::Vec;
use windows_sys::Wdk::Storage::FileSystem as fs;
use windows_sys::Wdk::Storage::FileSystem::{NTCREATEFILE_CREATE_OPTIONS, RtlDosPathNameToNtPathName_U_WithStatus};
use windows_sys::Win32::Foundation::{HANDLE, UNICODE_STRING};
use windows_sys::Win32::Storage::FileSystem as win32;
use windows_sys::Win32::System::Memory::{GetProcessHeap, HeapFree};

use super::super::abi::Errno;
use super::super::call::{Fail, Result};
use super::errno::Win32;
use super::fd::{Fd, FdRef};
use super::flags::OpenFlags;
use super::nt::{self, How};
use crate::platform::wide;

/// Units of the longest name of a file, without its directory.
const LONGEST_NAME: usize = 255;

/// Where something is: a name for the kernel, and the handle that it starts from.
pub struct Location {
    /// Null if the name is a full one.
    pub root: HANDLE,
    /// Empty for `root` itself.
    pub name: Vec<u16>,
}

/// Finds out where a path leads from a descriptor. Nothing but the working directory and directories of programs that
/// have the whole file system get paths with more than one name.
pub fn location(fd: FdRef<'_>, path: &CStr) -> Result<Location> {
    let path = path.to_bytes();
    if fd.is_working_directory() {
        return full(path);
    }
    if path == b"." {
        return Ok(Location {
            root: fd.handle()?,
            name: Vec::new(),
        });
    }
    if path != b".." && !path.is_empty() && !path.iter().any(|byte| matches!(byte, b'/' | b'\\' | b':')) {
        return Ok(Location {
            root: fd.handle()?,
            name: checked_name(path)?,
        });
    }
    if path.is_empty() {
        return Err(Errno::NoEntry.into());
    }
    if path[0] == b'/' || has_drive(path) {
        return full(path);
    }
    let mut text = Vec::new();
    wide::push_bytes(&path_of(fd.handle()?)?, &mut text);
    text.push(b'\\');
    text.extend_from_slice(path);
    full(&text)
}

/// [`location`] of something that has to be there: what cannot be a name does not exist.
pub fn lookup(fd: FdRef<'_>, path: &CStr) -> Result<Location> {
    match location(fd, path) {
        Err(Fail::Errno(Errno::Invalid)) => Err(Errno::NoEntry.into()),
        found => found,
    }
}

fn has_drive(path: &[u8]) -> bool {
    path.first().is_some_and(u8::is_ascii_alphabetic) && path.get(1) == Some(&b':')
}

/// The location of a path as native programs read it.
fn full(path: &[u8]) -> Result<Location> {
    if path.is_empty() {
        return Err(Errno::NoEntry.into());
    }
    // `/C:/x`, as programs write that know of one root only.
    let path = match path {
        [b'/', rest @ ..] if has_drive(rest) => rest,
        path => path,
    };
    let mut text = wide::from_bytes(path);
    text.push(0);
    let mut name = UNICODE_STRING::default();
    // SAFETY: the text ends with a zero; the system allocates the name from the process heap.
    nt::check(unsafe { RtlDosPathNameToNtPathName_U_WithStatus(text.as_ptr(), &mut name, null_mut(), null()) })?;
    // SAFETY: the name is as long as it says, and freed once.
    let name = unsafe {
        let copy = core::slice::from_raw_parts(name.Buffer, usize::from(name.Length) / 2).to_vec();
        HeapFree(GetProcessHeap(), 0, name.Buffer.cast());
        copy
    };
    Ok(Location { root: null_mut(), name })
}

/// The path of what is open, as native programs write it.
pub fn path_of(handle: HANDLE) -> Result<Vec<u16>> {
    let mut path = alloc::vec![0_u16; 512];
    loop {
        // SAFETY: writes at most as many units as there are.
        let len = unsafe { win32::GetFinalPathNameByHandleW(handle, path.as_mut_ptr(), path.len() as u32, 0) } as usize;
        if len == 0 {
            return Err(Win32::last().into());
        }
        if len < path.len() {
            path.truncate(len);
            break;
        }
        path.resize(len + 1, 0);
    }
    // `\\?\C:\x` means `C:\x` without any further reading, and `\\?\UNC\server\x` means `\\server\x`.
    let prefix = |text: &str| text.encode_utf16().collect::<Vec<u16>>();
    if path.starts_with(&prefix("\\\\?\\UNC\\")) {
        path.drain(2..8);
    } else if path.starts_with(&prefix("\\\\?\\")) {
        path.drain(..4);
    }
    Ok(path)
}

/// A name for the kernel, if it is one that names a file below a directory and nothing else.
///
/// # Errors
/// `inval` for names that Windows reads as something else: with a drive or stream (`:`), with another separator, of a
/// device, or ending in a dot or space, which native programs drop.
pub fn checked_name(name: &[u8]) -> Result<Vec<u16>> {
    let bad = |byte: &u8| {
        matches!(
            byte,
            0..=31 | b'/' | b'\\' | b':' | b'*' | b'?' | b'"' | b'<' | b'>' | b'|'
        )
    };
    if name.iter().any(bad) || matches!(name.last(), Some(b'.' | b' ')) || is_device(name) {
        return Err(Errno::Invalid.into());
    }
    let name = wide::from_bytes(name);
    if name.len() > LONGEST_NAME {
        return Err(Errno::NameTooLong.into());
    }
    Ok(name)
}

/// Whether native programs reach a device by a name, whatever follows its first dot.
fn is_device(name: &[u8]) -> bool {
    let stem = name.split(|byte| *byte == b'.').next().unwrap_or_default();
    let stem = stem.trim_ascii_end();
    let is = |device: &str| stem.eq_ignore_ascii_case(device.as_bytes());
    if ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"].into_iter().any(is) {
        return true;
    }
    let Some((prefix, number)) = stem.split_at_checked(3) else {
        return false;
    };
    let numbered = prefix.eq_ignore_ascii_case(b"COM") || prefix.eq_ignore_ascii_case(b"LPT");
    // The digits, and the superscript ones of Latin-1.
    numbered && (matches!(number, [b'1'..=b'9']) || matches!(number, [0xc2, 0xb9 | 0xb2 | 0xb3]))
}

/// Access rights and options of the native call for flags.
pub fn how(flags: OpenFlags) -> How {
    let write = flags & OpenFlags::ACCMODE != OpenFlags::RDONLY;
    let mut access = win32::SYNCHRONIZE | win32::FILE_READ_ATTRIBUTES;
    let mut options: NTCREATEFILE_CREATE_OPTIONS = fs::FILE_SYNCHRONOUS_IO_NONALERT | fs::FILE_OPEN_FOR_BACKUP_INTENT;
    if flags.contains(OpenFlags::PATH) {
        access |= win32::FILE_TRAVERSE;
    } else {
        access |= match flags & OpenFlags::ACCMODE {
            OpenFlags::WRONLY => win32::FILE_GENERIC_WRITE,
            OpenFlags::RDWR => win32::FILE_GENERIC_READ | win32::FILE_GENERIC_WRITE,
            _ => win32::FILE_GENERIC_READ,
        };
    }
    if flags.contains(OpenFlags::DIRECTORY) {
        options |= fs::FILE_DIRECTORY_FILE;
    } else if write || flags.contains(OpenFlags::CREATE) {
        // The right to write means that of adding files for a directory.
        options |= fs::FILE_NON_DIRECTORY_FILE;
    }
    if flags.contains(OpenFlags::DSYNC) || flags.contains(OpenFlags::SYNC) {
        options |= fs::FILE_WRITE_THROUGH;
    }
    let disposition = match (flags.contains(OpenFlags::CREATE), flags.contains(OpenFlags::EXCL)) {
        (true, true) => fs::FILE_CREATE,
        (true, false) => fs::FILE_OPEN_IF,
        _ => fs::FILE_OPEN,
    };
    How {
        access,
        disposition,
        options,
    }
}

/// Makes a descriptor of a handle that was opened as `flags` say, and does what opening alone does not.
pub fn finish(handle: HANDLE, flags: OpenFlags) -> Result<Fd> {
    let fd = Fd::from_handle(handle, flags);
    if flags.contains(OpenFlags::TRUNC) {
        // Not FILE_OVERWRITE: that fails for hidden files, and replaces attributes.
        super::transfer::set_size(&fd, 0)?;
    }
    Ok(fd)
}

/// Opens a path as any program does.
pub fn open(fd: FdRef<'_>, path: &CStr, flags: OpenFlags) -> Result<Fd> {
    let mut how = how(flags);
    if flags.contains(OpenFlags::NOFOLLOW) || flags.contains(OpenFlags::CREATE | OpenFlags::EXCL) {
        how.options |= fs::FILE_OPEN_REPARSE_POINT;
    }
    let location = match flags.contains(OpenFlags::CREATE) {
        true => location(fd, path)?,
        false => lookup(fd, path)?,
    };
    let mut handle = nt::create_file(location.root, &location.name, how)?;
    if flags.contains(OpenFlags::NOFOLLOW) && !flags.contains(OpenFlags::PATH) {
        let opened = Fd::from_handle(handle, flags);
        match super::reparse::redirection(opened.handle()?)? {
            Some(true) => return Err(Errno::Loop.into()),
            // Some other kind of reparse point, which only its driver can read.
            Some(false) => {
                how.options &= !fs::FILE_OPEN_REPARSE_POINT;
                handle = nt::create_file(location.root, &location.name, how)?;
            }
            None => handle = into_handle(opened),
        }
    }
    finish(handle, flags)
}

/// Takes the handle out of a descriptor that was just made of it.
pub fn into_handle(fd: Fd) -> HANDLE {
    let handle = fd.handle().unwrap_or(null_mut());
    core::mem::forget(fd);
    handle
}

/// Opens a directory of a granted path, to look things up from it.
pub fn open_granted(path: &CStr) -> Result<Fd> {
    open(super::working_directory(), path, OpenFlags::PATH | OpenFlags::DIRECTORY)
}

/// Refuses what can be no path: names are UTF-16, and what is neither UTF-8 nor stands for a lone surrogate stands for none.
pub fn check_name(name: &[u8]) -> Result {
    match wide::is_wide(name) {
        true => Ok(()),
        false => Err(Errno::IllegalSequence.into()),
    }
}

/// Whether the text of a link starts elsewhere than in the directory of the link: at a root or a drive.
pub fn is_absolute(text: &[u8]) -> bool {
    matches!(text.first(), Some(b'/' | b'\\')) || text.contains(&b':')
}

/// Whether there is something at a path, be it a link to nowhere.
pub fn exists(path: &CStr) -> bool {
    let flags = OpenFlags::PATH | OpenFlags::NOFOLLOW;
    open(super::working_directory(), path, flags).is_ok()
}
