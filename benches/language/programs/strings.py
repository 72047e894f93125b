def main():
    s = ""
    for i in range(1000000):
        s += "item" + str(i) + ","
    commas = 0
    for i in range(len(s)):
        if s[i : i + 1] == ",":
            commas += 1
    print(commas + len(s))


main()
