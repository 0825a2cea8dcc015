-- The compiler negates a constant shift count, which overflows for the smallest integer.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    local x = load "return 1 >> 0x8000000000000000, 1 << 0x8000000000000000, -1 >> math.mininteger"
    return x() == 0 and 1 >> math.mininteger == 0 and math.mininteger // -1 ~= 0 and math.mininteger % -1 == 0
      and deny "survived"
  end,
}
