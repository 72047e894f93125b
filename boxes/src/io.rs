//! Streams, arguments, environment and the end of the program.

use crate::string::{bytes, Str};
use crate::value::*;
use rust_alloc::vec::Vec;

#[repr(C)]
struct IoVec {
    at: *const u8,
    len: u32,
}

#[link(wasm_import_module = "wasi_snapshot_preview1")]
extern "C" {
    fn fd_write(fd: u32, iov: *const IoVec, n: u32, out: *mut u32) -> u32;
    fn fd_read(fd: u32, iov: *const IoVec, n: u32, out: *mut u32) -> u32;
    fn fd_fdstat_get(fd: u32, out: *mut u8) -> u32;
    fn proc_exit(code: u32) -> !;
    fn poll_oneoff(subscriptions: *const u64, events: *mut u64, n: u32, out: *mut u32) -> u32;
    fn clock_time_get(id: u32, precision: u64, out: *mut u64) -> u32;
    fn args_sizes_get(n: *mut u32, size: *mut u32) -> u32;
    fn args_get(argv: *mut *mut u8, buf: *mut u8) -> u32;
    fn environ_sizes_get(n: *mut u32, size: *mut u32) -> u32;
    fn environ_get(argv: *mut *mut u8, buf: *mut u8) -> u32;
    fn fd_prestat_get(fd: u32, out: *mut u32) -> u32;
    fn fd_prestat_dir_name(fd: u32, at: *mut u8, len: u32) -> u32;
    fn path_open(
        dir: u32,
        flags: u32,
        at: *const u8,
        len: u32,
        oflags: u32,
        rights: u64,
        inherit: u64,
        fdflags: u32,
        out: *mut u32,
    ) -> u32;
    fn fd_close(fd: u32) -> u32;
    fn random_get(at: *mut u8, len: u32) -> u32;
}

const SIZE: usize = 8192;
static mut OUT: [u8; SIZE] = [0; SIZE];
static mut USED: usize = 0;

unsafe fn write_all(fd: u32, mut at: *const u8, mut len: usize) {
    while len > 0 {
        let iov = IoVec { at, len: len as u32 };
        let mut n = 0u32;
        if fd_write(fd, &iov, 1, &mut n) != 0 || n == 0 {
            // A reader that went away is not an error of the program.
            return;
        }
        at = at.add(n as usize);
        len -= n as usize;
    }
}

/// Writes out what is buffered.
#[no_mangle]
pub unsafe extern "C" fn ny_flush() {
    let n = USED;
    USED = 0;
    write_all(1, OUT.as_ptr(), n);
}

pub unsafe fn out(s: &[u8]) {
    if s.len() > SIZE - USED {
        ny_flush();
        if s.len() >= SIZE {
            write_all(1, s.as_ptr(), s.len());
            return;
        }
    }
    core::ptr::copy_nonoverlapping(s.as_ptr(), OUT.as_mut_ptr().add(USED), s.len());
    USED += s.len();
}

/// Ends a line. A terminal sees every line at once, a file or a pipe when the buffer is full.
pub unsafe fn newline() {
    static mut TERMINAL: u8 = 2;
    out(b"\n");
    if TERMINAL == 2 {
        let mut stat = [0u8; 24];
        TERMINAL = (fd_fdstat_get(1, stat.as_mut_ptr()) == 0 && stat[0] == 2) as u8;
    }
    if TERMINAL == 1 {
        ny_flush();
    }
}

/// Writes to standard error, after what the program has printed before.
pub unsafe fn err(s: &[u8]) {
    ny_flush();
    write_all(2, s.as_ptr(), s.len());
}

#[no_mangle]
pub unsafe extern "C" fn ny_print_str(s: *mut Str) {
    out(bytes(s));
    newline();
}

#[no_mangle]
pub unsafe extern "C" fn ny_print_int(i: i64) {
    let mut b = [0u8; 20];
    out(crate::number::decimal(i, &mut b));
    newline();
}

#[no_mangle]
pub unsafe extern "C" fn ny_print(tag: u32, pay: i64) {
    let v = Val::new(tag, pay);
    match tag {
        STR => out(bytes(v.ptr())),
        INT => {
            let mut b = [0u8; 20];
            out(crate::number::decimal(pay, &mut b));
        }
        _ => {
            let s = crate::text::text(v);
            out(bytes(s));
            Val::str(s).release();
        }
    }
    newline();
}

/// `error(e)`: a line on standard error.
#[no_mangle]
pub unsafe extern "C" fn ny_eprint(tag: u32, pay: i64) {
    let s = crate::text::text(Val::new(tag, pay));
    err(bytes(s));
    err(b"\n");
    Val::str(s).release();
}

