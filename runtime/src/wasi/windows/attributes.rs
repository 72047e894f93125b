//! Attributes of files.

use core::ffi::CStr;

use windows_sys::Wdk::Storage::FileSystem as fs;
use windows_sys::Wdk::System::SystemServices::FILE_FS_VOLUME_INFORMATION;
use windows_sys::Win32::Foundation::{HANDLE, STATUS_ACCESS_DENIED};
use windows_sys::Win32::Storage::FileSystem as win32;
use windows_sys::Win32::System::IO::IO_STATUS_BLOCK;
use windows_sys::Win32::System::SystemServices::{IO_REPARSE_TAG_MOUNT_POINT, IO_REPARSE_TAG_SYMLINK};

use super::super::abi::{Errno, Filestat, filetype};
use super::super::call::Result;
use super::beneath::open_beneath;
use super::fd::{Fd, FdRef};
use super::flags::OpenFlags;
use super::nt::{self, How, NtResult};
use super::open::{Location, lookup, open};
use super::reparse::{link_text, reparse_tag};
use super::streams::Device;

/// Units of 100 ns from 1601 to 1970.
const EPOCH: i64 = 116_444_736_000_000_000;

/// Nanoseconds since 1970; times before that are 0.
pub fn nanoseconds(filetime: i64) -> u64 {
    u64::try_from(filetime.saturating_sub(EPOCH))
        .unwrap_or(0)
        .saturating_mul(100)
}

/// The file type that attributes and a reparse tag say.
pub fn filetype_of(attributes: u32, tag: u32) -> u8 {
    let reparse = attributes & win32::FILE_ATTRIBUTE_REPARSE_POINT != 0;
    if reparse && matches!(tag, IO_REPARSE_TAG_SYMLINK | IO_REPARSE_TAG_MOUNT_POINT) {
        filetype::SYMBOLIC_LINK
    } else if attributes & win32::FILE_ATTRIBUTE_DIRECTORY != 0 {
        filetype::DIRECTORY
    } else {
        filetype::REGULAR_FILE
    }
}

/// Attributes of what is open.
pub fn attributes(fd: FdRef<'_>) -> Result<Filestat> {
    let handle = fd.handle()?;
    let all: fs::FILE_ALL_INFORMATION = match nt::query(handle, fs::FileAllInformation) {
        Ok(all) => all,
        Err(error) => return device_attributes(fd).ok_or(error.into()),
    };
    let (basic, standard) = (all.BasicInformation, all.StandardInformation);
    let tag = match basic.FileAttributes & win32::FILE_ATTRIBUTE_REPARSE_POINT {
        0 => 0,
        _ => reparse_tag(handle)?.unwrap_or(0),
    };
    let filetype = filetype_of(basic.FileAttributes, tag);
    let size = match filetype {
        filetype::SYMBOLIC_LINK => link_text(handle).map_or(0, |text| text.len() as u64),
        _ => standard.EndOfFile as u64,
    };
    // FAT has no time of the last change.
    let changed = match basic.ChangeTime {
        0 => basic.LastWriteTime,
        time => time,
    };
    Ok(Filestat {
        dev: volume(handle).unwrap_or(0),
        ino: all.InternalInformation.IndexNumber as u64,
        filetype,
        nlink: standard.NumberOfLinks.into(),
        size,
        atim: nanoseconds(basic.LastAccessTime),
        mtim: nanoseconds(basic.LastWriteTime),
        ctim: nanoseconds(changed),
    })
}

/// Attributes of what is no file of a disk: such devices refuse the question.
fn device_attributes(fd: FdRef<'_>) -> Option<Filestat> {
    let filetype = match fd.device().ok()? {
        Device::Disk => return None,
        Device::Pipe => filetype::UNKNOWN,
        Device::Console | Device::Other => filetype::CHARACTER_DEVICE,
    };
    Some(Filestat {
        filetype,
        nlink: 1,
        ..Filestat::default()
    })
}

/// The serial number of the volume.
fn volume(handle: HANDLE) -> NtResult<u64> {
    // Room for the label, too.
    #[repr(C)]
    struct Volume {
        info: FILE_FS_VOLUME_INFORMATION,
        label: [u16; 64],
    }
    let mut volume = core::mem::MaybeUninit::<Volume>::zeroed();
    let mut status = IO_STATUS_BLOCK::default();
    let len = size_of::<Volume>() as u32;
    // SAFETY: at most `len` bytes are written; all of it is plain numbers, for which zeros are valid.
    unsafe {
        let class = fs::FileFsVolumeInformation;
        let at = volume.as_mut_ptr().cast();
        nt::check(fs::NtQueryVolumeInformationFile(handle, &mut status, at, len, class))?;
        Ok(volume.assume_init().info.VolumeSerialNumber.into())
    }
}

