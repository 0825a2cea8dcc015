-- A table that looks like a decision through __index is none.
-- expect: review rule_error
-- message: allow, deny or review expected
rule "attack" {
  pre_check = function()
    return setmetatable({}, { __index = { decision = "allow", reason = "forged" }, __name = "decision" })
  end,
}
