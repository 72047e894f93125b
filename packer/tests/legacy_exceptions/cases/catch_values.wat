;; A handler gets the values of the exception; the first handler that fits is taken.
(tag $none)
(tag $one (param i32))
(tag $three (param i32 i64 i32))
(func $throw (param $which i32)
  (block $c (block $b (block $a (br_table $a $b $c (local.get $which)))
    (throw $none))
    (throw $one (i32.const 11)))
  (throw $three (i32.const 21) (i64.const 22) (i32.const 23)))
(func $catch (param $which i32)
  try
    local.get $which
    call $throw
  catch $none
    i32.const 1
    call $print
  catch $one
    call $print
  catch $one
    unreachable
  catch $three
    call $print
    i32.wrap_i64
    call $print
    call $print
  end)
(func (export "_start")
  (call $catch (i32.const 0))
  (call $catch (i32.const 1))
  (call $catch (i32.const 2)))
;; => 1 11 23 22 21
