-- What rules do with text: joining, cutting, formatting, comparing, changing case.
local parts, total = {}, 0
for round = 1, 40 do
  for i = 1, 2000 do
    local phone = "1380013" .. (1000 + i)
    local masked = phone:sub(1, 3) .. "****" .. phone:sub(-4)
    local line = ("%s;%d;%5.1f"):format(masked, i, i / 3)
    parts[i] = line:upper():lower()
    total = total + #line + line:byte(i % #line + 1)
    if masked < phone then total = total + 1 end
  end
  total = total + #table.concat(parts, "\n") + #("ab"):rep(round * 100, "-")
end
return total
