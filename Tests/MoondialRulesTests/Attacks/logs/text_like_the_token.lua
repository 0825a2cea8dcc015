-- A text in which the token almost stands at every place.
-- expect: deny survived
-- budget: hook=2s run=2s
rule "attack" {
  pre_check = function()
    pcall(moondial.attempt, "h5", "13800138000", ("a"):rep(50000) .. "b")
    for _ = 1, 3 do moondial.log(("a"):rep(20000)) end
    return deny "survived"
  end,
}
