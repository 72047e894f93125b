function quicksort(a, low, high) {
  if (low >= high) return;
  const pivot = a[(low + high) >> 1];
  let i = low, j = high;
  while (i <= j) {
    while (a[i] < pivot) i++;
    while (a[j] > pivot) j--;
    if (i <= j) { const t = a[i]; a[i] = a[j]; a[j] = t; i++; j--; }
  }
  quicksort(a, low, j);
  quicksort(a, i, high);
}
const n = 1000000, a = [];
let seed = 42;
for (let i = 0; i < n; i++) {
  seed = Number((BigInt(seed) * 1103515245n + 12345n) % 2147483648n);
  a.push(seed % 1000000);
}
quicksort(a, 0, n - 1);
console.log(a[0] + a[n / 2] + a[n - 1]);
