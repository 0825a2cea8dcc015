-- As deep as Lua allows, again and again.
-- expect: review rule_timeout
rule "attack" {
  pre_check = function()
    local function deeper() return 1 + deeper() end
    while true do pcall(deeper) end
  end,
}
