-- Messages that are longer than all a run may log are not even looked at.
-- expect: deny survived
-- budget: hook=2s run=2s
rule "attack" {
  pre_check = function()
    local text = ("\255"):rep(1000000)
    for _ = 1, 3 do moondial.log(text) end
    return deny "survived"
  end,
}
