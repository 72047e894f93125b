//! Linux error numbers as WASI error numbers.

use rustix::io::Errno as Linux;

use super::super::Fail;
use super::super::abi::Errno;

impl From<Linux> for Errno {
    fn from(errno: Linux) -> Self {
        match errno {
            Linux::TOOBIG => Errno::TooBig,
            Linux::ACCESS => Errno::Access,
            Linux::ADDRINUSE => Errno::AddressInUse,
            Linux::ADDRNOTAVAIL => Errno::AddressNotAvailable,
            Linux::AFNOSUPPORT => Errno::FamilyNotSupported,
            Linux::AGAIN => Errno::Again,
            Linux::ALREADY => Errno::Already,
            Linux::BADF => Errno::BadDescriptor,
            Linux::BADMSG => Errno::BadMessage,
            Linux::BUSY => Errno::Busy,
            Linux::CANCELED => Errno::Canceled,
            Linux::CONNABORTED => Errno::ConnectionAborted,
            Linux::CONNREFUSED => Errno::ConnectionRefused,
            Linux::CONNRESET => Errno::ConnectionReset,
            Linux::DEADLK => Errno::Deadlock,
            Linux::DESTADDRREQ => Errno::DestinationRequired,
            Linux::DQUOT => Errno::Quota,
            Linux::EXIST => Errno::Exist,
            Linux::FAULT => Errno::Fault,
            Linux::FBIG => Errno::FileTooBig,
            Linux::HOSTUNREACH => Errno::HostUnreachable,
            Linux::ILSEQ => Errno::IllegalSequence,
            Linux::INPROGRESS => Errno::InProgress,
            Linux::INTR => Errno::Interrupted,
            Linux::INVAL => Errno::Invalid,
            Linux::ISCONN => Errno::Connected,
            Linux::ISDIR => Errno::IsDirectory,
            Linux::LOOP => Errno::Loop,
            Linux::MFILE => Errno::TooManyFiles,
            Linux::MLINK => Errno::TooManyLinks,
            Linux::MSGSIZE => Errno::MessageSize,
            Linux::NAMETOOLONG => Errno::NameTooLong,
            Linux::NETDOWN => Errno::NetworkDown,
            Linux::NETRESET => Errno::NetworkReset,
            Linux::NETUNREACH => Errno::NetworkUnreachable,
            Linux::NFILE => Errno::TooManyFilesInSystem,
            Linux::NOBUFS => Errno::NoBuffers,
            Linux::NODEV => Errno::NoDevice,
            Linux::NOENT => Errno::NoEntry,
            Linux::NOEXEC => Errno::NoExec,
            Linux::NOLCK => Errno::NoLock,
            Linux::NOMEM => Errno::NoMemory,
            Linux::NOPROTOOPT => Errno::NoProtocolOption,
            Linux::NOSPC => Errno::NoSpace,
            Linux::NOSYS => Errno::NoSystemCall,
            Linux::NOTCONN => Errno::NotConnected,
            Linux::NOTDIR => Errno::NotDirectory,
            Linux::NOTEMPTY => Errno::NotEmpty,
            Linux::NOTRECOVERABLE => Errno::NotRecoverable,
            Linux::NOTSOCK => Errno::NotSocket,
            Linux::OPNOTSUPP => Errno::NotSupported,
            Linux::NOTTY => Errno::NotTerminal,
            Linux::NXIO => Errno::NoSuchDevice,
            Linux::OVERFLOW => Errno::Overflow,
            Linux::OWNERDEAD => Errno::OwnerDead,
            Linux::PERM => Errno::NotPermitted,
            Linux::PIPE => Errno::Pipe,
            Linux::PROTO => Errno::Protocol,
            Linux::PROTONOSUPPORT => Errno::ProtocolNotSupported,
            Linux::PROTOTYPE => Errno::ProtocolType,
            Linux::ROFS => Errno::ReadOnly,
            Linux::SPIPE => Errno::InvalidSeek,
            Linux::STALE => Errno::Stale,
            Linux::TIMEDOUT => Errno::TimedOut,
            Linux::TXTBSY => Errno::TextBusy,
            Linux::XDEV => Errno::CrossDevice,
            _ => Errno::Io,
        }
    }
}

impl From<Linux> for Fail {
    fn from(errno: Linux) -> Self {
        Fail::Errno(errno.into())
    }
}
