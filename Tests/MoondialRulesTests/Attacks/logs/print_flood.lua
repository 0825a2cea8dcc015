-- print is output too: to standard error, in a rule.
-- expect: deny survived
-- budget: hook=10s run=10s memory=1GiB vm=1GiB
rule "attack" {
  pre_check = function()
    for i = 1, 100000 do print("line", i) end
    return deny "survived"
  end,
}
