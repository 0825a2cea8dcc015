-- Keeps a little of each run in an upvalue: harmless below the state's limit, and it must not count for the next run.
-- expect: deny survived
-- runs: 20
-- budget: memory=4MiB vm=256MiB
local keep = {}
rule "attack" {
  pre_check = function()
    keep[#keep + 1] = ("x"):rep(1 << 20) .. #keep
    return deny "survived"
  end,
}
