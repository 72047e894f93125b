let sum = 0;
for (let i = 0; i < 50000000; i++) sum = (sum + ((i ^ (i * 31)) & 65535)) % 1000003;
console.log(sum);
