;; A try without handlers is a block.
(tag $a)
(func $f (result i32)
  try (result i32)
    i32.const 1
    br 0
  end)
(func (export "_start")
  (call $print (call $f))
  try
    try
      throw $a
    end
    unreachable
  catch $a
    i32.const 2
    call $print
  end)
;; => 1 2
