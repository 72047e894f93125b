local words = { "the", "quick", "brown", "fox", "jumps", "over", "lazy", "dog", "and", "runs", "away", "from", "it" }
local parts, seed = {}, 1
for i = 1, 1000000 do
  seed = (seed * 1103515245 + 12345) % 2147483648
  parts[#parts + 1] = words[seed // 65536 % 13 + 1] .. " "
end
local text = table.concat(parts)
local counts, start = {}, 1
for i = 1, #text do
  if text:sub(i, i) == " " then
    local word = text:sub(start, i - 1)
    counts[word] = (counts[word] or 0) + 1
    start = i + 1
  end
end
local keys, total = {}, 0
for k in pairs(counts) do keys[#keys + 1] = k end
table.sort(keys)
for _, k in ipairs(keys) do
  print(k .. " " .. counts[k])
  total = total + counts[k]
end
for w in text:gmatch("[^ ]+") do total = total + #w end
print(total)
