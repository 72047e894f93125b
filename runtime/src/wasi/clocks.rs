//! Clocks.

use super::abi::{Errno, clockid};
use super::call::{Args, Result};
use super::context::Ctx;
use super::memory::Guest;
use super::system::{self, Clock};

fn clock(id: u32) -> Result<Clock> {
    match id {
        clockid::REALTIME => Ok(Clock::Realtime),
        clockid::MONOTONIC => Ok(Clock::Monotonic),
        clockid::PROCESS => Ok(Clock::Process),
        clockid::THREAD => Ok(Clock::Thread),
        _ => Err(Errno::Invalid.into()),
    }
}

pub fn clock_res_get(_: &mut Ctx, guest: &mut Guest<'_>, args: &Args) -> Result {
    let clock = clock(args.u32(0))?;
    guest.put_u64(args.u32(1), system::resolution(clock)?)
}

pub fn clock_time_get(ctx: &mut Ctx, guest: &mut Guest<'_>, args: &Args) -> Result {
    let clock = clock(args.u32(0))?;
    let now = ctx.clocks.now(clock)?;
    guest.put_u64(args.u32(2), now)
}
