;; Starts QuickJS. `_start` is what a snapshot leaves to be done.
(module
  (import "qjs" "_initialize" (func $initialize))
  (import "qjs" "qjs_init" (func $qjs_init (result i32)))
  (func (export "init") (call $initialize) (if (call $qjs_init) (then unreachable)))
  (func (export "_start")))
