//! Numbers and record layouts of `wasi_snapshot_preview1`. Everything is little-endian in the program's memory.

/// An error number as the program sees it.
#[cfg_attr(windows, expect(dead_code, reason = "Windows does not tell all of them apart"))]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
pub enum Errno {
    TooBig = 1,
    Access = 2,
    AddressInUse = 3,
    AddressNotAvailable = 4,
    FamilyNotSupported = 5,
    Again = 6,
    Already = 7,
    BadDescriptor = 8,
    BadMessage = 9,
    Busy = 10,
    Canceled = 11,
    ConnectionAborted = 13,
    ConnectionRefused = 14,
    ConnectionReset = 15,
    Deadlock = 16,
    DestinationRequired = 17,
    Quota = 19,
    Exist = 20,
    Fault = 21,
    FileTooBig = 22,
    HostUnreachable = 23,
    IllegalSequence = 25,
    InProgress = 26,
    Interrupted = 27,
    Invalid = 28,
    Io = 29,
    Connected = 30,
    IsDirectory = 31,
    Loop = 32,
    TooManyFiles = 33,
    TooManyLinks = 34,
    MessageSize = 35,
    NameTooLong = 37,
    NetworkDown = 38,
    NetworkReset = 39,
    NetworkUnreachable = 40,
    TooManyFilesInSystem = 41,
    NoBuffers = 42,
    NoDevice = 43,
    NoEntry = 44,
    NoExec = 45,
    NoLock = 46,
    NoMemory = 48,
    NoProtocolOption = 50,
    NoSpace = 51,
    NoSystemCall = 52,
    NotConnected = 53,
    NotDirectory = 54,
    NotEmpty = 55,
    NotRecoverable = 56,
    NotSocket = 57,
    NotSupported = 58,
    NotTerminal = 59,
    NoSuchDevice = 60,
    Overflow = 61,
    OwnerDead = 62,
    NotPermitted = 63,
    Pipe = 64,
    Protocol = 65,
    ProtocolNotSupported = 66,
    ProtocolType = 67,
    ReadOnly = 69,
    InvalidSeek = 70,
    Stale = 72,
    TimedOut = 73,
    TextBusy = 74,
    CrossDevice = 75,
}

/// File types.
#[cfg_attr(
    windows,
    expect(dead_code, reason = "no descriptor of a Windows program is of these types")
)]
pub mod filetype {
    pub const UNKNOWN: u8 = 0;
    pub const BLOCK_DEVICE: u8 = 1;
    pub const CHARACTER_DEVICE: u8 = 2;
    pub const DIRECTORY: u8 = 3;
    pub const REGULAR_FILE: u8 = 4;
    pub const SOCKET_DGRAM: u8 = 5;
    pub const SOCKET_STREAM: u8 = 6;
    pub const SYMBOLIC_LINK: u8 = 7;
}

/// Descriptor flags.
pub mod fdflags {
    pub const APPEND: u16 = 1;
    pub const DSYNC: u16 = 2;
    pub const NONBLOCK: u16 = 4;
    pub const RSYNC: u16 = 8;
    pub const SYNC: u16 = 16;
    /// The flags that can only be given when a file is opened.
    pub const ANY_SYNC: u16 = DSYNC | RSYNC | SYNC;
    pub const ALL: u16 = 31;
}

/// Flags of `path_open`.
pub mod oflags {
    pub const CREAT: u16 = 1;
    pub const DIRECTORY: u16 = 2;
    pub const EXCL: u16 = 4;
    pub const TRUNC: u16 = 8;
    pub const ALL: u16 = 15;
}

/// Which times to set, and to what.
pub mod fstflags {
    pub const ATIM: u16 = 1;
    pub const ATIM_NOW: u16 = 2;
    pub const MTIM: u16 = 4;
    pub const MTIM_NOW: u16 = 8;
    pub const ALL: u16 = 15;
}

/// The only lookup flag.
pub const SYMLINK_FOLLOW: u32 = 1;

/// Rights. This host reports them and takes two of them into account when a file is opened, like wasmtime's.
pub mod rights {
    pub const FD_DATASYNC: u64 = 1;
    pub const FD_READ: u64 = 1 << 1;
    pub const FD_SEEK: u64 = 1 << 2;
    pub const FD_FDSTAT_SET_FLAGS: u64 = 1 << 3;
    pub const FD_SYNC: u64 = 1 << 4;
    pub const FD_TELL: u64 = 1 << 5;
    pub const FD_WRITE: u64 = 1 << 6;
    pub const FD_ADVISE: u64 = 1 << 7;
    pub const FD_ALLOCATE: u64 = 1 << 8;
    pub const PATH_CREATE_DIRECTORY: u64 = 1 << 9;
    pub const PATH_CREATE_FILE: u64 = 1 << 10;
    pub const PATH_LINK_SOURCE: u64 = 1 << 11;
    pub const PATH_LINK_TARGET: u64 = 1 << 12;
    pub const PATH_OPEN: u64 = 1 << 13;
    pub const FD_READDIR: u64 = 1 << 14;
    pub const PATH_READLINK: u64 = 1 << 15;
    pub const PATH_RENAME_SOURCE: u64 = 1 << 16;
    pub const PATH_RENAME_TARGET: u64 = 1 << 17;
    pub const PATH_FILESTAT_GET: u64 = 1 << 18;
    pub const PATH_FILESTAT_SET_SIZE: u64 = 1 << 19;
    pub const PATH_FILESTAT_SET_TIMES: u64 = 1 << 20;
    pub const FD_FILESTAT_GET: u64 = 1 << 21;
    pub const FD_FILESTAT_SET_SIZE: u64 = 1 << 22;
    pub const FD_FILESTAT_SET_TIMES: u64 = 1 << 23;
    pub const PATH_SYMLINK: u64 = 1 << 24;
    pub const PATH_REMOVE_DIRECTORY: u64 = 1 << 25;
    pub const PATH_UNLINK_FILE: u64 = 1 << 26;
    pub const POLL_FD_READWRITE: u64 = 1 << 27;
    pub const SOCK_SHUTDOWN: u64 = 1 << 28;
    pub const SOCK_ACCEPT: u64 = 1 << 29;
    pub const ALL: u64 = (1 << 30) - 1;

