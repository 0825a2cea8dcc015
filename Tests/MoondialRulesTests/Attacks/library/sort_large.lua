-- Sorting two million numbers is one call, without a comparator to interrupt.
-- expect: review rule_timeout
-- budget: memory=256MiB vm=512MiB hook=200ms run=300ms
rule "attack" {
  pre_check = function()
    local t = {}
    for i = 1, 2000000 do t[i] = i * 7919 % 2000003 end
    table.sort(t)
    return allow "sorted"
  end,
}
