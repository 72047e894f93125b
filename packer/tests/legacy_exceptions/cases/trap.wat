;; A trap is no exception.
(func (export "_start")
  try
    try
      i32.const 1
      call $print
      (drop (i32.div_s (i32.const 1) (i32.const 0)))
    delegate 0
  catch_all
    i32.const 2
    call $print
  end)
;; => 1 trap
