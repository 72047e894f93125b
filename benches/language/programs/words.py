def main():
    words = ["the", "quick", "brown", "fox", "jumps", "over", "lazy", "dog", "and", "runs", "away", "from", "it"]
    text, seed = "", 1
    for _ in range(1000000):
        seed = (seed * 1103515245 + 12345) % 2147483648
        text += words[seed // 65536 % 13] + " "
    counts, start = {}, 0
    for i in range(len(text)):
        if text[i : i + 1] == " ":
            word = text[start:i]
            counts[word] = counts.get(word, 0) + 1
            start = i + 1
    total = 0
    for k in sorted(counts):
        print(k, counts[k])
        total += counts[k]
    print(total + sum(len(w) for w in text.split(" ")))


main()
