//! TimeBox and DateTimeBox. Slot 0 of a date holds seconds since 1970; times are UTC, the only zone a WASI program
//! knows.

use crate::string::{bytes, make as text_of, Str};
use crate::value::*;
use rust_alloc::vec::Vec;

unsafe fn rare(class: u16) -> *mut Inst {
    crate::text::ny_text_hook = Some(crate::text::rare);
    make(class)
}

unsafe fn date(seconds: i64) -> *mut Inst {
    let d = rare(class::DATETIME);
    *slot(d, 0) = Val::int(seconds);
    d
}

unsafe fn now() -> i64 {
    (crate::io::clock(0) / 1_000_000_000) as i64
}

/// Year, month, day of a number of days since 1970.
fn civil(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    (
        yoe + era * 400 + (month <= 2) as i64,
        month,
        doy - (153 * mp + 2) / 5 + 1,
    )
}

fn days(year: i64, month: i64, day: i64) -> i64 {
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let yoe = y.rem_euclid(400);
    let doy = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468
}

/// Year, month, day, hour, minute, second.
fn parts(t: i64) -> [i64; 6] {
    let (y, m, d) = civil(t.div_euclid(86_400));
    let s = t.rem_euclid(86_400);
    [y, m, d, s / 3600, s / 60 % 60, s % 60]
}

fn padded(n: i64, width: usize, out: &mut Vec<u8>) {
    let mut b = [0; 20];
    let d = crate::number::decimal(n, &mut b);
    for _ in d.len()..width {
        out.push(b'0');
    }
    out.extend_from_slice(d);
}

fn format(t: i64, pattern: &[u8], out: &mut Vec<u8>) {
    let p = parts(t);
    let mut i = 0;
    while i < pattern.len() {
        let c = pattern[i];
        i += 1;
        if c != b'%' || i == pattern.len() {
            out.push(c);
            continue;
        }
        let f = pattern[i];
        i += 1;
        match f {
            b'Y' => padded(p[0], 4, out),
            b'm' => padded(p[1], 2, out),
            b'd' => padded(p[2], 2, out),
            b'H' => padded(p[3], 2, out),
            b'M' => padded(p[4], 2, out),
            b'S' => padded(p[5], 2, out),
            b'F' => format(t, b"%Y-%m-%d", out),
            b'T' => format(t, b"%H:%M:%S", out),
            b's' => padded(t, 1, out),
            b'y' => padded(p[0].rem_euclid(100), 2, out),
            b'j' => padded(days(p[0], p[1], p[2]) - days(p[0], 1, 1) + 1, 3, out),
            b'A' | b'a' => {
                let names: [&[u8]; 7] = [
                    b"Thursday",
                    b"Friday",
                    b"Saturday",
                    b"Sunday",
                    b"Monday",
                    b"Tuesday",
                    b"Wednesday",
                ];
                let n = names[t.div_euclid(86_400).rem_euclid(7) as usize];
                out.extend_from_slice(if f == b'a' { &n[..3] } else { n });
            }
            b'B' | b'b' => {
                let names: [&[u8]; 12] = [
                    b"January",
                    b"February",
                    b"March",
                    b"April",
                    b"May",
                    b"June",
                    b"July",
                    b"August",
                    b"September",
                    b"October",
                    b"November",
                    b"December",
                ];
                let n = names[(p[1] - 1) as usize];
                out.extend_from_slice(if f == b'b' { &n[..3] } else { n });
            }
            b'%' => out.push(b'%'),
            _ => out.extend_from_slice(&[b'%', f]),
        }
    }
}

/// The text form of a date.
pub fn show(t: i64, out: &mut Vec<u8>) {
    format(t, b"%Y-%m-%d %H:%M:%S", out);
}

#[no_mangle]
pub unsafe extern "C" fn ny_make_time() -> *mut Inst {
    rare(class::TIME)
}

#[no_mangle]
pub unsafe extern "C" fn ny_make_datetime() -> *mut Inst {
    date(now())
}

#[no_mangle]
pub unsafe extern "C" fn ny_time_now(_: *mut Inst) -> *mut Inst {
    date(now())
}

#[no_mangle]
pub unsafe extern "C" fn ny_time_from(_: *mut Inst, t: i64) -> *mut Inst {
    date(t)
}

#[no_mangle]
pub unsafe extern "C" fn ny_time_parse(_: *mut Inst, s: *mut Str) -> i64 {
    let mut n = [0i64; 6];
    let mut count = 0;
    let b = bytes(s);
    let mut i = 0;
    while i < b.len() && count < 6 {
        let from = i;
        while i < b.len() && b[i].is_ascii_digit() {
            i += 1;
        }
        match crate::number::parse_int(&b[from..i]) {
            Some(v) => n[count] = v,
            None => break,
        }
        count += 1;
        i += 1;
    }
    if count < 6
        || !(1..=12).contains(&n[1])
        || !(1..=31).contains(&n[2])
        || n[3] > 23
        || n[4] > 59
        || n[5] > 60
        || n[0] > 9999
    {
        let mut m = b"Error: Failed to parse date: ".to_vec();
        m.extend_from_slice(b);
        return Val::text(&m).ret();
    }
    Val::obj(date(days(n[0], n[1], n[2]) * 86_400 + n[3] * 3600 + n[4] * 60 + n[5])).ret()
}

#[no_mangle]
pub unsafe extern "C" fn ny_time_sleep(_: *mut Inst, ms: i64) {
    crate::io::ny_flush();
    crate::io::sleep(ms.max(0) as u64);
}

#[no_mangle]
pub unsafe extern "C" fn ny_time_format_now(_: *mut Inst, pattern: *mut Str) -> *mut Str {
    let mut out = Vec::new();
    format(now(), bytes(pattern), &mut out);
    text_of(&out)
}

#[no_mangle]
pub unsafe extern "C" fn ny_date_part(which: u32, d: *mut Inst) -> i64 {
    let t = (*slot(d, 0)).pay;
    parts(t).get(which as usize).copied().unwrap_or(t)
}

#[no_mangle]
pub unsafe extern "C" fn ny_date_iso(d: *mut Inst) -> *mut Str {
    let mut out = Vec::new();
    format((*slot(d, 0)).pay, b"%Y-%m-%dT%H:%M:%S+00:00", &mut out);
    text_of(&out)
}

#[no_mangle]
pub unsafe extern "C" fn ny_date_format(d: *mut Inst, pattern: *mut Str) -> *mut Str {
    let mut out = Vec::new();
    format((*slot(d, 0)).pay, bytes(pattern), &mut out);
    text_of(&out)
}

#[no_mangle]
pub unsafe extern "C" fn ny_date_add(unit: i32, d: *mut Inst, n: i64) -> *mut Inst {
    date((*slot(d, 0)).pay.wrapping_add(n.wrapping_mul(unit as i64)))
}

/// `sleep(milliseconds)` without a TimeBox.
#[no_mangle]
pub unsafe extern "C" fn ny_sleep(ms: i64) {
    crate::io::ny_flush();
    crate::io::sleep(ms.max(0) as u64);
}
