const compose = (f, g) => x => f(g(x)), adder = n => x => x + n;
function map(a, f) { const out = []; for (const x of a) out.push(f(x)); return out; }
function fold(a, start, f) { let value = start; for (const x of a) value = f(value, x); return value; }
const a = [];
for (let i = 0; i < 1000; i++) a.push(i);
let total = 0, count = 0;
for (let round = 0; round < 3000; round++) {
  const f = compose(adder(round), x => { count++; return x * 2; });
  total += fold(map(a, f), 0, (sum, x) => sum + x);
}
console.log(total + count);
