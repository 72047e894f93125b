const size = 600;
let inside = 0;
for (let y = 0; y < size; y++)
  for (let x = 0; x < size; x++) {
    const cr = 3.0 * x / size - 2.0, ci = 2.0 * y / size - 1.0;
    let zr = 0, zi = 0, n = 0;
    while (n < 200 && zr * zr + zi * zi < 4.0) {
      const t = zr * zr - zi * zi + cr;
      zi = 2.0 * zr * zi + ci;
      zr = t;
      n++;
    }
    if (n === 200) inside++;
  }
console.log(inside);
