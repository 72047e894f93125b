//! `poll_oneoff`: waiting for clocks and descriptors.

use alloc::vec::Vec;

use super::abi::{EVENT, Errno, clockid, eventtype, filetype};
use super::call::{Args, Fail, Result, Violation, list_with_capacity};
use super::context::Ctx;
use super::descriptors::Descriptor;
use super::memory::{Guest, Ptr};
use super::system::{self, Clock, FdRef, PollFd, PollFlags, Whence};

/// Descriptors in one call. Linux allows a process a thousand open ones unless told otherwise.
const MOST_DESCRIPTORS: usize = 1 << 16;

/// Where the fields of a subscription are.
struct Layout {
    size: u32,
    /// Start of the fields of a clock, which follow each other.
    clock: u32,
}

const LAYOUT: Layout = Layout { size: 48, clock: 16 };
/// With a name for the clock in front of its other fields.
const UNSTABLE_LAYOUT: Layout = Layout { size: 56, clock: 24 };

/// What a subscription waits for.
#[derive(Clone, Copy)]
enum Wait {
    /// Until the monotonic clock shows a time.
    Until(u64),
    Readable(u32),
    Writable(u32),
}

/// The subscriptions of one call, and when it started.
struct Subscriptions<'a> {
    layout: &'a Layout,
    at: Ptr,
    count: u32,
    /// What relative times count from.
    monotonic: u64,
    /// What absolute times of the calendar count from. Setting the clock during the call makes no difference.
    realtime: u64,
}

impl Subscriptions<'_> {
    /// Where a subscription is, once all of it is known to be in memory.
    fn at(&self, guest: &Guest<'_>, i: u32) -> Result<Ptr> {
        let at = element(self.at, i, self.layout.size)?;
        guest.check_array(at, 1, self.layout.size, 8)?;
        Ok(at)
    }

    fn userdata(&self, guest: &Guest<'_>, i: u32) -> Result<u64> {
        guest.u64(self.at(guest, i)?)
    }

    fn wait(&self, guest: &Guest<'_>, i: u32) -> Result<Wait> {
        let at = self.at(guest, i)?;
        let tag = guest.bytes(at + 8, 1)?[0];
        let descriptor = at + 16;
        match tag {
            eventtype::CLOCK => self.until(guest, at + self.layout.clock),
            eventtype::FD_READ => Ok(Wait::Readable(guest.u32(descriptor)?)),
            eventtype::FD_WRITE => Ok(Wait::Writable(guest.u32(descriptor)?)),
            _ => Err(Errno::Invalid.into()),
        }
    }

    fn until(&self, guest: &Guest<'_>, at: Ptr) -> Result<Wait> {
        const ABSOLUTE: u8 = 1;
        let id = guest.u32(at)?;
        let timeout = guest.u64(at + 8)?;
        let flags = guest.bytes(at + 24, 2)?;
        if id > clockid::LAST || flags[0] & !ABSOLUTE != 0 || flags[1] != 0 {
            return Err(Errno::Invalid.into());
        }
        let absolute = flags[0] == ABSOLUTE;
        let relative = match id {
            clockid::MONOTONIC if absolute => return Ok(Wait::Until(timeout)),
            clockid::REALTIME if absolute => timeout.saturating_sub(self.realtime),
            clockid::MONOTONIC | clockid::REALTIME => timeout,
            // wasmtime sleeps by any clock when there is nothing else to wait for.
            _ if !absolute && self.count == 1 => timeout,
            _ => return Err(Errno::Invalid.into()),
        };
        Ok(Wait::Until(self.monotonic.saturating_add(relative)))
    }
}

/// Where an element of a list is. Each is looked at when its turn comes, as in wasmtime.
fn element(list: Ptr, i: u32, size: u32) -> Result<Ptr> {
    let at = i.checked_mul(size).and_then(|distance| list.checked_add(distance));
    at.ok_or(Fail::Trap(Violation::OutOfBounds))
}

pub fn poll_oneoff(ctx: &mut Ctx, guest: &mut Guest<'_>, args: &Args) -> Result {
    poll(ctx, guest, args, &LAYOUT)
}

pub fn unstable_poll_oneoff(ctx: &mut Ctx, guest: &mut Guest<'_>, args: &Args) -> Result {
    poll(ctx, guest, args, &UNSTABLE_LAYOUT)
}

fn poll(ctx: &mut Ctx, guest: &mut Guest<'_>, args: &Args, layout: &Layout) -> Result {
    let (at, events, count) = (args.u32(0), args.u32(1), args.u32(2));
    if count == 0 {
        return Err(Errno::Invalid.into());
    }
    let subscriptions = Subscriptions {
        layout,
        at,
        count,
        monotonic: ctx.clocks.now(Clock::Monotonic)?,
        realtime: ctx.clocks.now(Clock::Realtime)?,
    };
    let mut deadline: Option<u64> = None;
    let mut numbers = Vec::new();
    let mut ready = false;
    for i in 0..count {
        let (number, read) = match subscriptions.wait(guest, i)? {
            Wait::Until(time) => {
                deadline = Some(deadline.map_or(time, |deadline| deadline.min(time)));
                continue;
            }
            Wait::Readable(number) => (number, true),
            Wait::Writable(number) => (number, false),
        };
        check_pollable(ctx.descriptor(number)?, read)?;
        if is_always_ready(ctx.known(number)?) {
            ready = true;
            continue;
        }
        if numbers.len() == MOST_DESCRIPTORS || numbers.try_reserve(1).is_err() {
            return Err(Errno::NoMemory.into());
        }
        numbers.push((number, read));
    }
    let mut descriptors = list_with_capacity(numbers.len())?;
    for (number, read) in &numbers {
        let flags = if *read { PollFlags::IN } else { PollFlags::OUT };
        descriptors.push(PollFd::from_borrowed_fd(fd_of(ctx, *number)?, flags));
    }
    loop {
        let timeout = match deadline {
            _ if ready => Some(0),
            Some(deadline) => Some(deadline.saturating_sub(system::now(Clock::Monotonic)?)),
            None => None,
        };
        system::poll(&mut descriptors, timeout)?;
        let found = put_events(ctx, guest, &subscriptions, &descriptors, events)?;
        if found > 0 {
            return guest.put_u32(args.u32(3), found);
        }
    }
}

