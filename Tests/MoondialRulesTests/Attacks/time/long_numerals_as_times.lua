-- Numerals of 50 MiB as a time: the system converts times under a lock, where nothing may be left in the middle.
-- expect: review rule_timeout
-- costs: state
rule "attack" {
  pre_check = function()
    local z = ("0"):rep(1 << 20)
    local y = z .. z .. z .. z .. z .. z .. z
    local number = "1." .. y .. y .. y .. y .. y .. y .. y
    local time = { year = number, month = number, day = number, hour = number, min = number, sec = number }
    while true do
      pcall(os.date, "%c", number)
      pcall(os.time, time)
    end
  end,
}
