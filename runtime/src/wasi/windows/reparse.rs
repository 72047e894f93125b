//! Reparse points: files that stand for others, and what links say.

use alloc::vec::Vec;
use windows_sys::Wdk::Storage::FileSystem as fs;
use windows_sys::Wdk::System::SystemServices::FILE_ATTRIBUTE_TAG_INFORMATION;
use windows_sys::Win32::Foundation as status;
use windows_sys::Win32::Foundation::HANDLE;
use windows_sys::Win32::Storage::FileSystem as win32;
use windows_sys::Win32::System::IO::IO_STATUS_BLOCK;
use windows_sys::Win32::System::Ioctl::FSCTL_GET_REPARSE_POINT;
use windows_sys::Win32::System::SystemServices::{IO_REPARSE_TAG_MOUNT_POINT, IO_REPARSE_TAG_SYMLINK};

use super::super::abi::Errno;
use super::super::call::Result;
use super::errno::Status;
use super::nt::{self, NtResult};
use crate::platform::wide;

/// The bit of a reparse tag that says that the file stands for another.
const NAME_SURROGATE: u32 = 0x2000_0000;

/// The reparse tag of an open file, if it has one.
pub fn reparse_tag(handle: HANDLE) -> NtResult<Option<u32>> {
    // File systems without reparse points refuse the question.
    let Ok(info) = nt::query::<FILE_ATTRIBUTE_TAG_INFORMATION>(handle, fs::FileAttributeTagInformation) else {
        return Ok(None);
    };
    Ok((info.FileAttributes & win32::FILE_ATTRIBUTE_REPARSE_POINT != 0).then_some(info.ReparseTag))
}

/// Whether an open file is a reparse point, and then, whether it stands for another file, as a link does.
pub fn redirection(handle: HANDLE) -> Result<Option<bool>> {
    Ok(reparse_tag(handle)?.map(|tag| tag & NAME_SURROGATE != 0))
}

/// The text of an open link, with slashes. One that is not relative starts with a slash or has a drive.
///
/// # Errors
/// `inval` if it is no link.
pub fn link_text(handle: HANDLE) -> Result<Vec<u8>> {
    const LARGEST: usize = 16 << 10;
    const RELATIVE: u32 = 1;
    let mut buffer: Vec<u8> = alloc::vec![0; LARGEST];
    let mut block = IO_STATUS_BLOCK::default();
    // SAFETY: at most the length of the buffer is written.
    let result = unsafe {
        fs::NtFsControlFile(
            handle,
            core::ptr::null_mut(),
            None,
            core::ptr::null(),
            &mut block,
            FSCTL_GET_REPARSE_POINT,
            core::ptr::null(),
            0,
            buffer.as_mut_ptr().cast(),
            LARGEST as u32,
        )
    };
    match nt::check(result) {
        Err(Status(status::STATUS_NOT_A_REPARSE_POINT)) => return Err(Errno::Invalid.into()),
        Err(error) if error.is_unknown_request() => return Err(Errno::Invalid.into()),
        done => done?,
    }
    let u16_at = |at: usize| u16::from_le_bytes([buffer[at], buffer[at + 1]]);
    let u32_at = |at: usize| u32::from(u16_at(at)) | u32::from(u16_at(at + 2)) << 16;
    // Tag, length; then offset and length of the name for the kernel and of that for people; for symbolic links, flags.
    let (names, relative) = match u32_at(0) {
        IO_REPARSE_TAG_SYMLINK => (20, u32_at(16) & RELATIVE != 0),
        IO_REPARSE_TAG_MOUNT_POINT => (16, false),
        _ => return Err(Errno::Invalid.into()),
    };
    let start = names + usize::from(u16_at(8));
    let name = buffer.get(start..start + usize::from(u16_at(10))).ok_or(Errno::Io)?;
    let name: Vec<u16> = name
        .chunks_exact(2)
        .map(|unit| u16::from_le_bytes([unit[0], unit[1]]))
        .collect();
    let mut text = Vec::new();
    wide::push_bytes(&name, &mut text);
    if text.starts_with(br"\??\") {
        text.drain(..4);
    }
    for byte in &mut text {
        if *byte == b'\\' {
            *byte = b'/';
        }
    }
    if !relative && !text.starts_with(b"/") && text.get(1) != Some(&b':') {
        text.insert(0, b'/');
    }
    Ok(text)
}
