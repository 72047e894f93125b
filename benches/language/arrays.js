const a = [];
for (let i = 0; i < 2000000; i++) a.push((i * 7919) % 1000003);
let sum = 0;
for (let round = 0; round < 10; round++)
  for (let i = 1; i < 2000000; i++) {
    if (a[i] < a[i - 1]) sum += a[i];
    a[i - 1] = a[i - 1] + 1;
  }
const m = new Map();
for (let i = 0; i < 2000000; i++) {
  const k = "key" + i % 5000;
  if (m.has(k)) m.set(k, m.get(k) + 1); else m.set(k, 1);
}
console.log(sum + m.size);
