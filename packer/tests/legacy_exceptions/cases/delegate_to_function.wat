;; Past every handler of the function, to its caller; results and branches out are as without.
(tag $a (param i32))
(func $f (param $n i32) (result i32)
  try (result i32)
    try $t (result i32)
      local.get $n
      i32.eqz
      if
        i32.const 1
        throw $a
      end
      local.get $n
      i32.const 1
      i32.eq
      if
        i32.const 40
        br $t
      end
      local.get $n
      i32.const 2
      i32.eq
      if
        i32.const 50
        return
      end
      i32.const 60
    delegate 1
  catch_all
    i32.const -1
  end)
(func $caught (param $n i32)
  try
    local.get $n
    call $f
    call $print
  catch $a
    call $print
  end)
(func (export "_start")
  (call $caught (i32.const 0))
  (call $caught (i32.const 1))
  (call $caught (i32.const 2))
  (call $caught (i32.const 3)))
;; => 1 40 50 60
