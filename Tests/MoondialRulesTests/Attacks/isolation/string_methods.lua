-- ("").find must be the guarded string.find, and ("").dump must not lead to what was left out.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    for name, f in pairs(string) do
      if (""):len() ~= 0 or (" ")[name] ~= f then return end
    end
    return ("").dump == nil and ("x").find == string.find and deny "survived"
  end,
}
