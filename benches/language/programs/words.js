const words = ["the", "quick", "brown", "fox", "jumps", "over", "lazy", "dog", "and", "runs", "away", "from", "it"];
let text = "", seed = 1;
for (let i = 0; i < 1000000; i++) {
  seed = Number((BigInt(seed) * 1103515245n + 12345n) % 2147483648n);
  text += words[Math.floor(seed / 65536) % 13] + " ";
}
const counts = new Map();
let start = 0;
for (let i = 0; i < text.length; i++)
  if (text.substring(i, i + 1) === " ") {
    const word = text.substring(start, i);
    if (counts.has(word)) counts.set(word, counts.get(word) + 1); else counts.set(word, 1);
    start = i + 1;
  }
let total = 0;
for (const k of [...counts.keys()].sort()) { console.log(k + " " + counts.get(k)); total += counts.get(k); }
for (const w of text.split(" ")) total += w.length;
console.log(total);
