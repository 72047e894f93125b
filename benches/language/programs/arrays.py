def main():
    a, total = [], 0
    for i in range(2000000):
        a.append((i * 7919) % 1000003)
    for _ in range(5):
        for i in range(1, 2000000):
            if a[i] < a[i - 1]:
                total += a[i]
            a[i - 1] = a[i - 1] + 1
    print(total)


main()
