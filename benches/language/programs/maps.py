def main():
    m = {}
    for i in range(2000000):
        k = "key" + str(i % 50000)
        if k in m:
            m[k] = m[k] + 1
        else:
            m[k] = 1
    print(sum(v * len(k) for k, v in m.items()))


main()
