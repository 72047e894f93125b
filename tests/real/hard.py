"""What interpreters differ in when something below them is wrong."""
import sys


def fib(n, known={}):
    if n not in known:
        known[n] = n if n < 2 else fib(n - 1) + fib(n - 2)
    return known[n]


class Stack:
    def __init__(self):
        self.items = []

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        print("leaving with", kind.__name__ if kind else None, len(self.items))
        return True


print(fib(80), 2**200 // 3**50, -7 // 2, -7 % 3)
print([x * 0.1 for x in range(5)], 1e300 * 1e10, float("nan"))
with Stack() as stack:
    stack.items += sorted("the quick brown fox".split())
    print(stack.items, {len(word): word for word in stack.items})
    stack.items[99]
try:
    raise ValueError("caught", 3)
except ValueError as error:
    print(repr(error))


def deeper(n):
    return 1 + deeper(n + 1)


try:
    deeper(0)
except RuntimeError as error:
    print("too deep")
print(sum(i * i for i in range(20000)), bytes(range(70)))
sys.exit(3)
