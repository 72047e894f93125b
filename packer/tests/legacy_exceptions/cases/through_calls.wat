;; An exception passes calls, and leaves locals and globals as they are.
(tag $a (param i32))
(global $g (mut i32) (i32.const 0))
(func $deep (param $n i32)
  local.get $n
  i32.eqz
  if
    global.get $g
    throw $a
  end
  global.get $g
  local.get $n
  i32.add
  global.set $g
  local.get $n
  i32.const 1
  i32.sub
  call $deep)
(func (export "_start") (local $kept i32)
  i32.const 4
  local.set $kept
  try
    i32.const 10
    call $deep
  catch $a
    call $print
    local.get $kept
    call $print
  end)
;; => 55 4
