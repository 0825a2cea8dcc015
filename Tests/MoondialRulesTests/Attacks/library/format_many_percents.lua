-- Nothing but "%%": no arguments needed.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    for _ = 1, 3 do pcall(string.format, ("%%"):rep(60000)) end
    return deny "survived"
  end,
}
