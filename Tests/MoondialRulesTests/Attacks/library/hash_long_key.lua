-- A long string is hashed byte by byte when it first becomes a key, for one instruction.
-- expect: review rule_timeout
-- budget: memory=64GiB vm=64GiB
rule "attack" {
  pre_check = function()
    local t, text = {}, ("x"):rep(8 << 20)
    for i = 1, math.huge do t[text .. i] = nil end
  end,
}
