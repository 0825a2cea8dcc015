-- Records, lists and maps: what a rule keeps while it decides.
local total = 0
for round = 1, 20 do
  local list, index = {}, {}
  for i = 1, 5000 do
    local record = { id = i, score = (i * 7919) % 1009, channel = i % 2 == 0 and "native" or "web" }
    list[#list + 1] = record
    index["order-" .. i] = record
  end
  table.sort(list, function(a, b)
    if a.score ~= b.score then return a.score < b.score end
    return a.id < b.id
  end)
  for _, record in ipairs(list) do total = total + record.score * record.id % 7 end
  for key, record in pairs(index) do total = total + #key + record.id end
  for _ = 1, 100 do table.insert(list, 1, table.remove(list)) end
  total = total + select("#", table.unpack(list, 1, 200))
end
return total
