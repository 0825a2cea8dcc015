-- Integers and floats at the ends of their ranges, and minus zero, must come through exactly or not at all.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    return deny("survived", {
      a = math.maxinteger, b = math.mininteger, c = 1.7976931348623157e308, d = 5e-324, e = -0.0, f = 2^53 + 1,
    })
  end,
}
