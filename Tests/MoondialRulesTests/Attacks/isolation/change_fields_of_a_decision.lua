-- The fields of a decision are a copy each time.
-- expect: deny survived
local shared = deny("survived", { a = 1 })
rule "attack" {
  pre_check = function()
    shared.fields.a = 2
    shared.fields.b = 3
    return shared.fields.a == 1 and shared.fields.b == nil and shared
  end,
}
