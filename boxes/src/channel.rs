//! ChannelBox, IntentBox, DebugBox, SoundBox: boxes that mostly talk.

use crate::string::{bytes, make as text_of, Str};
use crate::value::*;
use rust_alloc::vec::Vec;

unsafe fn rare(class: u16) -> *mut Inst {
    crate::text::ny_text_hook = Some(crate::text::rare);
    make(class)
}

/// `a >> b` in the first edition: a shift of integers, else a channel named after the two.
#[no_mangle]
pub unsafe extern "C" fn ny_channel_or_shift(at: u32, ap: i64, bt: u32, bp: i64) -> i64 {
    if at == INT && bt == INT {
        return Val::int(ap.wrapping_shr(bp as u32)).ret();
    }
    let c = rare(class::CHANNEL);
    *slot(c, 0) = Val::str(crate::text::text(Val::new(at, ap)));
    *slot(c, 1) = Val::str(crate::text::text(Val::new(bt, bp)));
    Val::obj(c).ret()
}

/// `a >> b` where `b` is a variable: the receiving end has its name.
#[no_mangle]
pub unsafe extern "C" fn ny_channel_named(at: u32, ap: i64, bt: u32, bp: i64, name: *mut Str) -> i64 {
    if at == INT && bt == INT {
        return Val::int(ap.wrapping_shr(bp as u32)).ret();
    }
    ny_channel_or_shift(at, ap, STR, name as u32 as i64)
}

#[no_mangle]
pub unsafe extern "C" fn ny_channel_sender(c: *mut Inst) -> *mut Str {
    (*slot(c, 0)).retain().ptr()
}

#[no_mangle]
pub unsafe extern "C" fn ny_channel_receiver(c: *mut Inst) -> *mut Str {
    (*slot(c, 1)).retain().ptr()
}

#[no_mangle]
pub unsafe extern "C" fn ny_channel_send(c: *mut Inst, tag: u32, pay: i64) -> *mut Inst {
    let m = rare(class::MESSAGE);
    *slot(m, 0) = (*slot(c, 0)).retain();
    *slot(m, 1) = Val::new(tag, pay).retain();
    m
}

#[no_mangle]
pub unsafe extern "C" fn ny_channel_announce(c: *mut Inst, tag: u32, pay: i64) -> *mut Str {
    let mut m = b"Broadcast from ".to_vec();
    crate::text::append(*slot(c, 0), &mut m);
    m.extend_from_slice(b": ");
    crate::text::append(Val::new(tag, pay), &mut m);
    text_of(&m)
}

/// The payload of an intent is JSON where it can be read as such.
#[no_mangle]
pub unsafe extern "C" fn ny_make_intent(nt: u32, np: i64, tag: u32, pay: i64) -> *mut Inst {
    let i = rare(class::INTENT);
    *slot(i, 0) = Val::str(crate::text::text(Val::new(nt, np)));
    let v = Val::new(tag, pay);
    let parsed = if tag == STR {
        crate::json::read(bytes(v.ptr())).ok()
    } else {
        None
    };
    *slot(i, 1) = parsed.unwrap_or_else(|| v.retain());
    i
}

/// An intent without a name and a payload.
#[no_mangle]
pub unsafe extern "C" fn ny_make_intent_empty() -> *mut Inst {
    let i = rare(class::INTENT);
    *slot(i, 0) = Val::text(b"");
    *slot(i, 1) = Val::NULL;
    i
}

#[no_mangle]
pub unsafe extern "C" fn ny_intent_name(i: *mut Inst) -> *mut Str {
    (*slot(i, 0)).retain().ptr()
}

#[no_mangle]
pub unsafe extern "C" fn ny_intent_payload(i: *mut Inst) -> *mut Str {
    let mut out = Vec::new();
    crate::json::write(*slot(i, 1), &mut out);
    text_of(&out)
}

#[no_mangle]
pub unsafe extern "C" fn ny_intent_type(_: *mut Inst) -> *mut Str {
    text_of(b"IntentBox")
}

#[no_mangle]
pub unsafe extern "C" fn ny_make_debug() -> *mut Inst {
    let d = rare(class::DEBUG);
    *slot(d, 0) = Val::int(0);
    *slot(d, 1) = Val::bool(false);
    d
}

unsafe fn say(parts: &[&[u8]]) {
    crate::io::out(b"[DEBUG] ");
    for p in parts {
        crate::io::out(p);
    }
    crate::io::newline();
}

#[no_mangle]
pub unsafe extern "C" fn ny_debug_start(d: *mut Inst) {
    *slot(d, 1) = Val::bool(true);
    say(&[b"Tracking started"]);
}

#[no_mangle]
pub unsafe extern "C" fn ny_debug_stop(d: *mut Inst) {
    *slot(d, 1) = Val::bool(false);
    say(&[b"Tracking stopped"]);
}

#[no_mangle]
pub unsafe extern "C" fn ny_debug_track(d: *mut Inst, _: u32, _: i64, _: u32, _: i64) {
    if (*slot(d, 1)).pay != 0 {
        (*slot(d, 0)).pay += 1;
    }
}

#[no_mangle]
pub unsafe extern "C" fn ny_debug_count(d: *mut Inst) -> i64 {
    (*slot(d, 0)).pay
}

#[no_mangle]
pub unsafe extern "C" fn ny_debug_tracking(d: *mut Inst) -> u32 {
    (*slot(d, 1)).pay as u32
}

