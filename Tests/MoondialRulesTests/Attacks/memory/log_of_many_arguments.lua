-- One line of the log with 200,000 arguments, each of which would take 64 KiB on its way to the host.
-- expect: deny survived
-- budget: hook=10s run=10s
rule "attack" {
  pre_check = function()
    local text, list = ("x"):rep(1 << 16), {}
    for i = 1, 200000 do list[i] = text end
    pcall(moondial.log, table.unpack(list))
    return deny "survived"
  end,
}
