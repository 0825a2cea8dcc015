-- A few children each time, without end: each round lets the host go on with other runs, and takes no time for long.
-- expect: review rule_limit
-- budget: memory=64GiB vm=64GiB
rule "attack" {
  pre_check = function()
    while true do pcall(moondial.all, { function() end, function() end }) end
  end,
}
