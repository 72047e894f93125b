;; A module without a tag: what it catches is thrown by nobody, and the runtime with a collector is chosen.
(func (export "_start")
  try
    i32.const 1
    call $print
  catch_all
    rethrow 0
  end)
;; => 1
