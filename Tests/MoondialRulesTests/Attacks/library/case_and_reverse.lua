-- The plain string functions are fast, but they are loops over the whole text all the same.
-- expect: review rule_timeout
-- budget: memory=64GiB vm=64GiB
rule "attack" {
  pre_check = function()
    local text = ("x"):rep(8 << 20)
    while true do text:upper():lower():reverse() end
  end,
}
