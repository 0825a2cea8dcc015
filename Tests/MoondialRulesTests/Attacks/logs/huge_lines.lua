-- Few lines, each nearly as long as all of them may be.
-- expect: deny survived
-- budget: hook=10s run=10s
rule "attack" {
  pre_check = function()
    for _ = 1, 90 do moondial.log(("x"):rep(60000)) end
    return deny "survived"
  end,
}
