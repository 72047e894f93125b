;; vectors: blends pixels, widening bytes and choosing by comparison (pmovzxbw, pblendvb)
(func $kernel (result i64) (local $a v128) (local $b v128) (local $n i32) (local $round i32)
  (local.set $round (i32.const 6000))
  (loop $rounds
    (local.set $n (i32.const 0))
    (loop $again
      (local.set $a (v128.load offset=1024 (local.get $n)))
      (local.set $b (i8x16.add (local.get $a) (i8x16.splat (local.get $round))))
      (v128.store offset=1024 (local.get $n)
        (v128.bitselect
          (i8x16.narrow_i16x8_u
            (i16x8.shr_u (i16x8.add (i16x8.extend_low_i8x16_u (local.get $a)) (i16x8.extend_low_i8x16_u (local.get $b))) (i32.const 1))
            (i16x8.shr_u (i16x8.add (i16x8.extend_high_i8x16_u (local.get $a)) (i16x8.extend_high_i8x16_u (local.get $b))) (i32.const 1)))
          (i8x16.max_s (local.get $a) (local.get $b))
          (i8x16.gt_s (local.get $a) (local.get $b))))
      (br_if $again (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 16))) (i32.const 160000))))
    (br_if $rounds (local.tee $round (i32.sub (local.get $round) (i32.const 1)))))
  (i64.xor (i64.load (i32.const 2048)) (i64.load (i32.const 100000))))
