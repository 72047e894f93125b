local function compose(f, g) return function(x) return f(g(x)) end end
local function adder(n) return function(x) return x + n end end
local function map(a, f)
  local out = {}
  for _, x in ipairs(a) do out[#out + 1] = f(x) end
  return out
end
local function fold(a, start, f)
  local value = start
  for _, x in ipairs(a) do value = f(value, x) end
  return value
end
local a, total, count = {}, 0, 0
for i = 0, 999 do a[#a + 1] = i end
for round = 0, 2999 do
  local f = compose(adder(round), function(x) count = count + 1; return x * 2 end)
  total = total + fold(map(a, f), 0, function(sum, x) return sum + x end)
end
print(total + count)
