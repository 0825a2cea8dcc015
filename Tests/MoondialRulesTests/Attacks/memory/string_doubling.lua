-- Doubles a string: 40 rounds ask for a tebibyte, long before any count of instructions is reached.
-- expect: review rule_memory
-- budget: hook=5s run=5s
rule "attack" {
  pre_check = function()
    local text = "x"
    while true do text = text .. text end
  end,
}
