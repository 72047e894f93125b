;; Values of each type go through an exception.
(tag $all (param i32 i64 f32 f64 v128 externref funcref))
(elem declare func $throw)
(func $throw
  (throw $all (i32.const -1) (i64.const 2) (f32.const 3.5) (f64.const 4) (v128.const i32x4 5 6 7 8)
    (ref.null extern) (ref.null func)))
(func (export "_start")
  try
    call $throw
  catch $all
    ref.is_null
    call $print
    ref.is_null
    call $print
    i32x4.extract_lane 3
    call $print
    i32.trunc_sat_f64_s
    call $print
    i32.reinterpret_f32
    call $print
    i32.wrap_i64
    call $print
    call $print
  end)
;; => 1 1 8 4 1080033280 2 -1