    /// What a granted directory itself allows.
    pub const PREOPEN_BASE: u64 = PATH_CREATE_DIRECTORY
        | PATH_CREATE_FILE
        | PATH_LINK_SOURCE
        | PATH_LINK_TARGET
        | PATH_OPEN
        | FD_READDIR
        | PATH_READLINK
        | PATH_RENAME_SOURCE
        | PATH_RENAME_TARGET
        | PATH_SYMLINK
        | PATH_REMOVE_DIRECTORY
        | PATH_UNLINK_FILE
        | PATH_FILESTAT_GET
        | PATH_FILESTAT_SET_TIMES
        | FD_FILESTAT_GET
        | FD_FILESTAT_SET_TIMES;

    /// What can be asked of files below a granted directory.
    pub const PREOPEN_INHERITING: u64 = PREOPEN_BASE
        | FD_DATASYNC
        | FD_READ
        | FD_SEEK
        | FD_FDSTAT_SET_FLAGS
        | FD_SYNC
        | FD_TELL
        | FD_WRITE
        | FD_ADVISE
        | FD_ALLOCATE
        | FD_FILESTAT_SET_SIZE
        | POLL_FD_READWRITE;

    /// What an opened directory cannot do.
    pub const NOT_FOR_DIRECTORIES: u64 = FD_SEEK | FD_FILESTAT_SET_SIZE | PATH_FILESTAT_SET_SIZE;

    /// What a socket can do.
    pub const SOCKET: u64 =
        FD_READ | FD_WRITE | FD_FDSTAT_SET_FLAGS | FD_FILESTAT_GET | POLL_FD_READWRITE | SOCK_SHUTDOWN | SOCK_ACCEPT;
}

/// The attributes of a file.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filestat {
    pub dev: u64,
    pub ino: u64,
    pub filetype: u8,
    pub nlink: u64,
    pub size: u64,
    pub atim: u64,
    pub mtim: u64,
    pub ctim: u64,
}

impl Filestat {
    /// The record as `wasi_snapshot_preview1` lays it out.
    pub fn to_bytes(self) -> [u8; 64] {
        let mut out = [0; 64];
        out[..8].copy_from_slice(&self.dev.to_le_bytes());
        out[8..16].copy_from_slice(&self.ino.to_le_bytes());
        out[16] = self.filetype;
        out[24..32].copy_from_slice(&self.nlink.to_le_bytes());
        self.put_size_and_times(&mut out[32..]);
        out
    }

    /// The record as `wasi_unstable` laid it out: with a shorter count of links.
    pub fn to_unstable_bytes(self) -> [u8; 56] {
        let mut out = [0; 56];
        out[..8].copy_from_slice(&self.dev.to_le_bytes());
        out[8..16].copy_from_slice(&self.ino.to_le_bytes());
        out[16] = self.filetype;
        let nlink = u32::try_from(self.nlink).unwrap_or(u32::MAX);
        out[20..24].copy_from_slice(&nlink.to_le_bytes());
        self.put_size_and_times(&mut out[24..]);
        out
    }

    fn put_size_and_times(self, out: &mut [u8]) {
        let fields = [self.size, self.atim, self.mtim, self.ctim];
        for (field, place) in fields.iter().zip(out.chunks_exact_mut(8)) {
            place.copy_from_slice(&field.to_le_bytes());
        }
    }
}

/// The attributes of a descriptor.
#[derive(Debug, Clone, Copy)]
pub struct Fdstat {
    pub filetype: u8,
    pub flags: u16,
    pub rights_base: u64,
    pub rights_inheriting: u64,
}

impl Fdstat {
    pub fn to_bytes(self) -> [u8; 24] {
        let mut out = [0; 24];
        out[0] = self.filetype;
        out[2..4].copy_from_slice(&self.flags.to_le_bytes());
        out[8..16].copy_from_slice(&self.rights_base.to_le_bytes());
        out[16..].copy_from_slice(&self.rights_inheriting.to_le_bytes());
        out
    }
}

/// Length of the fixed part of a directory entry.
pub const DIRENT: usize = 24;

/// The fixed part of a directory entry.
pub fn dirent(next: u64, ino: u64, name_len: u32, filetype: u8) -> [u8; DIRENT] {
    let mut out = [0; DIRENT];
    out[..8].copy_from_slice(&next.to_le_bytes());
    out[8..16].copy_from_slice(&ino.to_le_bytes());
    out[16..20].copy_from_slice(&name_len.to_le_bytes());
    out[20] = filetype;
    out
}

/// Length of an event of `poll_oneoff`.
pub const EVENT: usize = 32;

/// What `poll_oneoff` waits for.
pub mod eventtype {
    pub const CLOCK: u8 = 0;
    pub const FD_READ: u8 = 1;
    pub const FD_WRITE: u8 = 2;
}

/// Clocks.
pub mod clockid {
    pub const REALTIME: u32 = 0;
    pub const MONOTONIC: u32 = 1;
    /// Time that processors have spent on the process.
    pub const PROCESS: u32 = 2;
    /// The same for the thread; there is one.
    pub const THREAD: u32 = 3;
    pub const LAST: u32 = THREAD;
}

/// Signals of `proc_raise`.
pub const LAST_SIGNAL: u32 = 30;
