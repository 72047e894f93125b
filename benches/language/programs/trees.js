class Node {
  constructor(left, right) { this.left = left; this.right = right; }
  count() { return this.left === null ? 1 : 1 + this.left.count() + this.right.count(); }
}
function build(depth) {
  return depth === 0 ? new Node(null, null) : new Node(build(depth - 1), build(depth - 1));
}
let total = 0;
for (let i = 0; i < 20; i++) total += build(16).count();
console.log(total);
