function matrix(n, seed) {
  const rows = [];
  for (let i = 0; i < n; i++) {
    const row = [];
    for (let j = 0; j < n; j++) row.push((i * seed + j) % 17 * 0.5);
    rows.push(row);
  }
  return rows;
}
function multiply(a, b, n) {
  const out = [];
  for (let i = 0; i < n; i++) {
    const row = [], left = a[i];
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += left[k] * b[k][j];
      row.push(sum);
    }
    out.push(row);
  }
  return out;
}
const n = 300, c = multiply(matrix(n, 3), matrix(n, 7), n);
let trace = 0;
for (let i = 0; i < n; i++) trace += c[i][i];
console.log(trace);
