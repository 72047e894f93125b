;; Branches out of bodies and handlers, to all kinds of labels.
(tag $a (param i32))
(func $f (param $n i32) (result i32)
  block $out (result i32)
    loop $again
      try $t (result i32)
        try
          local.get $n
          i32.const 3
          i32.lt_s
          if
            local.get $n
            throw $a
          end
          i32.const 70
          local.get $n
          br_table $t $out $t 3
        catch $a
          call $print
          local.get $n
          i32.const 1
          i32.add
          local.set $n
          br $again
        end
        unreachable
      catch_all
        unreachable
      end
      i32.const 1
      i32.add
      br $out
    end
    unreachable
  end)
(func (export "_start")
  (call $print (call $f (i32.const 0))))
;; => 0 1 2 70
