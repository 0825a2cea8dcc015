-- Defines a global through the method syntax, through _ENV and through _G.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    local a = pcall(function() function leak() end end)
    local b = pcall(function() _ENV.leak = 1 end)
    local c = pcall(function() _G["leak"] = 1 end)
    return not (a or b or c) and deny "survived"
  end,
}
