class Point:
    def __init__(self, x, y):
        self.x = x
        self.y = y

    def get_x(self):
        return self.x

    def get_y(self):
        return self.y

    def move(self, dx, dy):
        self.x += dx
        self.y += dy
        return self


def main():
    p, total, made = Point(0, 0), 0, 0
    for _ in range(10000000):
        p.move(1, 2)
        total += p.get_x() - p.get_y()
    for i in range(1000000):
        q = Point(i, made)
        made = q.get_x() + 1
    print(total + made)


main()
