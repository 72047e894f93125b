def quicksort(a, low, high):
    if low >= high:
        return
    pivot, i, j = a[(low + high) // 2], low, high
    while i <= j:
        while a[i] < pivot:
            i += 1
        while a[j] > pivot:
            j -= 1
        if i <= j:
            a[i], a[j] = a[j], a[i]
            i += 1
            j -= 1
    quicksort(a, low, j)
    quicksort(a, i, high)


def main():
    n, a, seed = 1000000, [], 42
    for _ in range(n):
        seed = (seed * 1103515245 + 12345) % 2147483648
        a.append(seed % 1000000)
    quicksort(a, 0, n - 1)
    print(a[0] + a[n // 2] + a[n - 1])


main()
