//! Clocks.

use super::abi::{Errno, clockid};
use super::memory::Guest;
use super::system::{self, Clock};
use super::{Args, Ctx, Result};
use crate::platform::start::Arguments;

/// Clocks that are made ready when one is first read.
pub struct Clocks {
    arguments: Arguments,
    ready: bool,
}

impl Clocks {
    /// Of a process that was started with these arguments.
    pub fn new(arguments: Arguments) -> Self {
        Clocks {
            arguments,
            ready: false,
        }
    }

    /// Nanoseconds since 1970, or since some moment before the process was started.
    pub fn now(&mut self, clock: Clock) -> Result<u64> {
        if !self.ready {
            system::init_clocks(&self.arguments);
            self.ready = true;
        }
        system::now(clock)
    }
}

fn clock(id: u32) -> Result<Clock> {
    match id {
        clockid::REALTIME => Ok(Clock::Realtime),
        clockid::MONOTONIC => Ok(Clock::Monotonic),
        // The clocks of the process and of the thread; wasmtime has not got them either.
        _ => Err(Errno::BadDescriptor.into()),
    }
}

pub fn clock_res_get(_: &mut Ctx, guest: &mut Guest<'_>, args: &Args) -> Result {
    let clock = clock(args.choice(0, clockid::LAST)?)?;
    guest.put_u64(args.u32(1), system::resolution(clock)?)
}

pub fn clock_time_get(ctx: &mut Ctx, guest: &mut Guest<'_>, args: &Args) -> Result {
    let clock = clock(args.choice(0, clockid::LAST)?)?;
    let now = ctx.clocks.now(clock)?;
    guest.put_u64(args.u32(2), now)
}
