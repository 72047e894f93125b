def main():
    n, count = 5000000, 0
    composite = [False] * (n + 1)
    for i in range(2, n + 1):
        if not composite[i]:
            count += 1
            for j in range(i * i, n + 1, i):
                composite[j] = True
    print(count)


main()
