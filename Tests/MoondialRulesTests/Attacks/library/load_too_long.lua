-- More text than a chunk may have: no compiling at all.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    local chunk, problem = load("--" .. ("x"):rep(2 << 20))
    return not chunk and type(problem) == "string" and deny "survived"
  end,
}
