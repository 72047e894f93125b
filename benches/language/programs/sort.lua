local function quicksort(a, low, high)
  if low >= high then return end
  local pivot, i, j = a[(low + high) // 2], low, high
  while i <= j do
    while a[i] < pivot do i = i + 1 end
    while a[j] > pivot do j = j - 1 end
    if i <= j then
      a[i], a[j] = a[j], a[i]
      i = i + 1
      j = j - 1
    end
  end
  quicksort(a, low, j)
  quicksort(a, i, high)
end
local n, a, seed = 1000000, {}, 42
for i = 0, n - 1 do
  seed = (seed * 1103515245 + 12345) % 2147483648
  a[i] = seed % 1000000
end
quicksort(a, 0, n - 1)
print(a[0] + a[n // 2] + a[n - 1])
