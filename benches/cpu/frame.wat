;; The frame around a kernel: calls it, prints its result in hexadecimal. `run` puts the kernel's text below in place of
;; the last line.
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 4)
  (func (export "_start") (local $result i64) (local $at i32) (local $digit i32)
    (local.set $result (call $kernel))
    (local.set $at (i32.const 31))
    (i32.store8 (i32.const 32) (i32.const 10))
    (loop $digits
      (local.set $digit (i32.wrap_i64 (i64.and (local.get $result) (i64.const 15))))
      (i32.store8 (local.get $at)
        (i32.add (local.get $digit)
          (select (i32.const 48) (i32.const 87) (i32.lt_u (local.get $digit) (i32.const 10)))))
      (local.set $result (i64.shr_u (local.get $result) (i64.const 4)))
      (local.set $at (i32.sub (local.get $at) (i32.const 1)))
      (br_if $digits (i32.ge_u (local.get $at) (i32.const 16))))
    (i32.store (i32.const 0) (i32.const 16))
    (i32.store (i32.const 4) (i32.const 17))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
  KERNEL)
