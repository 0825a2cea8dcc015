-- A phone and a token of half a megabyte are refused before anything is done with them.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    for i = 1, 4 do
      local ok, message = pcall(moondial.attempt, "h5", "13800138000" .. ("p"):rep(450000), i .. ("t"):rep(500000))
      if ok or #message > 200 or not message:find("phone: at most 32 characters expected, got 450011", 1, true) then return end
      ok, message = pcall(moondial.attempt, "h5", "13800138000", i .. ("t"):rep(500000))
      if ok or #message > 200 or not message:find("token: at most 4096 characters expected, got 500001", 1, true) then return end
    end
    local fields = {}
    for i = 1, 2500 do fields["k" .. i] = "v" .. i end
    moondial.log("x", fields)
    return deny "survived"
  end,
}
