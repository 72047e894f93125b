//! Sockets that the process inherited, and connections accepted from them.

use super::abi::{Errno, fdflags};
use super::call::{Args, Result};
use super::context::Ctx;
use super::descriptors::Descriptor;
use super::memory::Guest;
use super::system::{self, FdRef};
use super::vectors::{List, Reach};

fn socket(ctx: &mut Ctx, number: u32) -> Result<FdRef<'_>> {
    match ctx.descriptor(number)? {
        Descriptor::Socket(fd) => Ok(system::borrow(fd)),
        _ => Err(Errno::NotSocket.into()),
    }
}

pub fn sock_accept(ctx: &mut Ctx, guest: &mut Guest<'_>, args: &Args) -> Result {
    let flags = args.flags16(1, fdflags::ALL)?;
    let listening = socket(ctx, args.u32(0))?;
    if flags & !fdflags::NONBLOCK != 0 {
        return Err(Errno::Invalid.into());
    }
    // Checked before anything is accepted: the number could not be told afterwards.
    guest.check_array(args.u32(2), 1, 4, 4)?;
    let connection = system::accept(listening, flags & fdflags::NONBLOCK != 0)?;
    let connection = ctx.adopt(connection)?;
    let number = ctx.insert(Descriptor::Socket(connection))?;
    guest.put_u32(args.u32(2), number)
}

pub fn sock_recv(ctx: &mut Ctx, guest: &mut Guest<'_>, args: &Args) -> Result {
    const PEEK: u16 = 1;
    const WAITALL: u16 = 2;
    let flags = args.flags16(3, PEEK | WAITALL)?;
    let list = List::find(guest, args.u32(1), args.u32(2))?;
    let fd = socket(ctx, args.u32(0))?;
    let mut truncated = false;
    let read = list.read(guest, Reach::Whole, &mut |buffers| {
        let (read, cut) = system::receive(fd, buffers, flags & PEEK != 0, flags & WAITALL != 0)?;
        truncated = cut;
        Ok(read)
    })?;
    guest.put_u32(args.u32(4), read)?;
    guest.put(args.u32(5), 2, &u16::from(truncated).to_le_bytes())
}

pub fn sock_send(ctx: &mut Ctx, guest: &mut Guest<'_>, args: &Args) -> Result {
    let flags = args.flags16(3, u16::MAX)?;
    let list = List::find(guest, args.u32(1), args.u32(2))?;
    let fd = socket(ctx, args.u32(0))?;
    // None are defined.
    if flags != 0 {
        return Err(Errno::NotSupported.into());
    }
    let sent = list.write(guest, &mut |buffers| system::send(fd, buffers))?;
    guest.put_u32(args.u32(4), sent)
}

pub fn sock_shutdown(ctx: &mut Ctx, _: &mut Guest<'_>, args: &Args) -> Result {
    const READ: u16 = 1;
    const WRITE: u16 = 2;
    let how = args.flags16(1, READ | WRITE)?;
    system::shut_down(socket(ctx, args.u32(0))?, how & READ != 0, how & WRITE != 0)
}
