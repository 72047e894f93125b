//! The system's error numbers as WASI error numbers.

use rustix::io::Errno as System;

use super::super::abi::Errno;
use super::super::call::Fail;

impl From<System> for Errno {
    fn from(errno: System) -> Self {
        match errno {
            System::TOOBIG => Errno::TooBig,
            System::ACCESS => Errno::Access,
            System::ADDRINUSE => Errno::AddressInUse,
            System::ADDRNOTAVAIL => Errno::AddressNotAvailable,
            System::AFNOSUPPORT => Errno::FamilyNotSupported,
            System::AGAIN => Errno::Again,
            System::ALREADY => Errno::Already,
            System::BADF => Errno::BadDescriptor,
            System::BADMSG => Errno::BadMessage,
            System::BUSY => Errno::Busy,
            System::CANCELED => Errno::Canceled,
            System::CONNABORTED => Errno::ConnectionAborted,
            System::CONNREFUSED => Errno::ConnectionRefused,
            System::CONNRESET => Errno::ConnectionReset,
            System::DEADLK => Errno::Deadlock,
            System::DESTADDRREQ => Errno::DestinationRequired,
            System::DQUOT => Errno::Quota,
            System::EXIST => Errno::Exist,
            System::FAULT => Errno::Fault,
            System::FBIG => Errno::FileTooBig,
            System::HOSTUNREACH => Errno::HostUnreachable,
            System::ILSEQ => Errno::IllegalSequence,
            System::INPROGRESS => Errno::InProgress,
            System::INTR => Errno::Interrupted,
            System::INVAL => Errno::Invalid,
            System::ISCONN => Errno::Connected,
            System::ISDIR => Errno::IsDirectory,
            System::LOOP => Errno::Loop,
            System::MFILE => Errno::TooManyFiles,
            System::MLINK => Errno::TooManyLinks,
            System::MSGSIZE => Errno::MessageSize,
            System::NAMETOOLONG => Errno::NameTooLong,
            System::NETDOWN => Errno::NetworkDown,
            System::NETRESET => Errno::NetworkReset,
            System::NETUNREACH => Errno::NetworkUnreachable,
            System::NFILE => Errno::TooManyFilesInSystem,
            System::NOBUFS => Errno::NoBuffers,
            System::NODEV => Errno::NoDevice,
            System::NOENT => Errno::NoEntry,
            System::NOEXEC => Errno::NoExec,
            System::NOLCK => Errno::NoLock,
            System::NOMEM => Errno::NoMemory,
            System::NOPROTOOPT => Errno::NoProtocolOption,
            System::NOSPC => Errno::NoSpace,
            System::NOSYS => Errno::NoSystemCall,
            System::NOTCONN => Errno::NotConnected,
            System::NOTDIR => Errno::NotDirectory,
            System::NOTEMPTY => Errno::NotEmpty,
            System::NOTRECOVERABLE => Errno::NotRecoverable,
            System::NOTSOCK => Errno::NotSocket,
            System::OPNOTSUPP => Errno::NotSupported,
            #[cfg(target_os = "macos")]
            System::NOTSUP => Errno::NotSupported,
            System::NOTTY => Errno::NotTerminal,
            System::NXIO => Errno::NoSuchDevice,
            System::OVERFLOW => Errno::Overflow,
            System::OWNERDEAD => Errno::OwnerDead,
            System::PERM => Errno::NotPermitted,
            System::PIPE => Errno::Pipe,
            System::PROTO => Errno::Protocol,
            System::PROTONOSUPPORT => Errno::ProtocolNotSupported,
            System::PROTOTYPE => Errno::ProtocolType,
            System::ROFS => Errno::ReadOnly,
            System::SPIPE => Errno::InvalidSeek,
            System::STALE => Errno::Stale,
            System::TIMEDOUT => Errno::TimedOut,
            System::TXTBSY => Errno::TextBusy,
            System::XDEV => Errno::CrossDevice,
            _ => Errno::Io,
        }
    }
}

impl From<System> for Fail {
    fn from(errno: System) -> Self {
        Fail::Errno(errno.into())
    }
}
