(module
  (memory (export "memory") 1)
  (func $inner (drop (i32.load (i32.const 0x7fff0000))))
  (func $outer (call $inner))
  (func (export "_start") (call $outer)))
