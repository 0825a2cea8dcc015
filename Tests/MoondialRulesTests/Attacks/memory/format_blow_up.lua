-- A large string put in ten times, and the result again.
-- expect: review rule_memory
-- budget: hook=5s run=5s
rule "attack" {
  pre_check = function()
    local text = "0123456789"
    while true do text = ("%s%s%s%s%s%s%s%s%s%s"):format(text, text, text, text, text, text, text, text, text, text) end
  end,
}
