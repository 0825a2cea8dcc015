-- An __index function that reads the next key of the same table: each level is a C call. Caught, and again.
-- expect: review rule_timeout
-- budget: memory=1GiB vm=1GiB
local t = setmetatable({}, { __index = function(t, k) return t[k + 1] end })
rule "attack" {
  pre_check = function()
    while true do pcall(function() return t[1] end) end
  end,
}
