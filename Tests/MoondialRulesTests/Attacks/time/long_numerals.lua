-- A string of 50 MiB that reads as a number is passed many times to one library function: the time goes by in the system's
-- library, which Lua calls for it.
-- expect: review rule_timeout
-- costs: state
rule "attack" {
  pre_check = function()
    local z = ("0"):rep(1 << 20)
    local y = z .. z .. z .. z .. z .. z .. z
    local number, all = "1." .. y .. y .. y .. y .. y .. y .. y, {}
    for i = 1, 1000 do all[i] = number end
    return deny(("%d"):rep(1000):format(table.unpack(all)):sub(1, 10))
  end,
}
