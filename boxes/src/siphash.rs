//! SipHash-1-3 (Aumasson and Bernstein, 2012) with one of its two key words: what collides under one key does not under
//! another.

fn round(v: &mut [u64; 4]) {
    v[0] = v[0].wrapping_add(v[1]);
    v[2] = v[2].wrapping_add(v[3]);
    v[1] = v[1].rotate_left(13) ^ v[0];
    v[3] = v[3].rotate_left(16) ^ v[2];
    v[0] = v[0].rotate_left(32);
    v[2] = v[2].wrapping_add(v[1]);
    v[0] = v[0].wrapping_add(v[3]);
    v[1] = v[1].rotate_left(17) ^ v[2];
    v[3] = v[3].rotate_left(21) ^ v[0];
    v[2] = v[2].rotate_left(32);
}

/// 32 bits of the hash.
#[inline(never)]
pub fn hash(key: u64, b: &[u8]) -> u32 {
    let mut v = [
        key ^ 0x736f_6d65_7073_6575,
        key.rotate_left(32) ^ 0x646f_7261_6e64_6f6d,
        key ^ 0x6c79_6765_6e65_7261,
        key.rotate_left(32) ^ 0x7465_6462_7974_6573,
    ];
    let mut words = b.chunks_exact(8);
    for w in &mut words {
        let w = u64::from_le_bytes([w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7]]);
        v[3] ^= w;
        round(&mut v);
        v[0] ^= w;
    }
    let mut last = (b.len() as u64) << 56;
    for (i, byte) in words.remainder().iter().enumerate() {
        last |= (*byte as u64) << (8 * i);
    }
    v[3] ^= last;
    round(&mut v);
    v[0] ^= last;
    v[2] ^= 0xff;
    for _ in 0..3 {
        round(&mut v);
    }
    (v[0] ^ v[1] ^ v[2] ^ v[3]) as u32
}
