//! Waiting for descriptors and time.

use core::ptr::null;
use core::sync::atomic::{AtomicPtr, Ordering};

use alloc::vec::Vec;
use windows_sys::Win32::Foundation::HANDLE;
use windows_sys::Win32::System::Console::{
    GetNumberOfConsoleInputEvents, INPUT_RECORD, KEY_EVENT, PeekConsoleInputW, ReadConsoleInputW,
};
use windows_sys::Win32::System::Threading::{
    CREATE_WAITABLE_TIMER_HIGH_RESOLUTION, CreateWaitableTimerExW, INFINITE, SetWaitableTimer, Sleep, TIMER_ALL_ACCESS,
    WaitForMultipleObjects, WaitForSingleObject,
};

use super::super::abi::Errno;
use super::super::call::{Fail, Result};
use super::fd::FdRef;
use super::flags::PollFlags;
use super::streams::{Device, bytes_in_pipe};
use super::time::{Clock, now};
use crate::platform::console;

const MILLISECOND: u64 = 1_000_000;
/// Pipes cannot be waited for, so they are looked at again after a while that grows up to this.
const LONGEST_NAP: u64 = 10 * MILLISECOND;
/// Handles that the system waits for at once.
const MOST_HANDLES: usize = 64;

/// A descriptor to wait for.
pub struct PollFd<'a> {
    fd: FdRef<'a>,
    wanted: PollFlags,
    ready: PollFlags,
}

impl<'a> PollFd<'a> {
    /// Waits for what `wanted` says.
    pub fn from_borrowed_fd(fd: FdRef<'a>, wanted: PollFlags) -> Self {
        PollFd {
            fd,
            wanted,
            ready: PollFlags::empty(),
        }
    }

    /// What it is ready for.
    pub fn revents(&self) -> PollFlags {
        self.ready
    }

    /// Looks once, and tells what is behind a descriptor that is not ready.
    fn look(&mut self) -> Result<Option<Device>> {
        let device = match self.fd.device() {
            Ok(device) => device,
            Err(Fail::Errno(Errno::BadDescriptor)) => {
                self.ready = PollFlags::NVAL;
                return Ok(None);
            }
            Err(fail) => return Err(fail),
        };
        self.ready = match device {
            _ if !self.wanted.contains(PollFlags::IN) => PollFlags::OUT,
            Device::Disk | Device::Other => PollFlags::IN,
            Device::Pipe => match bytes_in_pipe(self.fd) {
                Ok(0) => PollFlags::empty(),
                Ok(_) => PollFlags::IN,
                Err(_) => PollFlags::IN | PollFlags::HUP,
            },
            Device::Console if console::waiting_input() > 0 || has_key(self.fd.handle()?) => PollFlags::IN,
            Device::Console => PollFlags::empty(),
        };
        Ok(self.ready.is_empty().then_some(device))
    }
}

/// Whether a key waits in a console's queue. Other events (of the mouse, of the window) are taken out: they would keep
/// the console signalled, and reads pass over them.
fn has_key(handle: HANDLE) -> bool {
    loop {
        let mut count = 0;
        let mut record = INPUT_RECORD::default();
        // SAFETY: one record is written at most, and numbers.
        unsafe {
            if GetNumberOfConsoleInputEvents(handle, &mut count) == 0 || count == 0 {
                return false;
            }
            if PeekConsoleInputW(handle, &mut record, 1, &mut count) == 0 || count == 0 {
                return false;
            }
            if u32::from(record.EventType) == KEY_EVENT && record.Event.KeyEvent.bKeyDown != 0 {
                return true;
            }
            if ReadConsoleInputW(handle, &mut record, 1, &mut count) == 0 {
                return false;
            }
        }
    }
}

/// Waits until a descriptor is ready or `timeout` nanoseconds have passed.
pub fn poll(descriptors: &mut [PollFd<'_>], timeout: Option<u64>) -> Result {
    let deadline = match timeout {
        Some(timeout) => Some(now(Clock::Monotonic)?.saturating_add(timeout)),
        None => None,
    };
    let mut nap = MILLISECOND;
    loop {
        let mut consoles: Vec<HANDLE> = Vec::new();
        let mut pipes = false;
        let mut found = false;
        for descriptor in descriptors.iter_mut() {
            match descriptor.look()? {
                None => found = true,
                Some(Device::Console) if consoles.len() < MOST_HANDLES => consoles.push(descriptor.fd.handle()?),
                Some(_) => pipes = true,
            }
        }
        let left = match deadline {
            Some(deadline) => Some(deadline.saturating_sub(now(Clock::Monotonic)?)),
            None => None,
        };
        if found || left == Some(0) {
            return Ok(());
        }
        let left = match (pipes, left) {
            (true, left) => Some(left.map_or(nap, |left| left.min(nap))),
            (false, left) => left,
        };
        nap = (nap * 2).min(LONGEST_NAP);
        if consoles.is_empty() {
            sleep(left);
        } else {
            // SAFETY: the handles are open for as long as their descriptors are borrowed.
            unsafe { WaitForMultipleObjects(consoles.len() as u32, consoles.as_ptr(), 0, milliseconds(left)) };
        }
    }
}

fn milliseconds(time: Option<u64>) -> u32 {
    let most = u64::from(INFINITE - 1);
    time.map_or(INFINITE, |time| time.div_ceil(MILLISECOND).min(most) as u32)
}

/// Sleeps for nanoseconds, or for ever.
fn sleep(time: Option<u64>) {
    static TIMER: AtomicPtr<core::ffi::c_void> = AtomicPtr::new(core::ptr::null_mut());
    let mut timer = TIMER.load(Ordering::Relaxed);
    // SAFETY: the timer is our own.
    unsafe {
        if timer.is_null() && time.is_some() {
            timer = CreateWaitableTimerExW(null(), null(), CREATE_WAITABLE_TIMER_HIGH_RESOLUTION, TIMER_ALL_ACCESS);
            TIMER.store(timer, Ordering::Relaxed);
        }
        // In units of 100 ns; negative means from now on.
        let due = -(time.unwrap_or(0).div_ceil(100).min(i64::MAX as u64) as i64);
        let set = time.is_some() && !timer.is_null() && SetWaitableTimer(timer, &due, 0, None, null(), 0) != 0;
        if set {
            WaitForSingleObject(timer, INFINITE);
        } else {
            // Windows before version 1803: in steps of its clock, up to 16 ms.
            Sleep(milliseconds(time));
        }
    }
}
