//! UTF-16 as Windows has it, possibly with lone surrogates, to and from bytes: WTF-8, which is UTF-8 for all else.

use alloc::vec::Vec;

/// Calls `put` with the bytes of each character of `wide`.
pub fn encode(wide: &[u16], mut put: impl FnMut(&[u8])) {
    for character in char::decode_utf16(wide.iter().copied()) {
        match character {
            Ok(character) => put(character.encode_utf8(&mut [0; 4]).as_bytes()),
            Err(lone) => {
                let lone = lone.unpaired_surrogate();
                put(&[
                    0xe0 | (lone >> 12) as u8,
                    0x80 | (lone >> 6 & 0x3f) as u8,
                    0x80 | (lone & 0x3f) as u8,
                ]);
            }
        }
    }
}

/// Appends `wide` to `out` as bytes.
pub fn push_bytes(wide: &[u16], out: &mut Vec<u8>) {
    encode(wide, |bytes| out.extend_from_slice(bytes));
}

/// Whether bytes stand for UTF-16: they are UTF-8, or such bytes of a lone surrogate.
pub fn is_wide(bytes: &[u8]) -> bool {
    decode(bytes, |_| ())
}

/// Appends `bytes` to `out` as UTF-16. Bytes that are neither UTF-8 nor a surrogate become U+FFFD.
pub fn push_wide(bytes: &[u8], out: &mut Vec<u16>) {
    decode(bytes, |unit| out.push(unit));
}

/// Calls `put` with each unit. Returns whether there were no bytes that are neither UTF-8 nor a surrogate.
fn decode(mut bytes: &[u8], mut put: impl FnMut(u16)) -> bool {
    let mut right = true;
    while !bytes.is_empty() {
        let good = match core::str::from_utf8(bytes) {
            Ok(_) => bytes.len(),
            Err(error) => error.valid_up_to(),
        };
        let (text, rest) = bytes.split_at(good);
        core::str::from_utf8(text)
            .unwrap_or_default()
            .encode_utf16()
            .for_each(&mut put);
        bytes = match rest {
            [] => rest,
            [0xed, second @ 0xa0..=0xbf, third @ 0x80..=0xbf, rest @ ..] => {
                put(0xd000 | u16::from(second & 0x3f) << 6 | u16::from(third & 0x3f));
                rest
            }
            [_, rest @ ..] => {
                put(0xfffd);
                right = false;
                rest
            }
        };
    }
    right
}

/// `bytes` as UTF-16.
pub fn from_bytes(bytes: &[u8]) -> Vec<u16> {
    let mut out = Vec::with_capacity(bytes.len() + 1);
    push_wide(bytes, &mut out);
    out
}

/// The length of a text that ends with a zero.
///
/// # Safety
/// `text` points to such a text.
pub unsafe fn length(text: *const u16) -> usize {
    let mut len = 0;
    // SAFETY: the caller's contract.
    while unsafe { *text.add(len) } != 0 {
        len += 1;
    }
    len
}
