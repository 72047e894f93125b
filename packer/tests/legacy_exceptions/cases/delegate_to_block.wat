;; A block between, or the label of a handler, means the next handler further out.
(tag $a (param i32))
(func $block
  try $outer
    block $b
      try $between
        try
          i32.const 1
          throw $a
        delegate $b
      catch_all
        unreachable
      end
    end
    unreachable
  catch $a
    call $print
  end)
(func $handler
  try $outer
    try $inner
      i32.const 2
      throw $a
    catch $a
      call $print
      try
        i32.const 3
        throw $a
      delegate $inner
    catch_all
      unreachable
    end
    unreachable
  catch $a
    call $print
  end)
(func (export "_start")
  call $block
  call $handler)
;; => 1 2 3
