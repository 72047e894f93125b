;; An exception that an inner handler does not know goes to the outer one.
(tag $a (param i32))
(tag $b (param i32))
(func (export "_start")
  try
    try
      try
        i32.const 1
        throw $a
      catch $b
        drop
        unreachable
      end
      unreachable
    catch $a
      call $print
      i32.const 2
      throw $b
    catch_all
      unreachable
    end
  catch $b
    call $print
  end
  i32.const 3
  call $print)
;; => 1 2 3
