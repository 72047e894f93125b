//! NT status codes as WASI error numbers.

use windows_sys::Win32::Foundation as nt;

use super::super::abi::Errno;
use super::super::call::Fail;

/// An error status of the native interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status(pub nt::NTSTATUS);

impl Status {
    /// Whether it says that the file system or this version of Windows does not know a request.
    pub fn is_unknown_request(self) -> bool {
        matches!(
            self.0,
            nt::STATUS_INVALID_INFO_CLASS
                | nt::STATUS_INVALID_PARAMETER
                | nt::STATUS_NOT_IMPLEMENTED
                | nt::STATUS_NOT_SUPPORTED
                | nt::STATUS_INVALID_DEVICE_REQUEST
        )
    }
}

impl From<Status> for Errno {
    fn from(status: Status) -> Self {
        match status.0 {
            nt::STATUS_OBJECT_NAME_NOT_FOUND
            | nt::STATUS_OBJECT_PATH_NOT_FOUND
            | nt::STATUS_OBJECT_PATH_INVALID
            | nt::STATUS_OBJECT_PATH_SYNTAX_BAD
            | nt::STATUS_OBJECT_NAME_INVALID
            | nt::STATUS_NO_SUCH_FILE
            | nt::STATUS_NOT_FOUND
            | nt::STATUS_FILE_DELETED
            | nt::STATUS_BAD_NETWORK_PATH
            | nt::STATUS_BAD_NETWORK_NAME => Errno::NoEntry,
            nt::STATUS_OBJECT_NAME_COLLISION => Errno::Exist,
            nt::STATUS_FILE_IS_A_DIRECTORY => Errno::IsDirectory,
            nt::STATUS_NOT_A_DIRECTORY => Errno::NotDirectory,
            nt::STATUS_DIRECTORY_NOT_EMPTY => Errno::NotEmpty,
            nt::STATUS_ACCESS_DENIED
            | nt::STATUS_CANNOT_DELETE
            | nt::STATUS_NETWORK_ACCESS_DENIED
            | nt::STATUS_DELETE_PENDING => Errno::Access,
            nt::STATUS_PRIVILEGE_NOT_HELD => Errno::NotPermitted,
            nt::STATUS_SHARING_VIOLATION | nt::STATUS_FILE_LOCK_CONFLICT | nt::STATUS_LOCK_NOT_GRANTED => Errno::Busy,
            nt::STATUS_USER_MAPPED_FILE => Errno::TextBusy,
            nt::STATUS_INVALID_HANDLE | nt::STATUS_OBJECT_TYPE_MISMATCH => Errno::BadDescriptor,
            nt::STATUS_INVALID_PARAMETER => Errno::Invalid,
            nt::STATUS_DISK_FULL => Errno::NoSpace,
            nt::STATUS_QUOTA_EXCEEDED => Errno::Quota,
            nt::STATUS_FILE_TOO_LARGE => Errno::FileTooBig,
            nt::STATUS_MEDIA_WRITE_PROTECTED => Errno::ReadOnly,
            nt::STATUS_TOO_MANY_OPENED_FILES => Errno::TooManyFiles,
            nt::STATUS_TOO_MANY_LINKS => Errno::TooManyLinks,
            nt::STATUS_NAME_TOO_LONG => Errno::NameTooLong,
            nt::STATUS_NOT_SAME_DEVICE => Errno::CrossDevice,
            nt::STATUS_NO_MEMORY | nt::STATUS_INSUFFICIENT_RESOURCES | nt::STATUS_COMMITMENT_LIMIT => Errno::NoMemory,
            nt::STATUS_PIPE_BROKEN | nt::STATUS_PIPE_CLOSING | nt::STATUS_PIPE_DISCONNECTED => Errno::Pipe,
            nt::STATUS_STOPPED_ON_SYMLINK => Errno::Loop,
            nt::STATUS_NOT_IMPLEMENTED
            | nt::STATUS_NOT_SUPPORTED
            | nt::STATUS_INVALID_INFO_CLASS
            | nt::STATUS_INVALID_DEVICE_REQUEST => Errno::NotSupported,
            nt::STATUS_NO_SUCH_DEVICE | nt::STATUS_DEVICE_NOT_CONNECTED => Errno::NoDevice,
            _ => Errno::Io,
        }
    }
}

impl From<Status> for Fail {
    fn from(status: Status) -> Self {
        Fail::Errno(status.into())
    }
}

/// A number of `GetLastError`, of the few functions that have no native form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Win32(pub u32);

impl Win32 {
    /// That of the last call.
    pub fn last() -> Self {
        // SAFETY: reads a number of this thread.
        Win32(unsafe { nt::GetLastError() })
    }
}

impl From<Win32> for Errno {
    fn from(error: Win32) -> Self {
        match error.0 {
            nt::ERROR_FILE_NOT_FOUND | nt::ERROR_PATH_NOT_FOUND | nt::ERROR_INVALID_NAME => Errno::NoEntry,
            nt::ERROR_ACCESS_DENIED => Errno::Access,
            nt::ERROR_INVALID_HANDLE => Errno::BadDescriptor,
            nt::ERROR_BROKEN_PIPE | nt::ERROR_NO_DATA | nt::ERROR_PIPE_NOT_CONNECTED => Errno::Pipe,
            nt::ERROR_ALREADY_EXISTS | nt::ERROR_FILE_EXISTS => Errno::Exist,
            nt::ERROR_PRIVILEGE_NOT_HELD => Errno::NotPermitted,
            nt::ERROR_NOT_SUPPORTED | nt::ERROR_CALL_NOT_IMPLEMENTED | nt::ERROR_INVALID_FUNCTION => {
                Errno::NotSupported
            }
            nt::ERROR_NOT_ENOUGH_MEMORY | nt::ERROR_OUTOFMEMORY => Errno::NoMemory,
            nt::ERROR_OPERATION_ABORTED => Errno::Interrupted,
            nt::ERROR_DISK_FULL => Errno::NoSpace,
            _ => Errno::Io,
        }
    }
}

impl From<Win32> for Fail {
    fn from(error: Win32) -> Self {
        Fail::Errno(error.into())
    }
}
