-- Indexing an upvalue, or _ENV, with a comparison of constants takes a register for the table that holds anything.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    local t = { [true] = 10, [false] = 20 }
    for _ = 1, 100 do
      pcall(function() return t[1 < 2] end)
      pcall(function() return t[1 == 2], t[not (1 < 2)] end)
      pcall(function() t[1 < 2] = t[2 < 1] end)
      pcall(function() return _ENV[1 < 2] end)
    end
    return deny "survived"
  end,
}
