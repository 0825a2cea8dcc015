-- A method call on a string whose argument is a callable that loops: gsub takes no callable tables, pcall does.
-- expect: review rule_timeout
rule "attack" {
  pre_check = function()
    pcall(setmetatable({}, { __call = function() while true do end end }))
    return allow "escaped"
  end,
}
