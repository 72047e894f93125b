local Point = {}
Point.__index = Point
local function new(x, y) return setmetatable({ x = x, y = y }, Point) end
function Point:getX() return self.x end
function Point:getY() return self.y end
function Point:move(dx, dy) self.x = self.x + dx; self.y = self.y + dy; return self end
local p, sum, made = new(0, 0), 0, 0
for i = 0, 9999999 do p:move(1, 2); sum = sum + p:getX() - p:getY() end
for i = 0, 999999 do local q = new(i, made); made = q:getX() + 1 end
print(sum + made)
