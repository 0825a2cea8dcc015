-- One option, "!16 Xi16" again and again, and sizes that add up to more than an integer holds.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    local a = pcall(string.packsize, ("c" .. 0x7fffffff):rep(3))
    local b = pcall(string.pack, "c9223372036854775807", "x")
    local c = pcall(string.unpack, "s8", ("\255"):rep(8))
    return not a and not b and not c and deny "survived"
  end,
}
