-- One line of 16 MiB.
-- expect: review rule_memory
rule "attack" {
  pre_check = function()
    pcall(moondial.log, ("x"):rep(16 << 20))
    pcall(print, ("x"):rep(16 << 20))
    return deny "survived"
  end,
}
