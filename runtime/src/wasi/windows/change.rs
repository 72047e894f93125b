//! What is done to names: making, removing, renaming and linking.

use core::ffi::CStr;

use alloc::vec::Vec;
use windows_sys::Wdk::Storage::FileSystem as fs;
use windows_sys::Win32::Foundation::HANDLE;
use windows_sys::Win32::Storage::FileSystem as win32;

use super::super::abi::Errno;
use super::super::call::{Fail, Result};
use super::attributes::{is_directory, is_same};
use super::errno::Win32;
use super::fd::{Fd, FdRef};
use super::flags::OpenFlags;
use super::nt::{self, How, NtResult};
use super::open::{Location, location, lookup, path_of};
use super::reparse::{link_text, redirection};
use crate::platform::wide;

const OPTIONS: u32 = fs::FILE_SYNCHRONOUS_IO_NONALERT | fs::FILE_OPEN_FOR_BACKUP_INTENT;

/// Opens what a name stands for, be it a link, with some rights.
fn open_itself(at: &Location, access: u32) -> Result<Fd> {
    let how = How {
        access: access | win32::FILE_READ_ATTRIBUTES | win32::SYNCHRONIZE,
        disposition: fs::FILE_OPEN,
        options: OPTIONS | fs::FILE_OPEN_REPARSE_POINT,
    };
    Ok(Fd::from_handle(
        nt::create_file(at.root, &at.name, how)?,
        OpenFlags::PATH,
    ))
}

/// A directory that is no link.
fn is_real_directory(fd: &Fd) -> Result<bool> {
    let handle = fd.handle()?;
    Ok(is_directory(handle) && redirection(handle)? != Some(true))
}

pub fn create_directory(fd: FdRef<'_>, path: &CStr) -> Result {
    let at = location(fd, path)?;
    if at.name.is_empty() {
        return Err(Errno::Exist.into());
    }
    let how = How {
        access: win32::FILE_LIST_DIRECTORY | win32::SYNCHRONIZE,
        disposition: fs::FILE_CREATE,
        options: OPTIONS | fs::FILE_DIRECTORY_FILE,
    };
    let handle = nt::create_file(at.root, &at.name, how)?;
    drop(Fd::from_handle(handle, OpenFlags::PATH));
    Ok(())
}

/// Removes what is open. The name goes at once where the system can do that, else when the last handle is closed.
fn delete(fd: &Fd) -> Result {
    let handle = fd.handle()?;
    let flags: u32 = fs::FILE_DISPOSITION_DELETE
        | fs::FILE_DISPOSITION_POSIX_SEMANTICS
        | fs::FILE_DISPOSITION_IGNORE_READONLY_ATTRIBUTE;
    // SAFETY: both classes ask for these numbers.
    unsafe {
        match nt::set(
            handle,
            fs::FileDispositionInformationEx,
            (&raw const flags).cast(),
            size_of_val(&flags),
        ) {
            Err(error) if error.is_unknown_request() => {
                let delete = 1_u8;
                Ok(nt::set(handle, fs::FileDispositionInformation, &raw const delete, 1)?)
            }
            done => Ok(done?),
        }
    }
}

pub fn remove_directory(fd: FdRef<'_>, path: &CStr) -> Result {
    let at = lookup(fd, path)?;
    if at.name.is_empty() {
        return Err(Errno::Invalid.into());
    }
    let directory = open_itself(&at, win32::DELETE)?;
    if !is_real_directory(&directory)? {
        return Err(Errno::NotDirectory.into());
    }
    delete(&directory)
}

pub fn unlink(fd: FdRef<'_>, path: &CStr) -> Result {
    let at = lookup(fd, path)?;
    if at.name.is_empty() {
        return Err(Errno::IsDirectory.into());
    }
    let file = open_itself(&at, win32::DELETE)?;
    if is_real_directory(&file)? {
        return Err(Errno::IsDirectory.into());
    }
    delete(&file)
}

/// Gives what is open a name: that of `FILE_RENAME_INFORMATION` and `FILE_LINK_INFORMATION`, which are alike.
fn set_name(handle: HANDLE, class: fs::FILE_INFORMATION_CLASS, flags: u32, to: &Location) -> NtResult {
    const NAME: usize = core::mem::offset_of!(fs::FILE_RENAME_INFORMATION, FileName);
    let bytes = to.name.len() * 2;
    let len = (NAME + bytes).max(size_of::<fs::FILE_RENAME_INFORMATION>());
    let mut buffer: Vec<u64> = alloc::vec![0; len.div_ceil(8)];
    let info = buffer.as_mut_ptr().cast::<fs::FILE_RENAME_INFORMATION>();
    // SAFETY: the buffer is large enough for the structure and the name, and aligned for both.
    unsafe {
        (*info).Anonymous.Flags = flags;
        (*info).RootDirectory = to.root;
        (*info).FileNameLength = bytes as u32;
        let name = info.cast::<u8>().add(NAME).cast::<u16>();
        core::ptr::copy_nonoverlapping(to.name.as_ptr(), name, to.name.len());
        nt::set(handle, class, info.cast(), len)
    }
}

