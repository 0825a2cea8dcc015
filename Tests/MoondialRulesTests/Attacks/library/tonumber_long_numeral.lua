-- Numbers are read digit by digit, in C, with any number of digits.
-- expect: review rule_timeout
rule "attack" {
  pre_check = function()
    local digits = ("1"):rep(16 << 20)
    while true do tonumber(digits, 36) end
  end,
}
