;; delegate goes to the handlers of the try that it names, past those between.
(tag $a (param i32))
(func (export "_start")
  try $outer
    try $between
      try
        i32.const 1
        throw $a
      delegate $outer
      unreachable
    catch_all
      i32.const -1
      call $print
    end
    unreachable
  catch $a
    call $print
  end)
;; => 1
