-- A comparator without any order must neither crash nor hang; the error it may raise is caught.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    for size = 1, 200 do
      local t = {}
      for i = 1, size do t[i] = i end
      pcall(table.sort, t, function() return math.random(2) == 1 end)
    end
    return deny "survived"
  end,
}
