//! Arguments, environment, randomness, and the end of the process.

use nyash_format::capability;

use super::abi::{Errno, LAST_SIGNAL};
use super::call::{Args, Result};
use super::context::Ctx;
use super::memory::{Guest, Ptr};
use super::system;
use crate::platform::syscall;

impl Ctx {
    /// Argument 0, the arguments that were packed, the arguments of the command line.
    pub fn arguments(&self) -> impl Iterator<Item = &'static [u8]> + use<'_> {
        let mut given = self.arguments.words();
        let real = given.next();
        // Packed arguments stand behind argument 0 even if the process was started without any.
        let missing: Option<&[u8]> = (!self.capabilities.args.is_empty()).then_some(b"");
        let first = self.capabilities.argv0.or(real).or(missing);
        first
            .into_iter()
            .chain(self.capabilities.args.iter().copied())
            .chain(given)
    }

    /// Writes to standard output what the runtime has to say there. It is lost where that is closed.
    #[cfg(feature = "full")]
    pub fn print(mut bytes: &[u8]) {
        while !bytes.is_empty() {
            match system::writev(system::standard_stream(1), &[system::IoSlice::new(bytes)]) {
                Ok(written @ 1..) => bytes = bytes.get(written as usize..).unwrap_or_default(),
                _ => return,
            }
        }
    }

    /// The arguments behind argument 0.
    pub(super) fn words(&self) -> impl Iterator<Item = &'static [u8]> + use<'_> {
        self.arguments().skip(1)
    }

    /// What is passed on from the environment of the process, in its order, and then what was packed, which replaces
    /// variables of the same name.
    fn environment(&self) -> impl Iterator<Item = &'static [u8]> + use<'_> {
        let capabilities = &self.capabilities;
        let everything = capabilities.flags & capability::INHERIT_ENV != 0;
        let nothing = !everything && capabilities.env_pass.is_empty();
        let inherited = (!nothing).then(|| self.arguments.environment());
        let passed = inherited.into_iter().flatten().filter_map(move |entry| {
            let name = name_of(entry);
            let same = |other: &[u8]| system::same_variable(other, name);
            if capabilities.env_set.iter().any(|set| same(name_of(set))) {
                return None;
            }
            match capabilities.env_pass.iter().find(|pass| same(pass)) {
                Some(pass) => Some(system::spelled(pass, entry)),
                None => everything.then_some(entry),
            }
        });
        passed.chain(capabilities.env_set.iter().copied())
    }
}

/// The part of `NAME=VALUE` before the sign.
fn name_of(entry: &[u8]) -> &[u8] {
    entry.split(|byte| *byte == b'=').next().unwrap_or_default()
}

/// Writes strings one behind the other at `buffer`, each ended by a zero, and their addresses at `pointers`.
fn put_strings<'a>(
    guest: &mut Guest<'_>,
    strings: impl Iterator<Item = &'a [u8]>,
    mut pointers: Ptr,
    mut buffer: Ptr,
) -> Result {
    for string in strings {
        guest.put_u32(pointers, buffer)?;
        guest.put(buffer, 1, string)?;
        // What was just written is in memory, hence the addresses do not overflow, except behind the last byte that a
        // pointer can reach: that is out of bounds for the next write.
        buffer = buffer.wrapping_add(string.len() as u32);
        guest.put(buffer, 1, &[0])?;
        buffer = buffer.wrapping_add(1);
        pointers = pointers.wrapping_add(4);
    }
    Ok(())
}

fn put_sizes<'a>(guest: &mut Guest<'_>, strings: impl Iterator<Item = &'a [u8]>, args: &Args) -> Result {
    let (mut count, mut len) = (0_u64, 0_u64);
    for string in strings {
        count += 1;
        len += string.len() as u64 + 1;
    }
    guest.put_u32(args.u32(0), u32::try_from(count).map_err(|_| Errno::Overflow)?)?;
    guest.put_u32(args.u32(1), u32::try_from(len).map_err(|_| Errno::Overflow)?)
}

pub fn args_get(ctx: &mut Ctx, guest: &mut Guest<'_>, args: &Args) -> Result {
    put_strings(guest, ctx.arguments(), args.u32(0), args.u32(1))
}

pub fn args_sizes_get(ctx: &mut Ctx, guest: &mut Guest<'_>, args: &Args) -> Result {
    put_sizes(guest, ctx.arguments(), args)
}

pub fn environ_get(ctx: &mut Ctx, guest: &mut Guest<'_>, args: &Args) -> Result {
    put_strings(guest, ctx.environment(), args.u32(0), args.u32(1))
}

pub fn environ_sizes_get(ctx: &mut Ctx, guest: &mut Guest<'_>, args: &Args) -> Result {
    put_sizes(guest, ctx.environment(), args)
}

pub fn random_get(_: &mut Ctx, guest: &mut Guest<'_>, args: &Args) -> Result {
    system::random(guest.bytes_mut(args.u32(0), args.u32(1))?)
}

pub fn sched_yield(_: &mut Ctx, _: &mut Guest<'_>, _: &Args) -> Result {
    system::sched_yield();
    Ok(())
}

pub fn proc_exit(_: &mut Ctx, _: &mut Guest<'_>, args: &Args) -> Result {
    syscall::exit(args.u32(0) as i32)
}

pub fn proc_raise(_: &mut Ctx, _: &mut Guest<'_>, args: &Args) -> Result {
    match system::SIGNALS[args.choice(0, LAST_SIGNAL)? as usize] {
        0 => {}
        // The runtime's handlers would report a fault that there is not.
        signal if system::is_fault(signal) => syscall::raise_with_default_action(signal),
        signal => system::raise(signal)?,
    }
    Ok(())
}
