local size, inside = 600, 0
for y = 0, size - 1 do
  for x = 0, size - 1 do
    local cr, ci = 3.0 * x / size - 2.0, 2.0 * y / size - 1.0
    local zr, zi, n = 0.0, 0.0, 0
    while n < 200 and zr * zr + zi * zi < 4.0 do
      zr, zi = zr * zr - zi * zi + cr, 2.0 * zr * zi + ci
      n = n + 1
    end
    if n == 200 then inside = inside + 1 end
  end
end
print(inside)