#[no_mangle]
pub unsafe extern "C" fn ny_debug_watch(_: *mut Inst, tag: u32, pay: i64, nt: u32, np: i64) {
    let (v, n) = (Val::new(tag, pay), Val::new(nt, np));
    let (mut value, mut name) = (Vec::new(), Vec::new());
    crate::text::append(v, &mut value);
    crate::text::append(n, &mut name);
    say(&[b"Watching ", &name, b" (", crate::text::type_name(v), b"): ", &value]);
}

#[no_mangle]
pub unsafe extern "C" fn ny_debug_breakpoint(_: *mut Inst, tag: u32, pay: i64) {
    let mut name = Vec::new();
    crate::text::append(Val::new(tag, pay), &mut name);
    say(&[b"Breakpoint set at ", &name]);
}

#[no_mangle]
pub unsafe extern "C" fn ny_debug_clear(d: *mut Inst) {
    (*slot(d, 0)).pay = 0;
    say(&[b"Cleared"]);
}

#[no_mangle]
pub unsafe extern "C" fn ny_make_sound() -> *mut Inst {
    rare(class::SOUND)
}

#[no_mangle]
pub unsafe extern "C" fn ny_sound_beep(_: *mut Inst) -> *mut Str {
    crate::io::out(b"\x07");
    text_of(b"Beep!")
}

/// Slot 0 holds when it started, on the clock that only goes forward, in nanoseconds.
#[no_mangle]
pub unsafe extern "C" fn ny_make_timer() -> *mut Inst {
    let t = rare(class::TIMER);
    ny_timer_reset(t);
    t
}

#[no_mangle]
pub unsafe extern "C" fn ny_timer_reset(t: *mut Inst) {
    *slot(t, 0) = Val::int(crate::io::clock(1) as i64);
}

/// Milliseconds since the start.
#[no_mangle]
pub unsafe extern "C" fn ny_timer_elapsed(t: *mut Inst) -> i64 {
    (crate::io::clock(1) as i64).wrapping_sub((*slot(t, 0)).pay) / 1_000_000
}

/// `traceCall(name, arguments)`: slot 2 holds the names.
#[no_mangle]
pub unsafe extern "C" fn ny_debug_call(d: *mut Inst, nt: u32, np: i64, _: u32, _: i64) {
    if (*slot(d, 2)).tag != OBJ {
        set_slot(d, 2, Val::obj(crate::array::ny_array_new(0)));
    }
    let name = crate::text::text(Val::new(nt, np));
    crate::array::push((*slot(d, 2)).ptr(), Val::str(name));
}

/// What `dumpAll` (0), `memoryReport` (1) and `showCallStack` (2) say.
#[no_mangle]
pub unsafe extern "C" fn ny_debug_report(which: u32, d: *mut Inst) -> *mut Str {
    let mut out = Vec::new();
    let count = *slot(d, 0);
    match which {
        0 | 1 => {
            out.extend_from_slice(if which == 0 {
                b"=== Debug Dump ===\nTracked boxes: "
            } else {
                b"=== Memory Report ===\nTracked boxes: "
            });
            crate::text::append(count, &mut out);
        }
        _ => {
            out.extend_from_slice(b"=== Call Stack ===");
            let calls = *slot(d, 2);
            if calls.tag == OBJ {
                for name in crate::array::items(calls.ptr()) {
                    out.push(b'\n');
                    crate::text::append(*name, &mut out);
                }
            }
        }
    }
    text_of(&out)
}

/// `saveToFile(path)`
#[no_mangle]
pub unsafe extern "C" fn ny_debug_save(_: *mut Inst, tag: u32, pay: i64) {
    let mut path = Vec::new();
    crate::text::append(Val::new(tag, pay), &mut path);
    say(&[b"Saved debug info to ", &path]);
}

unsafe fn ring(times: usize) {
    for _ in 0..times {
        crate::io::out(b"\x07");
    }
}

/// The bell so many times, and what the first edition's method says.
#[no_mangle]
pub unsafe extern "C" fn ny_sound_times(times: u32, _: *mut Inst) -> *mut Str {
    ring(times as usize);
    text_of(match times {
        1 => b"Success!",
        2 => b"Error!",
        3 => b"Alert!",
        _ => b"Volume test",
    })
}

#[no_mangle]
pub unsafe extern "C" fn ny_sound_ring(_: u32, _: *mut Inst, n: i64) -> *mut Str {
    ring(n.clamp(0, 100) as usize);
    let mut out = b"Beeped ".to_vec();
    crate::text::int(n, &mut out);
    out.extend_from_slice(b" times");
    text_of(&out)
}

#[no_mangle]
pub unsafe extern "C" fn ny_sound_tone(_: *mut Inst, a: i64, b: i64) -> *mut Str {
    ring(1);
    let mut out = b"Tone ".to_vec();
    crate::text::int(a, &mut out);
    out.extend_from_slice(b", ");
    crate::text::int(b, &mut out);
    text_of(&out)
}

#[no_mangle]
pub unsafe extern "C" fn ny_sound_pattern(_: *mut Inst, pattern: *mut Str) -> *mut Str {
    ring(bytes(pattern).iter().filter(|b| matches!(b, b'.' | b'-')).count());
    text_of(&[b"Played ", bytes(pattern)].concat())
}

/// Milliseconds on the clock that only goes forward.
#[no_mangle]
pub unsafe extern "C" fn ny_timer_now(_: *mut Inst) -> i64 {
    (crate::io::clock(1) / 1_000_000) as i64
}
