-- A table with weak keys and values gets another metatable while garbage is collected, which can be freed then (up to
-- 5.4.8), with and without a metatable in between.
-- expect: deny survived
-- budget: hook=2s
rule "attack" {
  pre_check = function()
    local tables = {}
    for i = 1, 2000 do tables[i] = setmetatable({}, {__mode = "kv"}) end
    for round = 1, 3 do
      for i, weak in ipairs(tables) do
        if i % 2 == 0 then setmetatable(weak, nil) end
        setmetatable(weak, {__mode = "kv", number = i, text = "n" .. i})
        local garbage = {i, {i}, {i .. "x"}}
      end
      for i = 1, 20000 do local garbage = {i .. ""} end
      for i, weak in ipairs(tables) do
        local mt = getmetatable(weak)
        if mt.number ~= i or mt.text ~= "n" .. i then return deny "freed" end
      end
    end
    return deny "survived"
  end,
}
