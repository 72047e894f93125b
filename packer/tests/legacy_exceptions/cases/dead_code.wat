;; Code that is not reached is valid with any operands.
(tag $a (param i32))
(func $f (result i32)
  try (result i32)
    i32.const 1
    throw $a
    try (param i32) (result i32)
      drop
      unreachable
      i32.add
    catch $a
      rethrow 0
      drop
    end
    i32.add
  catch $a
    br 0
    throw $a
    try
    delegate 0
  end)
(func (export "_start")
  (call $print (call $f)))
;; => 1
