-- Strings are compared piece by piece between their zero bytes: 8 million calls of strcoll for one instruction.
-- expect: review rule_timeout
rule "attack" {
  pre_check = function()
    local a, b = ("\0"):rep(8 << 20), ("\0"):rep((8 << 20) - 1) .. "\1"
    while true do local _ = a < b end
  end,
}
