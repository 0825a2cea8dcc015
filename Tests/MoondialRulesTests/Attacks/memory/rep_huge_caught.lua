-- One refused allocation inside pcall: the rule must not go on as if nothing had happened.
-- expect: review rule_memory
rule "attack" {
  pre_check = function()
    pcall(string.rep, "x", 1 << 30)
    return allow "escaped"
  end,
}
