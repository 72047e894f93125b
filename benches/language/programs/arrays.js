const a = [];
for (let i = 0; i < 2000000; i++) a.push((i * 7919) % 1000003);
let sum = 0;
for (let round = 0; round < 5; round++)
  for (let i = 1; i < 2000000; i++) {
    if (a[i] < a[i - 1]) sum += a[i];
    a[i - 1] = a[i - 1] + 1;
  }
console.log(sum);
