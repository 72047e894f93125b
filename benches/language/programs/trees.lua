local Node = {}
Node.__index = Node
function Node:count()
  if self.left == nil then return 1 end
  return 1 + self.left:count() + self.right:count()
end
local function build(depth)
  if depth == 0 then return setmetatable({}, Node) end
  return setmetatable({ left = build(depth - 1), right = build(depth - 1) }, Node)
end
local total = 0
for i = 1, 20 do total = total + build(16):count() end
print(total)
