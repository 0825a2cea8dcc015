-- A function with its own _ENV: a new world, but not a way out of the old one.
-- expect: deny survived
local outer_deny = deny
rule "attack" {
  pre_check = function()
    local _ENV = { deny = function() return "forged" end }
    deny = nil
    leak = 1
    return outer_deny "survived"
  end,
}
