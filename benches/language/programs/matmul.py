def matrix(n, seed):
    return [[(i * seed + j) % 17 * 0.5 for j in range(n)] for i in range(n)]


def main():
    n = 300
    a, b = matrix(n, 3), matrix(n, 7)
    trace = 0.0
    out = []
    for i in range(n):
        left, row = a[i], []
        for j in range(n):
            total = 0.0
            for k in range(n):
                total += left[k] * b[k][j]
            row.append(total)
        out.append(row)
    for i in range(n):
        trace += out[i][i]
    print(trace)


main()
