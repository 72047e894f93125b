def main():
    size, inside = 600, 0
    for y in range(size):
        for x in range(size):
            cr, ci = 3.0 * x / size - 2.0, 2.0 * y / size - 1.0
            zr = zi = 0.0
            n = 0
            while n < 200 and zr * zr + zi * zi < 4.0:
                zr, zi = zr * zr - zi * zi + cr, 2.0 * zr * zi + ci
                n += 1
            if n == 200:
                inside += 1
    print(inside)


main()
