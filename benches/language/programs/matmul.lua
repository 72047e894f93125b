local function matrix(n, seed)
  local rows = {}
  for i = 0, n - 1 do
    local row = {}
    for j = 0, n - 1 do row[#row + 1] = (i * seed + j) % 17 * 0.5 end
    rows[#rows + 1] = row
  end
  return rows
end
local n, trace = 300, 0
local a, b, c = matrix(n, 3), matrix(n, 7), {}
for i = 1, n do
  local row, left = {}, a[i]
  for j = 1, n do
    local sum = 0
    for k = 1, n do sum = sum + left[k] * b[k][j] end
    row[j] = sum
  end
  c[i] = row
end
for i = 1, n do trace = trace + c[i][i] end
print(trace)
