//! TimeBox and DateTimeBox. Slot 0 of a date holds seconds since 1970; times are UTC, the only zone a WASI program
//! knows.

use crate::error::{raise, Kind};
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

const LENGTHS: [i64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

fn leap(year: i64) -> bool {
    (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
}

/// Days of a month, which counts from 1.
fn length(year: i64, month: i64) -> i64 {
    LENGTHS[(month - 1).rem_euclid(12) as usize] + i64::from(month == 2 && leap(year))
}

/// A moment from year, month, day, hour, minute, second where there is such a one.
fn moment(n: [i64; 6]) -> Option<i64> {
    let date = (0..=9999).contains(&n[0]) && (1..=12).contains(&n[1]) && (1..=length(n[0], n[1])).contains(&n[2]);
    let time = (0..24).contains(&n[3]) && (0..60).contains(&n[4]) && (0..=60).contains(&n[5]);
    (date && time).then(|| days(n[0], n[1], n[2]) * 86_400 + n[3] * 3600 + n[4] * 60 + n[5])
}

/// So many digits at the start of a text.
fn digits(b: &[u8], count: usize) -> Option<(i64, &[u8])> {
    let (head, tail) = b.split_at_checked(count)?;
    let all = head.iter().all(u8::is_ascii_digit);
    Some((all.then(|| crate::number::parse_int(head))??, tail))
}

/// `2026-04-20`, and behind it ` 12:30` or `T12:30:00`, fractions, `Z` or an offset such as `+09:00`: ISO 8601 and RFC 3339
/// as far as programs use them.
fn read(text: &[u8]) -> Option<i64> {
    let mut n = [0; 6];
    let (year, rest) = digits(text, 4)?;
    let (month, rest) = digits(rest.strip_prefix(b"-")?, 2)?;
    let (day, mut rest) = digits(rest.strip_prefix(b"-")?, 2)?;
    (n[0], n[1], n[2]) = (year, month, day);
    let mut offset = 0;
    if let [b' ' | b'T' | b't', time @ ..] = rest {
        let (hour, tail) = digits(time, 2)?;
        let (minute, tail) = digits(tail.strip_prefix(b":")?, 2)?;
        (n[3], n[4], rest) = (hour, minute, tail);
        if let Some(tail) = rest.strip_prefix(b":") {
            (n[5], rest) = digits(tail, 2)?;
            if let [b'.' | b',', tail @ ..] = rest {
                let count = tail.iter().take_while(|b| b.is_ascii_digit()).count();
                rest = &tail[count..];
            }
        }
        match rest {
            [b'Z' | b'z', tail @ ..] => rest = tail,
            [sign @ (b'+' | b'-'), tail @ ..] => {
                let (hours, tail) = digits(tail, 2)?;
                let (minutes, tail) = digits(tail.strip_prefix(b":").unwrap_or(tail), 2)?;
                offset = (hours * 3600 + minutes * 60) * if *sign == b'-' { -1 } else { 1 };
                rest = tail;
            }
            _ => {}
        }
    }
    if !rest.is_empty() {
        return None;
    }
    Some(moment(n)? - offset)
}

unsafe fn no_date(s: *mut Str) -> Vec<u8> {
    [b"Failed to parse date: ", bytes(s)].concat()
}

#[no_mangle]
pub unsafe extern "C" fn ny_time_parse(_: *mut Inst, s: *mut Str) -> i64 {
    match read(bytes(s).trim_ascii()) {
        Some(t) => Val::obj(date(t)).ret(),
        None => Val::text(&[b"Error: ", no_date(s).as_slice()].concat()).ret(),
    }
}

/// `new DateTimeBox(text)`
#[no_mangle]
pub unsafe extern "C" fn ny_make_datetime_text(s: *mut Str) -> *mut Inst {
    let t = read(bytes(s).trim_ascii());
    if t.is_none() {
        raise(Kind::Invalid, &no_date(s));
    }
    date(t.unwrap_or(0))
}

unsafe fn dated(n: [i64; 6]) -> *mut Inst {
    let t = moment(n);
    if t.is_none() {
        raise(Kind::Invalid, b"there is no such date or time");
    }
    date(t.unwrap_or(0))
}

/// `new DateTimeBox(year, month, day)`
#[no_mangle]
pub unsafe extern "C" fn ny_make_datetime_day(year: i64, month: i64, day: i64) -> *mut Inst {
    dated([year, month, day, 0, 0, 0])
}

/// `new DateTimeBox(year, month, day, hour, minute, second)`
#[no_mangle]
pub unsafe extern "C" fn ny_make_datetime_second(y: i64, mo: i64, d: i64, h: i64, mi: i64, s: i64) -> *mut Inst {
    dated([y, mo, d, h, mi, s])
}

/// A number of months later, on the same day or the last one of a shorter month.
#[no_mangle]
pub unsafe extern "C" fn ny_date_add_months(unit: i32, d: *mut Inst, n: i64) -> *mut Inst {
    let t = (*slot(d, 0)).pay;
    let p = parts(t);
    // More than any calendar has, and no overflow.
    let months = (p[0] * 12 + p[1] - 1).saturating_add(n.clamp(-1_000_000, 1_000_000) * i64::from(unit));
    let (year, month) = (months.div_euclid(12), months.rem_euclid(12) + 1);
    let day = p[2].min(length(year, month));
    date(days(year, month, day) * 86_400 + t.rem_euclid(86_400))
}

/// 0 for Sunday to 6 for Saturday.
#[no_mangle]
pub unsafe extern "C" fn ny_date_weekday(d: *mut Inst) -> i64 {
    ((*slot(d, 0)).pay.div_euclid(86_400) + 4).rem_euclid(7)
}

/// The day of the year, from 1.
#[no_mangle]
pub unsafe extern "C" fn ny_date_year_day(d: *mut Inst) -> i64 {
    let p = parts((*slot(d, 0)).pay);
    days(p[0], p[1], p[2]) - days(p[0], 1, 1) + 1
}

#[no_mangle]
pub unsafe extern "C" fn ny_date_is_leap(d: *mut Inst) -> u32 {
    leap(parts((*slot(d, 0)).pay)[0]) as u32
}

#[no_mangle]
pub unsafe extern "C" fn ny_date_month_days(d: *mut Inst) -> i64 {
    let p = parts((*slot(d, 0)).pay);
    length(p[0], p[1])
}

/// Milliseconds since 1970, and seconds.
#[no_mangle]
pub unsafe extern "C" fn ny_time_millis(_: *mut Inst) -> i64 {
    (crate::io::clock(0) / 1_000_000) as i64
}

#[no_mangle]
pub unsafe extern "C" fn ny_time_seconds(_: *mut Inst) -> i64 {
    now()
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
