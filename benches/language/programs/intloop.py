def main():
    total = 0
    for i in range(50000000):
        total = (total + (i ^ (i * 31)) % 65536) % 1000003
    print(total)


main()
