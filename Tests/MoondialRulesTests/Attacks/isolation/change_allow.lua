-- allow, deny and review are the same values for all runs.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    local a = pcall(function() allow.decision = "deny" end)
    local b = pcall(rawset, deny, "decision", "allow")
    local c = pcall(setmetatable, deny, {})
    return not (a or b or c) and not getmetatable(allow) and deny "survived"
  end,
}
