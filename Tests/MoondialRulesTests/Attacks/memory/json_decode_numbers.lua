-- A number of 60,000 digits, with an exponent that is as long.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    moondial.json.decode(("1"):rep(60000) .. "e" .. ("9"):rep(60000))
    moondial.json.decode("0." .. ("0"):rep(60000) .. "1e" .. ("9"):rep(18))
    return deny "survived"
  end,
}
