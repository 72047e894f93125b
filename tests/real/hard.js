// For QuickJS: what interpreters differ in when something below them is wrong.
const fib = n => n < 2 ? BigInt(n) : fib(n - 1) + fib(n - 2);
console.log(String(fib(18)), String(2n ** 200n), (0.1 + 0.2).toFixed(20), 1e21 + 1);
console.log("the quick brown fox".replace(/(\w)(\w+)/g, (_, a, b) => a.toUpperCase() + b), /(?<y>\d{4})-(?<m>\d\d)/.exec("on 2024-05-06").groups.m);
console.log(JSON.stringify({ a: [1, { b: null }], c: "\u00e9\ud83d\ude00" }), new Date(86400000).toISOString());
function* steps() { try { yield 1; yield 2; } finally { console.log("closed"); } }
for (const step of steps()) { console.log(step); if (step == 1) break; }
try { null.property } catch (error) { console.log(error instanceof TypeError, error.message); }
const counts = new Map();
for (let i = 0; i < 50000; i++) counts.set(i * 7919 % 1009, (counts.get(i * 7919 % 1009) ?? 0) + 1);
console.log(counts.size, counts.get(5), Float64Array.from([1, 2, 3]).map(Math.sqrt).join());
Promise.resolve(7).then(value => console.log("later", value));
