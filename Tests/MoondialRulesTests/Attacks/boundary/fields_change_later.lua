-- The fields are copied when the decision is made; changing them afterwards changes nothing.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    local fields = { note = "before" }
    local decision = deny("survived", fields)
    fields.note, fields.bad = ("x"):rep(1 << 20), print
    return decision
  end,
}
