;; rethrow names the handler whose exception is thrown again, at any depth, with its values.
(tag $a (param i32))
(tag $b (param i32))
(func $inner (param $which i32)
  try
    i32.const 10
    throw $a
  catch $a
    drop
    try
      i32.const 20
      throw $b
    catch $b
      drop
      block
        loop
          local.get $which
          if
            rethrow 3
          else
            rethrow 4
          end
        end
      end
    end
    unreachable
  end)
(func $outer (param $which i32)
  try
    local.get $which
    call $inner
  catch $a
    call $print
  catch $b
    call $print
    i32.const 0
    call $print
  end)
(func (export "_start")
  (call $outer (i32.const 0))
  (call $outer (i32.const 1)))
;; => 10 20 0
