-- Whoever has the metatable of _G has everything behind it.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    local ok = pcall(setmetatable, _G, {})
    return getmetatable(_G) == false and not ok and deny "survived"
  end,
}
