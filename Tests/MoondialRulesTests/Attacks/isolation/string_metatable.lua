-- ("").rep is the same table for all runs: the metatable of strings must be out of reach.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    local a = pcall(function() getmetatable("").__index = {} end)
    local b = pcall(setmetatable, "", { __index = {} })
    local c = pcall(function() string.rep = print end)
    local d = pcall(function() ("").upper = print end)
    return not (a or b or c or d) and ("a"):upper() == "A" and deny "survived"
  end,
}
