;; Initial memory that is large enough to be mapped: its first and last words are printed from where they lie, after a
;; write to a page of each.
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 8)
  (data (i32.const 1024) "\00\08\00\00\06\00\00\00\00\00\06\00\05\00\00\00")
  (data (i32.const 2048) "first ")
  (data (i32.const 393216) "past\n")
  (func (export "_start")
    (i32.store8 (i32.const 393216) (i32.const 0x6c))
    (i32.store8 (i32.const 2048) (i32.load8_u (i32.const 2048)))
    (drop (call $write (i32.const 1) (i32.const 1024) (i32.const 2) (i32.const 512)))))
