-- A set of 300,000 characters, which is gone through for each character of the subject.
-- expect: review rule_error
-- message: pattern is longer than 256 KiB
rule "attack" {
  pre_check = function()
    return deny(tostring(("x"):find("%f[" .. ("b"):rep(300 << 10) .. "]")))
  end,
}
