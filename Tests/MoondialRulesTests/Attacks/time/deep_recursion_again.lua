-- As deep as Lua allows, again and again.
-- expect: review rule_timeout
-- budget: memory=64GiB vm=64GiB
rule "attack" {
  pre_check = function()
    local function deeper() return 1 + deeper() end
    while true do pcall(deeper) end
  end,
}