pub fn rename(from: FdRef<'_>, from_path: &CStr, to: FdRef<'_>, to_path: &CStr) -> Result {
    // A slash behind the old name asks for a directory.
    let asked = from_path.to_bytes();
    let name = asked.strip_suffix(b"/").filter(|name| !name.is_empty());
    let plain = match name {
        Some(name) => Some(alloc::ffi::CString::new(name).map_err(|_| Errno::Invalid)?),
        None => None,
    };
    let source_at = lookup(from, plain.as_deref().unwrap_or(from_path))?;
    let source = open_itself(&source_at, win32::DELETE)?;
    let source_is_directory = is_real_directory(&source)?;
    if name.is_some() && !source_is_directory {
        return Err(Errno::NotDirectory.into());
    }
    let target_at = location(to, to_path)?;
    if source_at.name.is_empty() || target_at.name.is_empty() {
        return Err(Errno::Busy.into());
    }
    match open_itself(&target_at, win32::DELETE) {
        Ok(target) => {
            if is_same(&source, &target)? {
                let spelling = |at: &Location| {
                    char::decode_utf16(at.name.iter().copied())
                        .flat_map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER).to_lowercase())
                        .collect::<Vec<char>>()
                };
                // Two links to one file stay; another spelling of the name is a change.
                if source_at.name == target_at.name || spelling(&source_at) != spelling(&target_at) {
                    return Ok(());
                }
            } else {
                match (source_is_directory, is_real_directory(&target)?) {
                    (true, false) => return Err(Errno::NotDirectory.into()),
                    (false, true) => return Err(Errno::IsDirectory.into()),
                    // Windows replaces no directories: an empty one goes first.
                    (true, true) => delete(&target)?,
                    (false, false) => {}
                }
            }
        }
        Err(Fail::Errno(Errno::NoEntry)) => {}
        // It may be replaceable all the same.
        Err(Fail::Errno(Errno::Access)) => {}
        Err(fail) => return Err(fail),
    }
    let handle = source.handle()?;
    let flags =
        fs::FILE_RENAME_REPLACE_IF_EXISTS | fs::FILE_RENAME_POSIX_SEMANTICS | fs::FILE_RENAME_IGNORE_READONLY_ATTRIBUTE;
    match set_name(handle, fs::FileRenameInformationEx, flags, &target_at) {
        Err(error) if error.is_unknown_request() => Ok(set_name(handle, fs::FileRenameInformation, 1, &target_at)?),
        done => Ok(done?),
    }
}

pub fn link(from: FdRef<'_>, from_path: &CStr, to: FdRef<'_>, to_path: &CStr) -> Result {
    let source = open_itself(&lookup(from, from_path)?, win32::FILE_WRITE_ATTRIBUTES)?;
    if is_real_directory(&source)? {
        return Err(Errno::NotPermitted.into());
    }
    let target = location(to, to_path)?;
    if target.name.is_empty() {
        return Err(Errno::Exist.into());
    }
    Ok(set_name(source.handle()?, fs::FileLinkInformation, 0, &target)?)
}

/// Makes a symbolic link, of the kind that what it leads to is now: Windows tells links to directories apart.
pub fn symlink(text: &CStr, fd: FdRef<'_>, path: &CStr) -> Result {
    let at = location(fd, path)?;
    if at.name.is_empty() || open_itself(&at, 0).is_ok() {
        return Err(Errno::Exist.into());
    }
    // There is no native call that needs no privilege, so the directory is told by its path.
    let mut full = full_name(&at)?;
    full.push(0);
    let mut target = wide::from_bytes(text.to_bytes());
    for unit in &mut target {
        if *unit == u16::from(b'/') {
            *unit = u16::from(b'\\');
        }
    }
    let to_directory = leads_to_directory(&full, &target);
    target.push(0);
    let flags = win32::SYMBOLIC_LINK_FLAG_ALLOW_UNPRIVILEGED_CREATE
        | if to_directory {
            win32::SYMBOLIC_LINK_FLAG_DIRECTORY
        } else {
            0
        };
    // SAFETY: both texts end with a zero.
    if !unsafe { win32::CreateSymbolicLinkW(full.as_ptr(), target.as_ptr(), flags) } {
        return Err(Win32::last().into());
    }
    // Some implementations say that they have made a link and have not.
    match open_itself(&at, 0) {
        Ok(_) => Ok(()),
        Err(_) => Err(Errno::NotSupported.into()),
    }
}

/// A location as native programs write it.
fn full_name(at: &Location) -> Result<Vec<u16>> {
    if at.root.is_null() {
        // `\??\C:\x` of the kernel is `\\?\C:\x` of programs.
        let mut name = at.name.clone();
        if let Some(second) = name.get_mut(1) {
            *second = u16::from(b'\\');
        }
        return Ok(name);
    }
    let mut name = path_of(at.root)?;
    name.push(u16::from(b'\\'));
    name.extend_from_slice(&at.name);
    Ok(name)
}

/// Whether a link at `full`, which ends with a zero, with the text `target` would lead to a directory.
fn leads_to_directory(full: &[u16], target: &[u16]) -> bool {
    let separator = u16::from(b'\\');
    let parent = full.iter().rposition(|unit| *unit == separator).map_or(0, |at| at + 1);
    let mut path = full[..parent].to_vec();
    path.extend_from_slice(target);
    path.push(0);
    // SAFETY: the path ends with a zero.
    let attributes = unsafe { win32::GetFileAttributesW(path.as_ptr()) };
    attributes != win32::INVALID_FILE_ATTRIBUTES && attributes & win32::FILE_ATTRIBUTE_DIRECTORY != 0
}

/// Reads the text of a symbolic link and returns its length.
pub fn read_link(fd: FdRef<'_>, path: &CStr, text: &mut [u8]) -> Result<usize> {
    let link = open_itself(&lookup(fd, path)?, 0)?;
    let found = link_text(link.handle()?)?;
    let len = found.len().min(text.len());
    text[..len].copy_from_slice(&found[..len]);
    Ok(len)
}
