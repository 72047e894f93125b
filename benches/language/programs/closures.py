def compose(f, g):
    return lambda x: f(g(x))


def adder(n):
    return lambda x: x + n


def fold(a, start, f):
    value = start
    for x in a:
        value = f(value, x)
    return value


def main():
    total = count = 0

    def double(x):
        nonlocal count
        count += 1
        return x * 2

    a = list(range(1000))
    for round in range(3000):
        f = compose(adder(round), double)
        total += fold([f(x) for x in a], 0, lambda sum, x: sum + x)
    print(total + count)


main()
