//! What the host asks of Windows. The files beside this folder know nothing about handles and NT status codes.

mod attributes;
mod beneath;
mod change;
mod errno;
mod fd;
mod flags;
mod listing;
mod nt;
mod open;
mod process;
mod reparse;
mod sockets;
mod streams;
mod time;
mod transfer;
mod wait;

pub use super::listing::Listing;
pub use attributes::{
    Kind, NewTime, attributes, attributes_at, attributes_beneath, kind, set_times, set_times_at, set_times_beneath,
};
pub use beneath::{open_beneath, open_directory_beneath};
pub use change::{create_directory, link, read_link, remove_directory, rename, symlink, unlink};
pub use fd::{Fd, FdRef, at_least, borrow, inherited, standard_stream, working_directory};
pub use flags::{Advice, OpenFlags, PollFlags};
pub use listing::{Entry, list_from};
pub use open::{check_name, exists, is_absolute, open, open_granted};
pub use process::{SIGNALS, is_fault, raise, random, same_variable, sched_yield, spelled};
pub use sockets::{accept, receive, send, shut_down, socket_filetype};
pub use streams::{is_terminal, open_flags, readable_bytes, set_append_and_nonblock};
pub use time::{Clock, init_clocks, now, resolution};
pub use transfer::{
    IoSlice, IoSliceMut, Whence, advise, preadv, pwritev, readv, seek, set_size, sync, sync_data, writev,
};
pub use wait::{PollFd, poll};
