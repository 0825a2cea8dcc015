-- A pattern with as many items as the text has characters: the matcher recurses in C for each.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    local ok, problem = pcall(string.match, ("a"):rep(60000), (".?"):rep(60000))
    if not ok and problem:find "too complex" then return deny "survived" end
  end,
}