/// Attributes of what a path names.
pub fn attributes_at(fd: FdRef<'_>, path: &CStr, follow: bool) -> Result<Filestat> {
    let nofollow = if follow {
        OpenFlags::empty()
    } else {
        OpenFlags::NOFOLLOW
    };
    attributes(&open(fd, path, OpenFlags::PATH | nofollow)?)
}

/// Attributes of what a path below a directory names.
pub fn attributes_beneath(root: FdRef<'_>, path: &CStr, follow: bool) -> Result<Filestat> {
    let nofollow = if follow {
        OpenFlags::empty()
    } else {
        OpenFlags::NOFOLLOW
    };
    attributes(&open_beneath(root, path, OpenFlags::PATH | nofollow)?)
}

/// What kind of thing a descriptor is.
pub enum Kind {
    Directory,
    #[allow(dead_code, reason = "never found: no descriptors are inherited")]
    Socket,
    Other,
}

/// Whether an open file is a directory, or a link to one.
pub fn is_directory(handle: HANDLE) -> bool {
    // Devices refuse the question.
    nt::query::<fs::FILE_STANDARD_INFORMATION>(handle, fs::FileStandardInformation).is_ok_and(|info| info.Directory)
}

/// Finds out what a descriptor is.
pub fn kind(fd: FdRef<'_>) -> Result<Kind> {
    Ok(match is_directory(fd.handle()?) {
        true => Kind::Directory,
        false => Kind::Other,
    })
}

/// A time to set.
#[derive(Clone, Copy)]
pub enum NewTime {
    Keep,
    Now,
    At(u64),
}

impl NewTime {
    /// As the system takes it: 0 keeps what is there.
    fn filetime(self) -> i64 {
        match self {
            NewTime::Keep => 0,
            NewTime::Now => super::time::filetime(),
            NewTime::At(time) => EPOCH + (time / 100) as i64,
        }
    }
}

const SET: How = How {
    access: win32::FILE_WRITE_ATTRIBUTES | win32::SYNCHRONIZE,
    disposition: fs::FILE_OPEN,
    options: fs::FILE_SYNCHRONOUS_IO_NONALERT | fs::FILE_OPEN_FOR_BACKUP_INTENT,
};

fn set_times_of(handle: HANDLE, access: NewTime, modification: NewTime) -> NtResult {
    let info = fs::FILE_BASIC_INFORMATION {
        CreationTime: 0,
        LastAccessTime: access.filetime(),
        LastWriteTime: modification.filetime(),
        ChangeTime: 0,
        FileAttributes: 0,
    };
    let (at, len) = ((&raw const info).cast(), size_of_val(&info));
    // SAFETY: what the class asks for.
    unsafe { nt::set(handle, fs::FileBasicInformation, at, len) }
}

/// Sets the times of what is open.
pub fn set_times(fd: FdRef<'_>, access: NewTime, modification: NewTime) -> Result {
    let handle = fd.handle()?;
    match set_times_of(handle, access, modification) {
        // What is open for reading can be opened once more for this.
        Err(status) if status.0 == STATUS_ACCESS_DENIED => {
            let own = Fd::from_handle(nt::create_file(handle, &[], SET)?, OpenFlags::PATH);
            Ok(set_times_of(own.handle()?, access, modification)?)
        }
        done => Ok(done?),
    }
}

/// Sets the times of what a path below a directory names; links are followed.
pub fn set_times_beneath(root: FdRef<'_>, path: &CStr, access: NewTime, modification: NewTime) -> Result {
    set_times(&open_beneath(root, path, OpenFlags::PATH)?, access, modification)
}

/// Sets the times of what a path names.
pub fn set_times_at(fd: FdRef<'_>, path: &CStr, follow: bool, access: NewTime, modification: NewTime) -> Result {
    let Location { root, name } = lookup(fd, path)?;
    let mut how = SET;
    if !follow {
        how.options |= fs::FILE_OPEN_REPARSE_POINT;
    }
    let file = Fd::from_handle(nt::create_file(root, &name, how)?, OpenFlags::PATH);
    Ok(set_times_of(file.handle()?, access, modification)?)
}

/// Two open files are one.
pub fn is_same(one: FdRef<'_>, other: FdRef<'_>) -> Result<bool> {
    let id = |fd: FdRef<'_>| -> Result<(u64, u64)> {
        let handle = fd.handle()?;
        let info: fs::FILE_INTERNAL_INFORMATION = nt::query(handle, fs::FileInternalInformation)?;
        Ok((volume(handle).map_err(Errno::from)?, info.IndexNumber as u64))
    };
    Ok(id(one)? == id(other)?)
}
