-- The same with `and`, and with comments and newlines so that counting spaces does not find them.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    local chunk, problem = load("local x return " .. ("x and--\n"):rep(14000) .. "x")
    return not chunk and type(problem) == "string" and deny "survived"
  end,
}