fn check_pollable(descriptor: &Descriptor, read: bool) -> Result {
    match descriptor {
        Descriptor::Stream { input, .. } if *input == read => Ok(()),
        Descriptor::File(_) | Descriptor::EmbeddedFile(_) | Descriptor::Socket(_) => Ok(()),
        _ => Err(Errno::BadDescriptor.into()),
    }
}

/// Of what the system knows nothing.
fn is_always_ready(descriptor: &Descriptor) -> bool {
    matches!(descriptor, Descriptor::EmbeddedFile(_))
}

fn fd_of(ctx: &Ctx, number: u32) -> Result<FdRef<'_>> {
    match ctx.known(number)? {
        Descriptor::Stream { fd, .. } | Descriptor::Socket(fd) => Ok(system::borrow(fd)),
        Descriptor::File(file) => Ok(system::borrow(&file.fd)),
        _ => Err(Errno::BadDescriptor.into()),
    }
}

/// What is reported of one subscription.
struct Event {
    errno: u16,
    kind: u8,
    bytes: u64,
    hangup: bool,
}

impl Event {
    fn to_bytes(&self, userdata: u64) -> [u8; EVENT] {
        let mut out = [0; EVENT];
        out[..8].copy_from_slice(&userdata.to_le_bytes());
        out[8..10].copy_from_slice(&self.errno.to_le_bytes());
        out[10] = self.kind;
        out[16..24].copy_from_slice(&self.bytes.to_le_bytes());
        out[24] = self.hangup.into();
        out
    }
}

/// Writes an event for each subscription that has come true, and returns their number.
fn put_events(
    ctx: &Ctx,
    guest: &mut Guest<'_>,
    subscriptions: &Subscriptions<'_>,
    descriptors: &[PollFd<'_>],
    events: Ptr,
) -> Result<u32> {
    let now = system::now(Clock::Monotonic)?;
    let mut descriptors = descriptors.iter();
    let mut found = 0;
    for i in 0..subscriptions.count {
        let event = match subscriptions.wait(guest, i)? {
            Wait::Until(time) if time <= now => Event {
                errno: 0,
                kind: eventtype::CLOCK,
                bytes: 0,
                hangup: false,
            },
            Wait::Until(_) => continue,
            wait @ (Wait::Readable(number) | Wait::Writable(number)) => {
                if let Descriptor::EmbeddedFile(file) = ctx.known(number)? {
                    let event = embedded_event(file.rest(), matches!(wait, Wait::Readable(_)));
                    let userdata = subscriptions.userdata(guest, i)?;
                    guest.put(events + found * EVENT as u32, 8, &event.to_bytes(userdata))?;
                    found += 1;
                    continue;
                }
                let Some(ready) = descriptors
                    .next()
                    .map(PollFd::revents)
                    .filter(|ready| !ready.is_empty())
                else {
                    continue;
                };
                descriptor_event(ctx, number, matches!(wait, Wait::Readable(_)), ready)?
            }
        };
        let userdata = subscriptions.userdata(guest, i)?;
        guest.put(element(events, found, EVENT as u32)?, 8, &event.to_bytes(userdata))?;
        found += 1;
    }
    Ok(found)
}

fn descriptor_event(ctx: &Ctx, number: u32, read: bool, ready: PollFlags) -> Result<Event> {
    let kind = if read { eventtype::FD_READ } else { eventtype::FD_WRITE };
    let fd = fd_of(ctx, number)?;
    // The descriptor was closed when the process was started. macOS says the same of devices that it cannot wait for
    // (/dev/null, /dev/tty), which are always ready.
    let closed = ready.contains(PollFlags::NVAL) && system::kind(fd).is_err();
    if closed || !read {
        return Ok(Event {
            errno: if closed { Errno::BadDescriptor as u16 } else { 0 },
            kind,
            bytes: u64::from(!closed),
            hangup: false,
        });
    }
    let (bytes, hangup) = match ctx.known(number)? {
        // A standard stream tells its end when it is read.
        Descriptor::Stream { .. } => (system::readable_bytes(fd), false),
        // A regular file is always ready, also where nothing is left to read.
        _ => match rest_of_file(fd) {
            Some(rest) => (Some(rest), rest == 0),
            None => {
                let bytes = system::readable_bytes(fd);
                (bytes, ready.contains(PollFlags::HUP) && bytes.unwrap_or(0) == 0)
            }
        },
    };
    Ok(Event {
        errno: 0,
        kind,
        bytes: bytes.unwrap_or(1),
        hangup,
    })
}

/// As any regular file's.
fn embedded_event(rest: u64, read: bool) -> Event {
    Event {
        errno: 0,
        kind: if read { eventtype::FD_READ } else { eventtype::FD_WRITE },
        bytes: if read { rest } else { 1 },
        hangup: read && rest == 0,
    }
}

/// Bytes between the position and the end of a regular file.
fn rest_of_file(fd: FdRef<'_>) -> Option<u64> {
    let stat = system::attributes(fd)
        .ok()
        .filter(|stat| stat.filetype == filetype::REGULAR_FILE)?;
    let position = system::seek(fd, 0, Whence::Current).ok()?;
    Some(stat.size.saturating_sub(position))
}
