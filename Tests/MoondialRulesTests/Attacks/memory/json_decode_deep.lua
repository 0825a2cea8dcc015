-- Brackets only: a parser that recurses overflows its stack.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    local value, problem = moondial.json.decode(("["):rep(60000) .. ("]"):rep(60000))
    return value == nil and problem.kind == "bad_json" and deny "survived"
  end,
}
