-- Each `or` appends its jump at the end of a list that the compiler walks from the start: quadratic, a second long.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    local chunk, problem = load("local x return " .. ("x or "):rep(25000) .. "x")
    return not chunk and type(problem) == "string" and deny "survived"
  end,
}
