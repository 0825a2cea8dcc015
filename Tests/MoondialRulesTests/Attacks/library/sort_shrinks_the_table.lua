-- The comparator empties the table that is being sorted.
-- expect: deny survived
-- budget: hook=5s run=5s
rule "attack" {
  pre_check = function()
    local t = {}
    for i = 1, 1000 do t[i] = i end
    pcall(table.sort, t, function(a, b)
      for i = 1, 1000 do t[i] = nil end
      return (a or 0) < (b or 0)
    end)
    return deny "survived"
  end,
}