#[no_mangle]
pub unsafe extern "C" fn ny_console(prefix: u32, tag: u32, pay: i64) {
    for _ in 0..GROUPS {
        out(b"  ");
    }
    out(match prefix {
        0 => b"[Console LOG] " as &[u8],
        1 => b"[Console WARN] ",
        2 => b"[Console ERROR] ",
        4 => b"[Console INFO] ",
        5 => b"[Console DEBUG] ",
        _ => b"",
    });
    ny_print(tag, pay);
}

/// How many groups are open.
static mut GROUPS: u32 = 0;

/// `group(title)`: the title as a line; what is logged from here on stands two spaces further to the right.
#[no_mangle]
pub unsafe extern "C" fn ny_console_group(tag: u32, pay: i64) {
    ny_console(3, tag, pay);
    GROUPS += 1;
}

#[no_mangle]
pub unsafe extern "C" fn ny_console_group_end() {
    GROUPS = GROUPS.saturating_sub(1);
}

#[no_mangle]
pub unsafe extern "C" fn ny_console_clear() {
    out(b"[Console CLEAR]");
    newline();
}

#[no_mangle]
pub unsafe extern "C" fn ny_exit(code: i64) -> ! {
    ny_flush();
    proc_exit(code as u32 & 255)
}

static mut IN: [u8; 4096] = [0; 4096];
static mut IN_AT: usize = 0;
static mut IN_END: usize = 0;

unsafe fn read_byte() -> Option<u8> {
    if IN_AT == IN_END {
        let iov = IoVec {
            at: IN.as_ptr(),
            len: 4096,
        };
        let mut n = 0u32;
        if fd_read(0, &iov, 1, &mut n) != 0 || n == 0 {
            return None;
        }
        IN_AT = 0;
        IN_END = n as usize;
    }
    IN_AT += 1;
    Some(IN[IN_AT - 1])
}

