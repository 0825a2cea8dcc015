-- Errors of functions of moondial.all, whose texts are full of what could be positions: each takes little time beside the
-- hook's own.
-- expect: deny survived
-- budget: hook=10s run=10s
rule "attack" {
  pre_check = function()
    local text = ("\xff:1: "):rep(1600)
    local function fail() error(text, 0) end
    for _ = 1, 80 do pcall(moondial.all, { fail }) end
    return deny "survived"
  end,
}
