-- The same, caught: the rule goes on, since nothing has happened.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    local ok, problem = pcall(error, "not enough memory", 0)
    return not ok and problem == "not enough memory" and deny "survived"
  end,
}
