-- Requests with phones and tokens of half a megabyte, then a line with many fields that are searched for them.
-- expect: deny survived
-- budget: hook=2s run=2s
rule "attack" {
  pre_check = function()
    for i = 1, 4 do
      pcall(moondial.attempt, "h5", "13800138000" .. ("p"):rep(450000), i .. ("t"):rep(500000))
      pcall(moondial.attempt, "h5", "13800138000", i .. ("t"):rep(4000))
    end
    local fields = {}
    for i = 1, 900 do fields["k" .. i .. ("t"):rep(40)] = "v" .. i end
    moondial.log("x", fields)
    return deny "survived"
  end,
}
