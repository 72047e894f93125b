//! Texts and bytes in other forms: Base64 (RFC 4648), hexadecimal, percent-encoding (RFC 3986), and digests.

use crate::array::{self, Array};
use crate::string::{bytes, from_vec, make, Str};
use crate::value::*;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use base64::engine::DecodePaddingMode;
use base64::{alphabet, Engine};
use rust_alloc::vec::Vec;
use sha2::Digest;

/// What can be read as Base64: either alphabet has a reader, padding may be absent.
const LENIENT: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const READ: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const READ_URL: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);
const WRITE_URL: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_encode_padding(false),
);

/// The bytes of a text, of an array of integers from 0 to 255, or of a buffer. What is no byte is left out.
unsafe fn content(tag: u32, pay: i64) -> Vec<u8> {
    let v = Val::new(tag, pay);
    let list = match v.class() {
        class::STR => return bytes(v.ptr()).to_vec(),
        class::ARRAY => v.ptr::<Array>(),
        class::BUFFER => (*slot(v.ptr(), 0)).ptr::<Array>(),
        _ => {
            let mut text = Vec::new();
            crate::text::append(v, &mut text);
            return text;
        }
    };
    let byte = |v: &Val| if v.tag == INT { u8::try_from(v.pay).ok() } else { None };
    array::items(list).iter().filter_map(byte).collect()
}

const DIGITS: &[u8; 16] = b"0123456789abcdef";

fn hex(data: &[u8]) -> Vec<u8> {
    let digits = |b: &u8| [DIGITS[usize::from(b >> 4)], DIGITS[usize::from(b & 15)]];
    data.iter().flat_map(digits).collect()
}

fn value(digit: u8) -> Option<u8> {
    (digit as char).to_digit(16).map(|n| n as u8)
}

fn from_hex(text: &[u8]) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) {
        return None;
    }
    text.chunks(2)
        .map(|pair| Some(value(pair[0])? << 4 | value(pair[1])?))
        .collect()
}

fn from_base64(text: &[u8]) -> Option<Vec<u8>> {
    READ.decode(text).or_else(|_| READ_URL.decode(text)).ok()
}

/// Everything but letters, digits and `-._~` as `%XX`.
fn percent(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for &b in text {
        if b.is_ascii_alphanumeric() || b"-._~".contains(&b) {
            out.push(b);
        } else {
            let digits = DIGITS.map(|d| d.to_ascii_uppercase());
            out.extend_from_slice(&[b'%', digits[usize::from(b >> 4)], digits[usize::from(b & 15)]]);
        }
    }
    out
}

fn from_percent(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut rest = text;
    while let [first, tail @ ..] = rest {
        match (first, tail) {
            (b'%', [a, b, after @ ..]) => {
                out.push(value(*a)? << 4 | value(*b)?);
                rest = after;
            }
            (b'%', _) => return None,
            (b'+', _) => {
                out.push(b' ');
                rest = tail;
            }
            (other, _) => {
                out.push(*other);
                rest = tail;
            }
        }
    }
    Some(out)
}

/// A text or bytes in another form: 0 Base64, 1 Base64 for URLs, 2 hexadecimal, 3 percent-encoding.
#[no_mangle]
pub unsafe extern "C" fn ny_encode(form: u32, tag: u32, pay: i64) -> *mut Str {
    let data = content(tag, pay);
    from_vec(match form {
        0 => STANDARD.encode(&data).into_bytes(),
        1 => WRITE_URL.encode(&data).into_bytes(),
        2 => hex(&data),
        _ => percent(&data),
    })
}

unsafe fn decoded(form: u32, s: *mut Str) -> Option<Vec<u8>> {
    match form {
        0 | 1 => from_base64(bytes(s)),
        2 => from_hex(bytes(s)),
        _ => from_percent(bytes(s)),
    }
}

/// `Ok` of the text that another form stands for, an `Err` that says what is wrong.
#[no_mangle]
pub unsafe extern "C" fn ny_decode(form: u32, s: *mut Str) -> *mut Inst {
    let name: &[u8] = match form {
        0 | 1 => b"Base64",
        2 => b"hexadecimal",
        _ => b"percent-encoding",
    };
    let (text, good) = match decoded(form, s) {
        Some(data) if core::str::from_utf8(&data).is_ok() => (Val::text(&data), true),
        Some(_) => (Val::text(&[name, b" of bytes that are no text"].concat()), false),
        None => (Val::text(&[b"not valid ", name].concat()), false),
    };
    let make = if good {
        crate::boxes::ny_ok
    } else {
        crate::boxes::ny_err
    };
    let r = make(text.tag, text.pay);
    text.release();
    r
}

unsafe fn list(data: &[u8]) -> *mut Array {
    let a = array::ny_array_new(data.len() as u32);
    for b in data {
        array::push(a, Val::int(i64::from(*b)));
    }
    a
}

/// What another form stands for: a text where the bytes are one, else the bytes; an empty text where it is not valid.
#[no_mangle]
pub unsafe extern "C" fn ny_decode_any(form: u32, _: *mut Inst, s: *mut Str) -> i64 {
    match decoded(form, s) {
        Some(data) if core::str::from_utf8(&data).is_err() => Val::obj(list(&data)).ret(),
        data => Val::text(&data.unwrap_or_default()).ret(),
    }
}

#[no_mangle]
pub unsafe extern "C" fn ny_encode_box(form: u32, _: *mut Inst, tag: u32, pay: i64) -> *mut Str {
    ny_encode(form, tag, pay)
}

#[no_mangle]
pub unsafe extern "C" fn ny_utf8_bytes(_: *mut Inst, s: *mut Str) -> *mut Array {
    list(bytes(s))
}

/// The text of an array of bytes; what is not UTF-8 becomes U+FFFD.
#[no_mangle]
pub unsafe extern "C" fn ny_utf8_text(_: *mut Inst, a: *mut Array) -> *mut Str {
    if a.is_null() {
        return make(b"");
    }
    crate::string::lossy(&content(OBJ, a as u32 as i64)).ptr()
}

/// The digest of a text or bytes in hexadecimal: 0 MD5, 1 SHA-1, 2 SHA-256, 3 SHA-512.
#[no_mangle]
pub unsafe extern "C" fn ny_digest(kind: u32, tag: u32, pay: i64) -> *mut Str {
    let data = content(tag, pay);
    from_vec(match kind {
        0 => hex(&md5::Md5::digest(&data)),
        1 => hex(&sha1::Sha1::digest(&data)),
        2 => hex(&sha2::Sha256::digest(&data)),
        _ => hex(&sha2::Sha512::digest(&data)),
    })
}

/// CRC-32 as zip and PNG have it.
#[no_mangle]
pub unsafe extern "C" fn ny_crc32(tag: u32, pay: i64) -> i64 {
    i64::from(crc32fast::hash(&content(tag, pay)))
}

/// `new EncodingBox()`
#[no_mangle]
pub unsafe extern "C" fn ny_make_encoding() -> *mut Inst {
    make_box(class::ENCODING)
}

unsafe fn make_box(class: u16) -> *mut Inst {
    crate::text::ny_text_hook = Some(crate::text::rare);
    crate::value::make(class)
}
