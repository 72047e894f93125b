local sum = 0
for i = 0, 49999999 do sum = (sum + (i ~ (i * 31)) % 65536) % 1000003 end
print(sum)
