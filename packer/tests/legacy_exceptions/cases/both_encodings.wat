;; try_table and try in one function: labels of both are counted together, and each catches what the other throws.
(tag $a (param i32))
(func $f
  block $caught (result i32)
    try $old
      block $inner (result i32)
        try_table (catch $a $inner)
          try
            i32.const 1
            throw $a
          catch $a
            call $print
            i32.const 2
            throw $a
          end
        end
        unreachable
      end
      call $print
      try_table (catch_all 0)
        try
          try
            i32.const 3
            throw $a
          delegate $old
        catch_all
          unreachable
        end
      end
      unreachable
    catch $a
      br $caught
    end
    unreachable
  end
  call $print)
(func $table
  block $caught (result i32)
    try_table $receiver (catch $a $caught)
      try
        try
          i32.const 4
          throw $a
        delegate $receiver
      catch_all
        unreachable
      end
    end
    unreachable
  end
  call $print)
(func (export "_start")
  call $f
  call $table)
;; => 1 2 3 4
