-- A read-only table as the metatable or __index of another must not give writes a way in.
-- expect: deny survived
rule "attack" {
  pre_check = function()
    local t = setmetatable({}, { __newindex = string, __index = string })
    local a = pcall(function() t.leak = 1 end)
    local b = pcall(setmetatable, {}, string)
    local ok, u = pcall(setmetatable, {}, setmetatable({}, { __index = string }))
    return not a and string.leak == nil and ok and u ~= nil and (b or true) and deny "survived"
  end,
}
