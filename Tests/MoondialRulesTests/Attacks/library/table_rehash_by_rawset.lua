-- The same colliding keys by rawset: a library function makes the table grow, not an instruction.
-- expect: review rule_limit
rule "attack" {
  pre_check = function()
    local t, step = {}, (1 << 17) - 1
    for i = 1, (1 << 16) + 1 do rawset(t, i * step, true) end
    return allow "escaped"
  end,
}
