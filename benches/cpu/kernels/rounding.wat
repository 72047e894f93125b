;; numbers: rounds floating-point numbers up, down and to the nearest (roundsd)
(func $kernel (result i64) (local $x f64) (local $sum f64) (local $n i32)
  (local.set $n (i32.const 20000000))
  (loop $again
    (local.set $x (f64.mul (f64.convert_i32_u (local.get $n)) (f64.const 0.37)))
    (local.set $sum (f64.add (local.get $sum)
      (f64.sub (f64.add (f64.floor (local.get $x)) (f64.nearest (local.get $x))) (f64.ceil (f64.mul (local.get $x) (f64.const 0.5))))))
    (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
  (i64.reinterpret_f64 (local.get $sum)))
