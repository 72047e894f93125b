//! The native calls, with status codes as errors.

use core::mem::MaybeUninit;
use core::ptr::{null, null_mut};

use windows_sys::Wdk::Foundation::OBJECT_ATTRIBUTES;
use windows_sys::Wdk::Storage::FileSystem::{
    FILE_INFORMATION_CLASS, NTCREATEFILE_CREATE_DISPOSITION, NTCREATEFILE_CREATE_OPTIONS, NtCreateFile,
    NtQueryInformationFile, NtReadFile, NtSetInformationFile, NtWriteFile,
};
use windows_sys::Win32::Foundation::{
    HANDLE, OBJ_CASE_INSENSITIVE, STATUS_BUFFER_OVERFLOW, STATUS_PENDING, UNICODE_STRING,
};
use windows_sys::Win32::Storage::FileSystem::{
    FILE_ATTRIBUTE_NORMAL, FILE_SHARE_DELETE, FILE_SHARE_READ, FILE_SHARE_WRITE,
};
use windows_sys::Win32::System::IO::IO_STATUS_BLOCK;
use windows_sys::Win32::System::Threading::{INFINITE, WaitForSingleObject};

use super::super::abi::Errno;
use super::super::call::Result;
use super::errno::Status;

pub type NtResult<T = ()> = core::result::Result<T, Status>;

pub fn check(status: i32) -> NtResult {
    if status < 0 { Err(Status(status)) } else { Ok(()) }
}

/// A name as the kernel takes it. The text must outlive it.
pub fn unicode_string(text: &[u16]) -> Result<UNICODE_STRING> {
    let len = u16::try_from(text.len() * 2).map_err(|_| Errno::NameTooLong)?;
    Ok(UNICODE_STRING {
        Length: len,
        MaximumLength: len,
        Buffer: text.as_ptr().cast_mut(),
    })
}

/// What a file is opened for and how.
#[derive(Clone, Copy)]
pub struct How {
    pub access: u32,
    pub disposition: NTCREATEFILE_CREATE_DISPOSITION,
    pub options: NTCREATEFILE_CREATE_OPTIONS,
}

/// Opens or creates `name` relative to `root`; an empty name is `root` itself, a null `root` goes with a full name.
///
/// Everything is shared: a program must be able to rename and remove what it has open.
pub fn create_file(root: HANDLE, name: &[u16], how: How) -> Result<HANDLE> {
    let name = unicode_string(name)?;
    let attributes = OBJECT_ATTRIBUTES {
        Length: size_of::<OBJECT_ATTRIBUTES>() as u32,
        RootDirectory: root,
        ObjectName: &raw const name,
        Attributes: OBJ_CASE_INSENSITIVE as u32,
        SecurityDescriptor: null(),
        SecurityQualityOfService: null(),
    };
    let mut handle = null_mut();
    let mut status = IO_STATUS_BLOCK::default();
    // SAFETY: the attributes and the name they point to live until the call returns.
    check(unsafe {
        NtCreateFile(
            &mut handle,
            how.access,
            &attributes,
            &mut status,
            null(),
            FILE_ATTRIBUTE_NORMAL,
            FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
            how.disposition,
            how.options,
            null(),
            0,
        )
    })?;
    Ok(handle)
}

/// Asks for a fixed-size part of a file's information. Names that do not fit are cut off.
pub fn query<T>(handle: HANDLE, class: FILE_INFORMATION_CLASS) -> NtResult<T> {
    let mut info = MaybeUninit::<T>::zeroed();
    let mut status = IO_STATUS_BLOCK::default();
    let len = size_of::<T>() as u32;
    // SAFETY: the call writes at most `len` bytes.
    let result = unsafe { NtQueryInformationFile(handle, &mut status, info.as_mut_ptr().cast(), len, class) };
    if result != STATUS_BUFFER_OVERFLOW {
        check(result)?;
    }
    // SAFETY: filled by the call; all such structures are plain numbers, for which zeros are valid, too.
    Ok(unsafe { info.assume_init() })
}

/// Sets a part of a file's information, `len` bytes.
///
/// # Safety
/// `info` is what `class` asks for.
pub unsafe fn set(handle: HANDLE, class: FILE_INFORMATION_CLASS, info: *const u8, len: usize) -> NtResult {
    let mut status = IO_STATUS_BLOCK::default();
    // SAFETY: the caller's contract.
    check(unsafe { NtSetInformationFile(handle, &mut status, info.cast(), len as u32, class) })
}

/// Where a transfer takes place.
#[derive(Clone, Copy)]
pub enum At {
    /// At the file's position, which moves on.
    Position,
    Offset(u64),
    /// Behind the last byte, wherever that is by then.
    End,
}

impl At {
    fn offset(self) -> Option<i64> {
        match self {
            At::Position => None,
            At::Offset(offset) => Some(offset as i64),
            // FILE_WRITE_TO_END_OF_FILE: a low part of all ones beside a high part of -1.
            At::End => Some(-1),
        }
    }
}

/// Bytes taken at once.
const MOST: usize = 1 << 30;

/// Waits for a transfer on a handle that was opened elsewhere for asynchronous use.
fn finish(handle: HANDLE, result: i32, status: &IO_STATUS_BLOCK) -> NtResult<usize> {
    let mut result = result;
    if result == STATUS_PENDING {
        // SAFETY: waits for the handle, then reads the status that the system has written.
        unsafe {
            WaitForSingleObject(handle, INFINITE);
            result = (&raw const status.Anonymous.Status).read_volatile();
        }
    }
    check(result)?;
    // SAFETY: as above.
    Ok(unsafe { (&raw const status.Information).read_volatile() })
}

pub fn read(handle: HANDLE, buffer: &mut [u8], at: At) -> NtResult<usize> {
    let mut status = IO_STATUS_BLOCK::default();
    let offset = at.offset();
    let offset = offset.as_ref().map_or(null(), |offset| offset as *const i64);
    let len = buffer.len().min(MOST) as u32;
    let buffer = buffer.as_mut_ptr().cast();
    // SAFETY: at most `len` bytes are written, before the call or the wait for it returns.
    let result = unsafe {
        NtReadFile(
            handle,
            null_mut(),
            None,
            null(),
            &mut status,
            buffer,
            len,
            offset,
            null(),
        )
    };
    finish(handle, result, &status)
}

pub fn write(handle: HANDLE, buffer: &[u8], at: At) -> NtResult<usize> {
    let mut status = IO_STATUS_BLOCK::default();
    let offset = at.offset();
    let offset = offset.as_ref().map_or(null(), |offset| offset as *const i64);
    let len = buffer.len().min(MOST) as u32;
    let buffer = buffer.as_ptr().cast();
    // SAFETY: `len` bytes are read, before the call or the wait for it returns.
    let result = unsafe {
        NtWriteFile(
            handle,
            null_mut(),
            None,
            null(),
            &mut status,
            buffer,
            len,
            offset,
            null(),
        )
    };
    finish(handle, result, &status)
}
