local a, sum = {}, 0
for i = 0, 1999999 do a[#a + 1] = (i * 7919) % 1000003 end
for round = 1, 5 do
  for i = 2, 2000000 do
    if a[i] < a[i - 1] then sum = sum + a[i] end
    a[i - 1] = a[i - 1] + 1
  end
end
print(sum)
