-- Each closure keeps the one before in an upvalue.
-- expect: review rule_memory
-- budget: hook=5s run=5s memory=8MiB
rule "attack" {
  pre_check = function()
    local f = print
    while true do
      local g = f
      f = function() return g end
    end
  end,
}
