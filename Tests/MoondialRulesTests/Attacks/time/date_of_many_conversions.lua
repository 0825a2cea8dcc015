-- One call of os.date with a format of 128 Ki conversions, which are made one by one.
-- expect: review rule_timeout
rule "attack" {
  pre_check = function()
    local format = ("%c"):rep(128 << 10)
    while true do pcall(os.date, format) end
  end,
}
