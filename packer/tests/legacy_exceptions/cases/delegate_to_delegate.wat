;; delegate to a try that delegates goes on to where that one leads.
(tag $a (param i32))
(func $f
  try $out
    try $skipped
      try $second
        try $never
          try
            i32.const 7
            throw $a
          delegate $second
        catch_all
          unreachable
        end
      delegate $out
    catch_all
      unreachable
    end
  catch $a
    call $print
    i32.const 8
    throw $a
  end)
(func (export "_start")
  try
    call $f
  catch $a
    call $print
  end)
;; => 7 8
