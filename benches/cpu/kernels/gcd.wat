;; bits: greatest common divisors by shifting (tzcnt, shrx)
(func $gcd (param $a i32) (param $b i32) (result i32) (local $shift i32) (local $t i32)
  (local.set $shift (i32.ctz (i32.or (local.get $a) (local.get $b))))
  (local.set $a (i32.shr_u (local.get $a) (i32.ctz (local.get $a))))
  (loop $again
    (local.set $b (i32.shr_u (local.get $b) (i32.ctz (local.get $b))))
    (local.set $t (select (local.get $a) (local.get $b) (i32.lt_u (local.get $a) (local.get $b))))
    (local.set $b (i32.sub (i32.xor (i32.xor (local.get $a) (local.get $b)) (local.get $t)) (local.get $t)))
    (local.set $a (local.get $t))
    (br_if $again (local.get $b)))
  (i32.shl (local.get $a) (local.get $shift)))
(func $kernel (result i64) (local $n i32) (local $sum i64)
  (local.set $n (i32.const 2000000))
  (loop $again
    (local.set $sum (i64.add (local.get $sum) (i64.extend_i32_u
      (call $gcd (i32.mul (local.get $n) (i32.const 2654435761)) (i32.or (local.get $n) (i32.const 0x40000))))))
    (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
  (local.get $sum))
