-- More than string.rep ever makes: an ordinary error before anything is allocated.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    local ok, problem = pcall(string.rep, "x", 1 << 40)
    return not ok and problem:find "too large" and deny "survived"
  end,
}
