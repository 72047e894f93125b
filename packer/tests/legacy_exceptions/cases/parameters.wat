;; A try takes operands from the stack and leaves several results; what lies below stays.
(tag $a (param i64))
(func $f (param $throw i32) (local i64 i32)
  i32.const 1
  i32.const 2
  i64.const 3
  try (param i32 i64) (result i64 i32)
    i32.wrap_i64
    call $print
    local.get $throw
    if (param i32) (result i32)
      i64.const 30
      throw $a
    end
    i64.const 4
    local.set 1
    local.set 2
    local.get 1
    local.get 2
  catch $a
    i32.const 5
  end
  call $print
  i32.wrap_i64
  call $print
  call $print)
(func (export "_start")
  (call $g (i32.const 0))
  (call $g (i32.const 1)))
(func $g (param $throw i32)
  i32.const 9
  local.get $throw
  call $f
  call $print)
;; => 3 2 4 1 9 3 5 30 1 9
