-- Phones, tokens and lines of text, searched, taken apart and put together.
local text = {}
for i = 1, 400 do text[i] = ("order-%d phone=+86 138%08d token=STsid%016x; "):format(i, i * 7919, i * 104729) end
local all = table.concat(text, "\n")

local total = 0
for _ = 1, 12 do
  for order, phone, token in all:gmatch("order%-(%d+) phone=(%+?[%d ]+) token=(%w+)") do
    total = total + #phone:gsub("[^%d]", "") + #token + tonumber(order)
    if phone:match("^%+86 1[3-9]%d+$") then total = total + 1 end
    if token:find("ff", 1, true) then total = total + 1 end
  end
  local masked, count = all:gsub("(1[3-9]%d)%d%d%d%d(%d%d%d%d)", "%1****%2")
  total = total + count + #masked
  total = total + select(2, all:gsub("%f[%w]%w+", { order = "o", token = "t" }))
  total = total + select(2, all:gsub("%s+", function(s) return #s > 1 and " " or nil end))
  total = total + (all:find("token=STsidzzz", 1, true) or 0) + (all:find("p[^=]*=%-") or 0)
end
return total
