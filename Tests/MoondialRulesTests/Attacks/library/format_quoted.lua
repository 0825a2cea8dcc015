-- %q writes each byte of a long binary string as an escape, in C.
-- expect: review rule_timeout
-- budget: memory=64GiB vm=64GiB
rule "attack" {
  pre_check = function()
    local text = ("\0"):rep(4 << 20)
    while true do ("%q"):format(text) end
  end,
}
