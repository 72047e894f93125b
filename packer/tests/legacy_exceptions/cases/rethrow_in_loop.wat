;; Each round throws its own exception again, and an inner handler has another one.
(tag $a (param i32))
(func $round (param $n i32)
  try
    local.get $n
    throw $a
  catch_all
    try
      i32.const 100
      throw $a
    catch $a
      call $print
      try
        rethrow 1
      catch $a
        call $print
      end
    end
    rethrow 0
  end)
(func (export "_start") (local $n i32)
  loop $again
    try
      local.get $n
      call $round
    catch $a
      call $print
    end
    local.get $n
    i32.const 1
    i32.add
    local.tee $n
    i32.const 3
    i32.lt_s
    br_if $again
  end)
;; => 100 100 0 100 100 1 100 100 2
