-- rawset goes past the metatable that guards the globals.
-- expect: deny survived
local function try() return pcall(rawset, _G, "deny", allow) or pcall(rawset, _G, "leak", 1) end
local loading = try()
rule "attack" { pre_check = function() return not loading and not try() and deny "survived" end }
