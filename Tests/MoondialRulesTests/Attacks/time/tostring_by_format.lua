-- string.format("%s") calls __tostring in the middle of filling its buffer.
-- expect: review rule_timeout
rule "attack" {
  pre_check = function()
    return deny(("%s"):format(setmetatable({}, { __tostring = function() while true do end end })))
  end,
}
