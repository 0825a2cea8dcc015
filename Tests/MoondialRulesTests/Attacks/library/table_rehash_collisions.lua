-- Integer keys are placed by i % (2^n - 1). These spread well in 2^16 slots and all collide in 2^17: adding one more
-- key rehashes them into a single chain, 2^32 steps in C for one instruction, in 3 MiB and 5 ms of script.
-- expect: review rule_limit
rule "attack" {
  pre_check = function()
    local t, step = {}, (1 << 17) - 1
    for i = 1, (1 << 16) + 1 do t[i * step] = true end
    return allow "escaped"
  end,
}
