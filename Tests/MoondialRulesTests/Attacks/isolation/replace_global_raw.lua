-- rawset goes past the metatable that guards the globals. While rules load, it may add one, as an assignment may.
-- expect: deny survived
local function replace() return pcall(rawset, _G, "deny", allow) end
local function add() return pcall(rawset, _G, "leak", 1) or _G.leak ~= nil or rawget(_G, "leak") ~= nil end
local loading = replace()
rule "attack" { pre_check = function() return not loading and not replace() and not add() and deny "survived" end }
