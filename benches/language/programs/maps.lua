local m, sum = {}, 0
for i = 0, 1999999 do
  local k = "key" .. i % 50000
  if m[k] then m[k] = m[k] + 1 else m[k] = 1 end
end
for k, v in pairs(m) do sum = sum + v * #k end
print(sum)
