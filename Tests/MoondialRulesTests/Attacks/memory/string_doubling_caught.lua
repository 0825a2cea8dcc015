-- The same under pcall: a caught memory error leaves the rule running, with all its memory.
-- expect: review rule_memory
-- budget: hook=5s run=5s
rule "attack" {
  pre_check = function()
    local text = "x"
    while pcall(function() text = text .. text end) do end
    return allow "escaped"
  end,
}
