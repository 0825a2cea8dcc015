-- Floods when the decision stands: it must not be lost or delayed.
-- expect: deny survived
-- budget: hook=10s run=10s memory=1GiB vm=1GiB
rule "attack" {
  pre_check = function() return deny "survived" end,
  on_decision = function() for i = 1, 20000 do moondial.log("late " .. i, { n = i }) end end,
}
