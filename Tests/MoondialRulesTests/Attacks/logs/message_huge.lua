-- Messages that are longer than all a run may log are not even looked at.
-- expect: deny survived
-- budget: hook=5s run=5s
rule "attack" {
  pre_check = function()
    local text = ("\255"):rep(1000000)
    moondial.log(text)
    return deny "survived"
  end,
}
