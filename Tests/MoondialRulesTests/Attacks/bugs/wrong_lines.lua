-- Messages of errors in arithmetic and calls over several lines name the wrong line; the report must still be made.
-- expect: review rule_error
-- message: attempt to perform arithmetic
rule "attack" {
  pre_check = function()
    local a, b = 1, {}
    return a
      +
      b
  end,
}
