-- The function that gmatch returns has lost count of its recursion after an error (up to 5.4.8).
-- expect: deny survived
rule "attack" {
  pre_check = function()
    local next_match = ("a"):rep(20000):gmatch(("a?"):rep(4000))
    for _ = 1, 3 do pcall(next_match) end
    return deny "survived"
  end,
}
