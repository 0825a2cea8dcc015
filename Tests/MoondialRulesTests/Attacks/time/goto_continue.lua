-- Nested loops left and entered by goto, the idiom for continue.
-- expect: review rule_timeout
rule "attack" {
  pre_check = function()
    for i = 1, math.huge do
      for j = 1, 10 do
        if j % 2 == 0 then goto continue end
        ::continue::
      end
    end
  end,
}
