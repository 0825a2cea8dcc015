-- Fields nested a hundred deep, and cyclic ones.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    local t = {}
    for _ = 1, 100 do t = { t = t } end
    local cyclic = {}
    cyclic.self = cyclic
    pcall(moondial.log, "deep", t)
    pcall(moondial.log, "cyclic", cyclic)
    return deny "survived"
  end,
}
