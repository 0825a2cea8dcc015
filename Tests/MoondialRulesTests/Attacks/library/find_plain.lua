-- Plain search is quadratic when the needle nearly fits everywhere; no pattern is involved.
-- expect: allow match
rule "attack" {
  pre_check = function()
    local hay, needle = ("a"):rep(4000000), ("a"):rep(2000000) .. "b"
    return hay:find(needle, 1, true) and allow "found"
  end,
}