/// One line of standard input without its end; null at the end of input.
#[no_mangle]
pub unsafe extern "C" fn ny_read_line() -> i64 {
    ny_flush();
    let mut line: Vec<u8> = Vec::new();
    let mut any = false;
    while let Some(b) = read_byte() {
        any = true;
        if b == b'\n' {
            break;
        }
        line.push(b);
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    if any { crate::string::lossy(&line) } else { Val::NULL }.ret()
}

/// All of standard input that has not been read yet.
#[no_mangle]
pub unsafe extern "C" fn ny_read_all() -> *mut Str {
    ny_flush();
    let mut all: Vec<u8> = Vec::new();
    while let Some(b) = read_byte() {
        all.push(b);
    }
    crate::string::lossy(&all).ptr()
}

/// Writes text without a line end.
#[no_mangle]
pub unsafe extern "C" fn ny_write(tag: u32, pay: i64) {
    let s = crate::text::text(Val::new(tag, pay));
    out(bytes(s));
    Val::str(s).release();
}

unsafe fn list(
    sizes: unsafe extern "C" fn(*mut u32, *mut u32) -> u32,
    get: unsafe extern "C" fn(*mut *mut u8, *mut u8) -> u32,
) -> Vec<Vec<u8>> {
    let (mut n, mut size) = (0, 0);
    if sizes(&mut n, &mut size) != 0 {
        return Vec::new();
    }
    let mut at: Vec<*mut u8> = Vec::with_capacity(n as usize + 1);
    let mut buf: Vec<u8> = Vec::with_capacity(size as usize + 1);
    if get(at.as_mut_ptr(), buf.as_mut_ptr()) != 0 {
        return Vec::new();
    }
    at.set_len(n as usize);
    at.iter()
        .map(|&p| {
            let mut len = 0;
            while *p.add(len) != 0 {
                len += 1;
            }
            core::slice::from_raw_parts(p, len).to_vec()
        })
        .collect()
}

/// The arguments after the program's name, as an array of strings.
#[no_mangle]
pub unsafe extern "C" fn ny_args() -> *mut crate::array::Array {
    let a = crate::array::ny_array_new(0);
    for s in list(args_sizes_get, args_get).iter().skip(1) {
        crate::array::push(a, crate::string::lossy(s));
    }
    a
}

/// Variables set with `env.set`; a WASI program cannot change its environment.
static mut SET: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();

#[no_mangle]
pub unsafe extern "C" fn ny_env_get(key: *mut Str) -> i64 {
    let key = bytes(key);
    if let Some((_, v)) = SET.iter().rev().find(|(k, _)| k == key) {
        return crate::string::lossy(v).ret();
    }
    for s in list(environ_sizes_get, environ_get) {
        if s.len() > key.len() && s[key.len()] == b'=' && &s[..key.len()] == key {
            return crate::string::lossy(&s[key.len() + 1..]).ret();
        }
    }
    Val::NULL.ret()
}

#[no_mangle]
pub unsafe extern "C" fn ny_env_set(key: *mut Str, tag: u32, pay: i64) {
    let text = crate::text::text(Val::new(tag, pay));
    SET.push((bytes(key).to_vec(), bytes(text).to_vec()));
    Val::str(text).release();
}

/// Finds the preopened directory a path lies in: its descriptor and the rest of the path.
pub unsafe fn resolve(path: &[u8]) -> Option<(u32, Vec<u8>)> {
    let mut best: Option<(u32, usize)> = None;
    let mut fd = 3;
    loop {
        let mut stat = [0u32; 2];
        if fd_prestat_get(fd, stat.as_mut_ptr()) != 0 {
            break;
        }
        let mut name: Vec<u8> = crate::rust_alloc::vec![0; stat[1] as usize];
        if fd_prestat_dir_name(fd, name.as_mut_ptr(), stat[1]) == 0 {
            while name.last() == Some(&0) || (name.len() > 1 && name.last() == Some(&b'/')) {
                name.pop();
            }
            let fits = match name.as_slice() {
                b"." | b"" => path.first() != Some(&b'/'),
                b"/" => path.first() == Some(&b'/'),
                n => path.starts_with(n) && (path.len() == n.len() || path[n.len()] == b'/'),
            };
            let len = if name == b"." { 0 } else { name.len() };
            if fits && best.is_none_or(|b| b.1 <= len) {
                best = Some((fd, len));
            }
        }
        fd += 1;
    }
    best.map(|(fd, len)| {
        let rest = &path[len..];
        let rest = rest.strip_prefix(b"/").unwrap_or(rest);
        (fd, if rest.is_empty() { b".".to_vec() } else { rest.to_vec() })
    })
}

/// The content of a file, None when it cannot be read.
pub unsafe fn read_file(path: &[u8]) -> Option<Vec<u8>> {
    let (dir, rest) = resolve(path)?;
    let mut fd = 0;
    // Rights: fd_read (1 << 1).
    if path_open(dir, 1, rest.as_ptr(), rest.len() as u32, 0, 1 << 1, 0, 0, &mut fd) != 0 {
        return None;
    }
    let mut all = Vec::new();
    let mut buf = [0u8; 4096];
    loop {
        let iov = IoVec {
            at: buf.as_mut_ptr(),
            len: 4096,
        };
        let mut n = 0;
        if fd_read(fd, &iov, 1, &mut n) != 0 || n == 0 {
            break;
        }
        all.extend_from_slice(&buf[..n as usize]);
    }
    fd_close(fd);
    Some(all)
}

/// Writes a file; false when that is not possible.
pub unsafe fn write_file(path: &[u8], data: &[u8], append: bool) -> bool {
    let Some((dir, rest)) = resolve(path) else { return false };
    let mut fd = 0;
    // Open flags: create, and truncate unless appending. Rights: fd_write (1 << 6).
    let oflags = if append { 1 } else { 1 | 8 };
    if path_open(
        dir,
        1,
        rest.as_ptr(),
        rest.len() as u32,
        oflags,
        1 << 6,
        0,
        append as u32,
        &mut fd,
    ) != 0
    {
        return false;
    }
    write_all(fd, data.as_ptr(), data.len());
    fd_close(fd);
    true
}

/// Nanoseconds of a clock: 0 is the time of day, 1 only ever goes forward.
pub unsafe fn clock(id: u32) -> u64 {
    let mut t = 0;
    clock_time_get(id, 1, &mut t);
    t
}

#[no_mangle]
pub unsafe extern "C" fn ny_now_ms() -> i64 {
    (clock(0) / 1_000_000) as i64
}

/// Random bits; the time where there are none.
pub unsafe fn random() -> u64 {
    let mut bits = [0u8; 8];
    if random_get(bits.as_mut_ptr(), 8) != 0 {
        return clock(0);
    }
    u64::from_le_bytes(bits)
}

/// Waits for a number of milliseconds.
pub unsafe fn sleep(ms: u64) {
    // A subscription: user data, then tag clock, clock id 1, timeout, precision, relative.
    let subscription = [0u64, 0, 1, ms.saturating_mul(1_000_000), 0, 0];
    let mut events = [0u64; 4];
    let mut n = 0;
    poll_oneoff(subscription.as_ptr(), events.as_mut_ptr(), 1, &mut n);
}
