;; catch_all takes what no handler before it takes, and no values.
(tag $a (param i32))
(tag $b (param i64 i64))
(func $f (param $n i32) (result i32)
  try (result i32)
    local.get $n
    if
      i64.const 1
      i64.const 2
      throw $b
    end
    i32.const 5
    throw $a
  catch $a
  catch_all
    i32.const 6
  end)
(func (export "_start")
  (call $print (call $f (i32.const 0)))
  (call $print (call $f (i32.const 1))))
;; => 5 6
