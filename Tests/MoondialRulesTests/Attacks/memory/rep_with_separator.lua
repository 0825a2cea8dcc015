-- The size is in the separator, and the product of size and count overflows a size_t.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    local ok, problem = pcall(string.rep, "x", 1 << 55, ("y"):rep(1 << 10))
    return not ok and problem:find "too large" and deny "survived"
  end,
}
