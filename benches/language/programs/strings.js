let s = "";
for (let i = 0; i < 1000000; i++) s = s + "item" + i + ",";
let commas = 0;
const n = s.length;
for (let i = 0; i < n; i++) if (s.substring(i, i + 1) === ",") commas++;
console.log(commas + s.length);
