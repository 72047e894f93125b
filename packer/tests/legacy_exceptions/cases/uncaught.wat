;; Nobody catches it.
(tag $a)
(tag $b)
(func $f
  try
    throw $a
  catch $b
    i32.const 1
    call $print
  end)
(func (export "_start")
  try
    call $f
  catch_all
    i32.const 2
    call $print
    rethrow 0
  end)
;; => 2 uncaught
