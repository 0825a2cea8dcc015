-- String arithmetic reads the numeral too, on behalf of an instruction.
-- expect: review rule_timeout
rule "attack" {
  pre_check = function()
    local digits = ("1"):rep(16 << 20)
    while true do local _ = digits + 1 end
  end,
}
