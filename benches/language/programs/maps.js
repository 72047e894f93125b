const m = new Map();
for (let i = 0; i < 2000000; i++) {
  const k = "key" + i % 50000;
  if (m.has(k)) m.set(k, m.get(k) + 1); else m.set(k, 1);
}
let sum = 0;
for (const [k, v] of m) sum += v * k.length;
console.log(sum);
