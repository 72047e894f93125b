;; bits: counts the bits of pseudo-random words (popcnt)
(func $kernel (result i64) (local $x i64) (local $sum i64) (local $n i32)
  (local.set $x (i64.const 0x9e3779b97f4a7c15))
  (local.set $n (i32.const 60000000))
  (loop $again
    (local.set $x (i64.add (i64.mul (local.get $x) (i64.const 6364136223846793005)) (i64.const 1442695040888963407)))
    (local.set $sum (i64.add (local.get $sum) (i64.popcnt (local.get $x))))
    (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
  (local.get $sum))
