-- Lua's own way to build a long string is a table of parts.
local parts = {}
for i = 0, 999999 do parts[#parts + 1] = "item" .. i .. "," end
local s, commas = table.concat(parts), 0
for i = 1, #s do
  if s:sub(i, i) == "," then commas = commas + 1 end
end
print(commas + #s)
